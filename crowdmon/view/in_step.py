"""Which picture to show, and what lies on it: counts come later than pictures. No Qt, no thread, no clock.

*In step* shows a picture once its count is there. So heat and pixelation lie on the picture they were counted
from. They are carried to the pictures between two counts only as far as they stay on the people. *Instant*
shows the newest picture at once, and the heat trails it.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from crowdmon.motion import HEADS_PER_S, Carrier
from crowdmon.values import CameraState, DensityMap, Frame

LONGEST_S = 1.0
"""A count that comes later than this is shown with its own picture alone."""

_REACH_S = 0.6
"""Seconds around a count within which pixelation by it can be relied on."""

_SETTLE_S = 1.0
"""Seconds for which counts must keep up before less than the whole picture is pixelated again: no flicker."""

_QUICK_AGAIN_S = 0.8
"""How soon counts must come again before more than their own pictures is shown."""

_SAME_S = 0.02
_GIVEN_UP_S = 2.0
_REMEMBERED = 8
_STEP_S, _SHORTER_BY_S = 0.1, 0.25


class Pace(StrEnum):
    """How pictures and their counts are shown together."""

    IN_STEP = "in step"
    INSTANT = "instant"
    COUNTED = "counted pictures"


@dataclass(frozen=True, slots=True)
class Showing:
    """What the user has chosen.

    Attributes:
        in_step: a picture is shown with its count; else at once.
        heads: heat is drawn as counted, so it has to be carried; else as an area.
        private: people are pixelated.
    """

    in_step: bool = True
    heads: bool = False
    private: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Sight:
    """What is shown of a camera at one moment.

    Attributes:
        frame: the picture.
        counted: the count that belongs to it; None if there is none yet.
        heat: that count, carried to the picture; None if nothing can be carried there.
        known: counts around the picture, and how many head widths somebody may be away from where they were
            counted. Empty if too little is known of where people are.
        pace: how picture and count go together.
        delay: seconds the picture is older than the newest one.
    """

    frame: Frame
    counted: DensityMap | None = None
    heat: DensityMap | None = None
    known: tuple[tuple[DensityMap, float], ...] = ()
    pace: Pace = Pace.INSTANT
    delay: float = 0.0


class InStep:
    """Chooses for one camera; remembers the last counts, and the heat it carries."""

    def __init__(self) -> None:
        self._counts: deque[DensityMap] = deque(maxlen=_REMEMBERED + 1)
        self._late: deque[float] = deque(maxlen=_REMEMBERED)
        self._delay = 0.0
        self._slow = False
        self._last: Sight | None = None
        self._carrier: Carrier | None = None
        self._behind: float | None = None
        self._given: tuple[object, ...] = ()

    def see(
        self,
        pictures: Sequence[Frame],
        density: DensityMap | None,
        counted: Frame | None,
        *,
        state: CameraState,
        showing: Showing,
    ) -> Sight | None:
        """Return what to show now; the same object as before if nothing has changed. None without a picture.

        Args:
            pictures: the newest ones, oldest first.
            density: what was counted last, None before the first count.
            counted: the picture that was counted last, in full size.
            state: what the camera is doing.
            showing: what the user has chosen.
        """
        if not pictures:
            return None
        self._note(density, pictures[-1].time)
        given = (pictures[-1], density, state, showing)
        if self._last is not None and given == self._given:
            return self._last
        self._given = given
        self._last = self._sight(pictures, counted, state, showing)
        return self._last

    def _note(self, density: DensityMap | None, newest: float) -> None:
        if density is None or (self._counts and self._counts[-1] is density):
            return
        if self._counts and density.time < self._counts[-1].time:
            self._counts.clear()  # another recording, or the clock was set back
        self._counts.append(density)
        # How late the first one is says nothing: the network had to be loaded, or nobody looked.
        late = newest - density.time
        self._late.append(late if len(self._counts) > 1 else min(late, LONGEST_S))

    def _sight(
        self, pictures: Sequence[Frame], counted: Frame | None, state: CameraState, showing: Showing
    ) -> Sight:
        newest = pictures[-1]
        last = self._counts[-1] if self._counts else None
        if last is None or state is not CameraState.LIVE:
            return self._alone(newest, last)
        gap = last.time - self._counts[-2].time if len(self._counts) > 1 else 0.0
        late = sorted(self._late)[-2:][0]  # one count that comes late changes nothing
        if newest.time - last.time > late + max(_GIVEN_UP_S, 2.0 * gap):
            return Sight(newest)  # nothing is counted any more: an old picture would say less than none
        if not showing.in_step:
            return Sight(newest, last, last)
        # Not back and forth: the picture would jump by a second each time.
        self._slow = late > (_QUICK_AGAIN_S if self._slow else LONGEST_S)
        if self._slow:
            return self._counted_alone(newest, counted, last)
        wanted = late + (gap if showing.private and gap <= _REACH_S else 0.0)
        if wanted > self._delay + 0.1 * _STEP_S or wanted < self._delay - _SHORTER_BY_S:
            self._delay = min(round(math.ceil(wanted / _STEP_S - 0.1) * _STEP_S, 1), LONGEST_S)
        return self._behind_by(self._delay, pictures, showing)

    def _alone(self, newest: Frame, last: DensityMap | None) -> Sight:
        """Show a picture that stands still; only its own count lies on it."""
        own = last if last is not None and _same(last, newest) else None
        return Sight(newest, own, own, ((own, 0.0),) if own is not None else ())

    def _counted_alone(self, newest: Frame, counted: Frame | None, last: DensityMap) -> Sight:
        if counted is None or not _same(last, counted):
            return Sight(newest)
        return Sight(counted, last, last, ((last, 0.0),), Pace.COUNTED, newest.time - counted.time)

    def _behind_by(self, delay: float, pictures: Sequence[Frame], showing: Showing) -> Sight:
        newest = pictures[-1].time
        due = [one for one in pictures if one.time <= newest - delay + 1e-6]
        frame = due[-1] if due else pictures[0]
        shown = self._last.frame if self._last is not None else None
        if shown is not None and frame.time < shown.time and any(one is shown for one in pictures):
            frame = shown  # never back in time: when counts take longer, the picture waits for them
        before = next((one for one in reversed(self._counts) if one.time <= frame.time + 1e-6), None)
        after = next((one for one in self._counts if one.time > frame.time + 1e-6), None)
        heat = self._carried(before, pictures, frame) if showing.heads and before is not None else None
        known = self._known(before, after, frame) if showing.private else ()
        real = newest - frame.time
        said = delay if abs(real - delay) < _STEP_S else real  # or its last figure would never stand still
        return Sight(frame, before, heat, known, Pace.IN_STEP, said)

    def _carried(self, base: DensityMap, pictures: Sequence[Frame], frame: Frame) -> DensityMap | None:
        """Return the heat of ``base`` on ``frame``, followed through the pictures between them."""
        carrier = self._carrier
        if carrier is None or carrier.density is not base:
            start = min(pictures, key=lambda one: abs(one.time - base.time))
            if not _same(base, start):
                return None
            carrier = self._carrier = Carrier(base, start)
        for one in pictures:
            if one.time < frame.time:
                carrier.to(one)
        return carrier.to(frame)

    def _known(
        self, before: DensityMap | None, after: DensityMap | None, frame: Frame
    ) -> tuple[tuple[DensityMap, float], ...]:
        """Return where people were counted around a picture; nothing if that is too long ago."""
        around = [one for one in (before, after) if one is not None]
        if before is not None and _same(before, frame):
            return ((before, 0.0),)
        far = max((abs(frame.time - one.time) for one in around), default=_REACH_S + 1.0)
        if len(around) < 2 or far > _REACH_S:
            self._behind = frame.time
            return ()
        if self._behind is not None and abs(frame.time - self._behind) <= _SETTLE_S:
            return ()
        return tuple((one, HEADS_PER_S * abs(frame.time - one.time)) for one in around)


def _same(density: DensityMap, frame: Frame) -> bool:
    """Whether a picture is the one that was counted, or the next to it in a quick camera."""
    return abs(density.time - frame.time) <= _SAME_S
