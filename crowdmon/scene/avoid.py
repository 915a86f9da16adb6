"""How people avoid each other, without memory: a smooth function of where all people would be.

Two people who pass each other in straight lines keep the same miss distance (the part of their
offset across their relative velocity). So each can step aside ahead of time, by an amount
that depends on this moment alone, and the picture stays smooth in time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crowdmon.scene.layout import OBSTACLES

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PASSING_M = 0.74
"""Miss distance people keep while passing, in metres."""
STANDING_M = 0.54
"""The smallest distance between the centres of two people, in metres."""
FARTHEST_M = 0.7
"""The largest step aside, in metres."""
SOFT_M = 0.14
"""Below this distance in metres the push fades, because its direction would flip between two pictures."""
AROUND_S = (-0.44, -0.22, 0.0, 0.22, 0.44)
"""Moments around now, in seconds."""
AHEAD_M = 2.6
"""How far ahead people begin to step aside, in metres."""
_MIDDLES = np.array([(disc.x, disc.y) for disc in OBSTACLES])
_RADII = np.array([disc.radius for disc in OBSTACLES])


@dataclass(frozen=True, eq=False, slots=True)
class _Pairs:
    """People near each other: each pair once, as two lists of numbers."""

    first: Ints
    second: Ints
    people: int

    def total(self, push: Floats, part: Floats | float = 0.5) -> Floats:
        """Give ``part`` of each Mx2 push to the first of its pair, the rest, reversed, to the second."""
        mine = push * (part if isinstance(part, float) else part[:, None])
        yours = mine - push
        axes = [
            np.bincount(self.first, mine[:, axis], self.people)
            + np.bincount(self.second, yours[:, axis], self.people)
            for axis in (0, 1)
        ]
        return np.stack(axes, axis=-1)


def keep_apart(ground: Floats, velocity: Floats) -> Floats:
    """Shift Nx2 places (metres), moving at Nx2 m/s, so that no one stands in another or in an obstacle."""
    if len(ground) == 0:
        return ground
    offset = np.abs(ground[:, None, :] - ground[None, :, :]).max(axis=-1)
    first, second = np.nonzero(np.triu(offset < AHEAD_M + 2.0, 1))
    pairs = _Pairs(first, second, len(ground))
    # The mean over the moments around now: a push that flips takes its time.
    shift = np.mean([_shift(ground + velocity * later, velocity, pairs) for later in AROUND_S], axis=0)
    return _off_obstacles(ground + shift)


def _shift(ground: Floats, velocity: Floats, pairs: _Pairs) -> Floats:
    shift = _step_aside(ground, velocity, pairs) + _walk_around(ground, velocity)
    for _ in range(2):
        shift = shift + _push_off(ground + shift, pairs)
    # In a dense crowd the pushes of many neighbours add up; they are limited.
    size = np.hypot(shift[:, 0], shift[:, 1])
    out: Floats = shift / np.sqrt(1.0 + (size / FARTHEST_M) ** 2)[:, None]
    return out


def _step_aside(ground: Floats, velocity: Floats, pairs: _Pairs) -> Floats:
    relative = velocity[pairs.first] - velocity[pairs.second]
    speed = np.hypot(relative[:, 0], relative[:, 1])
    along, miss, gap = _miss(ground[pairs.first] - ground[pairs.second], relative, speed)
    # People who walk together (hardly any relative speed) keep their distance by their formation.
    want = (
        np.clip(PASSING_M - gap, 0.0, None) * _near(along, AHEAD_M) * np.clip((speed - 0.3) / 0.5, 0.0, 1.0)
    )
    pace = np.hypot(velocity[:, 0], velocity[:, 1]) + 0.5
    # A standing person moves less than a walking one.
    part = pace[pairs.first] / (pace[pairs.first] + pace[pairs.second])
    return pairs.total(miss * (want / np.hypot(gap, SOFT_M))[:, None], part)


def _walk_around(ground: Floats, velocity: Floats) -> Floats:
    """Shift people who walk towards an obstacle to the side on which they already pass it."""
    speed = np.hypot(velocity[:, 0], velocity[:, 1])[:, None]
    along, miss, gap = _miss(ground[:, None, :] - _MIDDLES, velocity[:, None, :], speed)
    want = np.clip(_RADII + 0.42 - gap, 0.0, 0.9) * _near(along, AHEAD_M + _RADII)
    want *= np.clip((speed - 0.3) / 0.5, 0.0, 1.0)
    total: Floats = (miss * (want / np.hypot(gap, SOFT_M))[..., None]).sum(axis=1)
    return total


def _miss(offset: Floats, velocity: Floats, speed: Floats) -> tuple[Floats, Floats, Floats]:
    """Split (..., 2) offsets into the part along the velocity, the rest (..., 2) and its size."""
    unit = velocity / np.maximum(speed, 1e-6)[..., None]
    along = (offset * unit).sum(axis=-1)
    miss = offset - along[..., None] * unit
    return along, miss, np.hypot(miss[..., 0], miss[..., 1])


def _near(along: Floats, reach: Floats | float) -> Floats:
    """Return 1 at the closest approach, easing to 0 at ``reach`` metres before and after it."""
    part = np.clip(1.0 - np.abs(along) / reach, 0.0, 1.0)
    out: Floats = part * part * (3.0 - 2.0 * part)
    return out


def _push_off(ground: Floats, pairs: _Pairs) -> Floats:
    offset = ground[pairs.first] - ground[pairs.second]
    gap = np.hypot(offset[:, 0], offset[:, 1])
    want = np.clip(STANDING_M - gap, 0.0, None)
    return pairs.total(offset * (want / np.hypot(gap, SOFT_M))[:, None])


def _off_obstacles(ground: Floats) -> Floats:
    offset = ground[:, None, :] - _MIDDLES
    gap = np.hypot(offset[..., 0], offset[..., 1])
    want = np.clip(_RADII + 0.3 - gap, 0.0, None)
    out: Floats = ground + (offset * (want / np.hypot(gap, SOFT_M))[..., None]).sum(axis=1)
    return out
