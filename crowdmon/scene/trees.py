"""Plane trees: a trunk, branches and a crown of leaves, lit from the sun's side."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from crowdmon.scene.camera import SceneCamera
from crowdmon.scene.furniture import IRON, Thing
from crowdmon.scene.layout import Disc
from crowdmon.scene.light import Light, on_face, on_faces
from crowdmon.scene.rng import rng_of
from crowdmon.scene.solid import Solid, ring

Floats = NDArray[np.float64]

_NINE = np.stack([np.cos(np.arange(9) * 0.698), np.sin(np.arange(9) * 0.698)], axis=-1)
BARK = np.array([122.0, 106.0, 88.0])
DARK_LEAF = np.array([52.0, 74.0, 38.0])
BRIGHT_LEAF = np.array([146.0, 162.0, 78.0])


def tree(camera: SceneCamera, light: Light, at: Disc) -> Thing:
    """Build a tree in a round iron grate."""
    rng = rng_of(101, round(abs(at.x) * 100), round(at.y * 100))
    crown = np.array([at.x + rng.normal(0, 0.15), at.y, 4.5 + rng.normal(0, 0.15)])
    radii = np.array([2.1, 2.0, 1.75]) * rng.uniform(0.92, 1.08)
    reach = crown + np.array([(i, j, k) for i in (-1, 1) for j in (-1, 1) for k in (-1, 1)]) * radii * 1.12
    solid = Solid(camera, np.concatenate([reach, ring(at.x, at.y, 0.0, 0.8)]))
    ground = on_face(light, (at.x, at.y), (0.0, 0.0, 1.0))
    solid.poly(ring(at.x, at.y, 0.0, 0.72), IRON * ground * 1.1)
    solid.poly(ring(at.x, at.y, 0.0, 0.6), np.array([92.0, 78.0, 62.0]) * ground)
    _trunk(solid, light, at, crown, rng)
    leaves, sizes, tones = _leaves(crown, radii, rng)
    normals = (leaves - crown) / radii
    normals /= np.maximum(1e-6, np.linalg.norm(normals, axis=1, keepdims=True))
    colours = DARK_LEAF + (BRIGHT_LEAF - DARK_LEAF) * tones[:, None]
    solid.balls(leaves, sizes, colours * on_faces(light, (at.x, at.y), normals))
    stem = np.array([(at.x + w, at.y - w, z) for z, w in ((0, -0.13), (0, 0.13), (3.6, 0.1), (3.6, -0.1))])
    tufts = leaves[::5, None, :] + np.append(_NINE, np.zeros((9, 1)), axis=1) * (sizes[::5, None, None] * 1.9)
    return Thing(at.y, solid.sprite(), (stem, *tufts))


def _trunk(solid: Solid, light: Light, at: Disc, crown: Floats, rng: np.random.Generator) -> None:
    """Paint the trunk and a few branches."""
    lit = on_face(light, (at.x, at.y), (-0.8, -0.6, 0.0))
    dim = on_face(light, (at.x, at.y), (0.8, -0.6, 0.0))
    fork = np.array([(at.x + crown[0]) / 2, at.y, 2.9])
    foot = np.array([at.x, at.y, 0.0])
    for wide, aside, shade in ((0.30, 0.0, dim), (0.17, -0.055, lit * 0.86), (0.08, -0.09, lit)):
        solid.line(np.stack([foot, fork]) + np.array((aside, 0.0, 0.0)), wide, BARK * shade)
    for _ in range(7):
        angle = rng.uniform(0, 2 * math.pi)
        tip = fork + np.array([1.3 * math.cos(angle), 1.2 * math.sin(angle), rng.uniform(0.9, 1.9)])
        solid.line(np.stack([fork - (0, 0, 0.2), tip]), 0.1, BARK * dim * 0.8)


def _leaves(crown: Floats, radii: Floats, rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Return centres Nx3, radii N (metres) and brightness N of tufts of leaves, the farthest first."""
    lumps = rng.normal(0.0, 1.0, (26, 3))
    lumps = lumps / np.linalg.norm(lumps, axis=1, keepdims=True) * rng.uniform(0.45, 0.8, (26, 1))
    lumps = np.concatenate([lumps, lumps[:12] * 0.3])
    around = rng.normal(0.0, 1.0, (len(lumps), 70, 3))
    around /= np.linalg.norm(around, axis=2, keepdims=True)
    around *= rng.uniform(0.5, 1.0, (len(lumps), 70, 1)) ** 0.5
    places = lumps[:, None, :] + 0.34 * around
    # Light falls on a tuft from above and from the left; the middle of the crown is dark.
    tones = (
        0.40
        + (around * (-0.20, -0.08, 0.30)).sum(axis=-1)
        + (lumps * (-0.14, 0.0, 0.22)).sum(axis=-1)[:, None]
    )
    tones = np.clip(tones * rng.uniform(0.7, 1.3, tones.shape), 0.0, 1.0).ravel()
    places = places.reshape(-1, 3)
    sizes = rng.uniform(0.04, 0.10, len(places))
    order = np.argsort(-places[:, 1] + 0.6 * places[:, 2], kind="stable")
    return crown + places[order] * radii, sizes[order], tones[order]
