"""An hour of a synthetic camera: a ROI fills, is packed, empties, goes dark and comes back.

``python -m tests.scripted_hour FOLDER`` lives it at 20 times the speed with the whole engine, says its events
and leaves files there for ``crowdmon report --config FOLDER/hour.yaml --day 2026-05-01``.

The pictures show every person as a white square, and the counter finds them there, so the truth is exact.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crowdmon.config import AppConfig, parse
from crowdmon.engine.monitor import Monitor
from crowdmon.facts import AlarmEvent, Event, Fact
from crowdmon.sinks.registry import open_sinks
from crowdmon.track.alarm_words import sentence
from crowdmon.values import DensityMap, Frame, Grid
from tests.fakes import FakeSource, FakeSources

START = 1_777_636_800.0
"""2026-05-01 12:00 UTC, 14:00 in Berlin."""

SECONDS = 3600
AREA = 40.0

YAML = """\
time_zone: Europe/Berlin
levels: {}
record: {history: "HISTORY"}
cameras:
- name: gate
  source: live gate
  rate: 1000
  rois: [{name: platform, polygon: [[0, 0], [1, 0], [1, 0.5], [0, 0.5]], area_m2: 40}]
groups:
- {name: station, members: [{camera: gate, roi: platform}], capacity: 150}
alarms:
- name: full
  of: {camera: gate, roi: platform}
  measure: per_m2
  amber: {above: 2.0, for: 10, clear: 1.6}
  red: {above: 4.0, for: 5, clear: 3.4}
  repeat: 300
  cooldown: 120
  tell: [Ann]
  then: {after: 400, tell: [Bob]}
