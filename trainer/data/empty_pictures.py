"""Pictures without people, of kinds that no benchmark holds, each made from a number.

What a camera without a signal shows, and what looks like a crowd to a network that has seen little else:
leaves, grass, bricks, letters. Pure functions of a random generator; HxWx3 float32, 0 to 255 and a little
beyond.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

HEIGHT, WIDTH = 480, 640
Picture = NDArray[np.float32]


def picture(number: int) -> NDArray[np.uint8]:
    """Return one picture, HxWx3 RGB; the same number always gives the same picture."""
    rng = np.random.default_rng([11, number])
    drawn = PATTERNS[number % len(PATTERNS)](rng, HEIGHT, WIDTH)
    return np.clip(drawn, 0, 255).astype(np.uint8)


def _flat(rng: np.random.Generator, height: int, width: int) -> NDArray[np.float32]:
    return np.full((height, width, 3), rng.integers(0, 256, 3), np.float32)


def _gradient(rng: np.random.Generator, height: int, width: int) -> NDArray[np.float32]:
    corners = rng.integers(0, 256, (2, 2, 3)).astype(np.float32)
    return np.asarray(cv2.resize(corners, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _noise(rng: np.random.Generator, height: int, width: int) -> NDArray[np.float32]:
    level, spread = rng.uniform(30, 220), rng.uniform(5, 80)
    return np.asarray(rng.normal(level, spread, (height, width, 3)), np.float32)


def _checkers(rng: np.random.Generator, height: int, width: int) -> NDArray[np.float32]:
    side = int(rng.integers(4, 60))
    rows, columns = np.indices((height, width)) // side
    light, dark = rng.integers(0, 256, (2, 3))
    return np.asarray(np.where(((rows + columns) % 2)[:, :, None] > 0, light, dark), np.float32)


def _bars(rng: np.random.Generator, height: int, width: int) -> NDArray[np.float32]:
    bars = rng.integers(0, 256, (1, int(rng.integers(3, 40)), 3)).astype(np.float32)
    upright = rng.random() < 0.5
    size = (height, width) if upright else (width, height)
    drawn = np.asarray(cv2.resize(bars, size, interpolation=cv2.INTER_NEAREST), np.float32)
    return np.ascontiguousarray(np.rot90(drawn)) if upright else drawn


def _blobs(rng: np.random.Generator, height: int, width: int) -> NDArray[np.float32]:
    small = rng.integers(0, 256, (int(rng.integers(4, 60)), int(rng.integers(4, 80)), 3)).astype(np.float32)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def _snow(rng: np.random.Generator, height: int, width: int) -> NDArray[np.float32]:
    """A camera without a signal: grey noise of one pixel or a few, of any strength."""
    side = int(rng.choice((1, 1, 1, 2, 3, 4)))
    low, high = (0, 256) if rng.random() < 0.5 else np.sort(rng.integers(0, 257, 2))
    small = rng.integers(low, high + 1, (-(-height // side), -(-width // side), 1)).astype(np.float32)
    return np.repeat(small.repeat(side, 0).repeat(side, 1)[:height, :width], 3, axis=2)


def _stripes(rng: np.random.Generator, height: int, width: int) -> NDArray[np.float32]:
    """Waves across the picture, from a blind's slats to moire."""
    angle, length = rng.uniform(0, np.pi), rng.uniform(3, 60)
    rows, columns = np.indices((height, width))
    wave = np.sin(2 * np.pi * (columns * np.cos(angle) + rows * np.sin(angle)) / length)
    tint = rng.uniform(0.3, 1, 3)
    return np.asarray((128 + rng.uniform(10, 120) * wave)[:, :, None] * tint, np.float32)


def _foliage(rng: np.random.Generator, height: int, width: int) -> Picture:
    """Leaves in clumps before the sky or before more leaves: round, bright and dark, as heads are."""
    sky = rng.uniform((150, 170, 180), (255, 255, 255)) if rng.random() < 0.5 else rng.uniform(5, 60, 3)
    drawn = np.empty((height, width, 3), np.float32)
    drawn[:] = sky
    hue = rng.uniform((30, 60, 10), (150, 150, 70))
    size = float(np.exp(rng.uniform(np.log(2), np.log(18))))
    clumps = rng.uniform((0, 0), (width, height), (int(rng.integers(6, 40)), 2))
    leaves = int(min(6000, height * width * rng.uniform(0.4, 2.0) / size**2))
    places = clumps[rng.integers(len(clumps), size=leaves)] + rng.normal(0, 60, (leaves, 2))
    for x, y in places.astype(int):
        shade = hue * rng.uniform(0.3, 1.6) + rng.normal(0, 8, 3)
        axes = (max(1, round(size * rng.uniform(0.6, 1.4))), max(1, round(size * rng.uniform(0.3, 0.8))))
        colour = (float(shade[0]), float(shade[1]), float(shade[2]))
        cv2.ellipse(drawn, (int(x), int(y)), axes, float(rng.uniform(0, 180)), 0, 360, colour, cv2.FILLED)
    return np.asarray(cv2.GaussianBlur(drawn, (0, 0), float(rng.uniform(0.3, 1.5))), np.float32)


