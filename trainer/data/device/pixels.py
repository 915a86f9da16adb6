"""The pixels of a batch of crops: sampled from the shelf, then changed. Pure functions of tensors."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from trainer.data.device import jpeg

REACH = 5
"""Pixels that the widest blur reaches."""


def axis(corner: Tensor, scale: Tensor, flip: Tensor, *, crop: int) -> Tensor:
    """Return where each pixel of a crop lies along one axis, NxS, in pixels of the picture.

    A picture's first pixel covers 0 to 1, its centre is 0.5.

    Args:
        corner, scale: N, of the windows.
        flip: N, whether this axis is mirrored.
        crop: S.
    """
    centres = torch.arange(crop, device=corner.device, dtype=corner.dtype) + 0.5
    mirrored = torch.where(flip[:, None], crop - centres, centres)
    return mirrored / scale[:, None] + corner[:, None]


def sample(
    pixels: Tensor,
    *,
    offset: Tensor,
    size: tuple[Tensor, Tensor],
    whole: tuple[Tensor, Tensor],
    at: tuple[Tensor, Tensor],
    fill: Tensor,
) -> Tensor:
    """Return the pixels at given places, Nx3xSxS float32 in 0..255, bilinear.

    Args:
        pixels: of the shelf.
        offset: N, where each crop's picture begins, int64.
        size: N heights and widths of it at the size it is sampled from.
        whole: N heights and widths of the picture itself, to which ``at`` refers.
        at: NxS rows and columns, see :func:`axis`.
        fill: 3, the colour of what lies beside the picture, 0..255.
    """
    ends = []
    for place, length, full in zip(at, size, whole, strict=True):
        scaled = place * (length / full)[:, None] - 0.5
        low = scaled.floor()
        last = (length - 1)[:, None]
        pair = (low.clamp(min=0).minimum(last).long(), (low + 1).clamp(min=0).minimum(last).long())
        ends.append((pair, (scaled - low).float(), (place > 0) & (place < full[:, None])))
    (rows, down, here), (columns, across, there) = ends
    width = size[1].long()[:, None]
    total: Tensor | None = None
    for y, wy in zip(rows, (1 - down, down), strict=True):
        line = offset[:, None] + y * width
        for x, wx in zip(columns, (1 - across, across), strict=True):
            packed = pixels[line[:, :, None] + x[:, None, :]]
            colours = torch.stack([packed & 255, packed >> 8 & 255, packed >> 16 & 255], dim=1)
            part = colours.float() * (wy[:, :, None] * wx[:, None, :])[:, None]
            total = part if total is None else total.add_(part)
    assert total is not None
    known = (here[:, :, None] & there[:, None, :])[:, None]
    return torch.where(known, total, fill[None, :, None, None])


def recolour(
    pictures: Tensor, *, gamma: Tensor, contrast: Tensor, brightness: Tensor, grey: Tensor
) -> Tensor:
    """Return Nx3xSxS pictures, 0..255, in another light; N numbers each, see :class:`plan.Changes`."""
    levels = (pictures / 255).clamp(0, 1) ** _each(gamma)
    levels = (levels - 0.5) * _each(contrast) + 0.5 + _each(brightness)
    luma = levels.new_tensor([0.299, 0.587, 0.114])[None, :, None, None]
    plain = (levels * luma).sum(dim=1, keepdim=True)
    return torch.where(_each(grey), plain, levels).clamp(0, 1) * 255


def blur(pictures: Tensor, sigma: Tensor) -> Tensor:
    """Return Nx3xSxS pictures, each blurred by its own Gaussian of N ``sigma`` pixels."""
    count, colours, height, _ = pictures.shape
    reach = torch.arange(-REACH, REACH + 1, device=sigma.device, dtype=pictures.dtype)
    kernel = torch.exp(-(reach**2) / (2 * sigma[:, None].to(pictures.dtype) ** 2))
    kernel = (kernel / kernel.sum(dim=1, keepdim=True)).repeat_interleave(colours, dim=0)
    flat = F.pad(pictures, (REACH,) * 4, mode="replicate").reshape(1, count * colours, height + 2 * REACH, -1)
    flat = F.conv2d(flat, kernel[:, None, :, None], groups=count * colours)
    return F.conv2d(flat, kernel[:, None, None, :], groups=count * colours).view_as(pictures)


def degrade(pictures: Tensor, *, blurred: Tensor, sigma: Tensor, packed: Tensor, quality: Tensor) -> Tensor:
    """Blur some of Nx3xSxS pictures and compress others.

    Args:
        pictures: 0..255; changed in place.
        blurred, packed: the numbers of those that are.
        sigma, quality: of each of these.
    """
    if len(blurred):
        pictures[blurred] = blur(pictures[blurred], sigma)
    if len(packed):
        pictures[packed] = jpeg.compressed(pictures[packed], quality)
    return pictures


def _each(values: Tensor) -> Tensor:
    return values[:, None, None, None] if values.dtype == torch.bool else values.float()[:, None, None, None]
