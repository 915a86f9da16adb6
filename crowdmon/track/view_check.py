"""Whether a camera still sees what it saw: a covered, black or blurred lens, a camera that was turned. Pure.

The fixed background is learned while the camera runs, see :mod:`crowdmon.track.view_edges`. What was learned
can be kept (:class:`ViewMemory`), so that the next run of the program compares with the same view.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from crowdmon.track.view_edges import Background, Edges, Fit, Floats, Grey

EVERY_S: Final = 1.0
"""Seconds between two looks; what comes sooner is not looked at."""

LEARN_LOOKS: Final = 10
"""Looks that the background needs before anything is compared with it."""

EMPTY_S: Final = 3.0
"""Seconds for which a picture must be black, white or of one colour."""

COVERED_S: Final = 10.0
"""Seconds for which the background must be gone: a bus that passes covers it for less."""

CHANGED_S: Final = 30.0
"""Seconds for which the background must be another one."""

CLEAR_S: Final = 3.0
"""Seconds for which all must be well again."""

_RECENT_S = 3.0
"""Seconds whose mean is compared with the background, so that people who walk hardly count."""

_HELD_S = CHANGED_S - 1.0 - _RECENT_S
"""Seconds for which that mean must show another view: it follows a little later."""

_SLOW_S = 300.0
"""Seconds in which the background follows the light."""

_FIRST_LOOKS = 30
"""Looks that all count alike for the background."""

_LOST = 0.33
"""Share of tiles below which the background is not seen."""

_OTHER_LOOKS = 10
"""Looks that show whether another view stays as it is."""

_RENEW_LOOKS = 10
"""Looks between two renewals of what is prepared of the background."""

_BLACK, _WHITE = 16.0, 235.0
_FLAT = 10.0
"""From the darkest to the brightest, without three in a hundred at each end: a clock may be shown."""

_DULL, _SOFT = 0.03, 2.7
"""Contrast and sharpness of a first picture below which no background is learned from it. Those of more than
a thousand photos and clips are above 0.067 and 4.4, of blurred ones below 2.83."""


class View(StrEnum):
    """What is the matter with what a camera sees. The values are shown to people, and stored."""

    BLACK = "The picture is black"
    WHITE = "The picture is washed out"
    FLAT = "The picture has one flat colour"
    COVERED = "The lens is covered, or fog hides the view"
    BLURRED = "The picture is strongly blurred"
    CHANGED = "The view has changed"


_HOLD = {
    View.BLACK: EMPTY_S,
    View.WHITE: EMPTY_S,
    View.FLAT: EMPTY_S,
    View.COVERED: COVERED_S,
    View.BLURRED: COVERED_S,
    View.CHANGED: _HELD_S,
}


@dataclass(frozen=True, slots=True)
class Look:
    """What one picture has in common with the background.

    Attributes:
        tiles: share of the tiles with background in which it is still seen, 0..1.
        contrast: strength of all edges, 1 as in the background.
        sharpness: fine edges as part of coarse ones, 1 as in the background.
        fit: how the background fits the last seconds.
    """

    tiles: float
    contrast: float
    sharpness: float
    fit: Fit


@dataclass(frozen=True, eq=False, slots=True)
class ViewMemory:
    """What is known of a camera's view, to be kept for the next run of the program.

    Attributes:
        field: HxWx2, the mean edges; see :class:`~crowdmon.track.view_edges.Edges`.
        contrast, sharpness: of the background.
        usual: how well the background fits usually, 0..1.
        changed: whether another view was seen last.
    """

    field: Floats
    contrast: float
    sharpness: float
    usual: float
    changed: bool


class ViewCheck:
    """Judges one camera from its pictures.

    Args:
        memory: what is known of its view; None if nothing is: then the first pictures are taken for right,
            unless they are hardly a picture at all.
        trusted: somebody has looked and says that the picture is right, however dull it is.
    """

    def __init__(self, memory: ViewMemory | None = None, *, trusted: bool = False) -> None:
        self.reason: View | None = None
        """What is the matter now; None if all is well, or nothing is known yet."""
        self.look: Look | None = None
        """The last comparison; None before the background is learned."""
        self._looked = -math.inf
        self._looks = 0
        self._mean = self._recent = self._other = Edges.none()
        self._recents = self._others = 0
        self._background: Background | None = None
        self._usual = 0.0
        self._evidence: dict[bool, float] = {True: 0.0, False: 0.0}
        self._well = 0.0
        self._trusted = trusted
        if memory is not None:
            self._looks = _FIRST_LOOKS
            self._mean = Edges(memory.field, memory.contrast, memory.sharpness)
            self._background, self._usual = Background.of(memory.field), memory.usual
            self.reason = View.CHANGED if memory.changed else None

    def due(self, now: float) -> bool:
        """Whether it is time to look again."""
        return now - self._looked >= EVERY_S

    def memory(self) -> ViewMemory | None:
        """Return what to keep for the next run; None before the background is learned."""
        if self._background is None:
            return None
        mean, changed = self._mean, self.reason is View.CHANGED
        return ViewMemory(mean.field, mean.contrast, mean.sharpness, self._usual, changed)

    def step(self, grey: Grey, now: float) -> View | None:
        """Look at a picture, and return what is the matter.

        Args:
            grey: of :data:`~crowdmon.track.view_edges.SIZE`, uint8; see
                :func:`~crowdmon.track.view_edges.small_grey`.
            now: seconds on a clock that only rises.
        """
        if not self.due(now):
            return self.reason
        passed = min(now - self._looked, 10.0) if math.isfinite(self._looked) else EVERY_S
        self._looked = now
        found, well = self._judge(grey, passed)
        self._well = self._well + passed if well else 0.0
        # Black, covered and blurred are shades of one thing: what is seen of one counts for the others.
        for hidden in self._evidence:
            if found is not None:
                more = passed if _hidden(found) is hidden else 0.0
            else:
                more = -2.0 * passed if well else -0.5 * passed
            most = COVERED_S if hidden else CHANGED_S
            self._evidence[hidden] = min(max(self._evidence[hidden] + more, 0.0), most)
        if found is None:
            self.reason = None if self._well >= CLEAR_S else self.reason
        elif self._evidence[_hidden(found)] >= _HOLD[found]:
            self.reason = found
        return self.reason

    def _judge(self, grey: Grey, passed: float) -> tuple[View | None, bool]:
        """Return what is the matter with one picture, and whether all is surely well."""
        if (empty := _empty(grey)) is not None:
            return empty, False
        edges = Edges.of(grey)
        if self._background is None:
            dull = None if self._trusted else _hardly_a_picture(edges)
            if dull is None:
                self._learn(edges, passed)
            return dull, dull is None
        self._recents += 1
        share = max(1.0 - math.exp(-passed / _RECENT_S), 1.0 / self._recents)
        self._recent = self._recent.toward(edges, share)
        self.look = look = self._compare(self._background, edges)
        found = _verdict(look, self._usual)
        if found is View.CHANGED and not look.fit.moved and not self._another(edges, passed):
            return None, False
        if found is not None:
            return found, False
        self._others = 0
        seen = look.fit.seen
        self._learn(edges, passed if seen else 0.1 * passed)
        if seen:
            self._usual += (look.fit.here - self._usual) * (0.02 if self._usual else 1.0)
        return None, seen

    def _another(self, edges: Edges, passed: float) -> bool:
        """Note edges that are not the background's; return whether they stay, as a background does.

        A crowd that hides the whole background moves.
        """
        self._others += 1
        self._other = self._other.toward(edges, 1.0 / min(self._others, _OTHER_LOOKS))
        if self._others < _OTHER_LOOKS or self._other.strength() <= 0.5 * self._mean.strength():
            return False
        if self._others == _OTHER_LOOKS:
            # It was another view in the looks before, too.
            self._evidence[False] += passed * _OTHER_LOOKS
        return True

    def _learn(self, edges: Edges, passed: float) -> None:
        self._looks += 1
        share = 1.0 - math.exp(-passed / _SLOW_S)
        if self._looks <= _FIRST_LOOKS:
            share = max(share, passed / EVERY_S / self._looks) if self._looks > 1 else 1.0
        self._mean = self._mean.toward(edges, min(share, 1.0))
        if self._looks >= LEARN_LOOKS and (self._looks - LEARN_LOOKS) % _RENEW_LOOKS == 0:
            self._background = Background.of(self._mean.field)

    def _compare(self, background: Background, edges: Edges) -> Look:
        return Look(
            tiles=background.tiles(edges.field),
            contrast=edges.contrast / max(self._mean.contrast, 1e-6),
            sharpness=edges.sharpness / max(self._mean.sharpness, 1e-6),
            fit=background.fit(self._recent.field, usual=self._usual),
        )


def _hidden(view: View) -> bool:
    return view is not View.CHANGED


def _empty(grey: Grey) -> View | None:
    """Return whether a picture shows nothing at all, whatever was seen before."""
    low, high = np.percentile(grey, (3, 97))
    if high < _BLACK:
        return View.BLACK
    if low > _WHITE:
        return View.WHITE
    return View.FLAT if high - low < _FLAT else None


def _hardly_a_picture(edges: Edges) -> View | None:
    """Return what is the matter with a first picture, before anything is known of the view."""
    if edges.contrast < _DULL:
        return View.COVERED
    return View.BLURRED if edges.sharpness < _SOFT else None


def _verdict(look: Look, usual: float) -> View | None:
    """Return what a comparison means; None if all is well or nothing can be said.

    Args:
        look: the comparison.
        usual: how well the background fits as a rule.
    """
    if look.sharpness < 0.5:
        return View.BLURRED
    if look.contrast < 0.3:
        return View.COVERED
    if look.fit.moved:
        return View.CHANGED
    lost = look.tiles < _LOST or look.fit.here < 0.5 * usual
    if lost and not look.fit.seen:
        return View.COVERED if look.contrast < 0.5 else View.CHANGED
    return None
