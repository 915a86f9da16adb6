"""Depthwise convolution whose backward pass is quick on processors with bfloat16.

torch's own backward pass for large or strided depthwise filters in bfloat16 takes up to twenty times the
forward pass. As groups of sixteen channels, dense matrices that are zero but on their diagonals, the same
gradients are computed three to eight times as quickly.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

GROUP = 16
"""Channels of a group; channels must be a multiple of it."""


class Depthwise(nn.Module):
    """A depthwise convolution without bias, padded as TensorFlow's SAME pads pictures of even size."""

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
