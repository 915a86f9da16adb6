"""Where the light on the plaza comes from: the sun by day, lamps and shop windows by night."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crowdmon.scene.layout import FACADE_SLOPE, FACADE_Y, LAMPS

Floats = NDArray[np.float64]
Rgb = tuple[float, float, float]

SUN_SHADOW = (0.98, 0.26)
"""How far (x, y) in metres the sun throws the shadow of a point one metre up."""
SUN = np.array([1.08, 1.045, 0.975])
"""Light of sun and sky together, per colour channel."""
SKY = np.array([0.52, 0.565, 0.65])
"""Light of the sky alone: the light in a shadow."""
MOON = np.array([0.205, 0.225, 0.295])
"""The light of a town's night sky."""
LAMP = np.array([1.05, 0.80, 0.50])
SHOPS = np.array([0.62, 0.50, 0.34])
LAMP_M = 4.1
"""Height of a lamp in metres."""
_POSTS = np.array([(lamp.x, lamp.y) for lamp in LAMPS])


@dataclass(frozen=True, slots=True)
class Light:
    """The plaza's light, by day or by night."""

    night: bool

    @property
    def towards(self) -> tuple[float, float]:
        """Direction the light comes from, in the picture (x right, y down), about 1 long."""
        return (-0.35, -0.94) if self.night else (-0.78, -0.62)

    def full(self, ground: Floats) -> Floats:
        """Return the light (..., 3) per colour channel at (..., 2) metres, where nothing shades it."""
        if not self.night:
            return np.broadcast_to(SUN, (*ground.shape[:-1], 3))
        return MOON + _lamps(ground) + _shops(ground)

    def shaded(self, ground: Floats) -> Floats:
        """Return the light (..., 3) at (..., 2) metres in a shadow."""
        if not self.night:
            return np.broadcast_to(SKY, (*ground.shape[:-1], 3))
        return MOON + 0.55 * _lamps(ground) + _shops(ground)

    def depth(self, ground: Floats) -> Floats:
        """Return how deep (0..1) the shadow is that a person at (..., 2) metres throws."""
        if not self.night:
            return np.ones(ground.shape[:-1])
        nearest = _to_lamps(ground).min(axis=-1)
        out: Floats = np.minimum(1.0, 1.5 / (1.0 + (nearest / 4.5) ** 2))
        return out

    def thrown(self, points: Floats) -> Floats:
        """Return where the light throws the shadow of (..., 3) metres: (..., 2) ground metres."""
        if not self.night:
            out: Floats = points[..., :2] + points[..., 2:] * np.array(SUN_SHADOW)
            return out
        # One lamp for a whole body: the nearest one.
        lamp = _POSTS[np.argmin(_to_lamps(points[..., :1, :2]), axis=-1)]
        offset = points[..., :2] - lamp
        up = np.clip(points[..., 2:], 0.0, 2.2)
        far: Floats = points[..., :2] + offset * up / (LAMP_M - up)
        return far


def _to_lamps(ground: Floats) -> Floats:
    """Return the distance in metres of (..., 2) places to each lamp, (..., lamps)."""
    out: Floats = np.hypot(ground[..., 0, None] - _POSTS[:, 0], ground[..., 1, None] - _POSTS[:, 1])
    return out


def _lamps(ground: Floats) -> Floats:
    glow = np.zeros(ground.shape[:-1])
    for lamp in LAMPS:
        square = (ground[..., 0] - lamp.x) ** 2 + (ground[..., 1] - lamp.y) ** 2
        glow += 1.0 / (1.0 + square / 11.0) ** 1.35
    out: Floats = np.minimum(glow, 1.15)[..., None] * LAMP * 0.80
    return out


def _shops(ground: Floats) -> Floats:
    gap = np.maximum(FACADE_Y + FACADE_SLOPE * ground[..., 0] - ground[..., 1], 0.0)
    out: Floats = (0.75 * np.exp(-gap / 3.2))[..., None] * SHOPS
    return out


_TO_SUN = np.array([-SUN_SHADOW[0], -SUN_SHADOW[1], 1.0]) / np.hypot(1.0, np.hypot(*SUN_SHADOW))


def on_face(light: Light, ground: tuple[float, float], normal: tuple[float, float, float]) -> Floats:
    """Return the light (3) on a surface that stands at ``ground`` metres and faces ``normal``."""
    return on_faces(light, ground, np.array(normal))


def on_faces(light: Light, ground: tuple[float, float], normals: Floats) -> Floats:
    """Return the light (..., 3) on surfaces that stand at ``ground`` metres and face ``normals``."""
    level = np.maximum(0.0, normals[..., 2:])
    if light.night:
        dusk: Floats = light.shaded(np.array(ground)) * (0.75 + 0.25 * level)
        return dusk
    direct = np.maximum(0.0, (normals * _TO_SUN).sum(axis=-1))[..., None]
    out: Floats = SKY * (0.72 + 0.28 * level) + (SUN - SKY) * np.minimum(1.15, 1.35 * direct)
    return out
