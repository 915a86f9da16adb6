"""What ``crowdmon bench`` measures of the history: how soon a day that was recorded answers a question."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from crowdmon.bench.harness import Bench, Figures, Row, alternating
from crowdmon.sinks.history.file import HistoryFile
from crowdmon.sinks.history.query import HistoryReader
from crowdmon.sinks.history.selection import Selection
from crowdmon.values import WHOLE_FRAME, Reading, RoiReading

_DAY, _EVERY = 86_400.0, 2.0
"""Seconds that were recorded, and from one reading to the next."""

_START = 1_777_593_600.0
_ROIS = (WHOLE_FRAME, "gate", "stairs")


def history(bench: Bench) -> Figures:
    """A day of one camera with two ROIs, counted every two seconds: written, and asked."""
    path = bench.folder / "bench.crowdmon"
    bench.say("writing a day")
    _write(path)
    hour = Selection(since=_START + _DAY - 3600.0, rois=frozenset({"gate"}))
    day = Selection(rois=frozenset({"gate"}))
    with HistoryReader(path) as reader:
        runs = {
            "an hour of one ROI": lambda: sum(1 for _ in reader.readings(hour)),
            "a day of one ROI, minute by minute": lambda: sum(1 for _ in reader.bins(60, day)),
        }
        times = alternating(list(runs.values()), rounds=bench.rounds, say=bench.say)
    rows: list[Row] = [
        {"what": "history", "part": part, "median_ms": median(taken)}
        for part, taken in zip(runs, times, strict=True)
    ]
    return rows, []


def _write(path: Path) -> None:
    with HistoryFile(path) as file:
        for number in range(int(_DAY / _EVERY)):
            people = 10.0 + number % 17
            rois = tuple(RoiReading(name, people, people, level=None) for name in _ROIS)
            file.write(Reading(_START + _EVERY * number, "square", rois, frame=number))
            if number % 1000 == 0:
                file.flush()
