"""Who comes when, and on which path: visits of groups as a pure function of their keys.

The time of a group is divided into turns of equal length. In each turn it makes at most one visit: walk
in, perhaps stay for a while, walk out. Any moment can be computed without the moments before it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from crowdmon.scene.camera import SceneCamera
from crowdmon.scene.layout import DOORS, OBSTACLES, facade_y
from crowdmon.scene.rng import rng_of
from crowdmon.scene.routes import Leg, Point, plan

RAMP_S = 0.9
"""Seconds to come to a halt or to get going."""


@dataclass(frozen=True, slots=True)
class Group:
    """People who keep together.

    Attributes:
        key: its number.
        size: people in it.
        turn: seconds between the starts of two visits.
        offset: seconds into its turn at time 0.
        lingers: whether it stops on its path.
    """

    key: int
    size: int
    turn: float
    offset: float
    lingers: bool


@dataclass(frozen=True, eq=False, slots=True)
class Visit:
    """One visit of a group.

    Attributes:
        number: of the visit, >= 0.
        start: seconds into the turn it begins.
        speed: metres a second while walking.
        legs: one leg for a crossing, two around a stop.
        stay: seconds between the legs.
        facing: direction the group's middle faces while it stays, radians.
        doors: whether the way begins, and ends, in a door of the facade.
        keen: 0..1; the visit happens if the square is at least this busy.
    """

    number: int
    start: float
    speed: float
    legs: tuple[Leg, ...]
    stay: float
    facing: float
    doors: tuple[bool, bool]
    keen: float

    @property
    def first(self) -> float:
        """Seconds the first leg takes."""
        halt = RAMP_S / 2 if len(self.legs) > 1 else 0.0
        return self.legs[0].length / self.speed + halt

    @property
    def end(self) -> float:
        """Seconds into the turn the visit ends."""
        last = self.legs[1].length / self.speed + RAMP_S / 2 if len(self.legs) > 1 else 0.0
        return self.start + self.first + self.stay + last

    def progress(self, into: float) -> tuple[Leg, float, float]:
        """Return leg, metres along it and speed in m/s, ``into`` seconds after the visit's start."""
        first, speed = self.first, self.speed
        if len(self.legs) == 1:
            return self.legs[0], speed * into, speed
        if into < first:
            left = first - into
            if left >= RAMP_S:
                return self.legs[0], speed * into, speed
            return (
                self.legs[0],
                self.legs[0].length - speed * left * left / (2 * RAMP_S),
                speed * left / RAMP_S,
            )
        gone = into - first - self.stay
        if gone <= 0.0:
            return self.legs[0], self.legs[0].length, 0.0
        if gone < RAMP_S:
            return self.legs[1], speed * gone * gone / (2 * RAMP_S), speed * gone / RAMP_S
        return self.legs[1], speed * (gone - RAMP_S / 2), speed


@lru_cache(maxsize=4096)
def visit(seed: int, group: Group, number: int, camera: SceneCamera) -> Visit:
    """Plan visit ``number`` of a group: a pure function of its arguments."""
    rng = rng_of(seed, 11, group.key, number)
    speed = float(np.clip(rng.normal(1.32 - 0.07 * group.size, 0.14), 0.75, 1.75))
    enter, from_door = _gate(rng, camera)
    leave, to_door = _gate(rng, camera, apart=enter)
    bend = float(rng.normal(0.0, 1.1))
    if not group.lingers:
        legs: tuple[Leg, ...] = (plan(enter, leave, bend=bend),)
        stay = 0.0
        # Bend the pace a little so that a short way does not leave the square empty for long.
        speed = float(np.clip(legs[0].length / (0.94 * group.turn), 0.8, 1.8)) * 0.5 + speed * 0.5
        speed = max(speed, legs[0].length / (0.99 * group.turn))
    else:
        spot = _spot(rng, group, camera)
        legs = (plan(enter, spot, bend=bend), plan(spot, leave, bend=float(rng.normal(0.0, 1.0))))
        length = legs[0].length + legs[1].length
        speed = max(speed, length / (0.7 * group.turn))
        walking = length / speed + RAMP_S
        stay = max(3.0, group.turn * float(rng.uniform(0.93, 0.98)) - walking)
    return Visit(
        number=number,
        start=0.0,
        speed=speed,
        legs=legs,
        stay=stay,
        facing=float(rng.uniform(-math.pi, math.pi)),
        doors=(from_door, to_door),
        keen=float(rng.random()),
    )


def _gate(rng: np.random.Generator, camera: SceneCamera, *, apart: Point | None = None) -> tuple[Point, bool]:
    """Draw a place just outside the picture, or a door, away from another one."""
    while True:
        point, door = _any_gate(rng, camera)
        if apart is None or math.dist(point, apart) > 9.0:
            return point, door


def _any_gate(rng: np.random.Generator, camera: SceneCamera) -> tuple[Point, bool]:
    which = float(rng.random())
    if which < 0.16:
        x = float(rng.choice(DOORS))
        return (x, facade_y(x) - 0.15), True
    if which < 0.34:
        return (float(rng.uniform(-0.8, 0.8)) * camera.half_width(7.0), camera.nearest(1.95) - 0.9), False
    side = -1.0 if rng.random() < 0.5 else 1.0
    away = float(rng.uniform(9.0, 27.5))
    return (side * (camera.half_width(away) + 1.3), away), False


def _spot(rng: np.random.Generator, group: Group, camera: SceneCamera) -> Point:
    """Choose where a group stays; a low-discrepancy sequence spreads groups over the square."""
    across = (0.5 + 0.7548776662466927 * (group.key + 1) + float(rng.uniform(0, 0.06))) % 1.0
    out = (0.5 + 0.5698402909980532 * (group.key + 1) + float(rng.uniform(0, 0.06))) % 1.0
    y = 8.6 + (28.6 - 8.6) * out**1.15
    x = (2.0 * across - 1.0) * 0.86 * min(camera.half_width(y), 17.0)
    for disc in OBSTACLES:
        gap = math.dist((x, y), (disc.x, disc.y))
        need = disc.radius + 1.5
        if gap < need:
            push = need / max(gap, 1e-6)
            x, y = disc.x + (x - disc.x) * push, disc.y + (y - disc.y) * push
    return x, min(y, facade_y(x) - 1.8)
