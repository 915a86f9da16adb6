"""What stands where on the plaza, in ground metres."""

from __future__ import annotations

from dataclasses import dataclass

FACADE_Y = 31.5
"""Where the row of houses meets the ground straight ahead."""
FACADE_SLOPE = 0.10
"""How much farther the houses stand for each metre to the right."""
PAVING_TURN = 0.21
"""Radians the paving is turned against the camera."""


@dataclass(frozen=True, slots=True)
class Disc:
    """A round footprint that people walk around: centre and radius in metres."""

    x: float
    y: float
    radius: float


FOUNTAIN = Disc(4.6, 21.0, 2.3)
TREES = (
    Disc(-8.9, 15.2, 0.75),
    Disc(-11.3, 21.5, 0.75),
    Disc(-14.0, 28.0, 0.75),
    Disc(9.9, 17.0, 0.75),
    Disc(13.6, 24.6, 0.75),
)
LAMPS = (Disc(-5.6, 24.6, 0.3), Disc(7.4, 12.4, 0.3), Disc(-6.2, 10.8, 0.3), Disc(10.6, 28.2, 0.3))
PARASOLS = (Disc(0.9, 28.6, 1.0), Disc(3.9, 29.1, 1.0), Disc(-3.3, 28.3, 1.0))
BENCHES = (Disc(-7.9, 18.6, 0.9), Disc(-9.9, 25.0, 0.9), Disc(10.9, 21.2, 0.9))
PLANTERS = (Disc(-2.4, 20.4, 0.75), Disc(-1.2, 24.8, 0.75), Disc(8.6, 25.4, 0.75))
OBSTACLES = (FOUNTAIN, *TREES, *LAMPS, *PARASOLS, *BENCHES, *PLANTERS)
DOORS = (-9.2, 7.2, 14.6)
"""Where along x the doors people use stand in the facade."""


def facade_y(x: float) -> float:
    """How far out the houses stand at ``x``."""
    return FACADE_Y + FACADE_SLOPE * x
