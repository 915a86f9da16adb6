"""What a batch of crops should give: heads per cell, segmentation labels, classes, and where they are known.

Pure functions of tensors that take a whole batch, on whatever device the tensors are; the loader calls them
with one crop at a time, on the CPU. Nothing here depends on how many heads there are, so that the CPU never
waits for a device: heads that lie elsewhere are written to a place that is thrown away.

Points are (x, y) in pixels; an integer is the centre of a pixel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

STRIDE = 8
"""Pixels of one side of a cell."""

TEMPLATE = 15
"""Side of the ones template of the segmentation labels, in pixels (section III.A)."""

Places = tuple[Tensor, Tensor]
"""NxM x and NxM y of head points, in pixels of the crop."""


@dataclass(frozen=True, eq=False)
class Axis:
    """One axis of a batch of windows.

    Attributes:
        corner: N, of the window, in pixels of the picture.
        scale: N, pixels of the crop for one of the picture.
        flip: N, whether the axis is mirrored.
        length: N, of the picture, in its own pixels.
        size: of all crops, in pixels; a multiple of 8.
    """

    corner: Tensor
    scale: Tensor
    flip: Tensor
    length: Tensor
    size: int

    def factors(self) -> tuple[Tensor, Tensor]:
        """Return N factors and offsets that take a place of the picture to pixels of the crop.

        Pixel i is centred on i: a picture's left edge lies at -0.5 on both sides.
        """
        offset = (0.5 - self.corner) * self.scale - 0.5
        factor = torch.where(self.flip, -self.scale, self.scale)
        return factor, torch.where(self.flip, self.size - 1 - offset, offset)

    def move(self, places: Tensor) -> Tensor:
        """Return NxM places of the picture in pixels of the crop."""
        factor, offset = self.factors()
        return places * factor[:, None] + offset[:, None]

    def bounds(self) -> tuple[Tensor, Tensor]:
        """Return where the picture begins and ends, N each, in pixels of the crop (half-open)."""
        first = torch.full_like(self.length, -0.5)
        ends = self.move(torch.stack([first, self.length - 0.5], dim=1)) + 0.5
        return ends.amin(dim=1), ends.amax(dim=1)


Axes = tuple[Axis, Axis]
"""Across and down."""


def head_counts(places: Places, axes: Axes) -> Tensor:
    """Return heads per cell, Nx1x(H/8)x(W/8) float32; a head counts in the cell it lies in, whole."""
    numbers, inside = [], None
    for place, along in zip(places, axes, strict=True):
        low, high = along.bounds()
        first = low.ceil()[:, None]
        last = torch.maximum(first, high.ceil()[:, None] - 1)
        # A head on the very edge rounds to one pixel outside: it belongs to the last one inside.
        pixel = place.round().clamp(first, last)
        near = (place > -1) & (place < along.size) & (pixel >= 0) & (pixel < along.size)
        inside = near if inside is None else inside & near
        numbers.append(pixel.clamp(0, along.size - 1).long() // STRIDE)
    assert inside is not None
    columns, rows = (along.size // STRIDE for along in axes)
    flat = torch.zeros(len(inside), rows * columns + 1, device=inside.device)
    index = torch.where(inside, numbers[1] * columns + numbers[0], rows * columns)
    flat.scatter_add_(1, index, torch.ones_like(index, dtype=torch.float32))
    return flat[:, :-1].reshape(-1, 1, rows, columns)


def people_inside(places: Places, axes: Axes) -> Tensor:
    """Return how many heads lie in each crop, N int64."""
    (x, y), (across, down) = places, axes
    inside = (x >= -0.5) & (y >= -0.5) & (x < across.size - 0.5) & (y < down.size - 0.5)
    return inside.sum(dim=1)


def segmentations(places: Places, *, height: int, width: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return the binary labels S at 1/2, 1/4 and 1/8, Nx1xhxw uint8 (section III.A).

    A template of ones is pasted on every head, resized by area and set to 1 where above 0.

    Args:
        places: of heads in the crop and beside it.
        height, width: of the crop, in pixels; multiples of 8.
    """
    # A template of 15 pixels lies in 8 cells of 2 pixels, wherever it begins.
    reach, side = TEMPLATE // 2, TEMPLATE // 2 + 1
    columns, rows = width // 2 + side - 1, height // 2 + side - 1
    x, y = (((place.round() - reach) / 2).floor() + side - 1 for place in places)
    inside = (x >= 0) & (y >= 0) & (x < columns) & (y < rows)
    flat = torch.zeros(len(x), rows * columns + 1, dtype=torch.uint8, device=x.device)
    index = y.clamp(0, rows - 1).long() * columns + x.clamp(0, columns - 1).long()
    flat.scatter_(1, torch.where(inside, index, rows * columns), 1)
    half = flat[:, :-1].reshape(-1, 1, rows, columns)
    for dim in (2, 3):
        half = _largest_of(half, side, dim)
    quarter = _halved(half)
    return half, quarter, _halved(quarter)


