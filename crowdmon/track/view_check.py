"""Whether a camera still sees what it saw: a covered, black or blurred lens, a camera that was turned. Pure.

A reference of the fixed background is learned while the camera runs: the orientation of edges, in a small
picture. Orientation hardly depends on the light. People who walk through leave no stable orientation, so the
background alone is compared.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

SIZE: Final = (160, 90)
"""(width, height) in pixels of the pictures that are compared."""

EVERY_S: Final = 1.0
"""Seconds between two looks; what comes sooner is not looked at."""

LEARN_LOOKS: Final = 20
"""Looks that the reference needs before anything is compared with it."""

EMPTY_S: Final = 3.0
"""Seconds for which a picture must be black, white or of one colour."""

COVERED_S: Final = 10.0
"""Seconds for which the background must be gone: a bus that passes covers it for less."""

CHANGED_S: Final = 30.0
"""Seconds for which the background must be another one."""

CLEAR_S: Final = 3.0
"""Seconds for which all must be well again."""

_SLOW_S = 300.0
"""Seconds in which the reference follows the light."""

_TILE = 10
_HALF = SIZE[0] // 2
_MOVED = 2
"""Pixels of :data:`SIZE` by which a view is another one; 1.25 % of the width."""

_STABLE = 0.35
"""Length of the mean of edges, 0..1, from which they are background."""

_HELD = 0.35
"""Part of a tile's edges that must be seen."""

_LOST = 0.33
"""Share of tiles below which the background is not seen."""

_WELL = 0.6
"""Share of tiles from which the reference follows the light at its usual pace; a tenth of that below."""

_OTHER_LOOKS = 10
"""Looks that show whether another view stays as it is."""

_RENEW_LOOKS = 10
"""Looks between two renewals of what is prepared of the reference."""
_BLACK, _WHITE = 16.0, 235.0
_FLAT = 3.0

Grey = NDArray[np.uint8]
Floats = NDArray[np.float32]


class View(StrEnum):
    """What is the matter with what a camera sees. The values are shown to people."""

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
    View.CHANGED: CHANGED_S,
}


Shift = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Fit:
    """How the background fits in one half of the picture.

    Attributes:
        shift: pixels (x, y) by which it fits best.
        gain: how much better it fits there, 1 for not at all.
        quality: how well it fits there, 1 as the reference itself.
    """

    shift: Shift
    gain: float
    quality: float

    @property
    def moved(self) -> bool:
        """Whether it is surely elsewhere. People before the background never make it fit better elsewhere."""
        return max(map(abs, self.shift)) >= _MOVED and self.gain > 1.1 and self.quality > 0.12


@dataclass(frozen=True, slots=True)
class Look:
    """What one picture has in common with the reference.

    Attributes:
        tiles: share of the tiles with background edges in which they are still seen, 0..1.
        contrast: strength of all edges, 1 as in the reference.
        sharpness: fine edges as part of coarse ones, 1 as in the reference.
        halves: the left and the right half. A camera that was rotated shifts them in opposite ways.
    """

    tiles: float
    contrast: float
    sharpness: float
    halves: tuple[Fit, Fit]


@dataclass(frozen=True, eq=False, slots=True)
class _Reference:
    """The background as it was learned, prepared for comparing: edges, their weight in each tile, spectra."""

    edges: Floats
    known: NDArray[np.bool_]
    least: Floats
    spectra: tuple[Floats, Floats]
    own: tuple[float, float]

    @classmethod
    def of(cls, mean: Floats) -> _Reference:
        """Keep the mean edges where they hardly change: not where people walk, and not where nothing is."""
        length = np.sqrt((mean**2).sum(axis=2))
        stable = np.where(length > _STABLE, length, 0.0).astype(np.float32)
        edges = np.asarray(mean * (stable > 0.0)[..., None], np.float32)
        weights = _tiled(stable)
        return cls(
            edges=edges,
            known=weights > max(0.25 * float(weights.mean()), 1e-6),
            least=np.asarray(_HELD * _tiled(stable * length), np.float32),
            spectra=(_spectrum(edges[:, :_HALF]), _spectrum(edges[:, _HALF:])),
            own=(float((edges[:, :_HALF] ** 2).sum()), float((edges[:, _HALF:] ** 2).sum())),
        )


