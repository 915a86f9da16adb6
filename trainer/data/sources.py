"""Where crops come from: labelled pictures, rendered scenes and made pictures without people.

A source is a list of pictures with head points. Its pictures are read once and kept, within a
bound, because decoding a JPEG costs more than training on a crop of it.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from crowdmon.errors import DatasetError
from crowdmon.formats.perspective import read_perspective
from crowdmon.scene import Plaza
from trainer.data import empty_pictures
from trainer.data.datasets import Dataset, Sample
from trainer.data.kernels import perspective_density

EMPTY = "nobody"
"""The name configurations and weights give the source of made pictures without people."""

log = logging.getLogger(__name__)

MAX_SIDE = 2048
"""Longer sides are scaled down to this when read: the crops are cut at about that size anyway."""


@dataclass(frozen=True, eq=False)
class Item:
    """One picture to cut crops from.

    Attributes:
        name: for messages.
        rgb: HxWx3 uint8.
        points: Nx2 (x, y), 0-based pixels.
        mask: HxW uint8, 1 inside of the ROI; None for everywhere.
        density: HxW full-size density map, where kernels follow a perspective map; else None.
        roi: Mx2 corners of the ROI's polygon in pixels, where it is one; ``mask`` is then drawn from it.
    """

    name: str
    rgb: NDArray[np.uint8]
    points: NDArray[np.float64]
    mask: NDArray[np.uint8] | None = None
    density: NDArray[np.float32] | None = None
    roi: NDArray[np.float64] | None = None


@dataclass
class DataSource:
    """A named list of pictures, read when first asked for.

    Attributes:
        name: benchmark or generator.
        makers: one function a picture.
        counts: head points a picture, known without reading it.
        scaled: whether crops are cut at random scales.
        bad: the pictures left out because they cannot be read, and why.
    """

    name: str
    makers: Sequence[Callable[[], Item]]
    counts: Sequence[int]
    scaled: bool = True
    _kept: OrderedDict[int, Item] = field(default_factory=OrderedDict)
    max_bytes: int = 3 * 2**30
    bad: dict[int, DatasetError] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.makers)

    def item(self, index: int) -> Item:
        """Return one picture; DatasetError if it cannot be read."""
        kept = self._kept.get(index)
        if kept is None:
            kept = self.makers[index]()
            self._kept[index] = kept
            while sum(_size(one) for one in self._kept.values()) > self.max_bytes and len(self._kept) > 1:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(index)
        return kept

    def sound(self, index: int) -> Item:
        """Return a picture, or the next one that can be read in its place; DatasetError if there is none."""
        for place in range(index, index + len(self)):
            if place % len(self) not in self.bad:
                try:
                    return self.item(place % len(self))
                except DatasetError as error:
                    self.leave_out(place % len(self), error)
        raise next(iter(self.bad.values()))

    def leave_out(self, index: int, error: DatasetError) -> None:
        """Note that a picture cannot be read, and say so once."""
        if index not in self.bad:
            log.warning("%s: left out: %s", self.name, error)
        self.bad[index] = error


def from_dataset(dataset: Dataset, *, perspective: bool = False) -> DataSource:
    """Turn a benchmark's split into a source; kernels follow its perspective maps if asked to."""
    makers = [partial(_read, sample, perspective) for sample in dataset.samples]
    return DataSource(dataset.name, makers, [sample.count for sample in dataset.samples])


def plaza(pictures: int = 240) -> DataSource:
    """Rendered scenes with exact truth; a small share keeps the demo camera honest."""
    return DataSource("plaza", [partial(_render, number) for number in range(pictures)], [0] * pictures)


def empty_scenes(pictures: int = 280) -> DataSource:
    """Made pictures without people: flat, noise, leaves, bricks, letters, and other kinds."""
    made = [partial(_empty, number) for number in range(pictures)]
    # Scaling would smooth noise of one pixel away.
    return DataSource(EMPTY, made, [0] * pictures, scaled=False)


def _size(item: Item) -> int:
    return item.rgb.nbytes + (item.density.nbytes if item.density is not None else 0)


def _read(sample: Sample, perspective: bool) -> Item:
    rgb, points, roi = sample.read(), sample.points, sample.roi
    mask = _mask(sample, rgb.shape[0], rgb.shape[1])
    if perspective and sample.perspective is not None:
        density = perspective_density(points, read_perspective(sample.perspective))
        return Item(sample.name, rgb, points, mask, density, roi)
    scale = MAX_SIDE / max(rgb.shape[:2])
    if scale < 1:
        size = (round(rgb.shape[1] * scale), round(rgb.shape[0] * scale))
        smaller = (size[0] / rgb.shape[1], size[1] / rgb.shape[0])
        points = (points + 0.5) * smaller - 0.5
        roi = None if roi is None else (roi + 0.5) * smaller - 0.5
        rgb = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
        if mask is not None:
            mask = cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST).astype(np.uint8)
    return Item(sample.name, rgb, points, mask, roi=roi)


def _mask(sample: Sample, height: int, width: int) -> NDArray[np.uint8] | None:
    if sample.mask is not None:
        return sample.mask.astype(np.uint8)
    if sample.roi is None:
        return None
    mask = np.zeros((height, width), np.uint8)
    corners = np.rint(sample.roi).astype(np.int32)
    cv2.fillPoly(mask, [corners.reshape(-1, 1, 2)], color=1)
    return mask


def _render(number: int) -> Item:
    rng = np.random.default_rng([7, number])
    people = int(rng.choice((0, 0, 10, 25, 40, 60, 100, 180)))
    # Few scenes, many moments: the background of a scene takes a second to draw and is kept.
    scene = Plaza(people=people, seed=1 + number % 14)
    frame = scene.render(float(rng.uniform(0, 600)))
    return Item(f"plaza-{number}", frame.rgb, frame.heads.astype(np.float64))


def _empty(number: int) -> Item:
    return Item(f"{EMPTY}-{number}", empty_pictures.picture(number), np.zeros((0, 2)))
