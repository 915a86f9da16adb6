"""Turns a density map into colours on a fixed scale, for the window and for files. Pure functions.

The scale never depends on the frame: the same colour means the same number of people per cell on an
empty square and on a packed one. There are three perceptually uniform palettes, which colour-blind
people can read. The heatmap is transparent where there is nobody, and never hides the scene.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

TOP: Final = 0.3
"""People per cell at the end of the scale. Higher values have the same colour."""

TICKS: Final = tuple(round(TOP * i / 3, 6) for i in range(4))
"""The ticks of the legend, in people per cell."""

OPACITY: Final = 0.7
"""The heat is never more opaque than this."""

FULL_FROM: Final = 0.4
"""Share of the scale at which the heat reaches its opacity. Below, it fades out to nothing."""

# 17 evenly spaced colours a map, sampled from the published ones (inferno and viridis: CC0 by
# S. van der Walt and N. Smith; cividis: Nunez, Anderton, Renslow 2018).
_ANCHORS: Final = {
    "inferno": "000004 0b0724 210c4a 3d0965 57106e 71196e 8a226a a32c61 bc3754 d24644 e45a31 f1731d"
    " f98e09 fcac11 f9cb35 f2ea69 fcffa4",
    "viridis": "440154 48186a 472d7b 424086 3b528b 33638d 2c728e 26828e 21918c 1fa088 28ae80 3fbc73"
    " 5ec962 84d44b addc30 d8e219 fde725",
    "cividis": "00224e 002e6a 1a386f 32436d 434e6c 535a6d 61656f 6f7073 7d7c78 8c8878 9b9476 aba072"
    " bcae6c cdbb63 dec958 f0d846 fee838",
}
# The darkest end of inferno is black: on a picture it would read as shadow, not as few people.
_START: Final = {"inferno": 0.3, "viridis": 0.1, "cividis": 0.1}

PALETTES: Final = tuple(_ANCHORS)


@lru_cache
def colours(palette: str) -> NDArray[np.uint8]:
    """Return 256x3 uint8, the colours of a map from nobody to :data:`TOP`."""
    codes = _ANCHORS[palette].split()
    anchors = np.array([[int(code[i : i + 2], 16) for i in (0, 2, 4)] for code in codes], np.float64)
    where = np.linspace(_START[palette], 1.0, 256) * (len(codes) - 1)
    columns = [np.interp(where, np.arange(len(codes)), anchors[:, c]) for c in range(3)]
    table = np.stack(columns, axis=1).round().astype(np.uint8)
    table.flags.writeable = False
    return table


@lru_cache
def table(palette: str, opacity: float = OPACITY) -> NDArray[np.uint8]:
    """Return 256x4 uint8 RGBA, colours multiplied by alpha, from nobody to :data:`TOP`."""
    share = np.linspace(0.0, 1.0, 256)
    alpha = min(opacity, OPACITY) * np.clip(share / FULL_FROM, 0.0, 1.0)
    rgba = np.empty((256, 4), np.uint8)
    rgba[:, :3] = np.round(colours(palette) * alpha[:, None])
    rgba[:, 3] = np.round(255 * alpha)
    rgba.flags.writeable = False
    return rgba


def paint(
    people: NDArray[np.float32], palette: str = "inferno", *, top: float = TOP, strength: float = 1.0
) -> NDArray[np.uint8]:
    """Return the colours of a density map.

    Args:
        people: hxw, people per cell, >= 0; a value that is not finite counts as 0.
        palette: one of :data:`PALETTES`.
        top: people per cell at the end of the scale.
        strength: 0..1, share of :data:`OPACITY`.

    Returns:
        hxwx4 uint8 RGBA, colours multiplied by alpha already.
    """
    share = np.nan_to_num(people * np.float32(255.0 / top), nan=0.0, posinf=255.0, neginf=0.0)
    levels = np.clip(share + 0.5, 0, 255).astype(np.uint8)
    coloured: NDArray[np.uint8] = table(palette, OPACITY * strength)[levels]
    return coloured
