"""The pinhole camera that looks down on the plaza.

Ground metres: x to the right of the camera, y away from it, z up; the origin lies on the ground
right below the camera. Pixels: x to the right, y down, whole numbers at pixel centres, so the
top left pixel's centre is (0, 0). There is no lens distortion, so the map from the ground to the
picture is exactly a homography.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

HEIGHT_M = 6.0
"""Height of the camera above the ground: at a first floor window."""
TILT = math.radians(19.5)
"""Angle between the optical axis and the horizontal, downwards."""
FOCAL = 1.5
"""Focal length in picture heights."""


@dataclass(frozen=True, slots=True)
class SceneCamera:
    """A camera of the plaza.

    Attributes:
        width, height: the picture's size, in pixels.
    """

    width: int
    height: int

    @property
    def focal(self) -> float:
        """Focal length, in pixels."""
        return FOCAL * self.height

    @property
    def centre(self) -> tuple[float, float]:
        """Principal point (x, y), in pixels."""
        return (self.width - 1) / 2, (self.height - 1) / 2

    def depth(self, points: Floats) -> Floats:
        """Distance along the optical axis in metres of ``(..., 3)`` points in metres."""
        away, up = points[..., 1], points[..., 2]
        out: Floats = away * math.cos(TILT) + (HEIGHT_M - up) * math.sin(TILT)
        return out

    def project(self, points: Floats) -> tuple[Floats, Floats]:
        """Map ``(..., 3)`` metres to ``(..., 2)`` pixels and ``(...)`` metres of depth."""
        cx, cy = self.centre
        depth = self.depth(points)
        scale = self.focal / np.maximum(depth, 1e-3)
        down = (HEIGHT_M - points[..., 2]) * math.cos(TILT) - points[..., 1] * math.sin(TILT)
        return np.stack([cx + scale * points[..., 0], cy + scale * down], axis=-1), depth

    def homography(self) -> Floats:
        """Return the 3x3 matrix that takes ground (x, y, 1) in metres to pixels."""
        cx, cy = self.centre
        sine, cosine = math.sin(TILT), math.cos(TILT)
        return np.array(
            [
                [self.focal, cx * cosine, cx * HEIGHT_M * sine],
                [0.0, cy * cosine - self.focal * sine, HEIGHT_M * (cy * sine + self.focal * cosine)],
                [0.0, cosine, HEIGHT_M * sine],
            ]
        )

    def to_ground(self, pixels: Floats) -> Floats:
        """Map ``(..., 2)`` pixels below the horizon to ``(..., 2)`` metres on the ground."""
        inverse = np.linalg.inv(self.homography())
        # Written out, because a matrix product may round differently with another number of threads.
        x, y, w = (row[0] * pixels[..., 0] + row[1] * pixels[..., 1] + row[2] for row in inverse)
        out: Floats = np.stack([x / w, y / w], axis=-1)
        return out

    def half_width(self, away: float) -> float:
        """Metres from the middle to the picture's side edge, on the ground ``away`` metres out."""
        depth = away * math.cos(TILT) + HEIGHT_M * math.sin(TILT)
        return depth * (self.width / 2) / self.focal

    def nearest(self, up: float) -> float:
        """How far out in metres a point ``up`` metres high meets the picture's lower edge."""
        angle = TILT + math.atan2(self.height / 2, self.focal)
        return (HEIGHT_M - up) / math.tan(angle)
