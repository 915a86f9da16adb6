"""The teacher: ImageNet's features from coarse to fine, joined at 1/8, and the density there.

    Lite0 1/32 -+
    Lite0 1/16 -+-> 3x3 -+
    Lite0 1/8  ----------+-> 3x3 -> density head -> people per cell
    Lite0 1/4  -> 3x3 /2 +    |
                              +-> features SSR-HEF learns from, with Lite0's at 1/8 and 1/16

Source of this design: Lin et al., "Feature Pyramid Networks" (2017).
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from crowdmon.counting.network import Outputs
from crowdmon.counting.preprocess import Preprocess
from trainer.teacher.lite import CHANNELS, Lite0

WIDTH = 96
FEATURES = WIDTH + CHANNELS[1] + CHANNELS[2]


class Seen(NamedTuple):
    """What the teacher sees.

    Attributes:
        density: Nx1x(H/8)x(W/8), scaled people per cell, not clipped.
        features: NxFEATURESx(H/8)x(W/8), of mean 0 and variance 1 over its training pictures; rarely
            active features have a smaller variance.
    """

    density: Tensor
    features: Tensor


class Teacher(nn.Module):
    """The network; takes pictures as SSR-HEF does."""

    def __init__(self, preprocess: Preprocess) -> None:
        super().__init__()
        self._mean = torch.tensor(preprocess.mean)[:, None, None]
        self._std = torch.tensor(preprocess.std)[:, None, None]
        quarter, eighth, sixteenth, coarsest = CHANNELS
        self.lite = Lite0()
        self.from4 = nn.Conv2d(quarter, WIDTH, 3, stride=2, padding=1)
        self.from8 = nn.Conv2d(eighth, WIDTH, 1)
        self.from16 = nn.Conv2d(sixteenth, WIDTH, 1)
        self.from32 = nn.Conv2d(coarsest, WIDTH, 1)
        self.join16 = nn.Conv2d(WIDTH, WIDTH, 3, padding=1)
        self.join8 = nn.Conv2d(WIDTH, WIDTH, 3, padding=1)
        self.head = nn.Sequential(
            nn.Conv2d(WIDTH, 64, 3, padding=2, dilation=2),
            nn.ReLU(),
            nn.Conv2d(64, 32, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(32, 1, 1),
        )
        # Measures the size of the teacher's features while the teacher learns.
        self.size = nn.BatchNorm2d(FEATURES, affine=False, momentum=0.01, eps=0.01)
        last = self.head[-1]
        assert isinstance(last, nn.Conv2d)
        assert last.bias is not None
        nn.init.normal_(last.weight, std=0.05)
        nn.init.constant_(last.bias, 0.1)

    def see(self, picture: Tensor) -> Seen:
        """Return density and features of an Nx3xHxW picture; H and W multiples of 32."""
        pixels = picture * self._std.to(picture.device) + self._mean.to(picture.device)
        four, eight, sixteen, coarsest = self.lite(pixels)
        coarse = F.relu(self.join16(self.from16(sixteen) + _doubled(self.from32(coarsest))))
        fine = F.relu(self.join8(F.relu(self.from8(eight) + self.from4(four) + _doubled(coarse))))
        features = self.size(torch.cat([fine, eight, _doubled(sixteen)], 1).float())
        return Seen(self.head(fine), features)

    def train_outputs(self, picture: Tensor) -> Outputs:
        """Return the density alone."""
        return Outputs(self.see(picture).density, (), None)

    def forward(self, picture: Tensor) -> Tensor:
        """Return scaled people per cell, Nx1x(H/8)x(W/8), of an Nx3xHxW picture."""
        return F.relu(self.see(picture).density)

    def learned(self) -> list[nn.Parameter]:
        """Return the parameters that start with ImageNet's values and still learn."""
        return [one for one in self.lite.parameters() if one.requires_grad]


def _doubled(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2.0, mode="nearest")
