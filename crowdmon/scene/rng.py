"""Random numbers without state: the same keys give the same numbers, in any order and any process."""

from __future__ import annotations

import numpy as np


def rng_of(*keys: int) -> np.random.Generator:
    """Return a generator that is a pure function of its keys (whole numbers, >= 0)."""
    return np.random.default_rng(list(keys))


def smoothstep(value: float) -> float:
    """Ease from 0 to 1 with flat ends; values outside 0..1 are clipped."""
    value = min(max(value, 0.0), 1.0)
    return value * value * (3.0 - 2.0 * value)