def picture_segmentations(
    points: NDArray[np.float64], *, height: int, width: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the binary labels of one picture at 1/2, 1/4 and 1/8, hxw each; see :func:`segmentations`."""
    x, y = torch.from_numpy(np.ascontiguousarray(points.T)).unsqueeze(1)
    half, quarter, eighth = (one[0, 0].numpy() for one in segmentations((x, y), height=height, width=width))
    return half, quarter, eighth


def known(axes: Axes, *, margin: int) -> Tensor:
    """Return which cells are judged, Nx1x(H/8)x(W/8) float32 of 0 and 1.

    What is near to an edge that cuts through the picture is not; a picture's own edges are. In use a
    picture is counted whole. A network that is held to count right up to where a crop was cut makes up in
    the middle for what it cannot know at the edge, and counts too many in a whole picture.

    Args:
        axes: of the crops.
        margin: what is near, in pixels; a multiple of 8.
    """
    judged, cut = [], margin // STRIDE
    for along in axes:
        low, high = along.bounds()
        cells = along.size // STRIDE
        cell = torch.arange(cells, device=low.device)
        before = (cell < cut)[None] & (low < 0)[:, None]
        after = (cell >= cells - cut)[None] & (high > along.size)[:, None]
        judged.append(~(before | after))
    across, down = judged
    return (down[:, :, None] & across[:, None, :])[:, None].float()


def enlarged(cells: Tensor, times: int) -> Tensor:
    """Return NxCxHxW cells, each of them ``times`` as wide and as high."""
    return cells.repeat_interleave(times, 2).repeat_interleave(times, 3)


def crowd_classes(people: Tensor, *, threshold: float, classes: int) -> Tensor:
    """Return the class of each count, int64: min(floor(count / Thr), K - 1)."""
    return (people.double() // threshold).clamp(max=classes - 1).long()


def expected_people(
    heads: int | NDArray[np.int64],
    *,
    crop: int,
    scale: float | NDArray[np.float64],
    picture: int | NDArray[np.int64],
) -> np.float64 | NDArray[np.float64]:
    """Return how many heads a crop of a picture has on average.

    Args:
        heads: of the picture.
        crop: pixels of the crop.
        scale: pixels of the crop for one of the picture, along one side.
        picture: pixels of the picture.
    """
    share: np.float64 | NDArray[np.float64] = np.minimum(crop / scale**2 / picture, 1.0)
    return heads * share


def _largest_of(maps: Tensor, width: int, dim: int) -> Tensor:
    """Return the largest of each ``width`` neighbours along a dimension, which gets shorter by width - 1."""
    done = 1
    while done < width:
        # Twice as many at a time: the largest of two neighbours is the largest of what both stand for.
        step = min(done, width - done)
        length = maps.shape[dim] - step
        maps = torch.maximum(maps.narrow(dim, 0, length), maps.narrow(dim, step, length))
        done += step
    return maps


def _halved(labels: Tensor) -> Tensor:
    rows = torch.maximum(labels[:, :, ::2], labels[:, :, 1::2])
    return torch.maximum(rows[:, :, :, ::2], rows[:, :, :, 1::2])