def _grass(rng: np.random.Generator, height: int, width: int) -> Picture:
    """Grass, gravel, asphalt: noise that is longer in one direction, around one colour."""
    colour = rng.uniform((30, 50, 20), (180, 170, 150))
    field = rng.normal(0, 1, (height, width, 1)).astype(np.float32)
    across, down = rng.uniform(0.3, 4, 2)
    blurred = cv2.GaussianBlur(field, (0, 0), float(across), sigmaY=float(down))
    field = np.asarray(blurred, np.float32)[:, :, None]
    strength = float(rng.uniform(5, 50)) / max(float(field.std()), 1e-6)
    return np.asarray(colour + strength * field, np.float32)


def _bricks(rng: np.random.Generator, height: int, width: int) -> Picture:
    """Walls and paving, straight on or askew."""
    long, high, joint = int(rng.integers(12, 90)), int(rng.integers(5, 40)), int(rng.integers(1, 4))
    colour, spread = rng.uniform(40, 200, 3), float(rng.uniform(2, 25))
    drawn = np.empty((2 * height, 2 * width, 3), np.float32)
    drawn[:] = rng.uniform(60, 220)
    for row, y in enumerate(range(0, 2 * height, high)):
        for x in range(-(long // 2) * (row % 2), 2 * width, long):
            drawn[y + joint : y + high, max(0, x + joint) : x + long] = colour + rng.normal(0, spread)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    askew = corners * 1.5 + rng.uniform(0, 0.5, (4, 2)).astype(np.float32) * (width, height)
    matrix = cv2.getPerspectiveTransform(askew.astype(np.float32), corners)
    return np.asarray(cv2.warpPerspective(drawn, matrix, (width, height)), np.float32)


def _letters(rng: np.random.Generator, height: int, width: int) -> Picture:
    """Signs and shop fronts: letters of all sizes, some of them lit."""
    wall = _bars(rng, height, width) * 0.5 if rng.random() < 0.5 else _gradient(rng, height, width)
    drawn = np.ascontiguousarray(np.clip(wall, 0, 255).astype(np.uint8))
    for _ in range(int(rng.integers(5, 40))):
        text = "".join(
            chr(int(code)) for code in rng.integers(ord("A"), ord("z") + 1, int(rng.integers(1, 9)))
        )
        colour = tuple(float(value) for value in rng.uniform(0, 255, 3))
        place = (int(rng.integers(-40, width)), int(rng.integers(0, height + 20)))
        size = float(np.exp(rng.uniform(np.log(0.3), np.log(4))))
        thickness = max(1, int(size * rng.uniform(0.5, 3)))
        cv2.putText(drawn, text, place, int(rng.integers(0, 8)), size, colour, thickness, cv2.LINE_AA)
    lit = drawn.astype(np.float32)
    if rng.random() < 0.5:
        lit = lit + cv2.GaussianBlur(np.maximum(lit - 160, 0), (0, 0), float(rng.uniform(2, 12)))
    return np.asarray(lit, np.float32)


def _outlines(rng: np.random.Generator, height: int, width: int) -> Picture:
    """Circles, frames and lines on something plain: test cards, wheels, windows, markings."""
    ground = (_flat, _bars, _gradient)[int(rng.integers(3))](rng, height, width)
    drawn = np.ascontiguousarray(ground.astype(np.uint8))
    for _ in range(int(rng.integers(1, 9))):
        colour = tuple(float(value) for value in rng.uniform(0, 255, 3))
        thickness, kind = int(rng.integers(1, 7)), int(rng.integers(3))
        x0, x1 = (int(value) for value in rng.integers(0, width, 2))
        y0, y1 = (int(value) for value in rng.integers(0, height, 2))
        if kind == 0:
            cv2.circle(drawn, (x0, y0), int(rng.integers(30, 260)), colour, thickness, cv2.LINE_AA)
        elif kind == 1:
            cv2.rectangle(drawn, (x0, y0), (x1, y1), colour, thickness)
        else:
            cv2.line(drawn, (x0, y0), (x1, y1), colour, thickness, cv2.LINE_AA)
    return drawn.astype(np.float32)


PATTERNS = (
    _flat, _gradient, _noise, _checkers, _bars, _blobs, _snow, _stripes,
    _foliage, _grass, _bricks, _letters, _snow, _foliage, _outlines,
)  # fmt: skip
"""Snow and leaves twice: they are mistaken for people most often."""
