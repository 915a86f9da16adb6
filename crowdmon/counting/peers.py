"""Networks of other papers, from their descriptions: what SSR-HEF is compared with, never shipped.

MCNN: Zhang et al., "Single-Image Crowd Counting via Multi-Column Convolutional Neural Network"
(CVPR 2016), Fig. 2. CSRNet: Li et al., "CSRNet" (CVPR 2018), Table 3, configuration B.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def _column(kernels: tuple[int, int, int, int], filters: tuple[int, int, int, int]) -> nn.Sequential:
    layers: list[nn.Module] = []
    inputs = 3
    for number, (size, outputs) in enumerate(zip(kernels, filters, strict=True)):
        layers += [nn.Conv2d(inputs, outputs, size, padding=size // 2), nn.ReLU(inplace=True)]
        if number < 2:
            layers.append(nn.MaxPool2d(2))
        inputs = outputs
    return nn.Sequential(*layers)


class MCNN(nn.Module):
    """Three columns of different receptive fields, merged by a 1x1 convolution; output stride 4."""

    stride = 4

    def __init__(self) -> None:
        super().__init__()
        self.large = _column((9, 7, 7, 7), (16, 32, 16, 8))
        self.middle = _column((7, 5, 5, 5), (20, 40, 20, 10))
        self.small = _column((5, 3, 3, 3), (24, 48, 24, 12))
        self.merge = nn.Conv2d(30, 1, 1)

    def forward(self, picture: Tensor) -> Tensor:
        """Return Nx1x(H/4)x(W/4) density of an Nx3xHxW picture; not clipped at zero."""
        columns = [self.large(picture), self.middle(picture), self.small(picture)]
        return self.merge(torch.cat(columns, dim=1))  # type: ignore[no-any-return]


class CSRNet(nn.Module):
    """VGG-16's first ten convolutions and six dilated ones; output stride 8."""

    stride = 8

    def __init__(self) -> None:
        super().__init__()
        front: list[nn.Module] = []
        inputs = 3
        for width in (64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512):
            if not width:
                front.append(nn.MaxPool2d(2))
                continue
            front += [nn.Conv2d(inputs, width, 3, padding=1), nn.ReLU(inplace=True)]
            inputs = width
        back: list[nn.Module] = []
        for width in (512, 512, 512, 256, 128, 64):
            back += [nn.Conv2d(inputs, width, 3, padding=2, dilation=2), nn.ReLU(inplace=True)]
            inputs = width
        self.front, self.back = nn.Sequential(*front), nn.Sequential(*back)
        self.output = nn.Conv2d(inputs, 1, 1)

    def forward(self, picture: Tensor) -> Tensor:
        """Return Nx1x(H/8)x(W/8) density of an Nx3xHxW picture, clipped at zero."""
        return F.relu(self.output(self.back(self.front(picture))))
