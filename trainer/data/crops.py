"""Crops that the CPU cuts out of pictures, with their labels: a pure function of (seed, step).

The pixels are computed with OpenCV, the labels with :mod:`trainer.data.labels`, one crop at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from trainer.config import TrainConfig
from trainer.data import kernels, labels
from trainer.data.draws import CropChange, Window, draw_change, draw_window, relight, source_at
from trainer.data.labels import STRIDE, Axes, Axis
from trainer.data.sources import DataSource, Item

PAPER_PATCHES = ((0.25, 9), (0.5, 4), (1.0, 1))
"""Share of each side and number of patches a picture ("1/16, 1/4, 1" by area; section IV)."""

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Patch:
    """One crop and what it should give.

    Attributes:
        rgb: HxWx3 uint8; H and W multiples of 8.
        density: (H/8)x(W/8) people per cell.
        segmentations: binary labels at 1/2, 1/4, 1/8.
        count: head points in the crop (inside of the ROI).
        mask: HxW 0..1, where the labels are known.
        name: the picture it was cut from.
        usual: head points that a crop of this size has in this picture, on average.
        weight: of its density error in the loss.
        norm: whether batch normalisation takes its statistics from it.
    """

    rgb: Pixels
    density: NDArray[np.float32]
    segmentations: tuple[NDArray[np.uint8], ...]
    count: int
    mask: NDArray[np.float32] | None
    name: str
    usual: float = 0.0
    weight: float = 1.0
    norm: bool = True


def batch(
    config: TrainConfig, sources: Sequence[DataSource], *, step: int, rank: int = 0, world: int = 1
) -> list[Patch]:
    """Return the patches of one step of one process; the same step always gives the same ones.

    Every batch has as many patches of each source as its share says, to less than one; those of
    ``config.norm_source`` come first.

    Args:
        config: the run's.
        sources: in the order of ``config.sources``.
        step: from 0.
        rank, world: which of how many processes.
    """
    number = (step * world + rank) * config.batch
    if config.protocol == "paper":
        return [_paper(config, sources[0], number + i) for i in range(config.batch)]
    shares = np.asarray([config.sources.get(source.name, 1.0) for source in sources])
    draw = np.random.default_rng([config.seed, 3, number]).random()
    patches = []
    for i in range(config.batch):
        rng = np.random.default_rng([config.seed, number + i])
        source = sources[int(source_at(shares, np.float64((i + draw) / config.batch)))]
        item = source.sound(int(rng.integers(len(source))))
        window = draw_window(item.rgb.shape[:2], rng, config, scaled=source.scaled)
        patch = cut(item, window, draw_change(rng, config.augment), config)
        norm = config.norm_source in ("", source.name)
        patches.append(replace(patch, weight=config.weights.get(source.name, 1.0), norm=norm))
    return sorted(patches, key=lambda patch: not patch.norm)


def _paper(config: TrainConfig, source: DataSource, number: int) -> Patch:
    # An epoch is every patch of every picture once, in a random order of its own.
    patches = [share for share, count in PAPER_PATCHES for _ in range(count)]
    epoch, place = divmod(number, len(source) * len(patches))
    order = np.random.default_rng([config.seed, 1, epoch]).permutation(len(source) * len(patches))
    index, kind = divmod(int(order[place]), len(patches))
    rng = np.random.default_rng([config.seed, 2, number])
    item = source.sound(index)
    height, width = (max(STRIDE, int(side * patches[kind]) // STRIDE * STRIDE) for side in item.rgb.shape[:2])
    left = int(rng.integers(0, item.rgb.shape[1] - width + 1))
    top = int(rng.integers(0, item.rgb.shape[0] - height + 1))
    window = Window(left, top, width, height, 1.0, bool(rng.random() < 0.5))
    return cut(item, window, draw_change(rng, config.augment), config)


def cut(item: Item, window: Window, change: CropChange, config: TrainConfig) -> Patch:
    """Cut a window out of a picture, with its labels; pixels beside the picture have the mean colour."""
    height, width = item.rgb.shape[:2]
    axes = axes_of(window, height=height, width=width)
    matrix = _matrix(axes)
    heads = torch.from_numpy(np.ascontiguousarray(item.points.T))
    places = (axes[0].move(heads[:1]), axes[1].move(heads[1:]))
    fill = [round(255 * value) for value in config.preprocess().mean]
    marks = labels.segmentations(places, height=window.height, width=window.width)
    usual = labels.expected_people(
        len(item.points), crop=window.width * window.height, scale=window.scale, picture=height * width
    )
    return Patch(
        rgb=np.ascontiguousarray(changed(_warped(item.rgb, window, matrix, fill=fill), change)),
        density=_density(item, window, places, axes, matrix, kernel=config.kernel != "none"),
        segmentations=tuple(one[0, 0].numpy() for one in marks),
        count=int(labels.people_inside(places, axes)),
        mask=_mask(item, window, axes, matrix, margin=config.margin),
        name=item.name,
        usual=float(usual),
    )


def axes_of(window: Window, *, height: int, width: int) -> Axes:
    """Return the two axes of a window in a picture of this size."""

    def axis(corner: float, flip: bool, length: int, size: int) -> Axis:
        numbers = torch.tensor([corner, window.scale, length], dtype=torch.float64)
        return Axis(numbers[:1], numbers[1:2], torch.tensor([flip]), numbers[2:], size)

    return axis(window.left, window.flip, width, window.width), axis(window.top, False, height, window.height)


def changed(rgb: Pixels, change: CropChange) -> Pixels:
    """Return a crop's pixels in another light, blurred or compressed, and with noise."""
    if (change.gamma, change.contrast, change.brightness) != (1.0, 1.0, 0.0):
        levels = relight(
            np.linspace(0, 1, 256),
            gamma=change.gamma,
            contrast=change.contrast,
            brightness=change.brightness,
        )
        rgb = cv2.LUT(rgb, (np.clip(levels, 0, 1) * 255).astype(np.uint8)).astype(np.uint8)
    if change.grey:
        rgb = np.repeat(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)[:, :, None], 3, axis=2)
    if change.blur:
        rgb = np.asarray(cv2.GaussianBlur(rgb, (0, 0), change.blur), np.uint8)
    if change.quality:
        _, packed = cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, change.quality])
        rgb = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
    if change.noise is not None:
        (height, width), side = rgb.shape[:2], len(change.noise)
        tiles = (-(-height // side), -(-width // side), 1)
        tiled = np.tile(change.noise.astype(np.int16), tiles)[:height, :width]
        rgb = np.asarray(np.clip(rgb.astype(np.int16) + tiled, 0, 255), np.uint8)
    return rgb


def _matrix(axes: Axes) -> NDArray[np.float64]:
    """Return the 2x3 matrix that takes the picture's pixels to the crop's."""
    (across, left), (down, top) = (tuple(float(one) for one in along.factors()) for along in axes)
    return np.array([[across, 0, left], [0, down, top]])


def _warped(rgb: Pixels, window: Window, matrix: NDArray[np.float64], *, fill: Sequence[float]) -> Pixels:
    height, width = rgb.shape[:2]
    size = (window.width, window.height)
    x0, y0 = int(window.left), int(window.top)
    x1, y1 = round(window.left + size[0] / window.scale), round(window.top + size[1] / window.scale)
    if x0 < 0 or y0 < 0 or x1 > width or y1 > height:
        if window.scale < 0.7:
            rgb = cv2.GaussianBlur(rgb, (0, 0), 0.35 / window.scale).astype(np.uint8)
        flags, border = cv2.INTER_LINEAR, cv2.BORDER_CONSTANT
        warped = cv2.warpAffine(rgb, matrix, size, flags=flags, borderMode=border, borderValue=fill)
        return warped.astype(np.uint8)
    part = rgb[y0:y1, x0:x1]
    if part.shape[:2] != (size[1], size[0]):
        shrink = cv2.INTER_AREA if window.scale < 1 else cv2.INTER_LINEAR
        part = cv2.resize(part, size, interpolation=shrink).astype(np.uint8)
    return part[:, ::-1] if window.flip else part


def _density(
    item: Item,
    window: Window,
    places: labels.Places,
    axes: Axes,
    matrix: NDArray[np.float64],
    *,
    kernel: bool,
) -> NDArray[np.float32]:
    """Return people per cell: of the picture's own map where it has one, else of its head points."""
    if item.density is not None:
        size = (window.width, window.height)
        moved = cv2.warpAffine(item.density, matrix, size, flags=cv2.INTER_LINEAR)
        return kernels.cells(moved.astype(np.float32), STRIDE) / np.float32(window.scale**2)
    if not kernel:
        return _numbers(labels.head_counts(places, axes))
    (left, right), (top, bottom) = (tuple(float(one) for one in along.bounds()) for along in axes)
    return kernels.density(
        np.stack([place[0].numpy() for place in places], axis=1),
        height=window.height,
        width=window.width,
        stride=STRIDE,
        bounds=(left, top, right, bottom),
    )


def _mask(
    item: Item, window: Window, axes: Axes, matrix: NDArray[np.float64], *, margin: int
) -> NDArray[np.float32] | None:
    """Return where the labels of a crop are judged, HxW; None for everywhere."""
    judged = None
    if margin:
        cells = _numbers(labels.known(axes, margin=margin))
        judged = np.repeat(np.repeat(cells, STRIDE, axis=0), STRIDE, axis=1)
    if item.mask is None:
        return judged
    size = (window.width, window.height)
    roi = np.asarray(cv2.warpAffine(item.mask, matrix, size, flags=cv2.INTER_NEAREST), np.float32)
    return roi if judged is None else roi * judged


def _numbers(maps: Tensor) -> NDArray[np.float32]:
    numbers: NDArray[np.float32] = maps[0, 0].numpy()
    return numbers