- {name: dark, of: {camera: gate}, measure: unknown, red: {for: 30}}
"""

SCRIPT = (
    (600, 0.5),
    (1200, 2.5),
    (1900, 4.5),
    (2100, 1.0),
    (2700, None),
    (3000, 1.0),
    (3600, 2.5),
)
"""Until which second how many people are on a square metre; None for a camera that is dark."""

ANSWERED = 1700
"""The second at which Ann acknowledges."""

Told = tuple[int, str, str, str, float | None, float | None, str]

EXPECTED: list[Told] = [
    (610, "full", "raised", "amber", 2.5, 2.0, "Ann"),
    (1205, "full", "raised", "red", 4.5, 4.0, "Ann"),
    (1505, "full", "repeated", "red", 4.5, 4.0, "Ann"),
    (1605, "full", "passed-on", "red", 4.5, 4.0, "Ann, Bob"),
    (1700, "full", "acknowledged", "red", None, None, "Ann, Bob"),
    (1900, "full", "cleared", "none", 1.0, 1.6, "Ann, Bob"),
    # Last counted at 2099: stale from 2101 on, unknown from 2115 on.
    (2145, "dark", "raised", "red", None, 30.0, ""),
    (2700, "dark", "cleared", "none", None, None, ""),
    # The cool-down of amber was over at 2020.
    (3010, "full", "raised", "amber", 2.5, 2.0, "Ann"),
]
"""Second, rule, what happened, level, value, limit, who is to be told. Written down by hand."""


def told(facts: Iterable[Fact]) -> list[Told]:
    """Return what facts say of alarms, to the second."""
    events = [one for fact in facts if isinstance(fact, Event) and (one := AlarmEvent.of(fact))]
    return [
        (
            int(one.time - START),
            one.alarm,
            one.change.removeprefix("alarm-"),
            one.level.value,
            None if one.value is None else round(one.value, 3),
            one.limit,
            ", ".join(one.tell),
        )
        for one in events
    ]


def configured(history: Path) -> AppConfig:
    """Return the configuration of the hour."""
    return parse(YAML.replace("HISTORY", str(history)), where="hour.yaml")


def per_m2(second: float) -> float | None:
    """Return the truth of a second."""
    return next(value for until, value in SCRIPT if second < until)


@lru_cache
def drawn(people: int, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Draw people as white squares of 4 pixels, one in a cell, before a floor with a pattern."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width]
    grey = np.where(y < height // 2, 90, 60 + 60 * ((x // 16 + y // 16) % 2)).astype(np.uint8)
    for person in range(people):
        # Spread over the 480 cells of the upper half: 7 has no factor in common with it.
        row, column = divmod(person * 7 % 480, 40)
        grey[8 * row + 2 : 8 * row + 6, 8 * column + 2 : 8 * column + 6] = 255
    return np.repeat(grey[..., None], 3, axis=2)


@dataclass
class ScriptedPicture:
    """What the camera sees at a second."""

    index: int
    time: float
    pts: float
    size: tuple[int, int] = (320, 192)

    def rgb(self, size: tuple[int, int] | None = None) -> NDArray[np.uint8]:
        """Draw it; always in its own size."""
        return drawn(round((per_m2(self.pts) or 0.0) * AREA), self.size).copy()

    def fingerprint(self) -> int:
        """Differ from all others: the noise of a sensor."""
        return self.index


class TrueCounter:
    """Counts the white squares."""

    name, device = "truth", "exact"

    def count(self, frame: Frame) -> DensityMap:
        """Count a picture."""
        height, width, _ = frame.rgb.shape
        white = (frame.rgb.min(axis=2) > 200).reshape(height // 8, 8, width // 8, 8).sum(axis=(1, 3))
        grid = Grid(height // 8, width // 8, 8.0, 8.0, width, height)
        cells = np.asarray(white / 16.0, np.float32)
        return DensityMap(cells, grid, frame.camera, frame.index, frame.time, frame.pts, took=0.001)


class FastClock:
    """Runs as many times as fast as the real one, and stands still while it is held."""

    def __init__(self, speed: float) -> None:
        """Begin with the hour."""
        self.speed = speed
        self._lock = threading.Lock()
        self._began, self._stood, self._limit = time.monotonic(), 0.0, float("inf")

    def seconds(self) -> float:
        """Return the seconds of the hour that have passed."""
        with self._lock:
            passed = (time.monotonic() - self._began) * self.speed - self._stood
            if passed > self._limit:
                self._stood += passed - self._limit
                passed = self._limit
            return passed

    def hold(self, second: float) -> None:
        """Go no further than to this second; a slow machine shall not change what is seen."""
        self.seconds()
        with self._lock:
            self._limit = second

    def monotonic(self) -> float:
        """Return seconds that only rise."""
        return 100.0 + self.seconds()

    def wall(self) -> float:
        """Return epoch seconds."""
        return START + self.seconds()


class ScriptedSource(FakeSource):
    """The camera: a picture a second, none while it is dark. As a recording without a clock."""

    def __init__(self, clock: FastClock | None = None) -> None:
        """Give pictures in the time of the clock, or as fast as they are asked for."""
        super().__init__(SECONDS, fps=1.0, size=(320, 192), live=clock is not None)
        self._clock = clock

    def pictures(self) -> Iterator[ScriptedPicture]:  # type: ignore[override]
        """Yield the hour."""
        for index, second in enumerate(s for s in range(SECONDS) if per_m2(s) is not None):
            if self._clock is not None:
                while (ahead := second - self._clock.seconds()) > 0.0:
                    if self.closed.wait(min(ahead / self._clock.speed, 0.05)):
                        return
                self._clock.hold(second + 0.9)
            yield ScriptedPicture(index, START + second, float(second))
        self.closed.wait(30.0 if self._clock else 0.0)


def live(config: AppConfig, *, speed: float = 20.0) -> list[Fact]:
    """Live the hour with all threads; return its facts. The clock waits for a picture until it is counted.

    A busy machine may skip a picture: then the clock waits no longer, or the hour would stand still for ever.
    """
    clock = FastClock(speed)
    source = ScriptedSource(clock)
    monitor = Monitor(
        config,
        counter_factory=TrueCounter,
        open_sinks=open_sinks,
        sources=FakeSources({"live gate": source}),
        clock=clock,
    )
    facts: list[Fact] = []
    number, answered = 0, False
    stood, since = -1.0, time.monotonic()
    monitor.start()
    try:
        while clock.seconds() < SECONDS:
            shown = monitor.snapshot(number)
            number = shown.number
            facts += shown.facts
            if monitor.failure is not None:
                raise monitor.failure
            reading = shown.cameras["gate"].reading
            if reading is not None and reading.frame is not None:
                second = reading.time - START
                following = next((s for s in range(int(second) + 1, SECONDS) if per_m2(s) is not None), None)
                clock.hold(SECONDS if following is None else following + 0.9)
                if second >= ANSWERED and not answered:
                    answered = monitor.acknowledge("full", who="Ann", note="inflow stopped")
            second = clock.seconds()
            if second != stood:
                stood, since = second, time.monotonic()
            elif time.monotonic() - since > 1.0:
                clock.hold(second + 1.0)
            source.closed.wait(0.004)
        facts += monitor.snapshot(number).facts
    finally:
        source.close()
        monitor.stop()
    return facts


def main(folder: Path, *, speed: float = 20.0) -> int:
    """Live the hour, say its events, and leave its files in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    history = folder.resolve() / "hour.sqlite"
    history.unlink(missing_ok=True)
    (folder / "hour.yaml").write_text(YAML.replace("HISTORY", str(history)), encoding="utf-8")
    facts = live(configured(history), speed=speed)
    for fact in facts:
        if isinstance(fact, Event) and (alarm := AlarmEvent.of(fact)) is not None:
            sys.stdout.write(f"{int(fact.time - START):5d} s  {sentence(alarm)}\n")
    right = told(facts) == EXPECTED
    sys.stdout.write(f"{'as' if right else 'NOT as'} expected; see {folder / 'hour.yaml'}\n")
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(
        main(Path(sys.argv[1] if len(sys.argv) > 1 else "hour"), speed=float((sys.argv + ["20"] * 3)[2]))
    )
