"""Breaks the lines of several cameras for minutes, and watches whether the engine ever lies or gives up.

Each camera is a real RTSP server behind a :class:`~tests.faults.proxy.Line`. Which fault comes next and how
long it lasts follows from the seed alone.
"""

from __future__ import annotations

import gc
import itertools
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from crowdmon.capture.live_packets import BOUND
from crowdmon.capture.source import open_source
from crowdmon.config import AppConfig, CameraConfig
from crowdmon.engine.monitor import Monitor
from crowdmon.engine.snapshots import CameraSnapshot
from crowdmon.facts import Fact
from crowdmon.sinks.base import Sink
from crowdmon.values import CameraState, DensityMap, Frame, Reading, ReadingState
from tests.fakes import FakeCounter
from tests.faults.gstreamer import cameras
from tests.faults.proxy import Line, Lines

GOAL = 3.0
"""Seconds from a camera's return to the next count."""

RATE = 5.0
_GIVE_UP = 30.0
_DARK = ("stall", "refuse")
"""Faults under which no picture comes at all."""

_IN_FLIGHT = BOUND
"""Seconds after a line went dead at which its pictures may be dated at most. However late a busy machine
reads what lies in its buffers, it is dated when it came; a second is what a camera may be late unnoticed."""

_NOTICED = 3.5
"""Seconds within which a camera must no longer be called live: 2 s of silence, and a machine that is busy."""

_HOLE = 3.0
"""Seconds without any row, counted or not, that would be a lost one."""

LASTS: dict[str, tuple[float, float]] = {
    "stall": (1.0, 9.0),
    "cut": (0.0, 0.0),
    "delay": (2.0, 5.0),
    "corrupt": (1.0, 4.0),
    "half-close": (0.0, 0.0),
    "refuse": (0.5, 8.0),
    "resize": (0.0, 0.0),
}
"""Every fault and how many seconds it lasts."""


class Watchful(FakeCounter):
    """Remembers when each picture it counted was captured."""

    def __init__(self) -> None:
        super().__init__()
        self.counted: list[tuple[str, int, float]] = []

    def count(self, frame: Frame) -> DensityMap:
        self.counted.append((frame.camera, frame.index, frame.time))
        return super().count(frame)


class Rows(Sink):
    """A sink that keeps what it gets, by camera."""

    def __init__(self) -> None:
        self.by_camera: dict[str, list[Reading]] = {}

    def write(self, fact: Fact) -> None:
        if isinstance(fact, Reading):
            self.by_camera.setdefault(fact.camera, []).append(fact)

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass


