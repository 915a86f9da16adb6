"""The plaza as a camera of 30 pictures a second that is counted now and then, exactly and late."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from crowdmon.scene import parse_scene
from crowdmon.values import DensityMap, Frame, Grid
from tests.ui.fakes import NOON

FPS = 30
SIZE = (960, 540)
CELL = 4
SCENE = "synthetic:plaza?people=40&seed=1&width=960&height=540"


@lru_cache(maxsize=512)
def heads_at(uri: str, index: int) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]:
    """Everybody's heads in pixels of the scene (Nx2), how wide they are, and whether they are seen."""
    _, layers = parse_scene(uri).layers(index / FPS)
    return layers.heads, layers.sizes, layers.visible


@lru_cache(maxsize=320)
def picture_at(uri: str, index: int, *, drawn: bool = True) -> Frame:
    """The picture as a window of 960x540 gets it; or a small grey one, which takes no time."""
    scene = parse_scene(uri)
    rgb = np.full((9, 16, 3), 90, np.uint8)
    if drawn:
        rgb = np.asarray(
            cv2.resize(scene.render(index / FPS).rgb, SIZE, interpolation=cv2.INTER_AREA), np.uint8
        )
    return Frame(
        rgb,
        camera="north",
        index=index,
        time=NOON + index / FPS,
        size=(scene.width, scene.height),
    )


def count_of(uri: str, index: int) -> DensityMap:
    """Count a picture exactly: one person at each head that is seen, spread over the four cells around it."""
    scene = parse_scene(uri)
    grid = Grid(scene.height // CELL, scene.width // CELL, CELL, CELL, scene.width, scene.height)
    people = np.zeros((grid.rows + 1, grid.columns + 1), np.float32)
    heads, _, seen = heads_at(uri, index)
    for x, y in heads[seen] / CELL - 0.5:
        left, top = int(np.floor(x)), int(np.floor(y))
        for row in (0, 1):
            for column in (0, 1):
                share = abs(1 - column - (x - left)) * abs(1 - row - (y - top))
                people[max(top + row, 0), max(left + column, 0)] += share
    made = people[: grid.rows, : grid.columns].copy()
    return DensityMap(made, grid, camera="north", index=index, time=NOON + index / FPS)


@dataclass(frozen=True)
class Look:
    """What an engine shows at one moment."""

    pictures: tuple[Frame, ...]
    density: DensityMap | None
    counted: Frame | None


def film(
    uri: str = SCENE,
    *,
    seconds: float,
    every: int = FPS // 2,
    late: int = 6,
    start: int = 90,
    drawn: bool = False,
) -> Iterator[Look]:
    """Look once at each picture.

    Args:
        uri: the scene.
        seconds: how long.
        every: pictures from one count to the next.
        late: pictures that come while one is counted.
        start: the number of the first picture.
        drawn: whether there is something to see on the pictures.
    """
    for index in range(start, start + round(seconds * FPS)):
        last = (index - late - start) // every * every + start
        known = index - late >= start
        pictures = tuple(
            picture_at(uri, one, drawn=drawn) for one in range(max(start, index - FPS), index + 1)
        )
        counted = (_count(uri, last), picture_at(uri, last, drawn=drawn)) if known else (None, None)
        yield Look(pictures, *counted)


@lru_cache(maxsize=32)
def _count(uri: str, index: int) -> DensityMap:
    return count_of(uri, index)