class ViewCheck:
    """Judges one camera from its pictures. The first pictures are taken for right."""

    def __init__(self) -> None:
        """Know nothing of the view yet."""
        self.reason: View | None = None
        """What is the matter now; None if all is well, or nothing is known yet."""
        self.look: Look | None = None
        """The last comparison; None before the reference is learned."""
        self._looked = -math.inf
        self._looks = 0
        self._edges = np.zeros((SIZE[1], SIZE[0], 2), np.float32)
        self._reference: _Reference | None = None
        self._contrast = self._sharpness = 0.0
        self._other = np.zeros_like(self._edges)
        self._others = 0
        self._evidence: dict[bool, float] = {True: 0.0, False: 0.0}
        self._well = 0.0

    def due(self, now: float) -> bool:
        """Whether it is time to look again."""
        return now - self._looked >= EVERY_S

    def step(self, grey: Grey, now: float) -> View | None:
        """Look at a picture, and return what is the matter.

        Args:
            grey: of :data:`SIZE`, uint8; see :func:`small_grey`.
            now: seconds on a clock that only rises.
        """
        if not self.due(now):
            return self.reason
        passed = min(now - self._looked, 10.0) if math.isfinite(self._looked) else EVERY_S
        self._looked = now
        found = self._judge(grey, passed)
        self._well = self._well + passed if found is None else 0.0
        # Black, covered and blurred are shades of one thing: what is seen of one counts for the others.
        for hidden in self._evidence:
            more = passed if found is not None and _hidden(found) is hidden else -2.0 * passed
            most = COVERED_S if hidden else CHANGED_S
            self._evidence[hidden] = min(max(self._evidence[hidden] + more, 0.0), most)
        if found is None:
            self.reason = None if self._well >= CLEAR_S else self.reason
        elif self._evidence[_hidden(found)] >= _HOLD[found]:
            self.reason = found
        return self.reason

    def _judge(self, grey: Grey, passed: float) -> View | None:
        empty = _empty(grey)
        if empty is not None:
            return empty
        edges, contrast, sharpness = _edges(grey)
        pace = 1.0
        if self._looks >= LEARN_LOOKS:
            self.look = self._compare(edges, contrast, sharpness)
            found = _verdict(self.look)
            if found is View.CHANGED and not all(half.moved for half in self.look.halves):
                return found if self._another(edges) else None
            if found is not None:
                return found
            self._others = 0
            pace = 1.0 if self.look.tiles >= _WELL and not any(h.moved for h in self.look.halves) else 0.1
        self._learn(edges, contrast, sharpness, passed * pace)
        return None

    def _another(self, edges: Floats) -> bool:
        """Note edges that are not the reference's; return whether they stay, as a background does.

        A crowd that hides the whole background moves.
        """
        self._others += 1
        self._other += (edges - self._other) / min(self._others, _OTHER_LOOKS)
        known, other = (float(np.sqrt((one**2).sum(axis=2)).sum()) for one in (self._edges, self._other))
        return self._others >= _OTHER_LOOKS and other > 0.5 * known

    def _learn(self, edges: Floats, contrast: float, sharpness: float, passed: float) -> None:
        self._looks += 1
        share = 1.0 - math.exp(-passed / _SLOW_S)
        if self._looks <= LEARN_LOOKS:
            share = 1.0 / self._looks
        self._edges += share * (edges - self._edges)
        self._contrast += share * (contrast - self._contrast)
        self._sharpness += share * (sharpness - self._sharpness)
        if self._looks >= LEARN_LOOKS and (self._looks - LEARN_LOOKS) % _RENEW_LOOKS == 0:
            self._reference = _Reference.of(self._edges)

    def _compare(self, edges: Floats, contrast: float, sharpness: float) -> Look:
        reference = self._reference or _Reference.of(self._edges)
        held = _tiled((edges * reference.edges).sum(axis=2)) > reference.least
        known = reference.known
        return Look(
            tiles=float(held[known].mean()) if known.any() else 1.0,
            contrast=contrast / max(self._contrast, 1e-6),
            sharpness=sharpness / max(self._sharpness, 1e-6),
            halves=(
                _fit(edges[:, :_HALF], reference.spectra[0], reference.own[0]),
                _fit(edges[:, _HALF:], reference.spectra[1], reference.own[1]),
            ),
        )


