"""Where all people are at one moment, as a pure function of the scene and the time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from crowdmon.scene.avoid import keep_apart
from crowdmon.scene.body import Pose, pose
from crowdmon.scene.camera import SceneCamera
from crowdmon.scene.rng import rng_of, smoothstep
from crowdmon.scene.visits import Group, Visit, visit

Floats = NDArray[np.float64]

PRESENCE = 0.75
"""Share of its turns a group spends in the picture, on average."""
STRIDE_M = 1.42
"""Metres of one walking cycle (two steps) of a person 1.75 m tall."""
SIZES = (1, 1, 1, 1, 2, 2, 2, 3, 3, 4)
"""Sizes of groups, drawn evenly."""


@dataclass(frozen=True, eq=False, slots=True)
class Crowd:
    """All people on or near the plaza at one moment; all arrays have N entries.

    Attributes:
        ground: Nx2 metres.
        heading: radians, 0 along x, the direction a person faces.
        pose: their posture.
        shown: 0..1, below 1 while in a door.
        keys: Nx3 integers that identify a person: group, member, visit.
        company: size of the person's group.
    """

    ground: Floats
    heading: Floats
    pose: Pose
    shown: Floats
    keys: NDArray[np.int64]
    company: NDArray[np.int64]


@lru_cache(maxsize=64)
def groups(people: int, seed: int) -> tuple[Group, ...]:
    """Split the scene's people into groups; a little more than asked for, as some are always away."""
    slots = round(people * (1.0 + swing(people)) / PRESENCE)
    out: list[Group] = []
    rng = rng_of(seed, 3)
    while slots > 0:
        size = min(int(rng.choice(SIZES)), slots)
        # The first group stays for a while, so that a square for one person is rarely empty.
        lingers = bool(rng.random() < 0.25 + 0.16 * size) or not out
        turn = float(rng.uniform(75.0, 170.0) if lingers else rng.uniform(22.0, 34.0))
        out.append(Group(len(out), size, turn, float(rng.uniform(0.0, turn)), lingers))
        slots -= size
    return tuple(out)


def swing(people: int) -> float:
    """The share by which the crowd grows and shrinks; a small group hardly changes."""
    return 0.22 * min(1.0, people / 20.0)


def busy(t: float, *, people: int, seed: int) -> float:
    """How busy the square is at time ``t``, 0..1: the share of groups that come."""
    angles = _waves(seed)
    wave = 0.55 * math.sin(2 * math.pi * t / 310.0 + angles[0])
    wave += 0.30 * math.sin(2 * math.pi * t / 127.0 + angles[1])
    wave += 0.15 * math.sin(2 * math.pi * t / 47.0 + angles[2])
    most = 1.0 + swing(people)
    return (1.0 + swing(people) * wave) / most


@lru_cache(maxsize=64)
def _waves(seed: int) -> tuple[float, float, float]:
    first, second, third = rng_of(seed, 5).uniform(0.0, 2.0 * math.pi, 3).tolist()
    return first, second, third


def crowd(t: float, *, people: int, seed: int, camera: SceneCamera) -> Crowd:
    """Return all people at time ``t`` in seconds."""
    rows: list[tuple[float, ...]] = []
    for group in groups(people, seed):
        turns = (t + group.offset) / group.turn
        number = math.floor(turns)
        into = (turns - number) * group.turn
        # Numbers before time 0 are mapped to positive ones, because rng_of needs those.
        tour = visit(seed, group, number * 2 if number >= 0 else -number * 2 - 1, camera)
        began = number * group.turn - group.offset
        if into < tour.end and tour.keen < busy(began, people=people, seed=seed):
            rows.extend(_members(group, tour, into, seed=seed))
    table = np.array(rows, dtype=np.float64).reshape(len(rows), 11)
    ground = keep_apart(table[:, 0:2], table[:, 2:4])
    return Crowd(
        ground=ground,
        heading=table[:, 4],
        pose=pose(t, phase=table[:, 5], pace=np.hypot(table[:, 2], table[:, 3]), keys=table[:, 7:10]),
        shown=table[:, 6],
        keys=table[:, 7:10].astype(np.int64),
        company=table[:, 10].astype(np.int64),
    )


def _members(group: Group, tour: Visit, into: float, *, seed: int) -> list[tuple[float, ...]]:
    """Return x, y, vx, vy, heading, phase, shown, group, member, visit, company of each member."""
    leg, along, speed = tour.progress(into)
    second = leg is not tour.legs[0]
    gathered = 0.0
    if len(tour.legs) > 1:
        gathered = smoothstep(1.0 - (along if second else leg.length - along) / 1.8)
    walked = along + (tour.legs[0].length if second else 0.0)
    out: list[tuple[float, ...]] = []
    for member, place in enumerate(_places(seed, group, tour.number)):
        on = along + place.ahead
        x, y = leg.at(on)
        angle = leg.heading(on)
        wide = place.beside * (1.0 - gathered)
        x += -math.sin(angle) * wide
        y += math.cos(angle) * wide
        ring = place.ring + tour.facing
        if gathered > 0.0:
            back = gathered * place.ahead
            x += gathered * place.distance * math.cos(ring) - back * math.cos(angle)
            y += gathered * place.distance * math.sin(ring) - back * math.sin(angle)
        facing = _turn(angle, ring + place.looks, gathered)
        shown = _door_fade(tour, walked, leg.length - along if second or len(tour.legs) == 1 else 99.0)
        phase = walked * 2 * math.pi / (STRIDE_M * place.gait) + place.phase
        vx, vy = speed * math.cos(angle), speed * math.sin(angle)
        out.append((x, y, vx, vy, facing, phase, shown, group.key, member, tour.number, group.size))
    return out


@dataclass(frozen=True, slots=True)
class Place:
    """A member's place in its group: metres beside and ahead, and on the ring while standing."""

    beside: float
    ahead: float
    ring: float
    distance: float
    looks: float
    gait: float
    phase: float


@lru_cache(maxsize=8192)
def _places(seed: int, group: Group, number: int) -> tuple[Place, ...]:
    rng = rng_of(seed, 17, group.key, number)
    abreast = min(group.size, 3)
    out = []
    for member in range(group.size):
        row, column = divmod(member, abreast)
        in_row = min(abreast, group.size - row * abreast)
        spread = 0.62 + 0.06 * float(rng.random())
        out.append(
            Place(
                beside=(column - (in_row - 1) / 2) * spread + float(rng.normal(0, 0.04)),
                ahead=-0.95 * row + float(rng.normal(0, 0.10)),
                ring=2 * math.pi * member / group.size + float(rng.normal(0, 0.15)),
                distance=0.0 if group.size == 1 else 0.36 + 0.11 * group.size + float(rng.normal(0, 0.03)),
                # A person alone looks anywhere; a member of a group looks towards the middle of the ring.
                looks=float(rng.uniform(-3, 3)) if group.size == 1 else math.pi + float(rng.normal(0, 0.3)),
                gait=float(rng.uniform(0.93, 1.07)),
                phase=float(rng.uniform(0, 2 * math.pi)),
            )
        )
    return tuple(out)


def _turn(start: float, end: float, part: float) -> float:
    """Turn from one direction to another the short way round."""
    return start + part * math.remainder(end - start, 2 * math.pi)


def _door_fade(tour: Visit, walked: float, left: float) -> float:
    """0..1: people appear in the dark of a door, and disappear in it."""
    shown = 1.0
    if tour.doors[0]:
        shown = min(shown, smoothstep((walked - 0.15) / 0.9))
    if tour.doors[1]:
        shown = min(shown, smoothstep((left - 0.15) / 0.9))
    return shown
