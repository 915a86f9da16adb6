"""A report about a day as Markdown. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crowdmon.track.levels import RISING
from crowdmon.values import WHOLE_FRAME
from crowdmon.view.report_day import Checked, Episode, Gap, Place, Report

NOTHING = "–"
"""Stands for what is not known. Unknown is never 0."""

_MOST_GAPS = 50


def markdown(report: Report, *, plot: str | None = None) -> str:
    """Return a report as Markdown.

    Args:
        report: a day.
        plot: the name of its picture, beside the text; None without one.
    """
    day = report.day
    hours = (day.end - day.start) / 3600.0
    lines = [f"# {day.day.isoformat()}", ""]
    change = "" if hours == 24 else f" The clocks changed: the day has {hours:g} hours."
    lines += [f"Times are local ({day.clock}).{change}", ""]
    if report.until <= day.start:
        lines += ["The day has not begun.", ""]
    elif report.until < day.end:
        lines += [f"The day is not over: this is up to {_clock(report, report.until)}.", ""]
    if plot:
        lines += [f"![People over the day]({plot.replace(' ', '%20')})", ""]
    if not report.recorded:
        return "\n".join([*lines, "Nothing was recorded on this day.", ""])
    for title, part in (
        ("People", _people(report)),
        ("Time above each level", _levels(report)),
        ("Alarms", _alarms(report)),
        ("What is known", _known(report)),
        ("Gaps", _gaps(report)),
        ("Spot checks", _checks(report)),
    ):
        found = list(part)
        if found:
            lines += [f"## {title}", "", *found, ""]
    lines += ["Counts are estimates. crowdmon is a measuring aid and no safety device.", ""]
    return "\n".join(lines)


def _people(report: Report) -> Iterator[str]:
    yield from _table("place", "peak", "at", "mean", "peak per m²", "peak in 3x3 m, per m²")
    for one in report.places:
        at = NOTHING if one.peak_at is None else _clock(report, one.peak_at)
        about = "about " if one.camera in report.estimated else ""
        dense = (NOTHING if v is None else f"{about}{v:.2f}" for v in (one.peak_per_m2, one.peak_local))
        yield _row(title(one), _number(one.peak, 1), at, _number(one.mean, 1), *dense)
    if report.estimated:
        names = ", ".join(sorted(report.estimated))
        yield ""
        yield f"The ground of {names} is estimated from a perspective map, and so are its people per m²."


def _levels(report: Report) -> Iterator[str]:
    leveled = [one for one in report.places if one.above]
    if leveled:
        yield from _table("place", *(f"{level.value} or higher" for level in RISING))
        for one in leveled:
            yield _row(title(one), *(span(one.above[level]) for level in RISING))
    over = [one for one in report.places if one.over_capacity is not None]
    if leveled and over:
        yield ""
    for one in over:
        yield f"- {title(one)}: {span(one.over_capacity or 0.0)} above its capacity"


def _alarms(report: Report) -> Iterator[str]:
    if not report.episodes:
        yield "No alarm was on."
        return
    yield from _table("alarm", "place", "highest level", "from", "to", "lasted", "acknowledged")
    for one in report.episodes:
        yield _row(
            one.alarm,
            one.place,
            one.level.value,
            _moment(report, one.start),
            "still on" if one.end is None else _moment(report, one.end) + (" *" if one.withdrawn else ""),
            _duration(report, one),
            _answer(report, one),
        )
    if any(one.withdrawn for one in report.episodes):
        yield ""
        yield "\\* its rule was taken away"


def _duration(report: Report, one: Episode) -> str:
    """Return how long an alarm was on; of one that is still on, how long that is known."""
    if one.end is not None:
        return span(one.end - one.start)
    last = max((end for _, end in report.recorded.values()), default=one.start)
    return f"at least {span(max(0.0, last - one.start))}"


def _answer(report: Report, one: Episode) -> str:
    passed = f"passed on at {_moment(report, one.passed_on_at)}" if one.passed_on_at is not None else ""
    if one.acknowledged_at is None:
        return "; ".join(filter(None, ["no", passed]))
    took = span(one.acknowledged_at - one.start)
    note = f": {one.note}" if one.note else ""
    answer = f"{one.who} at {_moment(report, one.acknowledged_at)}, after {took}{note}"
    return "; ".join(filter(None, [answer, passed]))


def _known(report: Report) -> Iterator[str]:
    passed = max(report.until - report.day.start, 1.0)
    yield from _table("camera", "recorded from", "to", "counted", "unknown", "not recorded")
    by_camera = {one.camera: one for one in reversed(report.places) if one.camera is not None}
    for camera, one in reversed(by_camera.items()):
        first, last = report.recorded[camera]
        rest = max(0.0, passed - one.counted - one.unknown)
        shares = (_share(value / passed) for value in (one.counted, one.unknown, rest))
        yield _row(camera, _clock(report, first), _clock(report, last), *shares)
    for camera in report.missing:
        yield _row(camera, NOTHING, NOTHING, *(_share(value) for value in (0.0, 0.0, 1.0)))


def _gaps(report: Report) -> Iterator[str]:
    if not report.gaps:
        yield "None of 10 s or longer."
        return
    yield from _table("camera", "from", "to", "lasted", "what is there")
    shown = sorted(report.gaps, key=lambda one: one.start)[:_MOST_GAPS]
    for one in shown:
        yield _row(one.camera, _clock(report, one.start), _clock(report, one.end), _lasted(one), _what(one))
    if len(report.gaps) > len(shown):
        yield ""
        yield f"And {len(report.gaps) - len(shown)} more."


def _lasted(gap: Gap) -> str:
    return span(gap.end - gap.start)


def _what(gap: Gap) -> str:
    return "nothing was counted" if gap.recorded else "nothing was recorded"


def _checks(report: Report) -> Iterator[str]:
    if not report.checks:
        return
    yield from _table("camera", "place", "weights", "checks", "people on average", "bias", "off by", "last")
    for one in report.checks:
        yield _row(*_checked(report, one))


def _checked(report: Report, one: Checked) -> Iterator[str]:
    found = one.summary
    yield from (one.camera, "whole picture" if one.roi == WHOLE_FRAME else one.roi, one.weights or NOTHING)
    yield from (str(found.n), f"{found.mean_truth:.1f}")
    if found.bias is None:
        yield NOTHING
    else:
        about = "" if found.interval is None else f" ± {100 * found.interval:.1f}"
        yield f"{100 * found.bias:+.1f}{about} %"
    yield f"{found.mae:.1f} people"
    yield _moment(report, found.last)


def title(place: Place) -> str:
    """Return what people call a place."""
    if place.camera is None:
        return f"group {place.name}"
    return place.camera if place.name == WHOLE_FRAME else f"{place.camera} / {place.name}"


def span(seconds: float) -> str:
    """Return a duration to the second: ``45 s``, ``11 min 40 s``, ``1 h 5 min``, ``0 s``."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    parts = [(hours, "h"), (minutes, "min"), (rest, "s")]
    kept = [f"{value} {unit}" for value, unit in parts if value]
    return " ".join(kept[:3]) or "0 s"


def _clock(report: Report, time: float) -> str:
    return "24:00:00" if time == report.day.end else report.day.time_of_day(time)


def _moment(report: Report, time: float) -> str:
    """Return a time of day; with its date if it is on another day."""
    local = report.day.local(time)
    clock = report.day.time_of_day(time)
    return clock if local.date() == report.day.day else f"{local:%Y-%m-%d} {clock}"


def _number(value: float | None, decimals: int) -> str:
    return NOTHING if value is None else f"{value:.{decimals}f}"


def _share(value: float) -> str:
    return f"{100 * value:.1f} %"


def _table(*heads: str) -> Iterator[str]:
    yield _row(*heads)
    yield "|" + "---|" * len(heads)


def _row(*cells: str) -> str:
    return "| " + " | ".join(_cells(cells)) + " |"


def _cells(cells: Iterable[str]) -> Iterator[str]:
    """Keep names from being Markdown: a bar would begin a cell, a star would be emphasis."""
    for cell in cells:
        text = " ".join(cell.split())
        for special in "\\|*_`<[":
            if special not in "*" or not text.endswith(" *"):
                text = text.replace(special, f"\\{special}")
        yield text
