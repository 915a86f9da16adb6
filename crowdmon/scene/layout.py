"""What stands where on the plaza, in ground metres."""

from __future__ import annotations

from dataclasses import dataclass

FACADE_Y = 31.5
"""Where the row of houses meets the ground straight ahead."""
FACADE_SLOPE = 0.10
"""How much farther the houses stand for each metre to the right."""


@dataclass(frozen=True, slots=True)
class Disc:
    """A round footprint nobody walks on: centre and radius in metres."""

    x: float
    y: float
    radius: float


FOUNTAIN = Disc(4.6, 21.5, 2.3)
TREES = (Disc(-9.2, 15.5, 0.8), Disc(-11.6, 22.5, 0.8), Disc(10.6, 16.0, 0.8), Disc(14.2, 24.0, 0.8))
LAMPS = (Disc(-6.2, 25.0, 0.25), Disc(8.2, 12.2, 0.25), Disc(-5.2, 10.6, 0.25), Disc(11.2, 27.0, 0.25))
OBSTACLES = (FOUNTAIN, *TREES, *LAMPS)
DOORS = (-8.0, -0.6, 8.6, 15.0)
"""Where along x the doors people use stand in the facade."""


def facade_y(x: float) -> float:
    """How far out the houses stand at ``x``."""
    return FACADE_Y + FACADE_SLOPE * x
