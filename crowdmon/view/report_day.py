"""The values of a report about a day. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

import numpy as np
from numpy.typing import NDArray

from crowdmon.track.levels import Bounds
from crowdmon.track.spot_checks import SpotSummary
from crowdmon.values import Level

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar in a time zone: 23 or 25 hours where clocks are changed.

    Attributes:
        day: the date.
        zone: None for the system's own.
        start, end: epoch seconds.
    """

    day: date
    zone: tzinfo | None
    start: float
    end: float

    @classmethod
    def of(cls, day: date, zone: tzinfo | None) -> Day:
        """Return a day with its bounds."""
        after = day + timedelta(days=1)
        start, end = (datetime(d.year, d.month, d.day, tzinfo=zone).timestamp() for d in (day, after))
        return cls(day, zone, start, end)

    def local(self, time: float) -> datetime:
        """Return epoch seconds as the clock on the wall shows them."""
        return datetime.fromtimestamp(time, UTC).astimezone(self.zone)

    def time_of_day(self, time: float) -> str:
        """Return epoch seconds as HH:MM:SS; with the zone where the clock shows that twice on its day."""
        local = self.local(time)
        folds = (local.replace(tzinfo=self.zone, fold=fold).timestamp() for fold in (0, 1))
        return local.strftime("%H:%M:%S" if len(set(folds)) == 1 else "%H:%M:%S %Z")

    @property
    def clock(self) -> str:
        """What its times are called: ``Europe/Berlin``, or ``CET, UTC+01:00`` in the system's own zone."""
        if self.zone is not None:
            return str(self.zone)
        ends = (self.local(self.start), self.local(self.end - 1.0))
        return " and then ".join(dict.fromkeys(_zone_name(one) for one in ends))


def _zone_name(local: datetime) -> str:
    """Return the name of a zone as the system has it, with its offset where the name does not say it."""
    name, offset = local.tzname() or "", f"{local:%z}"
    said = f"UTC{offset[:3]}:{offset[3:5]}"
    return name if name == "UTC" else f"{name}, {said}" if name[:1].isalpha() else said


@dataclass(frozen=True, slots=True)
class Curve:
    """A day of one place in bins, for a plot.

    Attributes:
        start, width: epoch seconds of the first bin, and seconds of each.
        mean, most: people; nan where nothing was counted.
        unknown: bins in which there were readings, and none of them with a count.
    """

    start: float
    width: float
    mean: Floats
    most: Floats
    unknown: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Place:
    """What a ROI, a whole picture or a group came to.

    Attributes:
        name, camera: what people call it; the camera is None for a group.
        peak, peak_at: most people, and when that was first, epoch seconds; None if nothing was counted.
        peak_per_m2, peak_local: most people per m2, and in any 3x3 m; None where no area is known.
        mean: people on average over the time that was counted.
        above: seconds at or above each level; empty where it has no levels.
        over_capacity: seconds above the capacity of a group; None without one.
        counted, unknown: seconds with a count, and with readings that had none.
        curve: for a plot.
        bounds: where its levels begin, in people; None without levels.
    """

    name: str
    camera: str | None
    peak: float | None
    peak_at: float | None
    peak_per_m2: float | None
    peak_local: float | None
    mean: float | None
    above: Mapping[Level, float]
    over_capacity: float | None
    counted: float
    unknown: float
    curve: Curve
    bounds: Bounds | None


@dataclass(frozen=True, slots=True)
class Episode:
    """An alarm from when it was raised until it was over.

    Attributes:
        alarm, place: the rule, and what it is about.
        start, end: epoch seconds; None for one that is still on.
        level: the highest it had.
        who, note, acknowledged_at: of the first acknowledgement; None without one.
        passed_on_at: when further people were to be told; None if never.
        withdrawn: its rule was taken away.
    """

    alarm: str
    place: str
    start: float
    end: float | None
    level: Level
    who: str | None = None
    note: str | None = None
    acknowledged_at: float | None = None
    passed_on_at: float | None = None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which a camera counted nothing.

    Attributes:
        camera: its name.
        start, end: epoch seconds.
        recorded: there were readings, without a count; else there is nothing at all.
    """

    camera: str
    start: float
    end: float
    recorded: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """What the spot checks of a place came to, up to the end of the day."""

    camera: str
    roi: str
    weights: str
    summary: SpotSummary


@dataclass(frozen=True, slots=True)
class Report:
    """A day.

    Attributes:
        day: which one.
        until: epoch seconds up to which it has passed.
        shown: epoch seconds from and to which there is something to plot.
        places: by camera, the whole picture first, then the groups.
        episodes, gaps, checks: in order.
        estimated: cameras whose ground is an estimate, and with it all their people per m2.
        recorded: the first and the last reading of each camera, epoch seconds.
        missing: cameras of the configuration of which nothing was recorded.
    """

    day: Day
    until: float
    shown: tuple[float, float]
    places: tuple[Place, ...]
    episodes: tuple[Episode, ...]
    gaps: tuple[Gap, ...]
    checks: tuple[Checked, ...]
    recorded: Mapping[str, tuple[float, float]]
    estimated: frozenset[str] = frozenset()
    missing: tuple[str, ...] = ()
