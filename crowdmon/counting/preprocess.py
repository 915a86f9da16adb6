"""From pixels to the network's tensor and back: the only place that knows how.

Its values travel in the weights file, so that training, evaluation and the application cannot
differ. Numpy in, numpy out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crowdmon.values import Grid

MAX_PIXELS = 2_500_000
"""Pixels the network is fed at once; larger pictures are counted in tiles."""

HALO = 128
"""Pixels a tile sees beyond its own part: a little more than the network's receptive field reaches."""


@dataclass(frozen=True, kw_only=True)
class Preprocess:
    """How a picture becomes a tensor, and a tensor people per cell.

    Attributes:
        mean, std: of the RGB channels, in 0..1.
        stride: pixels per output cell.
        multiple: pictures are padded at the right and bottom to a multiple of this many pixels,
            with the value of the mean; a multiple of ``stride``.
        density_scale: the network's output is people per cell times this.
    """

    mean: tuple[float, float, float] = (0.45, 0.44, 0.43)
    std: tuple[float, float, float] = (0.27, 0.27, 0.28)
    stride: int = 8
    multiple: int = 32
    density_scale: float = 10.0

    def header(self) -> dict[str, Any]:
        """Return the values as a JSON header holds them."""
        return asdict(self)

    @classmethod
    def from_header(cls, header: Mapping[str, Any]) -> Preprocess:
        """Rebuild from a header; TypeError or ValueError if it is none."""
        values = dict(header)
        for key in ("mean", "std"):
            values[key] = tuple(float(v) for v in values[key])
        made = cls(**values)
        if made.stride < 1 or made.multiple % made.stride or not made.density_scale > 0:
            raise ValueError(f"impossible pre-processing {values}")
        return made

    def tensor(self, rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return normalised pixels, ...x3xHxW float32, of ...xHxWx3 uint8."""
        scale = (1.0 / (255.0 * np.asarray(self.std))).astype(np.float32)
        shift = (np.asarray(self.mean) / np.asarray(self.std)).astype(np.float32)
        pixels = np.moveaxis(rgb, -1, -3).astype(np.float32, order="C")
        pixels *= scale[:, None, None]
        pixels -= shift[:, None, None]
        return pixels

    def prepare(self, rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the padded 1x3xHxW tensor of one HxWx3 picture."""
        height, width = rgb.shape[:2]
        padded = np.zeros((1, 3, self._up(height), self._up(width)), np.float32)
        padded[0, :, :height, :width] = self.tensor(rgb)
        return padded

    def people(self, output: NDArray[np.float32], *, height: int, width: int) -> NDArray[np.float32]:
        """Return people per cell of a picture from the network's output, padding and scale undone.

        Args:
            output: HxW scaled people per cell of the padded picture.
            height, width: of the picture, in pixels.
        """
        rows, columns = self.cells(height), self.cells(width)
        return output[:rows, :columns] / np.float32(self.density_scale)

    def cells(self, pixels: int) -> int:
        """Return how many cells cover this many pixels; the last may reach beyond."""
        return -(-pixels // self.stride)

    def grid(self, *, height: int, width: int, size: tuple[int, int] | None = None) -> Grid:
        """Return how the cells of a height x width picture lie on the source's picture.

        Args:
            height, width: of the picture that is counted, in pixels.
            size: (width, height) of the source's picture, if what is counted is a scaled copy.
        """
        full_width, full_height = size or (width, height)
        return Grid(
            rows=self.cells(height),
            columns=self.cells(width),
            cell_width=self.stride * full_width / width,
            cell_height=self.stride * full_height / height,
            width=full_width,
            height=full_height,
        )

    def _up(self, pixels: int) -> int:
        return -(-pixels // self.multiple) * self.multiple


@dataclass(frozen=True)
class Tile:
    """A part of a picture that is counted by itself.

    Attributes:
        top, bottom, left, right: the pixels the network sees.
        rows, columns: the cells (half-open ranges, in cells of the whole picture) that are kept.
    """

    top: int
    bottom: int
    left: int
    right: int
    rows: tuple[int, int]
    columns: tuple[int, int]


def tiles(
    height: int, width: int, *, stride: int = 8, max_pixels: int = MAX_PIXELS, halo: int = HALO
) -> Iterator[Tile]:
    """Cut a picture into tiles of at most about ``max_pixels``, each with a halo around what it keeps.

    Every cell of the picture is kept by exactly one tile, so that no head is lost or doubled.
    ``halo`` is a multiple of ``stride``. A picture that fits is one tile.
    """
    for top, bottom in _spans(height, width, max_pixels=max_pixels, halo=halo, stride=stride):
        seen_top, seen_bottom = max(0, top - halo), min(height, bottom + halo)
        for left, right in _spans(
            width, seen_bottom - seen_top, max_pixels=max_pixels, halo=halo, stride=stride
        ):
            yield Tile(
                top=seen_top,
                bottom=seen_bottom,
                left=max(0, left - halo),
                right=min(width, right + halo),
                rows=(top // stride, -(-bottom // stride)),
                columns=(left // stride, -(-right // stride)),
            )


def _spans(length: int, across: int, *, max_pixels: int, halo: int, stride: int) -> list[tuple[int, int]]:
    # Rows are cut for the narrowest strip that may still be cut along, columns for what remains.
    if length * across <= max_pixels:
        return [(0, length)]
    across = min(across, max(4 * halo, int(max_pixels**0.5)))
    keep = max(stride, (max_pixels // across - 2 * halo) // stride * stride)
    return [(start, min(length, start + keep)) for start in range(0, length, keep)]
