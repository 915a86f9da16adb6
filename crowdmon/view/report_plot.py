"""Draws a day: people in every place, bounds of its levels, gaps as gaps, local time. Without Qt.

Everything is drawn twice as large and made smaller at the end, so that lines and letters are smooth.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import cv2
import numpy as np
from numpy.typing import NDArray

from crowdmon.values import Level
from crowdmon.view.report_day import Place, Report
from crowdmon.view.report_text import title

Rgb = NDArray[np.uint8]
Colour = tuple[int, int, int]

WIDTH = 1400
_PANEL, _TOP, _FOOT = 250, 64, 44
_ON_A_PAGE = 7
"""Panels on a page that is 1.4 times as high as wide, with room for a heading."""
_LEFT, _RIGHT, _HEAD, _AXIS = 74, 112, 40, 30
_SCALE = 2
_FONT = cv2.FONT_HERSHEY_SIMPLEX

_PAPER, _TEXT, _MUTED, _GRID = (255, 255, 255), (28, 33, 40), (96, 106, 118), (226, 230, 235)
_LINE, _AREA, _UNKNOWN = (20, 92, 158), (178, 208, 235), (168, 174, 182)
_BANDS: dict[Level, Colour] = {
    Level.AMBER: (255, 246, 222),
    Level.RED: (253, 228, 224),
    Level.CRITICAL: (244, 222, 247),
}
_MARKS: dict[Level, Colour] = {
    Level.AMBER: (214, 142, 6),
    Level.RED: (205, 45, 42),
    Level.CRITICAL: (150, 40, 172),
}
_STEPS = (1, 2, 5)
_MINUTES = (5, 10, 15, 30, 60, 120, 180, 240)


@dataclass(frozen=True)
class _Canvas:
    rgb: Rgb

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        (x1, y1), (x2, y2) = _at(left, top), _at(right, bottom)
        cv2.rectangle(self.rgb, (x1, y1), (max(x1, x2 - 1), max(y1, y2 - 1)), colour, cv2.FILLED)

    def line(self, points: Sequence[tuple[float, float]], colour: Colour, *, weight: int = 1) -> None:
        path = np.array([_at(x, y) for x, y in points], np.int32)
        cv2.polylines(self.rgb, [path], False, colour, weight * _SCALE, cv2.LINE_AA)

    def fill(self, points: Sequence[tuple[float, float]], colour: Colour) -> None:
        cv2.fillPoly(self.rgb, [np.array([_at(x, y) for x, y in points], np.int32)], colour, cv2.LINE_AA)

    def text(
        self, text: str, x: float, y: float, *, colour: Colour = _TEXT, size: float = 0.46, align: float = 0.0
    ) -> float:
        """Write above ``y``, ``align`` 0 to the right of ``x`` and 1 to its left; return the width."""
        words, weight = _plain(text), 2 if size > 0.55 else 1
        (width, _), _ = cv2.getTextSize(words, _FONT, size * _SCALE, weight * _SCALE)
        place = (round(x * _SCALE - align * width), round(y * _SCALE))
        cv2.putText(self.rgb, words, place, _FONT, size * _SCALE, colour, weight * _SCALE, cv2.LINE_AA)
        return width / _SCALE


@dataclass(frozen=True)
class _Frame:
    """Where a panel's plot lies, and what its axes span."""

    left: float
    top: float
    right: float
    bottom: float
    start: float
    end: float
    most: float

    def x(self, time: float) -> float:
        share = (time - self.start) / (self.end - self.start)
        return self.left + min(1.0, max(0.0, share)) * (self.right - self.left)

    def y(self, people: float) -> float:
        return self.bottom - min(1.0, max(0.0, people / self.most)) * (self.bottom - self.top)


def draw(report: Report) -> Rgb:
    """Return the plot of a day, HxWx3 RGB: a panel for every place, one below the other."""
    places = report.places if report.recorded else ()
    height = _TOP + _PANEL * max(1, len(places)) + _FOOT
    canvas = _Canvas(np.full((height * _SCALE, WIDTH * _SCALE, 3), _PAPER, np.uint8))
    canvas.text(f"People on {report.day.day.isoformat()}", 24, 40, size=0.72)
    canvas.text(f"local time, {report.day.clock}", WIDTH - 24, 40, colour=_MUTED, align=1.0)
    if not places:
        canvas.text("Nothing was recorded on this day", WIDTH / 2, _TOP + _PANEL / 2, align=0.5)
    for number, place in enumerate(places):
        _panel(canvas, report, place, top=_TOP + _PANEL * number)
    _legend(canvas, height - 18)
    smaller = cv2.resize(canvas.rgb, (WIDTH, height), interpolation=cv2.INTER_AREA)
    return np.asarray(smaller, np.uint8)