def small_grey(rgb: NDArray[np.uint8]) -> Grey:
    """Return a picture (HxWx3, RGB) in grey and in :data:`SIZE`."""
    small = cv2.resize(rgb, SIZE, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)


def _hidden(view: View) -> bool:
    return view is not View.CHANGED


def _empty(grey: Grey) -> View | None:
    """Return whether a picture shows nothing at all, whatever was seen before."""
    low, high = np.percentile(grey, (3, 97))
    if high < _BLACK:
        return View.BLACK
    if low > _WHITE:
        return View.WHITE
    return View.FLAT if float(grey.std()) < _FLAT else None


def _edges(grey: Grey) -> tuple[Floats, float, float]:
    """Return edges as (cos 2a, sin 2a) weighed 0..1 by their strength; their mean strength; the sharpness.

    Both directions across an edge are the same: at night, the wall may be darker than the sky or lighter.
    """
    light = cv2.log(grey.astype(np.float32) + 16.0)
    fine = cv2.GaussianBlur(light, (5, 5), 0.7)
    x, y = cv2.Sobel(fine, cv2.CV_32F, 1, 0, scale=0.25), cv2.Sobel(fine, cv2.CV_32F, 0, 1, scale=0.25)
    squared = x * x + y * y
    weight = 1.0 / (squared + 0.03**2)
    edges = cv2.merge([(x * x - y * y) * weight, 2.0 * x * y * weight])
    coarse = cv2.GaussianBlur(light, (15, 15), 2.5)
    detail = float(np.abs(cv2.Laplacian(fine, cv2.CV_32F)).mean())
    shape = float(np.abs(cv2.Laplacian(coarse, cv2.CV_32F)).mean())
    return np.asarray(edges, np.float32), float(np.sqrt(squared).mean()), detail / (shape + 1e-3)


def _tiled(values: Floats) -> Floats:
    rows, columns = values.shape[0] // _TILE, values.shape[1] // _TILE
    return np.asarray(values.reshape(rows, _TILE, columns, _TILE).sum(axis=(1, 3)), np.float32)


def _spectrum(edges: Floats) -> Floats:
    return np.asarray(cv2.dft(np.ascontiguousarray(edges), flags=cv2.DFT_COMPLEX_OUTPUT), np.float32)


def _fit(edges: Floats, spectrum: Floats, own: float) -> Fit:
    """Return where a reference, given by its spectrum, fits the edges best."""
    product = cv2.mulSpectrums(_spectrum(edges), spectrum, 0, conjB=True)
    fits = cv2.idft(product, flags=cv2.DFT_SCALE)[..., 0]
    _, best, _, (x, y) = cv2.minMaxLoc(fits)
    height, width = fits.shape
    shift = (x - width if x > width // 2 else x, y - height if y > height // 2 else y)
    here = max(float(fits[0, 0]), 0.05 * own, 1e-6)
    return Fit(shift, gain=float(best) / here, quality=float(best) / max(own, 1e-6))


def _verdict(look: Look) -> View | None:
    """Return what a comparison means; None if all is well."""
    if look.sharpness < 0.5:
        return View.BLURRED
    if look.contrast < 0.3:
        return View.COVERED
    if all(half.moved for half in look.halves):
        return View.CHANGED
    if look.tiles < _LOST:
        return View.COVERED if look.contrast < 0.5 else View.CHANGED
    return None
