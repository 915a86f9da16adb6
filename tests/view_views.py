"""Pictures of fixed cameras, good and bad, for the figures of :mod:`tests.view_check`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle, islice, pairwise
from pathlib import Path

import cv2
import numpy as np

from crowdmon.scene import parse_scene

Picture = np.ndarray
"""HxWx3 uint8, RGB."""

WIDE = (640, 360)
PART = 0.6
"""Side of the part of a picture that a camera sees, so that one that is turned sees what is beside it."""

FOCAL = 1.5
"""Focal length in picture heights: 61 degrees from side to side."""

_SAME_PX = 2.0
"""Pixels by which two stills may differ to be of one camera that did not move."""


def clip(path: Path) -> list[Picture]:
    """Return one picture a second of media time."""
    video = cv2.VideoCapture(str(path))
    fps, due, number = video.get(cv2.CAP_PROP_FPS) or 25.0, 0.0, 0
    out = []
    while video.grab():
        if number / fps >= due:
            due += 1.0
            out.append(_rgb(video.retrieve()[1]))
        number += 1
    return out


def plaza(scene: str, seconds: int, *, people: int = 120) -> list[Picture]:
    """Return one rendered picture a second."""
    size = f"width={WIDE[0]}&height={WIDE[1]}"
    drawn = parse_scene(f"{scene}?people={people}&seed=2&{size}")
    return [drawn.render(float(second)).rgb for second in range(seconds)]


def dusk(day: list[Picture], night: list[Picture], seconds: int = 600) -> list[Picture]:
    """Return pictures that turn from day to night and back, with a minute of each at the ends."""
    share = np.clip((np.arange(seconds + 120) - 60) / seconds, 0, 1)
    pairs = zip(cycle(day), cycle(night), share, strict=False)
    there = [(a * (1 - s) + b * s).astype(np.uint8) for a, b, s in islice(pairs, len(share))]
    return there + there[::-1]


def stills(folder: Path, pattern: str = "*.jpg") -> list[Picture]:
    """Return the pictures of a folder in the order of their names."""
    return [_rgb(cv2.imread(str(path)), None) for path in sorted(folder.glob(pattern))]


def same_views(pictures: list[Picture]) -> list[list[Picture]]:
    """Split stills into runs of one view, as far as features of the full pictures show that it is one.

    Cameras of the stills were moved between recordings. How they are matched has nothing to do with how
    the program does it.
    """
    sift = cv2.SIFT_create(400)
    found = [sift.detectAndCompute(cv2.cvtColor(one, cv2.COLOR_RGB2GRAY), None) for one in pictures]
    runs = [[pictures[0]]]
    for (before, after), picture in zip(pairwise(found), pictures[1:], strict=True):
        if not _same(before, after, picture.shape[:2]):
            runs.append([])
        runs[-1].append(picture)
    return [run for run in runs if len(run) >= 2]


def _same(one: tuple, other: tuple, shape: tuple[int, int]) -> bool:
    pairs = cv2.BFMatcher().knnMatch(one[1], other[1], k=2)
    good = [a for a, b in pairs if a.distance < 0.75 * b.distance]
    if len(good) < 25:
        return False
    here = np.float32([one[0][match.queryIdx].pt for match in good])
    there = np.float32([other[0][match.trainIdx].pt for match in good])
    matrix, held = cv2.estimateAffinePartial2D(here, there, ransacReprojThreshold=4)
    if matrix is None or int(held.sum()) < 25:
        return False
    height, width = shape
    corners = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    return float(np.abs(corners @ matrix[:, :2].T + matrix[:, 2] - corners).max()) < _SAME_PX


def held(pictures: list[Picture], seconds: int) -> Iterator[Picture]:
    """Yield each picture for so many seconds, with the noise of a sensor."""
    rng = np.random.default_rng(3)
    sheets = [rng.normal(0, 2, pictures[0].shape).astype(np.int16) for _ in range(7)]
    for picture in pictures:
        for second in range(seconds):
            yield np.clip(picture + sheets[second % len(sheets)], 0, 255).astype(np.uint8)


def part(picture: Picture, *, yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0) -> Picture:
    """Return what a camera sees that sees the middle of a picture, turned by degrees."""
    height, width = picture.shape[:2]
    rows, columns = round(height * PART), round(width * PART)
    inside = np.array([[FOCAL * rows, 0, columns / 2], [0, FOCAL * rows, rows / 2], [0, 0, 1.0]])
    whole = np.array([[FOCAL * rows, 0, width / 2], [0, FOCAL * rows, height / 2], [0, 0, 1.0]])
    matrix = whole @ _rotation(yaw, pitch, roll) @ np.linalg.inv(inside)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpPerspective(picture, matrix, (columns, rows), flags=flags, borderMode=cv2.BORDER_REFLECT)


def _rotation(yaw: float, pitch: float, roll: float) -> np.ndarray:
    y, p, r = np.radians([yaw, pitch, roll])
    around_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    around_x = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    around_z = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    return around_y @ around_x @ around_z


def _rgb(bgr: np.ndarray, size: tuple[int, int] | None = WIDE) -> Picture:
    small = bgr if size is None else cv2.resize(bgr, size, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(small[:, :, ::-1])
