"""What a step's crops are, as numbers: which picture, where, how large, mirrored, how changed.

Everything is a pure function of (seed, step), so that a run that was stopped goes on along the same curve.
Numbers are drawn crop by crop for the loader, whose crops stay the same however many processes share a
batch, and for a whole batch at once for a device, which cuts thousands of crops a second. Crops
and labels are computed from these numbers alone: see :mod:`trainer.data.labels`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from trainer.config import Augment, TrainConfig

Numbers = NDArray[np.float64]
Values = TypeVar("Values", NDArray[np.float64], Tensor)

BLUR = (0.4, 1.5)
"""Standard deviations of a blur, in pixels."""

QUALITY = (15, 70)
"""Of JPEG, half-open."""

NOISE = (1, 10)
"""Standard deviations of noise, in levels of 255."""

NOISE_SIDE = 64
"""Pixels of one side of the noise drawn for one crop; repeated beyond that."""


@dataclass(frozen=True)
class Window:
    """A part of a picture: its left top corner in the picture's pixels, the crop's size and its scale."""

    left: float
    top: float
    width: int
    height: int
    scale: float
    flip: bool


@dataclass(frozen=True, eq=False)
class Windows:
    """Where each crop of a batch lies; arrays of N.

    Attributes:
        source, picture: which one, and which of its pictures.
        left, top: corner in the picture's pixels.
        scale: pixels of the crop for one of the picture.
        flip: whether it is mirrored.
    """

    source: NDArray[np.int64]
    picture: NDArray[np.int64]
    left: Numbers
    top: Numbers
    scale: Numbers
    flip: NDArray[np.bool_]


@dataclass(frozen=True)
class CropChange:
    """What happens to the pixels of one crop.

    Attributes:
        gamma, contrast, brightness: 1, 1 and 0 for none.
        grey: whether the crop is made grey.
        blur: standard deviation in pixels, 0 for none.
        quality: of JPEG, 0 for none.
        noise: SxSx3 levels of 255 that are added, repeated over the crop; None for none.
    """

    gamma: float = 1.0
    contrast: float = 1.0
    brightness: float = 0.0
    grey: bool = False
    blur: float = 0.0
    quality: int = 0
    noise: Numbers | None = None


@dataclass(frozen=True, eq=False)
class CropChanges:
    """What happens to the pixels of each crop of a batch; arrays of N, see :class:`Change`.

    Attributes:
        noise: standard deviation in levels of 255, 0 for none.
    """

    gamma: Numbers
    contrast: Numbers
    brightness: Numbers
    grey: NDArray[np.bool_]
    blur: Numbers
    quality: Numbers
    noise: Numbers


@dataclass(frozen=True, eq=False)
class PictureSizes:
    """What has to be known of one source's pictures to draw crops of them.

    Attributes:
        name: of the source.
        sizes: Px2 (height, width) in pixels.
        scaled: whether crops are cut at random scales.
    """

    name: str
    sizes: NDArray[np.int64]
    scaled: bool = True


def draw_batch(
    config: TrainConfig, pictures: Sequence[PictureSizes], *, step: int, rank: int = 0, world: int = 1
) -> tuple[Windows, CropChanges]:
    """Return the crops of one step of one process, drawn together; the same ones for the same step.

    Every batch has as many crops of each source as its share says, to less than one.
    """
    number = (step * world + rank) * config.batch
    rng = np.random.default_rng([config.seed, 4, number])
    shares = np.asarray([config.sources.get(one.name, 1.0) for one in pictures])
    source = source_at(shares, (np.arange(config.batch) + rng.random()) / config.batch)
    length = np.asarray([len(one.sizes) for one in pictures])[source]
    picture = (rng.random(config.batch) * length).astype(np.int64)
    sizes = np.stack([pictures[s].sizes[p] for s, p in zip(source, picture, strict=True)])
    low, high = np.log(config.augment.scale)
    scaled = np.asarray([one.scaled for one in pictures])[source]
    scale = np.where(scaled, np.exp(rng.uniform(low, high, config.batch)), 1.0)
    side = config.crop / scale
    left = draw_corners(rng, room=sizes[:, 1] - side, beside=config.edges * side)
    top = draw_corners(rng, room=sizes[:, 0] - side, beside=config.edges * side)
    flip = rng.random(config.batch) < 0.5
    windows = Windows(source, picture, left, top, scale, flip)
    return windows, _draw_changes(rng, config.augment, config.batch)


def draw_window(
    size: tuple[int, int], rng: np.random.Generator, config: TrainConfig, *, scaled: bool = True
) -> Window:
    """Return a square crop at a random scale, or at scale 1, anywhere in a picture of (height, width)."""
    low, high = np.log(config.augment.scale)
    scale = float(np.exp(rng.uniform(low, high))) if scaled else 1.0
    height, width = size
    side = config.crop / scale
    left = float(draw_corners(rng, room=np.float64(width - side), beside=np.float64(config.edges * side)))
    top = float(draw_corners(rng, room=np.float64(height - side), beside=np.float64(config.edges * side)))
    return Window(left, top, config.crop, config.crop, scale, bool(rng.random() < 0.5))


def source_at(shares: Numbers, places: np.float64 | Numbers) -> NDArray[np.int64]:
    """Return which source lies at each place, 0..1, when the shares are laid end to end."""
    ends = np.cumsum(shares) / shares.sum()
    return np.asarray(np.minimum(np.searchsorted(ends, places, side="right"), len(shares) - 1), np.int64)


def draw_corners(
    rng: np.random.Generator, *, room: np.float64 | Numbers, beside: np.float64 | Numbers
) -> Numbers:
    """Return where along one side crops begin: 0..room, or room..0 if they are larger than the picture.

    In whole pixels, so that a crop that lies in the picture is a plain slice of it.
    """
    low, high = np.minimum(0.0, room), np.maximum(0.0, room)
    drawn = np.asarray(rng.uniform(low - beside, high + beside), np.float64)
    return np.asarray(np.rint(np.clip(drawn, low, high)), np.float64)


def draw_change(rng: np.random.Generator, settings: Augment) -> CropChange:
    """Return what happens to the pixels of one crop."""
    gamma, contrast, brightness, strength = 1.0, 1.0, 0.0, settings.colour
    if strength:
        gamma = float(np.exp(rng.uniform(-strength, strength)))
        contrast = 1 + rng.uniform(-strength, strength)
        brightness = rng.uniform(-strength, strength) * 0.5
    grey = bool(settings.grey and rng.random() < settings.grey)
    blur, quality, noise = 0.0, 0, None
    if settings.degrade and rng.random() < settings.degrade:
        if rng.random() < 0.5:
            blur = float(rng.uniform(*BLUR))
        else:
            quality = int(rng.integers(*QUALITY))
    if settings.noise and rng.random() < settings.noise:
        sigma = rng.uniform(*NOISE)
        # One small field, repeated: a number for each pixel would take longer than all the rest of a crop.
        noise = rng.standard_normal((NOISE_SIDE, NOISE_SIDE, 3)) * sigma
    return CropChange(gamma, contrast, brightness, grey, blur, quality, noise)


def _draw_changes(rng: np.random.Generator, settings: Augment, n: int) -> CropChanges:
    strength = settings.colour
    gamma = np.exp(rng.uniform(-strength, strength, n).astype(np.float64))
    contrast = 1 + rng.uniform(-strength, strength, n)
    brightness = rng.uniform(-strength, strength, n) * 0.5
    grey = rng.random(n) < settings.grey
    degraded, kind = rng.random(n) < settings.degrade, rng.random(n) < 0.5
    blur: Numbers = np.where(degraded & kind, rng.uniform(*BLUR, n), 0.0)
    quality = np.where(degraded & ~kind, rng.integers(*QUALITY, n), 0).astype(np.float64)
    noise = np.where(rng.random(n) < settings.noise, rng.uniform(*NOISE, n), 0.0)
    return CropChanges(gamma, contrast, brightness, grey, blur, quality, noise)


def relight(
    levels: Values, *, gamma: Values | float, contrast: Values | float, brightness: Values | float
) -> Values:
    """Return levels, 0..1, in another light; those that leave 0..1 are not clipped yet."""
    return (levels**gamma - 0.5) * contrast + 0.5 + brightness
