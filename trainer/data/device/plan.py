"""What a step's crops are, as numbers: a pure function of (seed, step), drawn on the CPU."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trainer.config import Augment, TrainConfig
from trainer.data import samples
from trainer.data.augment import BLUR, NOISE, QUALITY

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Shape:
    """What a plan has to know of one source's pictures.

    Attributes:
        name: of the source.
        sizes: Px2 (height, width) in pixels.
        scaled: whether crops are cut at random scales.
    """

    name: str
    sizes: NDArray[np.int64]
    scaled: bool = True


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


@dataclass(frozen=True, eq=False)
class Changes:
    """What happens to each crop's pixels; arrays of N, of the kinds :mod:`trainer.data.augment` names.

    Attributes:
        gamma, contrast, brightness: 1, 1 and 0 for none.
        grey: whether the crop is made grey.
        blur: standard deviation in pixels, 0 for none.
        quality: of JPEG, 0 for none.
        noise: standard deviation in levels of 255, 0 for none.
    """

    gamma: Numbers
    contrast: Numbers
    brightness: Numbers
    grey: NDArray[np.bool_]
    blur: Numbers
    quality: Numbers
    noise: Numbers


def draw(
    config: TrainConfig, shapes: Sequence[Shape], *, step: int, rank: int = 0, world: int = 1
) -> tuple[Windows, Changes]:
    """Return the crops of one step of one process; the same ones whenever it is asked again.

    Every batch has as many crops of each source as its share says, to less than one.
    """
    number = (step * world + rank) * config.batch
    rng = np.random.default_rng([config.seed, 4, number])
    shares = np.asarray([config.sources.get(shape.name, 1.0) for shape in shapes])
    places = (np.arange(config.batch) + rng.random()) / config.batch
    source = samples.drawn(shares, places)
    length = np.asarray([len(shape.sizes) for shape in shapes])[source]
    picture = (rng.random(config.batch) * length).astype(np.int64)
    sizes = np.stack([shapes[s].sizes[p] for s, p in zip(source, picture, strict=True)])
    low, high = np.log(config.augment.scale)
    scaled = np.asarray([shape.scaled for shape in shapes])[source]
    scale = np.where(scaled, np.exp(rng.uniform(low, high, config.batch)), 1.0)
    side = config.crop / scale
    left = samples.place(rng, room=sizes[:, 1] - side, beside=config.edges * side)
    top = samples.place(rng, room=sizes[:, 0] - side, beside=config.edges * side)
    flip = rng.random(config.batch) < 0.5
    windows = Windows(source, picture, left, top, scale, flip)
    return windows, _changes(rng, config.augment, config.batch)


def _changes(rng: np.random.Generator, settings: Augment, n: int) -> Changes:
    strength = settings.colour
    gamma = np.exp(rng.uniform(-strength, strength, n).astype(np.float64))
    contrast = 1 + rng.uniform(-strength, strength, n)
    brightness = rng.uniform(-strength, strength, n) * 0.5
    grey = rng.random(n) < settings.grey
    degraded, kind = rng.random(n) < settings.degrade, rng.random(n) < 0.5
    blur: Numbers = np.where(degraded & kind, rng.uniform(*BLUR, n), 0.0)
    quality = np.where(degraded & ~kind, rng.integers(*QUALITY, n), 0).astype(np.float64)
    noise = np.where(rng.random(n) < settings.noise, rng.uniform(*NOISE, n), 0.0)
    return Changes(gamma, contrast, brightness, grey, blur, quality, noise)
