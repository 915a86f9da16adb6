"""What a batch of crops should give: the labels of :mod:`trainer.data.targets`, whole batches at a time.

Nothing here depends on how many heads there are, so that the CPU never waits for the device: heads that
lie elsewhere are written to a place that is thrown away.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from trainer.data.samples import STRIDE
from trainer.data.targets import TEMPLATE


@dataclass(frozen=True, eq=False)
class Axis:
    """One axis of a batch of windows, N each.

    Attributes:
        corner: of the window, in pixels of the picture.
        scale: pixels of the crop for one of the picture.
        flip: whether the axis is mirrored.
        length: of the picture, in its own pixels.
    """

    corner: Tensor
    scale: Tensor
    flip: Tensor
    length: Tensor

    def move(self, places: Tensor, *, crop: int) -> Tensor:
        """Return NxM places of the picture in pixels of the crop; an integer is a pixel's centre."""
        moved = places * self.scale[:, None] + ((0.5 - self.corner) * self.scale - 0.5)[:, None]
        return torch.where(self.flip[:, None], crop - 1 - moved, moved)

    def bounds(self, *, crop: int) -> tuple[Tensor, Tensor]:
        """Return where the picture begins and ends, N each, in pixels of the crop."""
        first = -self.corner * self.scale
        last = (self.length - self.corner) * self.scale
        return torch.where(self.flip, crop - last, first), torch.where(self.flip, crop - first, last)


def density(points: tuple[Tensor, Tensor], axes: tuple[Axis, Axis], *, crop: int) -> Tensor:
    """Return heads per cell, Nx1x(S/8)x(S/8); a head counts in the cell it lies in, whole.

    Args:
        points: NxM x and y in pixels of the crop.
        axes: across and down.
        crop: S.
    """
    side = crop // STRIDE
    numbers, inside = [], None
    for places, along in zip(points, axes, strict=True):
        low, high = along.bounds(crop=crop)
        first = low.ceil()[:, None]
        last = torch.maximum(first, high.ceil()[:, None] - 1)
        # A head on the very edge rounds to one pixel outside: it belongs to the last one inside.
        pixel = places.round().clamp(first, last)
        near = (places > -1) & (places < crop) & (pixel >= 0) & (pixel < crop)
        inside = near if inside is None else inside & near
        numbers.append(pixel.clamp(0, crop - 1).long() // STRIDE)
    assert inside is not None
    return _scattered(numbers[1] * side + numbers[0], inside, cells=side * side, add=True).view(
        -1, 1, side, side
    )


def counts(points: tuple[Tensor, Tensor], *, crop: int) -> Tensor:
    """Return how many heads lie in each crop, N."""
    x, y = points
    inside = (x >= -0.5) & (y >= -0.5) & (x < crop - 0.5) & (y < crop - 0.5)
    return inside.sum(dim=1)


def segmentations(points: tuple[Tensor, Tensor], *, crop: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return the binary labels at 1/2, 1/4 and 1/8, Nx1xhxw uint8; see :func:`targets.segmentations`."""
    reach = TEMPLATE // 2
    side = crop + 2 * reach
    x, y = (places.round() + reach for places in points)
    inside = (x >= 0) & (y >= 0) & (x < side) & (y < side)
    place = y.clamp(0, side - 1).long() * side + x.clamp(0, side - 1).long()
    heads = _scattered(place, inside, cells=side * side, add=False).view(-1, 1, side, side)
    full = F.max_pool2d(F.max_pool2d(heads, (TEMPLATE, 1), 1), (1, TEMPLATE), 1)
    half = F.max_pool2d(full, 2)
    quarter = F.max_pool2d(half, 2)
    return tuple(one.to(torch.uint8) for one in (half, quarter, F.max_pool2d(quarter, 2)))  # type: ignore[return-value]


def masks(axes: tuple[Axis, Axis], *, crop: int, margin: int) -> tuple[Tensor, Tensor, Tensor] | None:
    """Return where labels are judged, Nx1xhxw at 1/2, 1/4 and 1/8; None for everywhere.

    What is near to an edge that cuts through the picture is not; a picture's own edges are.
    """
    if not margin:
        return None
    side, cut = crop // STRIDE, margin // STRIDE
    known = []
    for along in axes:
        low, high = along.bounds(crop=crop)
        cell = torch.arange(side, device=low.device)
        before = (cell < cut)[None] & (low < 0)[:, None]
        after = (cell >= side - cut)[None] & (high > crop)[:, None]
        known.append(~(before | after))
    across, down = known
    eighth = (down[:, :, None] & across[:, None, :])[:, None].float()
    quarter = eighth.repeat_interleave(2, 2).repeat_interleave(2, 3)
    return quarter.repeat_interleave(2, 2).repeat_interleave(2, 3), quarter, eighth


def _scattered(place: Tensor, inside: Tensor, *, cells: int, add: bool) -> Tensor:
    """Return NxC, how many (or with ``add`` off, whether any) of NxM places lie in each cell."""
    rows = len(place)
    nowhere = torch.full_like(place, cells)
    flat = torch.zeros(rows, cells + 1, device=place.device)
    index = torch.where(inside, place, nowhere)
    ones = torch.ones_like(index, dtype=torch.float32)
    flat = flat.scatter_add_(1, index, ones) if add else flat.scatter_(1, index, ones)
    return flat[:, :cells]