def pieces(plot: Rgb) -> list[Rgb]:
    """Cut a plot between its panels into pieces that fit on a page, from the top down."""
    edges = list(range(_TOP + _ON_A_PAGE * _PANEL, len(plot) - _PANEL, _ON_A_PAGE * _PANEL))
    return [plot[top:bottom] for top, bottom in zip([0, *edges], [*edges, len(plot)], strict=True)]


def _panel(canvas: _Canvas, report: Report, place: Place, *, top: float) -> None:
    bounds = place.bounds
    highest = place.peak or 0.0
    lowest = next((one for one in _given(place) if one is not None), 0.0)
    # The first bound is shown where it is near: a quiet place is not drawn as a flat line for its sake.
    wanted = max(highest * 1.08, lowest * 1.15 if lowest <= 3.0 * highest else 0.0, 1.0)
    most, step = _nice(wanted)
    frame = _Frame(
        _LEFT, top + _HEAD, WIDTH - _RIGHT, top + _PANEL - _AXIS, report.shown[0], report.shown[1], most
    )
    if bounds is not None:
        _bands(canvas, frame, place)
    _grid(canvas, report, frame, step)
    _gaps(canvas, frame, place)
    _curve(canvas, frame, place)
    canvas.line([(frame.left, frame.bottom), (frame.right, frame.bottom)], _MUTED)
    _bound_names(canvas, frame, place)
    _alarms(canvas, report, frame, place)
    canvas.text(title(place), frame.left, top + 18, size=0.54)
    if place.peak is not None and place.peak_at is not None:
        when = report.day.time_of_day(place.peak_at)
        canvas.text(
            f"peak {place.peak:.0f} at {when}", frame.right, top + 18, colour=_MUTED, align=1.0, size=0.46
        )
    else:
        canvas.text("nothing was counted", frame.right, top + 18, colour=_MUTED, align=1.0)


def _given(place: Place) -> tuple[float | None, ...]:
    one = place.bounds
    return () if one is None else (one.amber, one.red, one.critical)


def _levels(place: Place) -> Iterator[tuple[Level, float]]:
    for level, bound in zip((Level.AMBER, Level.RED, Level.CRITICAL), _given(place), strict=False):
        if bound is not None:
            yield level, bound


def _bands(canvas: _Canvas, frame: _Frame, place: Place) -> None:
    levels = [(level, bound) for level, bound in _levels(place) if bound < frame.most]
    ends = [*(bound for _, bound in levels[1:]), frame.most]
    for (level, bound), end in zip(levels, ends, strict=False):
        canvas.box(frame.left, frame.y(end), frame.right, frame.y(bound), _BANDS[level])


def _bound_names(canvas: _Canvas, frame: _Frame, place: Place) -> None:
    for level, bound in _levels(place):
        if bound < frame.most:
            y = frame.y(bound)
            canvas.line([(frame.left, y), (frame.right, y)], _MARKS[level])
            what = "capacity" if place.camera is None else level.value
            canvas.text(f"{what} {bound:.0f}", frame.right + 8, y + 5, colour=_MARKS[level], size=0.42)


def _grid(canvas: _Canvas, report: Report, frame: _Frame, step: float) -> None:
    for number in range(round(frame.most / step) + 1):
        y = frame.y(number * step)
        canvas.line([(frame.left, y), (frame.right, y)], _GRID)
        canvas.text(f"{number * step:g}", frame.left - 8, y + 5, colour=_MUTED, size=0.42, align=1.0)
    for time, label in ticks(report):
        x = frame.x(time)
        canvas.line([(x, frame.top), (x, frame.bottom)], _GRID)
        canvas.text(label, x, frame.bottom + 20, colour=_MUTED, size=0.42, align=0.5)


def ticks(report: Report) -> list[tuple[float, str]]:
    """Return epoch seconds and labels of a local time axis; an hour that is left out has none."""
    start, end = report.shown
    step = next((one for one in _MINUTES if (end - start) / 60.0 / one <= 12.5), _MINUTES[-1])
    found: list[tuple[float, str]] = []
    time = start
    while time <= end:
        local = report.day.local(time)
        if local.second == 0 and (local.hour * 60 + local.minute) % step == 0:
            last = time == end and local - timedelta(days=1) >= report.day.local(report.day.start)
            found.append((time, "24:00" if last else local.strftime("%H:%M")))
        time += 300.0
    return found


