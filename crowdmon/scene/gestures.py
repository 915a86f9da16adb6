"""What people do with their arms and heads while they stand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crowdmon.scene.body import Pose

Floats = NDArray[np.float64]


def pose(t: float, *, phase: Floats, pace: Floats, keys: Floats) -> Pose:
    """Let those who stand talk, hold a phone or fold their arms.

    Args:
        t: seconds.
        phase: N radians of the walking cycle.
        pace: N metres a second.
        keys: Nx3 whole numbers that tell a person from all others.
    """
    still = np.clip(1.0 - pace / 0.5, 0.0, 1.0)
    own = (keys * (2.399, 1.618, 0.737)).sum(axis=-1) % 1.0
    habit = (own * 7.31) % 1.0
    talk = 0.35 + 0.8 * _now_and_then(t / (1.6 + own) + 40.0 * own)
    right = np.where(habit < 0.3, talk, np.where(habit < 0.5, 1.75, np.where(habit < 0.65, 1.45, 0.0)))
    left = np.where((habit >= 0.42) & (habit < 0.65), 1.45, 0.05)
    bend = np.stack([left, right], axis=-1) * still[:, None]
    gaze = (0.15 + 0.45 * still) * (2.0 * _now_and_then(t / (4.0 + 3.0 * own) + 20.0 * own) - 1.0)
    return Pose(phase, pace, bend, gaze)


def _now_and_then(at: Floats) -> Floats:
    """Return 0..1: a new value at each whole number, held most of the time, with smooth moves between."""
    whole = np.floor(at)
    move = np.clip((at - whole - 0.75) * 4.0, 0.0, 1.0)
    before, after = (np.modf(np.abs(np.sin((whole + i) * 12.9898)) * 43758.5453)[0] for i in (0, 1))
    out: Floats = before + (after - before) * move * move * (3.0 - 2.0 * move)
    return out
