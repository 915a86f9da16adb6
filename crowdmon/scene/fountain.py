"""The fountain: a basin of water, a column with two bowls, falling water."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from crowdmon.scene.camera import SceneCamera
from crowdmon.scene.furniture import STONE, Thing, drum
from crowdmon.scene.layout import Disc
from crowdmon.scene.light import Light, on_face
from crowdmon.scene.rng import rng_of
from crowdmon.scene.solid import Solid, ring

Floats = NDArray[np.float64]

WATER = np.array([98.0, 134.0, 142.0])
FOAM = np.array([226.0, 234.0, 238.0])
DRUMS = (
    ((0.62, 0.50), (0.30, 0.62)),
    ((0.30, 0.20), (0.62, 1.30)),
    ((0.22, 0.80), (1.30, 1.62)),
    ((0.20, 0.12), (1.62, 2.05)),
    ((0.12, 0.36), (2.05, 2.22)),
)
"""Radii and heights of the column's drums, from below."""


def fountain(camera: SceneCamera, light: Light, at: Disc) -> Thing:
    """Build the fountain."""
    rng = rng_of(97, 1)
    solid = Solid(camera, np.concatenate([ring(at.x, at.y, 0.0, 2.4), ring(at.x, at.y, 2.9, 2.4)]))
    top = on_face(light, (at.x, at.y), (0.0, 0.0, 1.0))
    drum(solid, at, (at.radius, at.radius - 0.05), (0.0, 0.5), STONE, light=light)
    _pool(solid, at, top, rng)
    for radii, heights in DRUMS:
        drum(solid, at, radii, heights, STONE * 0.95, light=light)
        if radii[1] > 0.3 and heights[0] > 1:
            solid.poly(ring(at.x, at.y, heights[1], radii[1] * 0.86), WATER * top)
    _falling(solid, at, np.minimum(FOAM * top, 255.0), rng)
    outer = (((at.radius, at.radius), (0.0, 0.5)), *DRUMS)
    casts = tuple(
        np.concatenate(
            [ring(at.x, at.y, up, wide, corners=20) for wide, up in zip(radii, heights, strict=True)]
        )
        for radii, heights in outer
    )
    return Thing(at.y, solid.sprite(), casts)


def _pool(solid: Solid, at: Disc, top: Floats, rng: np.random.Generator) -> None:
    """Paint the inner wall and the rippled water of the basin."""
    inner = at.radius - 0.34
    solid.poly(ring(at.x, at.y, 0.5, inner), STONE * top * 0.58)
    solid.poly(ring(at.x, at.y + 0.05, 0.36, inner - 0.06), WATER * top * 0.74)
    solid.poly(ring(at.x - 0.35, at.y - 0.15, 0.36, inner * 0.66), WATER * top * 0.86)
    for _ in range(150):
        angle, far = rng.uniform(0, 2 * math.pi), math.sqrt(rng.uniform(0.1, 1.0)) * (inner - 0.2)
        spot = np.array([at.x + far * math.cos(angle), at.y + far * math.sin(angle), 0.36])
        glint = np.array([(-0.12, 0.0, 0.0), (0.12, 0.0, 0.0)]) * rng.uniform(0.3, 1.0)
        solid.line(spot + glint, 0.014, np.minimum(WATER * top * rng.uniform(0.8, 1.3), 250.0))


def _falling(solid: Solid, at: Disc, foam: Floats, rng: np.random.Generator) -> None:
    """Paint thin threads of water that fall from bowl to bowl."""
    for reach, high, low in ((0.36, 2.2, 1.62), (0.80, 1.6, 0.38)):
        for index in range(22):
            angle = 2 * math.pi * (index + rng.uniform(-0.3, 0.3)) / 22
            bend = np.linspace(0.0, 1.0, 6)
            far = reach + 0.16 * bend
            up = high - (high - low) * bend**2
            thread = np.stack([at.x + far * math.cos(angle), at.y + far * math.sin(angle), up], axis=-1)
            start = int(rng.integers(0, 3))
            solid.line(thread[start : start + 4], 0.012, foam * rng.uniform(0.72, 1.0))
    for _ in range(60):
        spot = np.array([at.x, at.y, 2.25]) + rng.normal(0.0, 1.0, 3) * (0.09, 0.09, 0.16) + (0, 0, 0.16)
        solid.ball(spot, 0.022, foam * rng.uniform(0.8, 1.0))