def _gaps(canvas: _Canvas, frame: _Frame, place: Place) -> None:
    curve = place.curve
    for begin, end in _stretches(curve.unknown):
        left = frame.x(curve.start + begin * curve.width)
        right = frame.x(curve.start + end * curve.width)
        canvas.box(left, frame.top, right, frame.bottom, (244, 245, 247))
        _hatch(canvas, left, frame.top, right, frame.bottom)


def _hatch(canvas: _Canvas, left: float, top: float, right: float, bottom: float) -> None:
    """Draw diagonal lines inside a box."""
    height = bottom - top
    offset = -height
    while offset < right - left:
        x1, x2 = max(left, left + offset), min(right, left + offset + height)
        if x2 > x1:
            y1, y2 = bottom - (x1 - left - offset), bottom - (x2 - left - offset)
            canvas.line([(x1, y1), (x2, y2)], _UNKNOWN)
        offset += 9.0


def _curve(canvas: _Canvas, frame: _Frame, place: Place) -> None:
    curve = place.curve
    times = curve.start + (np.arange(len(curve.mean)) + 0.5) * curve.width
    for begin, end in _stretches(np.isfinite(curve.mean)):
        xs = [frame.x(time) for time in times[begin:end].tolist()]
        low, high = ([frame.y(v) for v in part[begin:end].tolist()] for part in (curve.mean, curve.most))
        if len(xs) == 1:
            xs, low, high = [xs[0] - 1.0, xs[0] + 1.0], low * 2, high * 2
        upper, lower = list(zip(xs, high, strict=True)), list(zip(xs, low, strict=True))
        canvas.fill([*upper, *lower[::-1]], _AREA)
        canvas.line(upper, _AREA)
        canvas.line(lower, _LINE, weight=2)


def _stretches(marked: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the places (from, to) between which values are marked."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], marked, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _alarms(canvas: _Canvas, report: Report, frame: _Frame, place: Place) -> None:
    """Draw the alarms of a place as bars above its plot, and their acknowledgement as a mark."""
    for one in report.episodes:
        if one.place != _rule_place(place):
            continue
        left = frame.x(one.start)
        right = max(left + 2.0, frame.x(report.until if one.end is None else one.end))
        canvas.box(left, frame.top - 12, right, frame.top - 5, _MARKS[one.level])
        if one.acknowledged_at is not None:
            x = frame.x(one.acknowledged_at)
            canvas.box(x - 1.5, frame.top - 15, x + 1.5, frame.top - 2, _TEXT)


def _rule_place(place: Place) -> str:
    """Return how an alarm calls the place it is about."""
    return title(place)


def _legend(canvas: _Canvas, y: float) -> None:
    x = float(_LEFT)
    keys: tuple[tuple[Callable[[float], None], str], ...] = (
        (lambda at: canvas.line([(at, y - 5), (at + 26, y - 5)], _LINE, weight=2), "mean"),
        (lambda at: canvas.box(at, y - 11, at + 26, y, _AREA), "up to the most"),
        (lambda at: _hatch(canvas, at, y - 11, at + 26, y), "nothing was counted"),
        (lambda at: canvas.box(at, y - 9, at + 26, y - 2, _MARKS[Level.RED]), "an alarm was on"),
        (lambda at: canvas.box(at + 12, y - 12, at + 15, y + 1, _TEXT), "acknowledged"),
    )
    for draw_it, words in keys:
        draw_it(x)
        x += 34 + canvas.text(words, x + 34, y, colour=_MUTED, size=0.42) + 28


def _nice(wanted: float) -> tuple[float, float]:
    """Return the top of an axis and the step of its marks: about five of them, of 1, 2 or 5."""
    raw = wanted / 5.0
    power = 10.0 ** math.floor(math.log10(raw))
    step = next((one * power for one in _STEPS if one * power >= raw), 10.0 * power)
    return math.ceil(wanted / step - 1e-9) * step, step


def _at(x: float, y: float) -> tuple[int, int]:
    return round(x * _SCALE), round(y * _SCALE)


def _plain(text: str) -> str:
    """Return a text in the letters that the drawing has: without accents, others as a question mark."""
    flat = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("–", "-"))
    kept = "".join(c for c in flat if not unicodedata.combining(c))
    return kept.encode("ascii", "replace").decode()
