"""What is known of the spot checks of one camera, and what follows from it. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crowdmon.config import CameraConfig
from crowdmon.facts import SpotCheck
from crowdmon.view import check_words as words
from crowdmon.view.frozen import Draft, Frozen, KeptCheck
from crowdmon.view.moments import Moment, Usual, missing, moment_of


def weights_name(camera: CameraConfig, usual: Path | None) -> str:
    """Return the short name of what counts a camera, as its readings have it.

    Args:
        camera: the camera.
        usual: the file of those without weights of their own; None if it is not known.
    """
    path = usual if camera.weights is None else Path(camera.weights)
    return "" if path is None else path.stem


@dataclass(frozen=True, slots=True)
class Summary:
    """What some checks come to.

    Attributes:
        n: how many.
        bias: share by which the count is too high; None if nobody was there.
        interval: that the share may be off either way, 95 %; None for one check.
        last: epoch seconds of the newest.
    """

    n: int
    bias: float | None
    interval: float | None
    last: float


def summary_of(checks: Sequence[SpotCheck]) -> Summary:
    """Sum up checks, at least one."""
    n, truth = len(checks), sum(one.truth for one in checks)
    bias = sum(one.count for one in checks) / truth - 1.0 if truth else None
    interval = None
    if bias is not None and n > 1:
        off = [one.count - (1.0 + bias) * one.truth for one in checks]
        interval = 1.96 * math.sqrt(n / (n - 1) * sum(value * value for value in off)) / truth
    return Summary(n, bias, interval, max(one.time for one in checks))


@dataclass(slots=True)
class CheckedCamera:
    """One camera's checks.

    Attributes:
        checks: all of them, the oldest first.
        usual: what is usual at the camera; None while that is not known.
        draft: a check that is not done yet.
        awaited: the kind of moment to be frozen when it comes.
        offered: a picture of an awaited moment that nobody has looked at yet.
        loaded: whether the history was asked.
    """

    checks: list[KeptCheck] = field(default_factory=list)
    usual: Usual | None = None
    draft: Draft | None = None
    awaited: Moment | None = None
    offered: Frozen | None = None
    loaded: bool = False

    def add(self, checks: Iterable[KeptCheck]) -> None:
        """Add checks; one that is known already is replaced."""
        known = {(one.check.time, one.check.roi_key): one for one in self.checks}
        known |= {(one.check.time, one.check.roi_key): one for one in checks}
        self.checks = sorted(known.values(), key=lambda one: one.check.time)

    def of_weights(self, weights: str) -> list[SpotCheck]:
        """Return the checks of what counts now; those of other weights say nothing about it."""
        return [one.check for one in self.checks if one.check.weights == weights]

    def summary(self, weights: str) -> Summary | None:
        """Return what the checks of these weights come to; None without any."""
        found = self.of_weights(weights)
        return summary_of(found) if found else None

    def said(self, weights: str) -> str:
        """Return how the camera was checked, in words."""
        others = len(self.checks) - len(self.of_weights(weights))
        return words.checked(self.summary(weights), others=others)

    def lacking(self) -> dict[Moment, int]:
        """Return which kinds of moments are missing. All checks count: a picture is good for any weights."""
        return missing([(one.check.time, one.check.truth) for one in self.checks], self.usual)

    def comes(self, time: float, count: float) -> bool:
        """Whether a moment is of the kind that is awaited."""
        return self.awaited is not None and moment_of(time, count, self.usual) is self.awaited