@dataclass
class Report:
    """What happened.

    Attributes:
        injected: number of faults by kind.
        recovered: number of faults after which counting went on.
        times: seconds from the camera's return to the next count, by kind.
        wrong: states that were not true, in words.
        lost: readings that did not arrive, in words.
        threads, descriptors: left behind.
        rows: readings that arrived.
        seconds: how long it took.
    """

    injected: Counter[str] = field(default_factory=Counter)
    recovered: int = 0
    times: dict[str, list[float]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    threads: int = 0
    descriptors: int = 0
    rows: int = 0
    seconds: float = 0.0

    @property
    def worst(self) -> float:
        """The longest recovery, in seconds."""
        return max(itertools.chain([0.0], *self.times.values()))

    @property
    def good(self) -> bool:
        """Whether nothing was lost, wrong or left behind, and every camera came back."""
        clean = not (self.wrong or self.lost or self.threads or self.descriptors)
        return clean and self.recovered == self.injected.total()

    def __str__(self) -> str:
        kinds = ", ".join(f"{kind} {number}" for kind, number in sorted(self.injected.items()))
        slow = ", ".join(f"{kind} {max(times):.2f} s" for kind, times in sorted(self.times.items()))
        return "\n".join(
            [
                f"faults injected      {self.injected.total()} in {self.seconds:.0f} s ({kinds})",
                f"recovered            {self.recovered}",
                f"worst recovery time  {self.worst:.2f} s, goal {GOAL:g} s ({slow})",
                f"readings             {self.rows}",
                f"readings lost        {len(self.lost)}",
                f"wrong states         {len(self.wrong)}",
                f"threads leaked       {self.threads}",
                f"descriptors leaked   {self.descriptors}",
                *[f"  {words}" for words in (*self.lost, *self.wrong)[:20]],
            ]
        )


class Drill:
    """Breaks one camera's line again and again: good for a while, broken, back, counted again."""

    def __init__(self, name: str, line: Line, *, lines: Lines, ports: list[int], seed: str) -> None:
        self.name, self.line, self._lines, self._ports = name, line, lines, ports
        self._chance = random.Random(seed)
        self._plan = self._faults()
        self._phase = "starting"
        self._until = 0.0
        self.kind = ""
        self.began = self.back = self._accused = 0.0

    def _faults(self) -> Iterator[tuple[str, float, float]]:
        """Give seconds to wait, a kind and its seconds; every kind comes as often as any other."""
        while True:
            kinds = sorted(LASTS)
            self._chance.shuffle(kinds)
            for kind in kinds:
                yield self._chance.uniform(1.0, 3.0), kind, self._chance.uniform(*LASTS[kind])

    def step(self, now: float, camera: CameraSnapshot, rows: list[Reading], report: Report) -> None:
        """Look at the camera and do what is due at ``now`` (epoch seconds)."""
        if self._phase == "starting" and rows and rows[-1].state is ReadingState.OK:
            self._rest(now)
        elif self._phase == "good" and now >= self._until:
            self._break(report)
        elif self._phase == "broken":
            self._watch(now, camera, rows, report)
            if now >= self._until:
                self._mend()
        elif self._phase == "coming back":
            self._await(now, rows, report)

    def idle(self) -> bool:
        """Whether no fault is under way."""
        return self._phase in ("starting", "good")

    def _rest(self, now: float) -> None:
        wait, self.kind, self._lasts = next(self._plan)
        self._phase, self._until = "good", now + wait

    def _break(self, report: Report) -> None:
        report.injected[self.kind] += 1
        line = self.line
        if self.kind == "delay":
            line.delay = self._chance.uniform(0.1, 0.4)
        elif self.kind == "corrupt":
            line.damage = 10 ** self._chance.uniform(-4.0, -2.5)
        elif self.kind == "resize":
            line.upstream = self._ports[self._ports.index(line.upstream) - 1]
            self._lines.run(line.cut())
        else:
            verb = {
                "stall": line.stall,
                "cut": line.cut,
                "half-close": line.half_close,
                "refuse": line.refuse,
            }
            self._lines.run(verb[self.kind]())
        # Only now: on a busy machine it takes a while until the line is dead.
        self._phase, self.began = "broken", time.time()
        self._until = self.began + self._lasts

    def _mend(self) -> None:
        self.line.delay = self.line.damage = 0.0
        if self.kind == "stall":
            self._lines.run(self.line.flow())
        elif self.kind == "refuse":
            self._lines.run(self.line.listen())
        self._phase, self.back = "coming back", time.time()

    def _watch(self, now: float, camera: CameraSnapshot, rows: list[Reading], report: Report) -> None:
        """No picture comes: nothing may be called live or newly counted."""
        if self.kind not in _DARK:
            return
        dark = now - self.began
        if dark > _NOTICED and camera.status.state is CameraState.LIVE:
            self._accuse(f"called live {dark:.1f} s", report)
        newest = rows[-1]
        if newest.state is ReadingState.OK and newest.time > self.began + _IN_FLIGHT:
            self._accuse(f"counted {newest.time - self.began:.1f} s", report)

    def _accuse(self, what: str, report: Report) -> None:
        """Report a wrong state, once a fault."""
        if self._accused != self.began:
            self._accused = self.began
            report.wrong.append(f"{self.name}: {what} into a {self.kind}")

    def _await(self, now: float, rows: list[Reading], report: Report) -> None:
        fresh = [row for row in rows[-20:] if row.state is ReadingState.OK and row.time >= self.back]
        if fresh:
            report.recovered += 1
            report.times.setdefault(self.kind, []).append(now - self.back)
            self._rest(now)
        elif now - self.back > _GIVE_UP:
            report.wrong.append(f"{self.name}: not counted again {_GIVE_UP:g} s after a {self.kind}")
            self._rest(now)


def judge(rows: dict[str, list[Reading]], counter: Watchful, report: Report) -> None:
    """Find rows that lie and rows that are missing."""
    counted = Counter(counter.counted)
    for name, readings in rows.items():
        report.rows += len(readings)
        for one in readings:
            if one.state is not ReadingState.OK:
                if any(roi.count is not None for roi in one.rois):
                    report.wrong.append(f"{name}: a number in a row that is {one.state}")
                continue
            seen = (name, -1 if one.frame is None else one.frame, one.time)
            if not counted[seen]:
                report.wrong.append(f"{name}: picture {one.frame} was not newly counted")
            counted[seen] -= 1
        for before, after in itertools.pairwise(readings):
            if after.time < before.time:
                report.wrong.append(
                    f"{name}: a row {before.time - after.time:.2f} s before the one before it"
                )
            if after.time - before.time > _HOLE:
                report.lost.append(f"{name}: no row for {after.time - before.time:.1f} s")
    # What is being counted when everything stops is not entered any more.
    missing = sum(number for number in counted.values() if number > 0)
    report.lost.extend(["a picture was counted and gave no row"] * max(0, missing - 1))


def figures() -> tuple[int, int]:
    """Return the threads of this process, those of libraries included, and its descriptors."""
    gc.collect()
    tasks = Path("/proc/self/task")
    threads = len(list(tasks.iterdir())) if tasks.exists() else threading.active_count()
    descriptors = Path("/proc/self/fd")
    return threads, len(list(descriptors.iterdir())) if descriptors.exists() else 0


def run(*, minutes: float, number: int, seed: int) -> Report:
    """Break ``number`` cameras for ``minutes``; at the end every fault that began is seen through."""
    report = Report()
    with cameras() as ports:
        with open_source(f"rtsp://127.0.0.1:{ports[0]}/camera") as source:  # libraries start their threads
            next(iter(source.pictures()))
        before = figures()
        rows, counter = Rows(), Watchful()
        began = time.monotonic()
        with ExitStack() as stack:
            lines = stack.enter_context(Lines())
            drills = [
                Drill(
                    f"camera {k}",
                    lines.add(ports[0], random.Random(f"{seed} damage {k}")),
                    lines=lines,
                    ports=ports,
                    seed=f"{seed} {k}",
                )
                for k in range(number)
            ]
            monitor = Monitor(_config(drills), counter_factory=lambda: counter, sinks=[rows])
            stack.callback(monitor.stop)
            monitor.start()
            _drive(monitor, drills, rows, report, end=began + 60.0 * minutes)
            if not monitor.stop(timeout=6.0):
                report.wrong.append("a thread did not end within 6 s")
            left = monitor.snapshot()
            report.lost.extend(["a reading was not written"] * (left.unwritten + left.lost))
        report.seconds = time.monotonic() - began
        judge(rows.by_camera, counter, report)
        after = settled(before)
        report.threads, report.descriptors = (max(0, b - a) for a, b in zip(before, after, strict=True))
    return report


def _config(drills: list[Drill]) -> AppConfig:
    return AppConfig(
        cameras=tuple(
            CameraConfig(name=one.name, source=f"rtsp://127.0.0.1:{one.line.port}/camera", rate=RATE)
            for one in drills
        )
    )


def _drive(monitor: Monitor, drills: list[Drill], rows: Rows, report: Report, *, end: float) -> None:
    for drill in drills:
        monitor.view(drill.name, (80, 80))
    while (over := time.monotonic() >= end) is False or not all(drill.idle() for drill in drills):
        shown = monitor.snapshot().cameras
        for drill in drills:
            if not (over and drill.idle()):
                drill.step(time.time(), shown[drill.name], rows.by_camera.get(drill.name, []), report)
        time.sleep(0.02)


def settled(before: tuple[int, int]) -> tuple[int, int]:
    """Return the figures once they have fallen to those before, or after some seconds."""
    deadline = time.monotonic() + 5.0
    while time.monotonic() < deadline:
        threads, descriptors = figures()
        if threads <= before[0] and descriptors <= before[1]:
            break
        time.sleep(0.1)
    return threads, descriptors
