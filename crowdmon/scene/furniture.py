"""Lamp posts, benches, planters, parasols and the fountain: built once, people walk behind them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crowdmon.scene.camera import SceneCamera
from crowdmon.scene.layout import Disc
from crowdmon.scene.light import LAMP_M, Light, on_face
from crowdmon.scene.rng import rng_of
from crowdmon.scene.solid import Solid, box, ring
from crowdmon.scene.sprites import Sprite

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class Thing:
    """Something that stands on the plaza.

    Attributes:
        y: how far out it stands, in metres: its place in the order of painting.
        sprite: its picture.
        casts: outlines of Nx3 metres whose shadow it throws.
    """

    y: float
    sprite: Sprite
    casts: tuple[Floats, ...]


WOOD = np.array([142.0, 98.0, 62.0])
IRON = np.array([52.0, 56.0, 58.0])
STONE = np.array([196.0, 188.0, 174.0])


def faces(solid: Solid, corners: Floats, colour: Floats, *, light: Light, top: Floats | None = None) -> None:
    """Paint the sides and the top of a box given by its 8 corners."""
    middle = corners[:, :2].mean(axis=0)
    ground = (float(middle[0]), float(middle[1]))
    sides = [(i, (i + 1) % 4) for i in range(4)]
    for i, j in sorted(sides, key=lambda side: -float(corners[list(side), 1].mean())):
        out = corners[[i, j], :2].mean(axis=0) - middle
        out = out / max(1e-9, float(np.hypot(*out)))
        lit = on_face(light, ground, (float(out[0]), float(out[1]), 0.0))
        solid.poly(corners[[i, j, j + 4, i + 4]], colour * lit)
    solid.poly(corners[4:], (colour if top is None else top) * on_face(light, ground, (0.0, 0.0, 1.0)))


def lamp(camera: SceneCamera, light: Light, at: Disc) -> Thing:
    """Build a lamp post with two globes."""
    reach = np.array([(at.x + dx, at.y, z) for dx in (-0.95, 0.95) for z in (0.0, LAMP_M + 0.5)])
    solid = Solid(camera, reach)
    lit = on_face(light, (at.x, at.y), (-0.7, -0.7, 0.0))
    dim = on_face(light, (at.x, at.y), (0.7, -0.7, 0.0))
    for up, radius in ((0.0, 0.2), (0.12, 0.16), (0.24, 0.11)):
        solid.poly(ring(at.x, at.y, up + 0.1, radius), IRON * dim)
    post = np.array([(at.x, at.y, 0.0), (at.x, at.y, LAMP_M)])
    solid.line(post, 0.11, IRON * dim)
    solid.line(post - (0.018, 0.0, 0.0), 0.045, IRON * lit * 1.5)
    arm = [
        (at.x - 0.55, at.y, LAMP_M - 0.12),
        (at.x, at.y, LAMP_M - 0.32),
        (at.x + 0.55, at.y, LAMP_M - 0.12),
    ]
    solid.line(np.array(arm), 0.06, IRON * dim)
    glass = np.array([255.0, 226.0, 170.0]) if light.night else np.array([232.0, 230.0, 222.0]) * lit
    for side in (-0.55, 0.55):
        globe = np.array([at.x + side, at.y, LAMP_M + 0.1])
        if light.night:
            solid.ball(globe, 0.27, np.array([196.0, 150.0, 92.0]))
        solid.ball(globe, 0.22, glass * (1.0 if light.night else 0.8))
        solid.ball(globe - (0.05, 0.0, -0.05), 0.13, glass * 1.12)
    solid.ball(np.array([at.x, at.y, LAMP_M + 0.05]), 0.07, IRON * lit)
    shadow = np.array(
        [(at.x + dx, at.y + dy, z) for z in (0.0, LAMP_M) for dx, dy in ((-0.05, 0.05), (0.05, -0.05))]
    )
    globes = tuple(ring(at.x + side, at.y, LAMP_M + 0.1, 0.2, corners=14) for side in (-0.55, 0.55))
    return Thing(at.y, solid.sprite(), (shadow, *globes))


def bench(camera: SceneCamera, light: Light, at: Disc, *, turn: float) -> Thing:
    """Build a wooden bench with a back."""
    seat = box(at.x, at.y, (1.7, 0.5, 0.06), turn=turn, up=0.42)
    across = (-math.sin(turn) * 0.27, math.cos(turn) * 0.27)
    back = box(at.x + across[0], at.y + across[1], (1.7, 0.06, 0.34), turn=turn, up=0.55)
    solid = Solid(camera, np.concatenate([seat, back, seat * (1, 1, 0)]) + np.array((0.0, 0.0, 0.02)))
    for side in (-0.6, 0.6):
        foot = (at.x + math.cos(turn) * side, at.y + math.sin(turn) * side)
        faces(solid, box(foot[0], foot[1], (0.08, 0.44, 0.42), turn=turn), IRON, light=light)
    for index in range(3):
        off = (index - 1) * 0.17
        plank = (at.x - math.sin(turn) * off, at.y + math.cos(turn) * off)
        faces(solid, box(plank[0], plank[1], (1.7, 0.14, 0.05), turn=turn, up=0.42), WOOD, light=light)
    for up in (0.56, 0.72):
        plank = (at.x + across[0], at.y + across[1])
        faces(solid, box(plank[0], plank[1], (1.7, 0.05, 0.12), turn=turn, up=up), WOOD, light=light)
    return Thing(at.y, solid.sprite(), (seat[4:], back))


def planter(camera: SceneCamera, light: Light, at: Disc) -> Thing:
    """Build a round stone planter full of flowers."""
    rng = rng_of(89, round(abs(at.x) * 100), round(at.y * 100))
    solid = Solid(camera, np.concatenate([ring(at.x, at.y, 0.0, 0.75), ring(at.x, at.y, 1.25, 0.75)]))
    drum(solid, at, (0.62, 0.70), (0.0, 0.5), STONE * 0.96, light=light)
    solid.poly(
        ring(at.x, at.y, 0.5, 0.58), np.array([70.0, 56.0, 42.0]) * on_face(light, (at.x, at.y), (0, 0, 1))
    )
    petals = np.array([(206, 74, 84), (226, 190, 92), (214, 138, 170), (232, 226, 214)], np.float64)
    here = on_face(light, (at.x, at.y), (-0.4, -0.2, 0.9))
    spots = rng.normal(0.0, 0.24, (150, 3)) * (1.0, 1.0, 0.5) + (0.0, 0.0, 0.68)
    for spot in sorted(spots.tolist(), key=lambda s: (-s[1], s[2])):
        green = (
            np.array([84.0, 112.0, 58.0]) * rng.uniform(0.65, 1.25) * (0.6 + 0.6 * min(1.0, spot[2] / 0.9))
        )
        solid.ball(np.array([at.x + spot[0], at.y + spot[1], max(spot[2], 0.5)]), 0.07, green * here)
        if rng.random() < 0.28:
            petal = petals[rng.integers(0, 4)]
            solid.ball(
                np.array([at.x + spot[0], at.y + spot[1], max(spot[2], 0.5) + 0.06]), 0.045, petal * here
            )
    casts = (np.concatenate([ring(at.x, at.y, up, 0.66, corners=20) for up in (0.0, 0.5)]),)
    return Thing(at.y, solid.sprite(), (*casts, ring(at.x, at.y, 0.85, 0.45, corners=16)))


def parasol(camera: SceneCamera, light: Light, at: Disc, *, colour: tuple[float, float, float]) -> Thing:
    """Build a café parasol over a small table with two chairs."""
    wide, rim, tip = 1.45, 2.15, 2.75
    solid = Solid(camera, np.concatenate([ring(at.x, at.y, 0.0, wide), ring(at.x, at.y, tip, wide)]))
    dim = on_face(light, (at.x, at.y), (0.2, -0.9, 0.0))
    for dx, dy in ((-0.62, 0.1), (0.6, -0.12)):
        faces(solid, box(at.x + dx, at.y + dy, (0.4, 0.4, 0.45)), WOOD * 0.8, light=light)
        faces(solid, box(at.x + dx * 1.3, at.y + dy, (0.05, 0.4, 0.42), up=0.45), WOOD * 0.8, light=light)
    solid.line(np.array([(at.x, at.y, 0.0), (at.x, at.y, 0.72)]), 0.08, IRON * dim)
    top = on_face(light, (at.x, at.y), (0.0, 0.0, 1.0))
    solid.poly(ring(at.x, at.y, 0.72, 0.42), np.array([206.0, 200.0, 190.0]) * top * 0.75)
    solid.line(np.array([(at.x, at.y, 0.7), (at.x, at.y, tip)]), 0.05, STONE * dim)
    rib = ring(at.x, at.y, rim, wide, corners=8, start=0.2)
    peak = np.array([at.x, at.y, tip])
    solid.poly(rib, np.array(colour) * dim * 0.6)
    for i in sorted(range(8), key=lambda i: -float(rib[[i, (i + 1) % 8], 1].mean())):
        gore = np.stack([rib[i], rib[(i + 1) % 8], peak])
        out = gore[:2, :2].mean(axis=0) - (at.x, at.y)
        slope = np.array([out[0] * 0.36, out[1] * 0.36, 1.0])
        slope /= np.linalg.norm(slope)
        lit = on_face(light, (at.x, at.y), (float(slope[0]), float(slope[1]), float(slope[2])))
        solid.poly(gore, np.array(colour) * lit)
        fringe = np.concatenate([gore[:2], gore[1::-1] - (0.0, 0.0, 0.16)])
        if gore[:2, 1].mean() < at.y + 0.4:
            solid.poly(fringe, np.array(colour) * lit * 0.86)
    return Thing(at.y, solid.sprite(), (rib, ring(at.x, at.y, 0.72, 0.42, corners=16)))


def drum(
    solid: Solid,
    at: Disc,
    radii: tuple[float, float],
    heights: tuple[float, float],
    colour: Floats,
    *,
    light: Light,
) -> None:
    """Paint the outer side and the top of a round stone drum; lower value first."""
    low = ring(at.x, at.y, heights[0], radii[0])
    high = ring(at.x, at.y, heights[1], radii[1])
    for i in sorted(range(len(low)), key=lambda i: -float(low[i, 1])):
        j = (i + 1) % len(low)
        out = low[[i, j], :2].mean(axis=0) - (at.x, at.y)
        out = out / float(np.hypot(*out))
        lit = on_face(light, (at.x, at.y), (float(out[0]), float(out[1]), 0.0))
        solid.poly(np.stack([low[i], low[j], high[j], high[i]]), colour * lit)
    solid.poly(high, colour * on_face(light, (at.x, at.y), (0.0, 0.0, 1.0)))
