"""Where the levels of a ROI begin, in people, so that they can be drawn behind its line. Pure."""

from __future__ import annotations

from crowdmon.track.levels import RISING, Limits
from crowdmon.values import Level, RoiReading


def bands_of(limits: Limits | None, reading: RoiReading | None) -> list[tuple[Level, float]]:
    """Return the levels with the people from which on they hold, in rising order.

    Args:
        limits: what gives the ROI its level; None for none.
        reading: its newest one, which tells its area; None while nothing is known.
    """
    if limits is None:
        return []
    area, bounds = 1.0, limits.people
    if reading is not None and reading.density_per_m2 is not None:
        if not reading.density_per_m2 or reading.count is None:
            return []  # with nobody in it, its area is not told
        area, bounds = reading.count / reading.density_per_m2, limits.per_m2
    if bounds is None:
        return []
    values = ((level, getattr(bounds, level.value)) for level in RISING)
    return [(level, value * area) for level, value in values if value is not None]
