"""What a day came to: peaks, time above levels, alarms, gaps. Without Qt and without a disk."""

from __future__ import annotations

import math
from collections.abc import Iterable

from crowdmon.config import AppConfig
from crowdmon.facts import AlarmChange, AlarmEvent, Event, SpotCheck
from crowdmon.track.levels import RANK
from crowdmon.track.spot_checks import summary
from crowdmon.values import Level, Reading
from crowdmon.view.report_courses import Collected
from crowdmon.view.report_day import Checked, Day, Episode, Report


def report_of(
    config: AppConfig,
    day: Day,
    readings: Iterable[Reading],
    events: Iterable[Event],
    checks: Iterable[SpotCheck] = (),
    *,
    now: float,
    span: tuple[float, float] | None = None,
) -> Report:
    """Return what a day came to.

    Args:
        config: with levels and groups.
        day: which one.
        readings: of that day, in the order of recording.
        events: up to its end, so far back that alarms which were on at its start are known.
        checks: spot checks up to its end.
        now: epoch seconds, for a day that is not over.
        span: first and last time of the readings, if there are any.
    """
    until = max(day.start, min(day.end, now))
    shown = _shown(day, span, until)
    collected = Collected(config, shown)
    for one in readings:
        collected.take(one)
    collected.close()
    return Report(
        day=day,
        until=until,
        shown=shown,
        places=tuple(collected.places()),
        episodes=episodes_of(events, day.start, until),
        gaps=tuple(collected.gaps(day.start, until)),
        checks=_checked(checks),
        recorded=collected.recorded(),
        missing=collected.missing(),
        estimated=frozenset(
            one.name for one in config.cameras if one.ground and one.ground.perspective_map is not None
        ),
    )


def episodes_of(events: Iterable[Event], start: float, end: float) -> tuple[Episode, ...]:
    """Return the alarms that were on at any time between two moments, by when they were raised."""
    on: dict[str, dict[str, object]] = {}
    found: list[Episode] = []
    for event in events:
        one = AlarmEvent.of(event)
        if one is None:
            continue
        if one.change is AlarmChange.RAISED and one.alarm not in on:
            on[one.alarm] = {
                "alarm": one.alarm,
                "place": _place(one),
                "start": one.time,
                "end": None,
                "level": one.level,
            }
        known = on.get(one.alarm)
        if known is None:
            continue
        if RANK[one.level] > RANK[Level(str(known["level"]))]:
            known["level"] = one.level
        if one.change is AlarmChange.ACKNOWLEDGED:
            known.setdefault("who", one.who)
            known.setdefault("note", one.note)
            known.setdefault("acknowledged_at", one.time)
        elif one.change is AlarmChange.PASSED_ON:
            known.setdefault("passed_on_at", one.time)
        elif one.change in (AlarmChange.CLEARED, AlarmChange.WITHDRAWN):
            known["end"], known["withdrawn"] = one.time, one.change is AlarmChange.WITHDRAWN
            found.append(Episode(**on.pop(one.alarm)))  # type: ignore[arg-type]
    found += [Episode(**known) for known in on.values()]  # type: ignore[arg-type]
    during = [one for one in found if one.start < end and (one.end is None or one.end >= start)]
    return tuple(sorted(during, key=lambda one: one.start))


def _place(one: AlarmEvent) -> str:
    if one.group is not None:
        return f"group {one.group}"
    return f"{one.camera} / {one.roi}" if one.roi else str(one.camera)


def _shown(day: Day, span: tuple[float, float] | None, until: float) -> tuple[float, float]:
    """Return the hours to plot: the whole day, or the whole hours in which there is something."""
    if span is None or span[1] - span[0] > 8 * 3600.0:
        return day.start, day.end
    first = day.start + math.floor((span[0] - day.start) / 3600.0) * 3600.0
    last = day.start + math.ceil((span[1] + 1.0 - day.start) / 3600.0) * 3600.0
    return max(day.start, first), max(min(day.end, last), first + 3600.0)


def _checked(checks: Iterable[SpotCheck]) -> tuple[Checked, ...]:
    by_place: dict[tuple[str, str, str], list[SpotCheck]] = {}
    for one in checks:
        by_place.setdefault((one.camera, one.roi, one.weights), []).append(one)
    return tuple(Checked(*key, summary(group)) for key, group in by_place.items())
