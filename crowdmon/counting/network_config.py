"""The shape of SSR-HEF, as the weights header carries it; nothing here needs torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

MOST = 4096
"""Filters of one layer, and dilation, at most: more is a damaged header."""

MOST_LAYERS = 64
"""Convolutions of one stage at most."""

MOST_PARAMETERS = 64_000_000
"""Numbers of one network at most, as many as a weights file may hold."""

STRIDE = 8
"""Pixels of a cell: the network halves the picture three times."""


STEM_REACH = 4
"""Pixels that the widest of the stem's dilations, 1 to 4, reaches from its centre."""


@dataclass(frozen=True, kw_only=True)
class NetworkConfig:
    """The shape of the network; travels in the weights header.

    Attributes:
        stem: filters of each of the stem's four dilated convolutions.
        widths: filters of the stages at 1/2, 1/4 and 1/8.
        dilations: dilation of each convolution of each stage; the lengths are the depths.
        msrf: channels of the multi-scale semantic refining features.
        head: filters of the feature enhancement layer and of the density head's convolutions.
        segmentation: the SSR strategy; without it its losses and parameters are gone.
        enhancement: the feature enhancement layer.
        classes: K of the auxiliary classification, 0 for none.
        norm: batch normalisation while training; it folds away at export.
    """

    stem: int = 4
    widths: tuple[int, int, int] = (32, 48, 96)
    dilations: tuple[tuple[int, ...], ...] = ((1,), (1, 1), (1, 2, 3, 1))
    msrf: int = 16
    head: tuple[int, int, int] = (64, 64, 32)
    segmentation: bool = True
    enhancement: bool = True
    classes: int = 15
    norm: bool = True

    def header(self) -> dict[str, Any]:
        """Return the configuration as plain values for a JSON header."""
        return asdict(self)

    @classmethod
    def from_header(cls, header: Mapping[str, Any]) -> NetworkConfig:
        """Rebuild a configuration from a header; TypeError or ValueError if it is none."""
        values = dict(header)
        for key in ("widths", "head"):
            values[key] = tuple(values[key])
            if len(values[key]) != 3:
                raise ValueError(f"{key} has {len(values[key])} values, and the network has three")
        values["dilations"] = tuple(map(tuple, values["dilations"]))
        made = cls(**values)
        stages = [len(stage) for stage in made.dilations]
        if len(stages) != 3 or not all(1 <= layers <= MOST_LAYERS for layers in stages):
            raise ValueError(f"the network has three stages of 1 to {MOST_LAYERS} layers, not {stages}")
        sizes = [made.stem, made.msrf, *made.widths, *made.head, *(d for one in made.dilations for d in one)]
        if not all(type(size) is int and 1 <= size <= MOST for size in sizes):
            raise ValueError(f"the network's sizes must be 1 to {MOST}, not {sizes}")
        if type(made.classes) is not int or not 0 <= made.classes <= MOST:
            raise ValueError(f"classes is {made.classes!r}, allowed is 0 to {MOST}")
        for key in ("segmentation", "enhancement", "norm"):
            if not isinstance(getattr(made, key), bool):
                raise ValueError(f"{key} is {getattr(made, key)!r}, allowed are true and false")
        if (numbers := _parameters(made)) > MOST_PARAMETERS:
            raise ValueError(f"the network would have {numbers} parameters, allowed are {MOST_PARAMETERS}")
        return made


def reach(config: NetworkConfig) -> int:
    """Return how many pixels beyond a cell, on each side, can change what is counted in it.

    Each convolution adds its dilation, in pixels of the size at which it works. Pooling adds nothing, because
    cells and pools begin at the same pixels.
    """
    head = 3 + (4 if config.enhancement else 0)
    first, second, third = (sum(stage) for stage in config.dilations)
    return STEM_REACH + 2 * first + 4 * second + 8 * (third + head)


def _parameters(config: NetworkConfig) -> int:
    """Return about how many numbers the network holds, without biases and what only training needs."""
    total, inputs = 108 * config.stem + _a_cell(config), 4 * config.stem
    for filters, dilations in zip(config.widths, config.dilations, strict=True):
        total += 9 * filters * (inputs + filters * (len(dilations) - 1))
        inputs = filters
    return total


def macs(config: NetworkConfig, *, height: int, width: int) -> int:
    """Return the multiplications, each with an addition, of the convolutions that count one picture.

    It is the arithmetic of the network as published, from its shape alone.

    The stem counts as what the paper draws, four dilated 3x3 convolutions, however a back end
    computes them; classification and normalisation, which are not there when counting, as nothing.

    Args:
        config: shape of the network.
        height, width: of the padded picture in pixels, multiples of 8.
    """
    total = 4 * config.stem * 3 * 9 * height * width
    inputs = 4 * config.stem
    for depth, (filters, dilations) in enumerate(zip(config.widths, config.dilations, strict=True), start=1):
        cells = (height >> depth) * (width >> depth)
        for _ in dilations:
            total += 9 * inputs * filters * cells
            inputs = filters
        total += filters * cells if config.segmentation else 0
    return total + (height // 8) * (width // 8) * _a_cell(config)


def _a_cell(config: NetworkConfig) -> int:
    """Return those of the layers at an eighth of the size, for one cell."""
    encoded, first, second = config.head
    total = sum(config.widths) * config.msrf
    inputs = config.msrf
    if config.enhancement:
        total += 9 * inputs * encoded + 49 * 2
        inputs = encoded
    return total + 9 * inputs * first + 9 * first * second + second
