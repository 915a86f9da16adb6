"""How much arithmetic the network is, as published: from its shape alone."""

from __future__ import annotations

from crowdmon.counting.network_config import NetworkConfig


def macs(config: NetworkConfig, *, height: int, width: int) -> int:
    """Return the multiplications, each with an addition, of the convolutions that count one picture.

    The stem counts as what the paper draws, four dilated 3x3 convolutions, whatever a back end makes of
    them; classification and normalisation, which are not there when counting, as nothing.

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
