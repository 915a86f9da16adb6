"""The row of houses behind the plaza, drawn flat in metres: shops below, windows above.

The drawing is an elevation: x runs along the facade from :data:`LEFT_M`, y runs down from the top.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from crowdmon.scene.layout import DOORS
from crowdmon.scene.rng import rng_of

Bytes = NDArray[np.uint8]
Colour = tuple[float, float, float]

LEFT_M, RIGHT_M = -62.0, 62.0
TOP_M = 9.0
SCALE = 48
"""Pixels of the drawing for each metre."""

WALLS: tuple[Colour, ...] = (
    (224, 206, 176),
    (206, 164, 128),
    (216, 214, 206),
    (198, 178, 142),
    (186, 134, 112),
    (202, 208, 198),
    (226, 216, 190),
    (178, 186, 190),
)
PAINTS: tuple[Colour, ...] = (
    (54, 74, 66),
    (96, 44, 40),
    (44, 54, 74),
    (58, 52, 48),
    (118, 92, 62),
    (70, 84, 92),
)
AWNINGS: tuple[Colour, ...] = ((150, 58, 50), (58, 88, 72), (204, 196, 178), (52, 70, 104), (190, 142, 72))


@dataclass(frozen=True, slots=True)
class Awning:
    """A cloth over a shop window: from ``left`` to ``right`` along the facade, in metres."""

    left: float
    right: float
    colour: Colour
    striped: bool


@dataclass(frozen=True, eq=False, slots=True)
class Facade:
    """The drawn houses.

    Attributes:
        paint: HxWx3 uint8, their colours in full light.
        glow: HxW uint8, where lit windows glow at night.
        awnings: cloths that stand out from the wall.
    """

    paint: Bytes
    glow: Bytes
    awnings: tuple[Awning, ...]


class _Sheet:
    """A flat drawing in metres, heights measured from the ground."""

    def __init__(self) -> None:
        shape = (round(TOP_M * SCALE), round((RIGHT_M - LEFT_M) * SCALE))
        self.paint: Bytes = np.zeros((*shape, 3), np.uint8)
        self.glow: Bytes = np.zeros(shape, np.uint8)

    def rect(
        self, span: tuple[float, float], heights: tuple[float, float], colour: Colour, glow: int = 0
    ) -> None:
        corner = (round((span[0] - LEFT_M) * SCALE), round((TOP_M - heights[1]) * SCALE))
        other = (round((span[1] - LEFT_M) * SCALE) - 1, round((TOP_M - heights[0]) * SCALE) - 1)
        cv2.rectangle(self.paint, corner, other, colour, -1)
        cv2.rectangle(self.glow, corner, other, (glow,), -1)


def facade() -> Facade:
    """Draw the houses; always the same."""
    rng = rng_of(103, 2)
    sheet, awnings = _Sheet(), []
    left, last = LEFT_M, -1
    while left < RIGHT_M:
        wide = float(rng.uniform(6.5, 10.5))
        kind = int(rng.integers(0, len(WALLS)))
        kind = (kind + 1) % len(WALLS) if kind == last else kind
        last = kind
        awnings += _house(sheet, (left, min(left + wide, RIGHT_M)), WALLS[kind], rng)
        left += wide
    for door in DOORS:
        _door(sheet, door)
    glow = np.asarray(cv2.GaussianBlur(sheet.glow, (0, 0), 1.5), np.uint8)
    return Facade(_weather(sheet.paint, rng), glow, tuple(awnings))


def _house(sheet: _Sheet, span: tuple[float, float], wall: Colour, rng: np.random.Generator) -> list[Awning]:
    left, right = span
    paint = PAINTS[int(rng.integers(0, len(PAINTS)))]
    sheet.rect(span, (0.0, TOP_M), wall)
    sheet.rect(span, (0.0, 0.42), _times(wall, 0.68))
    out: list[Awning] = []
    bays = max(1, round((right - left - 0.8) / 3.1))
    pitch = (right - left - 0.8) / bays
    covered = rng.random() < 0.6
    cloth = AWNINGS[int(rng.integers(0, len(AWNINGS)))]
    striped = bool(rng.random() < 0.5)
    for bay in range(bays):
        start = left + 0.4 + bay * pitch
        _shop(sheet, (start + 0.2, start + pitch - 0.2), paint, rng)
        if covered:
            out.append(Awning(start + 0.1, start + pitch - 0.1, cloth, striped))
    _sign(sheet, (left + 0.5, right - 0.5), paint, rng)
    sheet.rect(span, (3.92, 4.10), _times(wall, 1.1))
    sheet.rect(span, (3.84, 3.92), _times(wall, 0.66))
    windows = max(2, round((right - left) / 2.3))
    pitch = (right - left) / windows
    for index in range(windows):
        middle = left + (index + 0.5) * pitch
        _window(sheet, middle, wall, paint, rng)
    for edge in (left, right - 0.16):
        sheet.rect((edge, edge + 0.16), (0.0, TOP_M), _times(wall, 0.84))
    return out


def _shop(sheet: _Sheet, span: tuple[float, float], paint: Colour, rng: np.random.Generator) -> None:
    """Draw a shop window with goods behind dark glass."""
    left, right = span
    sheet.rect((left - 0.08, right + 0.08), (0.0, 3.0), paint)
    sheet.rect((left, right), (0.5, 2.9), (52, 58, 62), 150)
    for _ in range(int((right - left) * 7)):
        x = float(rng.uniform(left, right - 0.3))
        wide, tall = float(rng.uniform(0.12, 0.4)), float(rng.uniform(0.15, 0.8))
        tone = float(rng.uniform(0.45, 1.1))
        goods = PAINTS[int(rng.integers(0, len(PAINTS)))] if rng.random() < 0.5 else (150.0, 130.0, 104.0)
        sheet.rect(
            (x, min(x + wide, right)), (0.55, 0.55 + tall), _times(goods, tone), int(rng.uniform(70, 190))
        )
    sheet.rect((left, right), (2.35, 2.9), (86, 96, 102), 190)
    for part in (0.0, 0.5, 1.0):
        x = left + part * (right - left)
        sheet.rect((x - 0.035, x + 0.035), (0.45, 2.95), _times(paint, 0.8))
    sheet.rect((left, right), (2.3, 2.37), _times(paint, 0.8))


def _sign(sheet: _Sheet, span: tuple[float, float], paint: Colour, rng: np.random.Generator) -> None:
    """Draw a sign board with strokes that read as lettering from afar."""
    sheet.rect(span, (3.12, 3.66), paint)
    sheet.rect((span[0] + 0.05, span[1] - 0.05), (3.17, 3.61), _times(paint, 1.2))
    x = (span[0] + span[1]) / 2 - float(rng.uniform(1.0, 2.0))
    stop = span[0] + span[1] - x
    while x < stop:
        wide = float(rng.uniform(0.10, 0.2))
        tall = 0.26 if rng.random() < 0.3 else 0.18
        if rng.random() < 0.86:
            sheet.rect((x, x + wide * 0.62), (3.28, 3.28 + tall), (222, 208, 172), 120)
        x += wide + 0.05


def _window(sheet: _Sheet, middle: float, wall: Colour, paint: Colour, rng: np.random.Generator) -> None:
    """Draw a window of the first floor with its shutters."""
    sheet.rect((middle - 0.62, middle + 0.62), (4.55, 6.75), _times(wall, 1.12))
    lit = int(rng.uniform(120, 220)) if rng.random() < 0.3 else 0
    sheet.rect((middle - 0.5, middle + 0.5), (4.65, 6.65), (74, 84, 92), lit)
    sheet.rect((middle - 0.5, middle + 0.5), (5.6, 6.65), (98, 110, 118), lit)
    for x in (middle - 0.03, middle - 0.5, middle + 0.44):
        sheet.rect((x, x + 0.06), (4.65, 6.65), (226, 222, 212))
    sheet.rect((middle - 0.5, middle + 0.5), (5.55, 5.62), (226, 222, 212))
    for side in (-1, 1):
        edge = middle + side * 0.82
        sheet.rect((edge - 0.2, edge + 0.2), (4.6, 6.7), _times(paint, 1.25))
        for up in np.arange(4.7, 6.6, 0.16):
            sheet.rect((edge - 0.16, edge + 0.16), (float(up), float(up) + 0.05), _times(paint, 0.95))
    sheet.rect((middle - 0.72, middle + 0.72), (4.45, 4.55), _times(wall, 0.7))


def _door(sheet: _Sheet, middle: float) -> None:
    """Draw the dark opening from which people come: a passage between the houses."""
    sheet.rect((middle - 1.5, middle + 1.5), (0.0, 3.5), (206, 198, 184))
    sheet.rect((middle - 1.5, middle + 1.5), (3.32, 3.5), (222, 214, 200))
    sheet.rect((middle - 1.1, middle + 1.1), (0.0, 2.4), (30, 30, 34), 34)
    centre = (round((middle - LEFT_M) * SCALE), round((TOP_M - 2.4) * SCALE))
    radius = (round(1.1 * SCALE), round(0.62 * SCALE))
    cv2.ellipse(sheet.paint, centre, radius, 0, 180, 360, (30, 30, 34), -1)
    cv2.ellipse(sheet.glow, centre, radius, 0, 180, 360, (34,), -1)
    sheet.rect((middle - 0.07, middle + 0.07), (3.0, 3.34), (226, 218, 204))


def _weather(paint: Bytes, rng: np.random.Generator) -> Bytes:
    """Add traces of rain and age to the walls."""
    coarse = rng.normal(0.0, 1.0, (24, 320)).astype(np.float32)
    stains = cv2.resize(
        cv2.GaussianBlur(coarse, (0, 0), 1.0), paint.shape[1::-1], interpolation=cv2.INTER_CUBIC
    )
    up = np.linspace(1.0, 0.0, paint.shape[0], dtype=np.float32)[:, None]
    dirt = 1.0 - 0.16 * np.exp(-up * TOP_M / 0.5)
    out: Bytes = np.clip(paint * ((1.0 + 0.05 * stains) * dirt)[..., None], 0, 255).astype(np.uint8)
    return out


def _times(colour: Colour, factor: float) -> Colour:
    red, green, blue = (min(250.0, c * factor) for c in colour)
    return red, green, blue
