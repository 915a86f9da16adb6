"""From people per square metre to a level. Pure.

The named tables set bounds from the literature to this program's three levels. The bounds are the source's;
which of them is called amber, red or critical is this program's choice, and docs/levels.md gives the reasons.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from crowdmon.values import Level, Reading, RoiReading

RISING = (Level.AMBER, Level.RED, Level.CRITICAL)
"""The levels that say something, in rising order."""

RANK: Mapping[Level, int] = MappingProxyType({level: rank for rank, level in enumerate(Level)})
"""The order of all levels: none is 0, critical is 3."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where the levels begin.

    Attributes:
        amber, red, critical: a value from this one on has the level; None for a level that is not used.
            Those that are given rise.
    """

    amber: float | None = None
    red: float | None = None
    critical: float | None = None

    def level(self, value: float) -> Level:
        """Return the highest level whose bound ``value`` reaches."""
        reached = Level.NONE
        for level in RISING:
            bound = getattr(self, level.value)
            if bound is not None and value >= bound:
                reached = level
        return reached


@dataclass(frozen=True, slots=True)
class Limits:
    """What gives a ROI its level.

    Attributes:
        per_m2: bounds in people per square metre; None for none.
        people: bounds in people, for where no area is known; None for none.
    """

    per_m2: Bounds | None = None
    people: Bounds | None = None

    def level(self, roi: RoiReading) -> Level | None:
        """Return the level of what was counted; None without a count, or without bounds that fit it."""
        if roi.count is None:
            return None
        if roi.density_per_m2 is not None:
            return None if self.per_m2 is None else self.per_m2.level(roi.density_per_m2)
        return None if self.people is None else self.people.level(roi.count)


GENERAL = "general"
"""The table that is used where a configuration has levels and names none."""

TABLES: Mapping[str, Bounds] = MappingProxyType(
    {
        # 2.0: 0.5 m2 a person, the outdoor planning figure of HSG195 (Event Safety Guide). 4.0: 40 people on
        # 10 m2, the Green Guide's figure for people who move; above it guidance calls a crowd unstable.
        # 5.0: G. K. Still: above 5 there is danger.
        GENERAL: Bounds(2.0, 4.0, 5.0),
        # J. J. Fruin, Pedestrian Planning and Design (1971), walkways: level of service E begins at 1.08 and
        # F at 2.17 people per m2. At 3.57 contact with others cannot be avoided.
        "fruin-walkway": Bounds(1.08, 2.17, 3.57),
        # The same, queuing: D begins at 1.54, E at 3.59, F at 5.38.
        "fruin-queuing": Bounds(1.54, 3.59, 5.38),
        # Guide to Safety at Sports Grounds: 47 people on 10 m2 is the most for standing viewers on terraces
        # in good condition. 3.0: Still: up to 3 is fine. 5.5: Fruin's figure for dangerous forces is 5.55.
        "green-guide-standing": Bounds(3.0, 4.7, 5.5),
        # NFPA 101: 7, 5 and 3 square feet a person. 7 is the least for assembly above 10,000 square feet,
        # 5 at or below it; below 7 people shuffle, below 3 the crowd jams.
        "nfpa": Bounds(1.54, 2.15, 3.59),
        # No level at all: for a camera or ROI that the site's levels do not apply to.
        "none": Bounds(),
    }
)
"""Named bounds, people per m2."""

_FRUIN = (("F", 2.17), ("E", 1.08), ("D", 0.72), ("C", 0.43), ("B", 0.31))
"""Where the levels of service of a walkway begin: 5, 10, 15, 25 and 35 square feet a person."""


def fruin(per_m2: float) -> str:
    """Return Fruin's level of service of a walkway, A to F, for people per square metre."""
    return next((letter for letter, bound in _FRUIN if per_m2 >= bound), "A")


NO_LIMITS: Mapping[str, Limits] = MappingProxyType({})
"""Limits by ROI name for a camera without any."""


def with_levels(reading: Reading, limits: Mapping[str, Limits]) -> Reading:
    """Return a reading with the level of every ROI that ``limits`` names."""
    if not limits:
        return reading
    rois = tuple(
        replace(one, level=limits[one.roi].level(one)) if one.roi in limits else one for one in reading.rois
    )
    return replace(reading, rois=rois)
