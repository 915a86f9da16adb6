"""What a training step is fed: a pure function of (seed, step), so that resuming is exact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from trainer.config import TrainConfig
from trainer.data import augment, targets
from trainer.data.sources import Item, Source

STRIDE = 8
Numbers = np.float64 | NDArray[np.float64]
PAPER_PATCHES = ((0.25, 9), (0.5, 4), (1.0, 1))
"""Share of each side and number of patches a picture ("1/16, 1/4, 1" by area; section IV)."""


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

    rgb: NDArray[np.uint8]
    density: NDArray[np.float32]
    segmentations: tuple[NDArray[np.uint8], ...]
    count: int
    mask: NDArray[np.float32] | None
    name: str
    usual: float = 0.0
    weight: float = 1.0
    norm: bool = True


@dataclass(frozen=True)
class Window:
    """A part of a picture: its left top corner and size in pixels, and the scale it is drawn at."""

    left: float
    top: float
    width: int
    height: int
    scale: float
    flip: bool


def batch(
    config: TrainConfig, sources: Sequence[Source], *, step: int, rank: int = 0, world: int = 1
) -> list[Patch]:
    """Return the patches of one step of one process; the same ones whenever it is asked again.

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
        source = sources[int(drawn(shares, np.float64((i + draw) / config.batch)))]
        item = source.sound(int(rng.integers(len(source))))
        patch = cut(item, crop_window(item, rng, config, scaled=source.scaled), rng, config)
        norm = config.norm_source in ("", source.name)
        patches.append(replace(patch, weight=config.weights.get(source.name, 1.0), norm=norm))
    return sorted(patches, key=lambda patch: not patch.norm)


def drawn(shares: NDArray[np.float64], places: Numbers) -> NDArray[np.int64]:
    """Return which source lies at each place, 0..1, when the shares are laid end to end."""
    ends = np.cumsum(shares) / shares.sum()
    return np.asarray(np.minimum(np.searchsorted(ends, places, side="right"), len(shares) - 1), np.int64)


def crop_window(item: Item, rng: np.random.Generator, config: TrainConfig, *, scaled: bool = True) -> Window:
    """Choose a square crop at a random scale, or at its own, anywhere in the picture."""
    low, high = np.log(config.augment.scale)
    scale = float(np.exp(rng.uniform(low, high))) if scaled else 1.0
    height, width = item.rgb.shape[:2]
    side = config.crop / scale
    # Whole pixels, so that a crop inside of the picture is a plain slice.
    left = float(place(rng, room=np.float64(width - side), beside=np.float64(config.edges * side)))
    top = float(place(rng, room=np.float64(height - side), beside=np.float64(config.edges * side)))
    return Window(left, top, config.crop, config.crop, scale, bool(rng.random() < 0.5))


def place(rng: np.random.Generator, *, room: Numbers, beside: Numbers) -> NDArray[np.float64]:
    """Return where along one side crops begin: 0..room, or room..0 if they are larger than the picture."""
    low, high = np.minimum(0.0, room), np.maximum(0.0, room)
    drawn_at = np.asarray(rng.uniform(low - beside, high + beside), np.float64)
    return np.asarray(np.rint(np.clip(drawn_at, low, high)), np.float64)


def _paper(config: TrainConfig, source: Source, number: int) -> Patch:
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
    return cut(item, window, rng, config)


def cut(item: Item, window: Window, rng: np.random.Generator, config: TrainConfig) -> Patch:
    """Cut a window out of a picture, with its targets; what lies beside the picture has the mean colour."""
    mean = [round(255 * value) for value in config.preprocess().mean]
    matrix = _matrix(window)
    size = (window.width, window.height)
    shrink = cv2.INTER_AREA if window.scale < 1 else cv2.INTER_LINEAR
    rgb = _warp(item.rgb, window, matrix, fill=mean, interpolation=shrink)
    points = _move(item.points, window)
    bounds = _bounds(item, window)
    mask = _cut_mask(item, window, matrix)
    if config.margin:
        mask = _without_margin(mask, bounds, size=size, margin=config.margin)
    if item.density is not None:
        moved = cv2.warpAffine(item.density, matrix, size, flags=cv2.INTER_LINEAR)
        density = targets.cells(moved.astype(np.float32), STRIDE) / np.float32(window.scale**2)
    else:
        density = targets.density(
            points,
            height=size[1],
            width=size[0],
            stride=STRIDE,
            bounds=bounds,
            kernel=1 if config.kernel == "none" else targets.KERNEL,
        )
    inside = (points >= -0.5).all(axis=1) & (points[:, 0] < size[0] - 0.5) & (points[:, 1] < size[1] - 0.5)
    rgb = augment.colour(rgb, rng, config.augment)
    rgb = augment.degrade(rgb, rng, config.augment)
    rgb = augment.noise(rgb, rng, config.augment)
    return Patch(
        rgb=np.ascontiguousarray(rgb),
        density=density,
        segmentations=targets.segmentations(points, height=size[1], width=size[0]),
        count=int(inside.sum()),
        mask=mask,
        name=item.name,
        usual=_usual(item, window),
    )


