"""What is known of the spot checks of one camera, and what follows from it. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from crowdmon.config import CameraConfig
from crowdmon.facts import SpotCheck
from crowdmon.track.spot_checks import SpotSummary, summary
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
        asked: when, epoch seconds.
    """

    checks: list[KeptCheck] = field(default_factory=list)
    usual: Usual | None = None
    draft: Draft | None = None
    awaited: Moment | None = None
    offered: Frozen | None = None
    loaded: bool = False
    asked: float = -math.inf

    def add(self, checks: Iterable[KeptCheck]) -> None:
        """Add checks; one that is known already is replaced."""
        known = {(one.check.time, one.check.roi_key): one for one in self.checks}
        known |= {(one.check.time, one.check.roi_key): one for one in checks}
        self.checks = sorted(known.values(), key=lambda one: one.check.time)

    def of_weights(self, weights: str) -> list[SpotCheck]:
        """Return the checks of what counts now; those of other weights say nothing about it."""
        return [one.check for one in self.checks if one.check.weights == weights]

    def summary(self, weights: str) -> SpotSummary | None:
        """Return what the checks of these weights come to; None without any."""
        found = self.of_weights(weights)
        return summary(found) if found else None

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
