"""SSR-HEF, the paper's network, every part under the paper's name.

    picture -> stem (four parallel dilated convolutions)
            -> pool -> stage 1/2 -> x sigmoid(segmentation 1/2) -+
            -> pool -> stage 1/4 -> x sigmoid(segmentation 1/4) -+-> MSRF -> classification (training only)
            -> pool -> stage 1/8 -> x sigmoid(segmentation 1/8) -+     |
                                                                       v
                                  HEFM: feature enhancement layer -> density head -> people per cell

What the text of the paper fixes and what was inferred is listed in ``docs/method.md``.
Source: Chen, Wang, Su, Wang, "SSR-HEF: Crowd Counting with Multi-Scale Semantic Refining and Hard
Example Focusing", section III, Table I and Fig. 2, 4, 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from crowdmon.counting.network_config import STRIDE as STRIDE
from crowdmon.counting.network_config import NetworkConfig as NetworkConfig

SPP = 16
"""Side of the spatial pyramid pooling of the classification task (Table I)."""


class Outputs(NamedTuple):
    """What the network says while training.

    Attributes:
        density: Nx1xHxW, scaled people per cell, before it is clipped at 0.
        segmentations: logits at 1/2, 1/4, 1/8 (Nx1xhxw each), empty without SSR.
        classes: NxK logits, None without classification.
        hints: of a teacher's features, None without a teacher.
    """

    density: Tensor
    segmentations: tuple[Tensor, ...]
    classes: Tensor | None
    hints: Tensor | None = None


class Conv(nn.Sequential):
    """Convolution, optional batch normalisation, ReLU."""

    def __init__(self, inputs: int, outputs: int, *, size: int = 3, dilation: int = 1, norm: bool) -> None:
        padding = dilation * (size // 2)
        layers: list[nn.Module] = [
            nn.Conv2d(inputs, outputs, size, padding=padding, dilation=dilation, bias=not norm)
        ]
        if norm:
            layers.append(nn.BatchNorm2d(outputs))
        super().__init__(*layers, nn.ReLU(inplace=True))


class Stem(nn.Module):
    """Four parallel dilated convolutions on the picture, concatenated, with ReLU and the first pooling.

    Maximum pooling and ReLU commute; pooling first does the rest on a quarter of the pixels. No
    normalisation here: the picture is normalised, and at full size it costs as much as the rest.
    """

    def __init__(self, filters: int) -> None:
        super().__init__()
        self.branches = nn.ModuleList(
            nn.Conv2d(3, filters, 3, padding=dilation, dilation=dilation) for dilation in (1, 2, 3, 4)
        )

    def forward(self, picture: Tensor) -> Tensor:
        """Return Nx(4*filters)x(H/2)x(W/2) features of the Nx3xHxW picture."""
        return F.relu(F.max_pool2d(torch.cat([branch(picture) for branch in self.branches], dim=1), 2))


class FeatureEnhancement(nn.Module):
    """The feature enhancement layer: spatial attention over the crowd (Fig. 5, after CBAM)."""

    def __init__(self, inputs: int, outputs: int, *, norm: bool) -> None:
        super().__init__()
        self.encode = Conv(inputs, outputs, norm=norm)
        self.attend = nn.Conv2d(2, 1, 7, padding=3)

    def forward(self, msrf: Tensor) -> Tensor:
        """Return the encoded features, multiplied by their attention."""
        features = self.encode(msrf)
        pooled = torch.cat([features.amax(1, keepdim=True), features.mean(1, keepdim=True)], dim=1)
        enhanced: Tensor = features * torch.sigmoid(self.attend(pooled))
        return enhanced


class Classification(nn.Module):
    """The auxiliary classification of Table I: SPP 16x16, FC-64, FC-K."""

    def __init__(self, msrf: int, classes: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(msrf * SPP * SPP, 64)
        self.classes = nn.Linear(64, classes)

    def forward(self, msrf: Tensor) -> Tensor:
        """Return NxK logits of the crowd-count classes."""
        pooled = F.adaptive_max_pool2d(msrf, SPP).flatten(1)
        logits: Tensor = self.classes(F.relu(self.hidden(pooled)))
        return logits


class SSRHEF(nn.Module):
    """The whole network; see the drawing at the top of this file."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.hint: nn.Module | None = None  # the trainer's; while a run learns from a teacher
        norm = config.norm
        self.stem = Stem(config.stem)
        self.stages = nn.ModuleList()
        inputs = 4 * config.stem
        for width, dilations in zip(config.widths, config.dilations, strict=True):
            layers = []
            for dilation in dilations:
                layers.append(Conv(inputs, width, dilation=dilation, norm=norm))
                inputs = width
            self.stages.append(nn.Sequential(*layers))
        if config.segmentation:
            self.segment = nn.ModuleList(nn.Conv2d(width, 1, 1) for width in config.widths)
        self.fuse = Conv(sum(config.widths), config.msrf, size=1, norm=norm)
        if config.classes:
            self.classify = Classification(config.msrf, config.classes)
        inputs = config.msrf
        if config.enhancement:
            self.enhance = FeatureEnhancement(inputs, config.head[0], norm=norm)
            inputs = config.head[0]
        self.head = nn.Sequential(
            Conv(inputs, config.head[1], dilation=2, norm=norm),
            Conv(config.head[1], config.head[2], norm=norm),
            nn.Conv2d(config.head[2], 1, 1),
        )
        self.apply(_initialise)
        self._wake()

    def _wake(self) -> None:
        # A start near the usual density: the first steps learn where people are instead of how many.
        last = self.head[-1]
        assert isinstance(last, nn.Conv2d)
        assert last.bias is not None
        nn.init.normal_(last.weight, std=0.05)
        nn.init.constant_(last.bias, 0.1)

    def features(self, picture: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Return the MSRF (Nx``msrf``xH/8xW/8) and the segmentation logits of each depth."""
        x = self.stem(picture)
        refined, segmentations = [], []
        for depth, stage in enumerate(self.stages):
            x = stage(F.max_pool2d(x, 2) if depth else x)
            if self.config.segmentation:
                logits = self.segment[depth](x)
                segmentations.append(logits)
                x = x * torch.sigmoid(logits)
            refined.append(x)
        pooled = [F.avg_pool2d(refined[0], 4), F.avg_pool2d(refined[1], 2), refined[2]]
        return self.fuse(torch.cat(pooled, dim=1)), tuple(segmentations)

    def density(self, msrf: Tensor) -> Tensor:
        """Return scaled people per cell, Nx1xH/8xW/8, from the MSRF (the HEFM); not clipped at 0."""
        people: Tensor = self.head(self.enhance(msrf) if self.config.enhancement else msrf)
        return people

    def forward(self, picture: Tensor) -> Tensor:
        """Return scaled people per cell, Nx1xH/8xW/8, of an Nx3xHxW picture; H and W multiples of 8."""
        return F.relu(self.density(self.features(picture)[0]))

    def train_outputs(self, picture: Tensor) -> Outputs:
        """Return density, segmentation logits and class logits of an Nx3xHxW picture.

        Clipped, a cell that is below zero by mistake would never hear of it.
        """
        msrf, segmentations = self.features(picture)
        classes = self.classify(msrf) if self.config.classes else None
        hints = self.hint(msrf) if self.hint is not None else None
        return Outputs(self.density(msrf), segmentations, classes, hints)


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d | nn.Linear):
        nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def fold(state: Mapping[str, Tensor], config: NetworkConfig) -> tuple[dict[str, Tensor], NetworkConfig]:
    """Fold batch normalisation into the convolutions and drop the classification.

    Args:
        state: a state dictionary of ``SSRHEF(config)``.
        config: its configuration.

    Returns:
        The state dictionary and configuration of the equivalent network for inference.
    """
    slim = NetworkConfig(**{**config.header(), "norm": False, "classes": 0})
    folded: dict[str, Tensor] = {}
    for key in SSRHEF(slim).state_dict():
        prefix, _, kind = key.rpartition(".")
        before, _, number = prefix.rpartition(".")
        norm = f"{before}.1"
        if not config.norm or number != "0" or f"{norm}.running_var" not in state:
            folded[key] = state[key].detach().clone().float()
            continue
        scale = state[f"{norm}.weight"] / torch.sqrt(state[f"{norm}.running_var"] + 1e-5)
        if kind == "weight":
            folded[key] = (state[key] * scale[:, None, None, None]).detach().float().contiguous()
        else:
            shift = state[f"{norm}.bias"] - state[f"{norm}.running_mean"] * scale
            folded[key] = shift.detach().float()
    return folded, slim


def parameters(network: nn.Module, *, classifier: bool = True) -> int:
    """Return the number of parameters, with or without the classification's."""
    return sum(
        p.numel() for n, p in network.named_parameters() if classifier or not n.startswith("classify.")
    )
