"""How much memory a MATLAB file may use before it is refused, and the reason for refusing."""

from __future__ import annotations

import math
from collections.abc import Iterable

MAX_BYTES = 256 * 2**20
"""Bytes of all values together; the largest label of any benchmark takes a few MB."""

MAX_ITEMS = 500_000
"""Cells, fields and variables together."""

MAX_DEPTH = 16
"""Depth of cells within cells. This also ends a cycle of references."""


class MatError(Exception):
    """A MATLAB file is not valid. The text says why, without naming the file."""


class UnsupportedError(MatError):
    """A kind of value that no benchmark uses."""


class ReadLimits:
    """Counts what a file asks for. Raises MatError if it is too much."""

    def __init__(self, limit: int = MAX_BYTES) -> None:
        self._limit = limit
        self._bytes = limit
        self._items = MAX_ITEMS

    @property
    def left(self) -> int:
        """Bytes that the file may still ask for."""
        return self._bytes

    def array(self, shape: Iterable[int], itemsize: int) -> int:
        """Book an array and return its number of values."""
        dims = [int(n) for n in shape]
        if any(n < 0 for n in dims):
            raise MatError(f"an array of {_times(dims)} values makes no sense")
        values = math.prod(dims)
        self._bytes -= values * itemsize
        if self._bytes < 0:
            raise MatError(f"it announces more than {self._limit // 2**20} MB ({_times(dims)} values)")
        return values

    def item(self, depth: int) -> None:
        """Book one cell, field or variable."""
        self._items -= 1
        if self._items < 0:
            raise MatError(f"it holds more than {MAX_ITEMS} cells and fields")
        if depth > MAX_DEPTH:
            raise MatError(f"its cells are nested more than {MAX_DEPTH} deep")


def _times(dims: list[int]) -> str:
    return " x ".join(map(str, dims[:8]))
