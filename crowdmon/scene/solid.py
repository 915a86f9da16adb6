"""Draws things that stand on the plaza into sprites, from points in metres."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from crowdmon.scene.camera import SceneCamera
from crowdmon.scene.sprites import Sprite

Floats = NDArray[np.float64]
SHIFT = 4
ENLARGE = 3


class Solid:
    """An enlarged canvas for one thing; parts are painted in the order they are given.

    Args:
        camera: who sees it.
        reach: Nx3 metres around the whole thing.
    """

    def __init__(self, camera: SceneCamera, reach: Floats) -> None:
        self._camera = camera
        pixels, depth = camera.project(reach)
        self.metre = camera.focal / float(depth.mean())
        low = np.maximum(pixels.min(axis=0) - 2, -16)
        high = np.minimum(pixels.max(axis=0) + 2, (camera.width + 16, camera.height + 16))
        self._left, self._top = int(low[0]), int(low[1])
        self._columns = max(1, int(high[0]) - self._left)
        self._rows = max(1, int(high[1]) - self._top)
        self._image = np.zeros((self._rows * ENLARGE, self._columns * ENLARGE, 4), np.uint8)

    def poly(self, points: Floats, colour: Floats) -> None:
        """Fill a polygon of Nx3 metres."""
        cv2.fillPoly(self._image, [self._fixed(points)], _shade(colour), cv2.LINE_8, SHIFT)

    def line(self, points: Floats, width: float, colour: Floats) -> None:
        """Draw a line along Nx3 metres, ``width`` metres wide."""
        thick = max(1, round(width * self.metre * ENLARGE))
        cv2.polylines(self._image, [self._fixed(points)], False, _shade(colour), thick, cv2.LINE_8, SHIFT)

    def ball(self, centre: Floats, radius: float, colour: Floats) -> None:
        """Fill a ball around 3 metres, ``radius`` in metres."""
        spot = self._fixed(centre[None])[0]
        size = max(1, round(radius * self.metre * ENLARGE * (1 << SHIFT)))
        cv2.circle(self._image, (int(spot[0]), int(spot[1])), size, _shade(colour), -1, cv2.LINE_8, SHIFT)

    def balls(self, centres: Floats, radii: Floats, colours: Floats) -> None:
        """Fill N balls in the order given: Nx3 metres, N metres, Nx3 colours."""
        spots = self._fixed(centres).tolist()
        sizes = np.maximum(1, np.rint(radii * self.metre * ENLARGE * (1 << SHIFT))).astype(int).tolist()
        for (x, y), size, colour in zip(spots, sizes, np.clip(colours, 0, 255).tolist(), strict=True):
            cv2.circle(self._image, (x, y), size, (*colour, 255.0), -1, cv2.LINE_8, SHIFT)

    def sprite(self) -> Sprite:
        """Return what was drawn, averaged down to the picture's own size."""
        rgba = cv2.resize(self._image, (self._columns, self._rows), interpolation=cv2.INTER_AREA)
        return Sprite(np.asarray(rgba, np.uint8), self._left, self._top)

    def _fixed(self, points: Floats) -> NDArray[np.int32]:
        pixels, _ = self._camera.project(points)
        enlarged = (pixels - (self._left, self._top) + 0.5) * ENLARGE - 0.5
        return np.rint(np.clip(enlarged, -1e5, 1e5) * (1 << SHIFT)).astype(np.int32)


def ring(x: float, y: float, up: float, radius: float, *, corners: int = 40, start: float = 0.0) -> Floats:
    """Return corners of a level circle, corners x 3 metres."""
    angles = start + np.arange(corners) * (2 * np.pi / corners)
    return np.stack([x + radius * np.cos(angles), y + radius * np.sin(angles), np.full(corners, up)], axis=-1)


def box(
    x: float, y: float, size: tuple[float, float, float], *, turn: float = 0.0, up: float = 0.0
) -> Floats:
    """Return the 8 corners of a box standing at (x, y): 4 below, then 4 above, counter-clockwise."""
    half_x, half_y = size[0] / 2, size[1] / 2
    flat = np.array([(-half_x, -half_y), (half_x, -half_y), (half_x, half_y), (-half_x, half_y)])
    cosine, sine = np.cos(turn), np.sin(turn)
    flat = flat @ np.array([[cosine, sine], [-sine, cosine]]) + (x, y)
    below = np.column_stack([flat, np.full(4, up)])
    above = np.column_stack([flat, np.full(4, up + size[2])])
    return np.concatenate([below, above])


def _shade(colour: Floats) -> tuple[float, float, float, float]:
    red, green, blue = (float(min(255.0, max(0.0, c))) for c in colour)
    return red, green, blue, 255.0
