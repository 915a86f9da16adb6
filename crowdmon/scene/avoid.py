"""Making way for each other, without memory: a smooth function of where everybody would be.

Two people who pass each other in straight lines keep one and the same miss distance (the part of
their offset across their relative velocity). So each can step aside ahead of time, by an amount
that depends on this moment alone, and the picture stays smooth in time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crowdmon.scene.layout import OBSTACLES

Floats = NDArray[np.float64]

PASSING_M = 0.72
"""Miss distance people keep while passing, in metres."""
STANDING_M = 0.52
"""Distance between the middles of two people at the least, in metres."""
AHEAD_M = 2.6
"""How far ahead people begin to step aside, in metres."""


def keep_apart(ground: Floats, velocity: Floats) -> Floats:
    """Shift Nx2 places (metres) so that nobody stands in another or in an obstacle."""
    if len(ground) == 0:
        return ground
    out = ground + _step_aside(ground, velocity)
    for _ in range(3):
        out = out + _push_off(out)
    return _off_obstacles(out)


def _step_aside(ground: Floats, velocity: Floats) -> Floats:
    offset = ground[:, None, :] - ground[None, :, :]
    relative = velocity[:, None, :] - velocity[None, :, :]
    speed = np.hypot(relative[..., 0], relative[..., 1])
    unit = relative / np.maximum(speed, 1e-6)[..., None]
    along = (offset * unit).sum(axis=-1)
    miss = offset - along[..., None] * unit
    gap = np.hypot(miss[..., 0], miss[..., 1])
    near = np.clip(1.0 - np.abs(along) / AHEAD_M, 0.0, 1.0)
    near = near * near * (3.0 - 2.0 * near)
    # Those who walk together (hardly any relative speed) are kept apart by their formation.
    moving = np.clip((speed - 0.3) / 0.5, 0.0, 1.0)
    want = 0.5 * np.clip(PASSING_M - gap, 0.0, None) * near * moving
    share: Floats = want[..., None] * miss / np.maximum(gap, 0.06)[..., None]
    total: Floats = share.sum(axis=1)
    return total


def _push_off(ground: Floats) -> Floats:
    offset = ground[:, None, :] - ground[None, :, :]
    gap = np.hypot(offset[..., 0], offset[..., 1])
    np.fill_diagonal(gap, np.inf)
    want = 0.5 * np.clip(STANDING_M - gap, 0.0, None)
    push: Floats = want[..., None] * offset / np.maximum(gap, 0.05)[..., None]
    total: Floats = push.sum(axis=1)
    return total


def _off_obstacles(ground: Floats) -> Floats:
    out = ground.copy()
    for disc in OBSTACLES:
        offset = out - (disc.x, disc.y)
        gap = np.maximum(np.hypot(offset[:, 0], offset[:, 1]), 1e-6)
        want = np.clip(disc.radius + 0.3 - gap, 0.0, None)
        out += want[:, None] * offset / gap[:, None]
    return out
