"""The fixed background of a camera as the orientation of its edges, and how a picture fits it. Pure.

Orientation hardly depends on the light. People who walk through leave no stable orientation, so the
background alone is compared.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Self

import cv2
import numpy as np
from numpy.typing import NDArray

SIZE: Final = (160, 90)
"""(width, height) in pixels of the pictures that are compared."""

_TILE = 10

_STABLE = 0.35
"""Length of the mean of edges, 0..1, from which they are background."""

_HELD = 0.35
"""Part of a tile's edges that must be seen."""

_SLACK = 1
"""Pixels of :data:`SIZE` by which wind may move a view."""

TURNS: Final = (*(sign * angle for angle in range(2, 17, 2) for sign in (1, -1)),)
"""Degrees by which a background is rotated to look whether it fits better so."""

ZOOMS: Final = (0.9, 1.1)

_BETTER = 1.2
"""How much better a background must fit elsewhere than here, if the view is to be another one."""

_CLEAR = 5.0
"""By how many standard deviations a fit must stand out among those at all other places."""

Grey = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False, slots=True)
class Edges:
    """The edges of one picture, or the mean of several.

    Attributes:
        field: HxWx2 float32, (cos 2a, sin 2a) of each edge's direction, weighed 0..1 by its strength. Both
            directions across an edge are the same: at night, a wall may be darker than the sky or lighter.
        contrast: their mean strength.
        sharpness: fine edges as part of coarse ones.
    """

    field: Floats
    contrast: float
    sharpness: float

    @classmethod
    def none(cls) -> Self:
        """Return the edges of nothing."""
        return cls(np.zeros((SIZE[1], SIZE[0], 2), np.float32), 0.0, 0.0)

    @classmethod
    def of(cls, grey: Grey) -> Self:
        """Find the edges of a picture of :data:`SIZE`."""
        light = cv2.log(grey.astype(np.float32) + 16.0)
        fine = cv2.GaussianBlur(light, (5, 5), 0.7)
        x, y = cv2.Sobel(fine, cv2.CV_32F, 1, 0, scale=0.25), cv2.Sobel(fine, cv2.CV_32F, 0, 1, scale=0.25)
        squared = x * x + y * y
        weight = 1.0 / (squared + 0.03**2)
        edges = cv2.merge([(x * x - y * y) * weight, 2.0 * x * y * weight])
        coarse = cv2.GaussianBlur(light, (15, 15), 2.5)
        detail = float(np.abs(cv2.Laplacian(fine, cv2.CV_32F)).mean())
        shape = float(np.abs(cv2.Laplacian(coarse, cv2.CV_32F)).mean())
        return cls(np.asarray(edges, np.float32), float(np.sqrt(squared).mean()), detail / (shape + 1e-3))

    def toward(self, other: Edges, share: float) -> Edges:
        """Return the mean of both in which ``other`` has a share of 0..1."""
        return Edges(
            self.field + np.float32(share) * (other.field - self.field),
            self.contrast + share * (other.contrast - self.contrast),
            self.sharpness + share * (other.sharpness - self.sharpness),
        )

    def strength(self) -> float:
        """Return how much of them there is; the edges of people who walk cancel out in a mean."""
        return float(np.sqrt((self.field**2).sum(axis=2)).sum())


@dataclass(frozen=True, slots=True)
class Fit:
    """How a background fits a picture.

    Attributes:
        here: how well it fits where it was, 1 as itself.
        clear: by how many standard deviations that stands out among all other places.
        moved: whether it surely fits better elsewhere: shifted, rotated or enlarged. People before a
            background never make it fit better elsewhere.
    """

    here: float
    clear: float
    moved: bool

    @property
    def seen(self) -> bool:
        """Whether the background is surely where it was."""
        return self.clear >= _CLEAR and not self.moved


