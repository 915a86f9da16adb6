"""Which strips of a picture the network has to see, where only some parts of it are asked for. Pure.

A part is widened to whole cells, and the network sees as much around it as its layers reach. So each cell of
a part gets the value that it has in the whole picture. Parts that lie close together are seen in one strip
where that is less work.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import combinations, pairwise

from crowdmon.counting.preprocess import MAX_PIXELS, Tile, tiles
from crowdmon.values import Box, Cells

CALL = 10_000
"""Pixels that the network counts in about the time that one more call of it costs."""

MOST = 60
"""Parts at most that are put together one by one; of more, one strip sees all."""

_SLACK = 1e-6


@lru_cache(maxsize=64)
def strips(
    height: int,
    width: int,
    boxes: tuple[Box, ...],
    *,
    reach: int,
    stride: int,
    multiple: int,
    max_pixels: int = MAX_PIXELS,
) -> tuple[Tile, ...] | None:
    """Return the parts to count as tiles; None if the whole picture is no more work.

    Args:
        height, width: of the picture, in pixels.
        boxes: the parts that are asked for; what lies outside of the picture is left out.
        reach: pixels around a cell that its value depends on.
        stride: pixels of a cell.
        multiple: tiles begin at multiples of this many pixels, and pictures are padded to them: a tile at the
            picture's edge is then padded exactly as the whole picture is.
        max_pixels: what the network sees at once; a larger strip is cut.

    Returns:
        Tiles whose kept cells hold all cells of the boxes. Kept cells of two tiles may overlap. No tile at
        all if nothing is asked for.
    """
    made = _Strips(height, width, reach, stride, multiple)
    parts = [part for box in boxes if (part := made.cells(box)) is not None]
    if len(parts) > MOST:
        parts = [_around(parts)]
    cut = [tile for part in made.joined(parts) for tile in made.tiles(part, max_pixels)]
    whole = list(tiles(height, width, stride=stride, multiple=multiple, max_pixels=max_pixels))
    return None if cut and made.work(cut) >= made.work(whole) else tuple(cut)


class _Strips:
    """The picture, and what is seen of it for a part."""

    def __init__(self, height: int, width: int, reach: int, stride: int, multiple: int) -> None:
        self._height, self._width = height, width
        self._reach, self._stride, self._multiple = reach, stride, multiple

    def cells(self, box: Box) -> Cells | None:
        """Return the cells that a box touches; None for one without any area inside the picture."""
        left, top, right, bottom = box
        across = self._span(left, right, self._width)
        down = self._span(top, bottom, self._height)
        return None if across is None or down is None else (*down, *across)

    def _span(self, low: float, high: float, pixels: int) -> tuple[int, int] | None:
        low, high = max(low, 0.0) * pixels, min(high, 1.0) * pixels
        if not low < high:
            return None
        # A hair of room: where a border falls on that of a cell, rounding decides whether it is touched.
        first = max(0, math.floor(low / self._stride - _SLACK))
        last = min(math.ceil(pixels / self._stride), math.ceil(high / self._stride + _SLACK))
        return first, last

    def tile(self, part: Cells) -> Tile:
        """Return what the network sees for a part."""
        top, bottom, left, right = part
        rows, columns = self._seen(top, bottom, self._height), self._seen(left, right, self._width)
        return Tile(*rows, *columns, rows=(top, bottom), columns=(left, right))

    def tiles(self, part: Cells, max_pixels: int) -> Iterator[Tile]:
        """Yield what the network sees for a part, in halves of halves where that is too much at once."""
        tile = self.tile(part)
        top, bottom, left, right = part
        longest = max(bottom - top, right - left)
        # A tile that keeps less than it sees around that would not get much smaller.
        small = longest * self._stride <= 2 * self._reach
        if small or (tile.bottom - tile.top) * (tile.right - tile.left) <= max_pixels:
            yield tile
        elif longest == bottom - top:
            for low, high in pairwise((top, (top + bottom) // 2, bottom)):
                yield from self.tiles((low, high, left, right), max_pixels)
        else:
            for low, high in pairwise((left, (left + right) // 2, right)):
                yield from self.tiles((top, bottom, low, high), max_pixels)

    def _seen(self, first: int, last: int, pixels: int) -> tuple[int, int]:
        low = max(0, first * self._stride - self._reach) // self._multiple * self._multiple
        high = -(-(last * self._stride + self._reach) // self._multiple) * self._multiple
        return low, min(pixels, high)

    def _padded(self, low: int, high: int) -> int:
        return -(-(high - low) // self._multiple) * self._multiple

    def cost(self, parts: Sequence[Cells]) -> int:
        """Return the work of counting parts, each in one strip, in pixels."""
        return self.work([self.tile(part) for part in parts])

    def work(self, cut: Sequence[Tile]) -> int:
        """Return the work of counting tiles, in pixels."""
        return sum(
            self._padded(one.top, one.bottom) * self._padded(one.left, one.right) + CALL for one in cut
        )

    def joined(self, parts: Sequence[Cells]) -> list[Cells]:
        """Put parts together, always the two that save most, as long as that saves work."""
        left = list(dict.fromkeys(parts))
        while len(left) > 1:
            saved, one, other = max(
                (self.cost([one, other]) - self.cost([_around([one, other])]), one, other)
                for one, other in combinations(left, 2)
            )
            if saved < 0:
                break
            left = [part for part in left if part not in (one, other)] + [_around([one, other])]
        return sorted(left)


def _around(parts: Sequence[Cells]) -> Cells:
    tops, bottoms, lefts, rights = zip(*parts, strict=True)
    return min(tops), max(bottoms), min(lefts), max(rights)
