"""What JPEG loses, on tensors: colours at half size, 8x8 cosines rounded to a quality's steps.

Source: ITU-T T.81, annex A (the cosine transform) and annex K (the tables); the scale of a quality is the
Independent JPEG Group's.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

SIDE = 8

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


def compressed(pictures: Tensor, quality: Tensor) -> Tensor:
    """Return Nx3xHxW pictures, 0..255, as a JPEG of N ``quality`` (1..100) would show them.

    H and W are multiples of 8; of 16 if colours are to be kept at half size, as most encoders do.
    """
    ycc = torch.einsum("dc,nchw->ndhw", pictures.new_tensor(_TO_YCC), pictures)
    step = torch.where(quality < 50, 5000 / quality, 200 - 2 * quality).to(pictures.dtype)
    luma = _rounded(ycc[:, :1] - 128, step, pictures.new_tensor(_LUMA)) + 128
    chroma = ycc[:, 1:]
    halved = pictures.shape[2] % (2 * SIDE) == 0 and pictures.shape[3] % (2 * SIDE) == 0
    chroma = _rounded(F.avg_pool2d(chroma, 2) if halved else chroma, step, pictures.new_tensor(_CHROMA))
    if halved:
        chroma = F.interpolate(chroma, scale_factor=2, mode="bilinear", align_corners=False)
    rgb = torch.einsum("dc,nchw->ndhw", pictures.new_tensor(_TO_RGB), torch.cat([luma, chroma], dim=1))
    return rgb.clamp(0, 255)


def _rounded(planes: Tensor, step: Tensor, table: Tensor) -> Tensor:
    count, colours, height, width = planes.shape
    table = ((table.view(1, SIDE, SIDE) * step[:, None, None] + 50) / 100).floor().clamp(1, 255)
    table = table[:, None, None, None]
    blocks = planes.view(count, colours, height // SIDE, SIDE, width // SIDE, SIDE).transpose(3, 4)
    cosines = _cosines(planes)
    found = cosines @ blocks @ cosines.T
    back = cosines.T @ (torch.round(found / table) * table) @ cosines
    return back.transpose(3, 4).reshape(count, colours, height, width)


def _cosines(like: Tensor) -> Tensor:
    rows = [
        [
            math.sqrt((1 if k == 0 else 2) / SIDE) * math.cos((2 * n + 1) * k * math.pi / (2 * SIDE))
            for n in range(SIDE)
        ]
        for k in range(SIDE)
    ]
    return like.new_tensor(rows)
