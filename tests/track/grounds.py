"""Cameras above a floor with exact geometry, and the ground planes that follow from what they see."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from crowdmon.scene.camera import SceneCamera
from crowdmon.track.ground_fit import GroundPoint, fit
from crowdmon.values import GroundPlane

CORNERS = np.array([[0.1, 0.95], [0.9, 0.95], [0.85, 0.45], [0.15, 0.5]])
"""Places in the picture, in fractions, of points whose metres are known."""


@dataclass(frozen=True)
class Pinhole:
    """A camera above the origin of the floor; angles in radians, lengths in metres and picture heights."""

    height: float = 6.0
    tilt: float = 0.5
    pan: float = 0.3
    roll: float = 0.0
    focal: float = 1.4
    aspect: float = 16 / 9

    def rotation(self) -> np.ndarray:
        """From the floor's axes to the camera's: x to the right, y down, z along the optical axis."""
        sine, cosine = math.sin(self.tilt), math.cos(self.tilt)
        look = np.array([[1, 0, 0], [0, -sine, -cosine], [0, cosine, -sine]])
        lean, turn = (
            np.array([[math.cos(a), -math.sin(a), 0], [math.sin(a), math.cos(a), 0], [0, 0, 1]])
            for a in (self.roll, -self.pan)
        )
        return np.asarray(lean @ look @ turn)

    def project(self, metres: np.ndarray, up: float = 0.0) -> np.ndarray:
        """Map N x 2 metres, ``up`` metres above the floor, to N x 2 fractions of the picture."""
        seen = np.column_stack([metres, np.full(len(metres), up - self.height)]) @ self.rotation().T
        return np.asarray(self.focal * seen[:, :2] / seen[:, 2:] / (self.aspect, 1.0) + 0.5)

    def depth(self, metres: np.ndarray, up: float = 0.0) -> np.ndarray:
        """Return N distances along the optical axis."""
        seen = np.column_stack([metres, np.full(len(metres), up - self.height)]) @ self.rotation().T
        return np.asarray(seen[:, 2])

    def floor(self, fractions: np.ndarray) -> np.ndarray:
        """Return N x 2 metres of the floor seen at N places of the picture, by following the rays."""
        rays = np.column_stack([(fractions - 0.5) * (self.aspect, 1.0), np.full(len(fractions), self.focal)])
        world = rays @ self.rotation()
        return np.asarray(-self.height * world[:, :2] / world[:, 2:])

    def points(self, fractions: np.ndarray = CORNERS) -> tuple[GroundPoint, ...]:
        """Return known points for a fit, at these places of the picture."""
        pairs = zip(fractions.tolist(), self.floor(fractions).tolist(), strict=True)
        return tuple(((u, v), (x, y)) for (u, v), (x, y) in pairs)


PINHOLES = st.builds(
    Pinhole,
    height=st.floats(3, 30),
    tilt=st.floats(0.35, 1.1),
    pan=st.floats(-3, 3),
    roll=st.floats(-0.1, 0.1),
    focal=st.floats(0.8, 3.0),
    aspect=st.sampled_from([16 / 9, 4 / 3]),
).filter(lambda one: one.tilt > math.atan(0.12 / one.focal) + 0.12)
"""Cameras that see the floor in all of the lower part of the picture."""


def plane_of(camera: SceneCamera, *, half_width: float = 5.0) -> GroundPlane:
    """Return the plane of the synthetic plaza's camera, from four points on its paving."""
    metres = np.array([[-1.0, 8.0], [1.0, 8.0], [1.0, 25.0], [-1.0, 25.0]]) * (half_width, 1.0)
    pixels, _ = camera.project(np.column_stack([metres, np.zeros(4)]))
    places = (pixels + 0.5) / (camera.width, camera.height)
    pairs = zip(places.tolist(), metres.tolist(), strict=True)
    return fit(tuple(((u, v), (x, y)) for (u, v), (x, y) in pairs))
