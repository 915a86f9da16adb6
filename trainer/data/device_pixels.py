"""The pixels of a batch of crops on a device: sampled from its pictures, then changed.

Pure functions of tensors. What a crop shows is what :mod:`trainer.data.crops` cuts on the CPU with OpenCV,
to within rounding; OpenCV does not run on an accelerator.

Source of what JPEG loses: ITU-T T.81, annex A (the cosine transform) and annex K (the tables); the scale of
a quality is the Independent JPEG Group's.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from trainer.data.draws import relight
from trainer.data.labels import Axis

REACH = 5
"""Pixels that the widest blur reaches."""

BLOCK = 8

_LUMA = (
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56,
    14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92,
    49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
)  # fmt: skip
_CHROMA = (
    17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99,
    47, 66, 99, 99, 99, 99, 99, 99, *(99,) * 32,
)  # fmt: skip
_TO_YCC = ((0.299, 0.587, 0.114), (-0.168736, -0.331264, 0.5), (0.5, -0.418688, -0.081312))
_TO_RGB = ((1.0, 0.0, 1.402), (1.0, -0.344136, -0.714136), (1.0, 1.772, 0.0))


def sampled_places(along: Axis) -> Tensor:
    """Return where each pixel of a crop lies along one axis, NxS, in pixels of the picture.

    A picture's first pixel covers 0 to 1, its centre is 0.5.
    """
    centres = torch.arange(along.size, device=along.corner.device, dtype=along.corner.dtype) + 0.5
    mirrored = torch.where(along.flip[:, None], along.size - centres, centres)
    return mirrored / along.scale[:, None] + along.corner[:, None]


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
        pixels: of all pictures, one after the other.
        offset: N, where each crop's picture begins, int64.
        size: N heights and widths of it at the size it is sampled from.
        whole: N heights and widths of the picture itself, to which ``at`` refers.
        at: NxS rows and columns, see :func:`sampled_places`.
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
    """Return Nx3xSxS pictures, 0..255, in another light; N numbers each, see ``draws.Changes``."""
    levels = relight(
        (pictures / 255).clamp(0, 1),
        gamma=_each(gamma),
        contrast=_each(contrast),
        brightness=_each(brightness),
    )
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
        pictures[packed] = compressed(pictures[packed], quality)
    return pictures


def compressed(pictures: Tensor, quality: Tensor) -> Tensor:
    """Return Nx3xHxW pictures, 0..255, as a JPEG of N ``quality`` (1..100) would show them.

    H and W are multiples of 8; of 16 if colours are to be kept at half size, as most encoders do.
    """
    ycc = torch.einsum("dc,nchw->ndhw", pictures.new_tensor(_TO_YCC), pictures)
    step = torch.where(quality < 50, 5000 / quality, 200 - 2 * quality).to(pictures.dtype)
    luma = _rounded(ycc[:, :1] - 128, step, pictures.new_tensor(_LUMA)) + 128
    chroma = ycc[:, 1:]
    halved = pictures.shape[2] % (2 * BLOCK) == 0 and pictures.shape[3] % (2 * BLOCK) == 0
    chroma = _rounded(F.avg_pool2d(chroma, 2) if halved else chroma, step, pictures.new_tensor(_CHROMA))
    if halved:
        chroma = F.interpolate(chroma, scale_factor=2, mode="bilinear", align_corners=False)
    rgb = torch.einsum("dc,nchw->ndhw", pictures.new_tensor(_TO_RGB), torch.cat([luma, chroma], dim=1))
    return rgb.clamp(0, 255)


def _rounded(planes: Tensor, step: Tensor, table: Tensor) -> Tensor:
    count, colours, height, width = planes.shape
    table = ((table.view(1, BLOCK, BLOCK) * step[:, None, None] + 50) / 100).floor().clamp(1, 255)
    table = table[:, None, None, None]
    blocks = planes.view(count, colours, height // BLOCK, BLOCK, width // BLOCK, BLOCK).transpose(3, 4)
    cosines = _cosines(planes)
    found = cosines @ blocks @ cosines.T
    back = cosines.T @ (torch.round(found / table) * table) @ cosines
    return back.transpose(3, 4).reshape(count, colours, height, width)


def _cosines(like: Tensor) -> Tensor:
    rows = [
        [
            math.sqrt((1 if k == 0 else 2) / BLOCK) * math.cos((2 * n + 1) * k * math.pi / (2 * BLOCK))
            for n in range(BLOCK)
        ]
        for k in range(BLOCK)
    ]
    return like.new_tensor(rows)


def _each(values: Tensor) -> Tensor:
    return values[:, None, None, None] if values.dtype == torch.bool else values.float()[:, None, None, None]