@dataclass(frozen=True, eq=False, slots=True)
class Background:
    """Edges as they were learned, prepared for comparing: their weight in each tile, their spectra."""

    edges: Floats
    known: NDArray[np.bool_]
    least: Floats
    own: float
    spectrum: Floats
    _others: dict[tuple[float, float], Floats] = field(default_factory=dict)

    @classmethod
    def of(cls, mean: Floats) -> Self:
        """Keep mean edges where they hardly change: not where people walk, and not where nothing is."""
        length = np.sqrt((mean**2).sum(axis=2))
        stable = np.where(length > _STABLE, length, 0.0).astype(np.float32)
        edges = np.asarray(mean * (stable > 0.0)[..., None], np.float32)
        weights = _tiled(stable)
        return cls(
            edges=edges,
            known=weights > max(0.25 * float(weights.mean()), 1e-6),
            least=np.asarray(_HELD * _tiled(stable * length), np.float32),
            own=max(float((edges**2).sum()), 1e-6),
            spectrum=_spectrum(edges),
        )

    def tiles(self, edges: Floats) -> float:
        """Return the share of the tiles with background in which it is seen."""
        held = _tiled((edges * self.edges).sum(axis=2)) > self.least
        return float(held[self.known].mean()) if self.known.any() else 1.0

    def fit(self, edges: Floats, *, usual: float) -> Fit:
        """Return how it fits, and whether it fits better elsewhere.

        Args:
            edges: the mean of the last seconds.
            usual: :attr:`Fit.here` of late; rotations, which take longer, are tried if it is worse now.
        """
        seen = _spectrum(edges)
        fits = _fits(seen, self.spectrum)
        middle, spread = _mean_and_spread(fits)
        here = _near(fits)
        clear = (here - middle) / spread
        moved = _stands_out(_without_near(fits), here, middle, spread)
        if not moved and here < 0.8 * usual * self.own:
            moved = any(self._fits_better(seen, here, *how) for how in _WAYS)
        return Fit(here / self.own, clear, moved)

    def _fits_better(self, seen: Floats, here: float, turn: float, zoom: float) -> bool:
        if (turn, zoom) not in self._others:
            self._others[turn, zoom] = _spectrum(_turned(self.edges, turn, zoom))
        fits = _fits(seen, self._others[turn, zoom])
        return _stands_out(fits, here, *_mean_and_spread(fits))


_WAYS = (*((float(turn), 1.0) for turn in TURNS), *((0.0, zoom) for zoom in ZOOMS))


def small_grey(rgb: NDArray[np.uint8]) -> Grey:
    """Return a picture (HxWx3, RGB) in grey and in :data:`SIZE`."""
    small = cv2.resize(rgb, SIZE, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)


def _stands_out(fits: Floats, here: float, middle: float, spread: float) -> bool:
    best = float(fits.max())
    return best > _BETTER * max(here, 0.0) and (best - middle) / spread > _CLEAR


def _near(fits: Floats) -> float:
    around = range(-_SLACK, _SLACK + 1)
    return max(float(fits[y, x]) for y in around for x in around)


def _without_near(fits: Floats) -> Floats:
    left = fits.copy()
    around = np.arange(-_SLACK, _SLACK + 1)
    left[np.ix_(around, around)] = -np.inf
    return left


def _mean_and_spread(fits: Floats) -> tuple[float, float]:
    mean, spread = cv2.meanStdDev(fits)
    return float(mean[0, 0]), max(float(spread[0, 0]), 1e-6)


def _turned(edges: Floats, turn: float, zoom: float) -> Floats:
    """Rotate a field of edges by degrees; their directions turn with it."""
    middle = ((SIZE[0] - 1) / 2, (SIZE[1] - 1) / 2)
    out = cv2.warpAffine(edges, cv2.getRotationMatrix2D(middle, turn, zoom), SIZE)
    cosine, sine = np.cos(2 * np.radians(turn)), np.sin(2 * np.radians(turn))
    x, y = out[..., 0], out[..., 1]
    return np.asarray(np.dstack([cosine * x + sine * y, cosine * y - sine * x]), np.float32)


def _tiled(values: Floats) -> Floats:
    rows, columns = values.shape[0] // _TILE, values.shape[1] // _TILE
    return np.asarray(values.reshape(rows, _TILE, columns, _TILE).sum(axis=(1, 3)), np.float32)


def _spectrum(edges: Floats) -> Floats:
    return np.asarray(cv2.dft(np.ascontiguousarray(edges), flags=cv2.DFT_COMPLEX_OUTPUT), np.float32)


def _fits(seen: Floats, reference: Floats) -> Floats:
    """Return how well a reference fits at every shift, the shift (0, 0) first; both as spectra."""
    product = cv2.mulSpectrums(seen, reference, 0, conjB=True)
    return np.ascontiguousarray(cv2.idft(product, flags=cv2.DFT_SCALE)[..., 0], np.float32)
