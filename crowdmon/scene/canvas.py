"""Round shapes in a few tones: what a figure is drawn with.

Each shape is drawn in up to nine tones, each smaller, lighter and nearer to the side the light
comes from. The picture is several times larger than it will be seen, and averaged down at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Bytes = NDArray[np.uint8]
Shade = tuple[float, float, float, float]
Tones = list[Shade]

SHIFT = 4
"""Bits of the fraction in coordinates given to OpenCV."""
UNIT = 1 << SHIFT
TONES = 9
"""Tones of a material, from the shady to the sunny side."""

Step = tuple[float, float, int]
COARSE: tuple[Step, ...] = ((1.0, 0.0, 2), (0.60, 0.34, 8))
MIDDLE: tuple[Step, ...] = ((1.0, 0.0, 0), (0.76, 0.22, 4), (0.46, 0.48, 8))
FINE: tuple[Step, ...] = tuple((1.0 - 0.095 * i, 0.082 * i, i) for i in range(9))
"""Size, shift to the light (in radii) and tone of each step, for far, middling and near figures."""
LIMB_M = 0.05
"""Radius all limbs take the shift to the light from, in metres."""


def _hull_steps(steps: tuple[Step, ...]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return by how much hulls shrink (steps x 1 x 2) and shift (steps x 1 x 1), without the first step."""
    grow, off, _ = np.array(steps[1:]).T
    # Bodies stand upright: the tones narrow sideways more than they shorten.
    return np.stack([grow, 0.66 + 0.34 * grow], axis=-1)[:, None, :], off[:, None, None]


_LIMB_STEPS = {len(COARSE): (0, 1), len(MIDDLE): (0, 2), len(FINE): (0, 4, 7)}
"""Limbs are thin: a few of the steps will do."""
_HULL_STEPS = {len(steps): _hull_steps(steps) for steps in (COARSE, MIDDLE, FINE)}
_ANGLES = np.arange(12) * (2 * np.pi / 12)
_RING = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=-1)


@dataclass(slots=True)
class Canvas:
    """The enlarged picture a figure is drawn on.

    Attributes:
        image: hxwx4 uint8.
        points: one copy of a figure's joints for each step, shifted to the light; OpenCV's fixed
            point numbers.
        metre: pixels of the enlarged picture for each metre.
        towards: direction the light comes from.
        steps: see :data:`FINE`.
    """

    image: Bytes
    points: list[Ints]
    metre: float
    towards: tuple[float, float]
    steps: tuple[Step, ...]

    def limb(self, joints: Sequence[int], radius: float, tones: Tones) -> None:
        """Draw a round limb along joints; ``radius`` in metres."""
        wide = 2 * radius * self.metre
        for index in _LIMB_STEPS[len(self.steps)]:
            grow, _, tone = self.steps[index]
            path = self.points[index].take(joints, 0)
            cv2.polylines(
                self.image, [path], False, tones[tone], max(1, round(wide * grow)), cv2.LINE_8, SHIFT
            )

    def stub(self, joints: Sequence[int], radius: float, tones: Tones) -> None:
        """Draw a short limb that shows no shading."""
        self.line(self.points[0].take(joints, 0), 2 * radius, tones[5])

    def line(self, path: Ints, wide: float, shade: Shade) -> None:
        """Draw a flat line along points; ``wide`` in metres."""
        cv2.polylines(self.image, [path], False, shade, max(1, round(wide * self.metre)), cv2.LINE_8, SHIFT)

    def ball(self, centre: Ints, radius: float, tones: Tones, squash: float = 1.0) -> None:
        """Draw an upright ellipsoid ``squash`` times as wide as high; ``radius`` in metres."""
        size = radius * self.metre * UNIT
        x, y = int(centre[0]), int(centre[1])
        aside_x, aside_y = self.towards[0] * size * 0.8, self.towards[1] * size * 0.8
        for grow, off, tone in self.steps[:: 2 if len(self.steps) > 3 else 1]:
            spot = (x + round(off * aside_x), y + round(off * aside_y))
            axes = (round(size * grow * squash), round(size * grow))
            cv2.ellipse(self.image, spot, axes, 0, 0, 360, tones[tone], -1, cv2.LINE_8, SHIFT)

    def hull(self, centres: Ints, radii: Sequence[float], tones: Tones) -> None:
        """Draw the convex hull around discs; ``radii`` in metres."""
        size = self.metre * UNIT
        ring = centres[:, None, :] + np.multiply.outer(np.array(radii) * size, _RING)
        outline = cv2.convexHull(ring.astype(np.int32).reshape(-1, 1, 2))
        cv2.fillConvexPoly(self.image, outline, tones[self.steps[0][2]], cv2.LINE_8, SHIFT)
        left, top, width, height = cv2.boundingRect(outline)
        middle = np.array((left + width / 2, top + height / 2))
        reach = (self.towards[0] * width / 2, self.towards[1] * min(height / 2, max(radii) * size))
        narrow, off = _HULL_STEPS[len(self.steps)]
        inner = ((outline[:, 0] - middle) * narrow + (off * reach + middle)).astype(np.int32)
        for line, (_, _, tone) in zip(inner, self.steps[1:], strict=True):
            cv2.fillConvexPoly(self.image, line, tones[tone], cv2.LINE_8, SHIFT)

    def down(self, metres: float) -> Ints:
        """Return a shift down the picture."""
        return np.array([0, round(metres * self.metre * UNIT)], np.int32)