def _usual(item: Item, window: Window) -> float:
    height, width = item.rgb.shape[:2]
    covered = float(window.width * window.height / window.scale**2 / (height * width))
    return len(item.points) * min(covered, 1.0)


def _matrix(window: Window) -> NDArray[np.float64]:
    # Pixel i is centred on i: a picture's left edge lies at -0.5 on both sides of the mapping.
    s = window.scale
    matrix = np.array([[s, 0, (0.5 - window.left) * s - 0.5], [0, s, (0.5 - window.top) * s - 0.5]])
    if window.flip:
        matrix[0] = [-s, 0, window.width - 1 - matrix[0, 2]]
    return matrix


def _move(points: NDArray[np.float64], window: Window) -> NDArray[np.float64]:
    matrix = _matrix(window)
    moved: NDArray[np.float64] = points @ matrix[:, :2].T + matrix[:, 2]
    return moved


def _bounds(item: Item, window: Window) -> targets.Bounds:
    height, width = item.rgb.shape[:2]
    corners = _move(np.array([[-0.5, -0.5], [width - 0.5, height - 0.5]]), window) + 0.5
    left, right = sorted(corners[:, 0])
    return (float(left), float(corners[0, 1]), float(right), float(corners[1, 1]))


def _warp(
    rgb: NDArray[np.uint8],
    window: Window,
    matrix: NDArray[np.float64],
    *,
    fill: Sequence[float],
    interpolation: int,
) -> NDArray[np.uint8]:
    height, width = rgb.shape[:2]
    size = (window.width, window.height)
    x0, y0 = int(window.left), int(window.top)
    x1, y1 = round(window.left + size[0] / window.scale), round(window.top + size[1] / window.scale)
    if x0 < 0 or y0 < 0 or x1 > width or y1 > height:
        flags = cv2.INTER_LINEAR
        if window.scale < 0.7:
            rgb = cv2.GaussianBlur(rgb, (0, 0), 0.35 / window.scale).astype(np.uint8)
        warped = cv2.warpAffine(
            rgb, matrix, size, flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=fill
        )
        return warped.astype(np.uint8)
    part = rgb[y0:y1, x0:x1]
    if part.shape[:2] != (size[1], size[0]):
        part = cv2.resize(part, size, interpolation=interpolation).astype(np.uint8)
    return part[:, ::-1] if window.flip else part


def _cut_mask(item: Item, window: Window, matrix: NDArray[np.float64]) -> NDArray[np.float32] | None:
    if item.mask is None:
        return None
    size = (window.width, window.height)
    moved = cv2.warpAffine(item.mask, matrix, size, flags=cv2.INTER_NEAREST)
    return np.asarray(moved, np.float32)


def _without_margin(
    mask: NDArray[np.float32] | None, bounds: targets.Bounds, *, size: tuple[int, int], margin: int
) -> NDArray[np.float32]:
    """Return a mask less what is near to an edge that cuts through the picture; a picture's own edges stay.

    In use a picture is counted whole. Held to count right up to where a crop was cut, a network makes up in
    the middle for what it cannot know at the edge, and counts too many in a whole picture.
    """
    width, height = size
    left, top, right, bottom = bounds
    known = np.ones((height, width), np.float32) if mask is None else mask.copy()
    known[:, : margin if left < 0 else 0] = 0
    known[: margin if top < 0 else 0] = 0
    known[:, width - margin if right > width else width :] = 0
    known[height - margin if bottom > height else height :] = 0
    return known
