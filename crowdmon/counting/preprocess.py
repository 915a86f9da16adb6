"""From pixels to the network's tensor and back: the only place that knows how.

Its values travel in the weights file, so that training, evaluation and the application cannot
differ. Numpy in, numpy out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crowdmon.values import Grid

MOST_GAINS = 64
"""Rows and columns of gains at most; a picture has not many more heads across."""

MAX_PIXELS = 2_500_000
"""Pixels the network is fed at once; larger pictures are counted in tiles."""

HALO = 160
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
        gains: factors of one camera's picture, rows from the top, each from the left; between their
            centres they change evenly. A single column is a factor by row. None without any.
    """

    mean: tuple[float, float, float] = (0.45, 0.44, 0.43)
    std: tuple[float, float, float] = (0.27, 0.27, 0.28)
    stride: int = 8
    multiple: int = 32
    density_scale: float = 10.0
    gains: tuple[tuple[float, ...], ...] = ()

    def header(self) -> dict[str, Any]:
        """Return the values as a JSON header holds them; gains only where there are some."""
        values = asdict(self)
        if not self.gains:
            # An earlier version reads weights without gains, and refuses those that it would count wrong.
            del values["gains"]
        return values

    @classmethod
    def from_header(cls, header: Mapping[str, Any]) -> Preprocess:
        """Rebuild from a header; TypeError or ValueError that names the key if a value makes no sense."""
        values = dict(header)
        for key in ("mean", "std"):
            values[key] = tuple(values[key])
            if len(values[key]) != 3:
                raise ValueError(f"{key} has {len(values[key])} values, and a picture three channels")
        values["gains"] = _gains_of(values.get("gains", ()))
        made = cls(**values)
        _check_range("mean", made.mean, low=0.0, high=1.0)
        _check_range("std", made.std, low=1e-3, high=10.0)
        _check_range("density_scale", (made.density_scale,), low=0.1, high=10_000.0)
        for key, number in (("stride", made.stride), ("multiple", made.multiple)):
            if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= 1024:
                raise ValueError(f"{key} is {number!r}, allowed are whole numbers from 1 to 1024")
        if made.multiple % made.stride:
            raise ValueError(f"multiple {made.multiple} is not a multiple of the stride {made.stride}")
        return made

    def tensor(self, rgb: NDArray[np.uint8], out: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
        """Return normalised pixels, ...x3xHxW float32, of ...xHxWx3 uint8; written into ``out`` if given."""
        scale = (1.0 / (255.0 * np.asarray(self.std))).astype(np.float32)
        shift = (np.asarray(self.mean) / np.asarray(self.std)).astype(np.float32)
        planes = np.moveaxis(rgb, -1, -3)
        pixels = np.empty(planes.shape, np.float32) if out is None else out
        pixels[...] = planes
        pixels *= scale[:, None, None]
        pixels -= shift[:, None, None]
        return pixels

    def prepare(self, rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the padded 1x3xHxW tensor of one HxWx3 picture."""
        height, width = rgb.shape[:2]
        size = (_up(height, self.multiple), _up(width, self.multiple))
        padded = np.zeros((1, 3, *size), np.float32)
        self.tensor(rgb, out=padded[0, :, :height, :width])
        return padded

    def people(self, output: NDArray[np.float32], *, height: int, width: int) -> NDArray[np.float32]:
        """Return people per cell of a picture from the network's output, padding and scale undone.

        Args:
            output: HxW scaled people per cell of the padded picture.
            height, width: of the picture, in pixels.
        """
        rows, columns = self.cells(height), self.cells(width)
        return output[:rows, :columns] / np.float32(self.density_scale)

    def gain(self, *, height: int, width: int) -> NDArray[np.float32] | None:
        """Return the factor of each cell of a whole height x width picture; None if all are 1."""
        return gain_map(self.gains, self.grid(height=height, width=width)) if self.gains else None

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


def _check_range(key: str, values: tuple[float, ...], *, low: float, high: float) -> None:
    """Refuse what no training gives: with it every count would be 0 or absurd, and look like a number."""
    for value in values:
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not number or not low <= value <= high:  # what is not a number is in no range
            raise ValueError(f"{key} is {value!r}, allowed is {low:g} to {high:g}")


def _gains_of(said: Any) -> tuple[tuple[float, ...], ...]:
    """Return the gains of a header; ValueError if they are no rectangle of factors."""
    listed = isinstance(said, list | tuple) and all(isinstance(row, list | tuple) for row in said)
    if not listed or len({len(row) for row in said}) > 1 or max(map(len, (said, *said))) > MOST_GAINS:
        raise ValueError(f"gains are not rows of one length, at most {MOST_GAINS} of {MOST_GAINS}")
    gains = tuple(tuple(row) for row in said)
    if gains and not gains[0]:
        raise ValueError("gains have rows without a factor")
    for row in gains:
        _check_range("gains", row, low=0.0, high=100.0)
    if gains and not any(map(any, gains)):
        raise ValueError("gains are all 0, so nobody would be counted")
    return gains


@lru_cache(maxsize=32)
def gain_map(gains: tuple[tuple[float, ...], ...], grid: Grid) -> NDArray[np.float32]:
    """Return the factor of each cell of a grid, read-only: gains as in :class:`Preprocess`."""
    values = np.asarray(gains, np.float64)
    down = _weights(grid.rows, grid.cell_height, grid.height, len(values))
    across = _weights(grid.columns, grid.cell_width, grid.width, values.shape[1])
    found = (down @ values @ across.T).astype(np.float32)
    found.flags.writeable = False
    return found


def _weights(cells: int, size: float, length: float, knots: int) -> NDArray[np.float64]:
    """Return cells x knots: how much each knot weighs at the middle of each cell's part of the picture."""
    starts = np.arange(cells) * size
    middle = (starts + np.minimum(starts + size, length)) / (2 * length)
    place = np.clip(middle * knots - 0.5, 0, knots - 1)
    share: NDArray[np.float64] = np.clip(1 - np.abs(place[:, None] - np.arange(knots)), 0, 1)
    return share


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
    height: int,
    width: int,
    *,
    stride: int = 8,
    multiple: int = 32,
    max_pixels: int = MAX_PIXELS,
    halo: int = HALO,
) -> Iterator[Tile]:
    """Cut a picture into tiles of at most about ``max_pixels``, each with a halo around what it keeps.

    Every cell of the picture is kept by exactly one tile, so that no head is lost or doubled. Tiles
    begin at multiples of ``multiple``, of which ``halo`` is one too, so that a tile at the picture's
    edge is padded exactly as the whole picture would be. A picture that fits is one tile.
    """
    down, across = _split(height, width, max_pixels=max_pixels, halo=halo, multiple=multiple)
    for top, bottom in _spans(height, down):
        for left, right in _spans(width, across):
            yield Tile(
                top=max(0, top - halo),
                bottom=min(height, bottom + halo),
                left=max(0, left - halo),
                right=min(width, right + halo),
                rows=(top // stride, -(-bottom // stride)),
                columns=(left // stride, -(-right // stride)),
            )


def _split(height: int, width: int, *, max_pixels: int, halo: int, multiple: int) -> tuple[int, int]:
    """Return the height and width kept by each tile, so that the network sees the fewest pixels.

    A tile never keeps less than twice its halo, however small ``max_pixels``: it would be all halo.
    """
    if height * width <= max_pixels:
        return max(height, 1), max(width, 1)
    best: tuple[int, int, int] | None = None
    for rows in range(1, max(1, height // (2 * halo)) + 1):
        for columns in range(1, max(1, width // (2 * halo)) + 1):
            keep = (_up(-(-height // rows), multiple), _up(-(-width // columns), multiple))
            seen = min(height, keep[0] + 2 * halo) * min(width, keep[1] + 2 * halo)
            if seen <= max_pixels and (best is None or rows * columns * seen < best[0]):
                best = (rows * columns * seen, *keep)
    smallest = _up(2 * halo, multiple)
    return best[1:] if best else (min(smallest, height), min(smallest, width))


def _spans(length: int, keep: int) -> list[tuple[int, int]]:
    return [(start, min(length, start + keep)) for start in range(0, length, keep)]


def _up(pixels: int, multiple: int) -> int:
    return -(-pixels // multiple) * multiple
