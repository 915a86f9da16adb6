"""The engine as a window runs it, for long: real counter, history and daily CSV, somebody who looks at it.

Only what is there anyhow is measured: the memory, threads and descriptors of this process twice a second,
and for each count the seconds from the picture's capture until the counter has counted it.
"""

from __future__ import annotations

import gc
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from crowdmon.config import AppConfig, CameraConfig, RoiConfig
from crowdmon.counting.counter import Counter
from crowdmon.engine.monitor import Monitor
from crowdmon.engine.protocols import CounterLike
from crowdmon.sinks.daily import DailyCsv
from crowdmon.sinks.history.file import HistoryFile
from crowdmon.values import DensityMap, Frame
from tests.faults.harness import figures, settled
from tests.soak.report import HEIGHT, WIDTH, Report, p95_by_window, slope

_LOOK = 0.1
_SAMPLE = 0.5
_LEFT = RoiConfig(name="left", polygon=((0, 0), (0.5, 0), (0.5, 1), (0, 1)))


class Timed:
    """A counter that remembers how late each of its counts was."""

    def __init__(self, counter: CounterLike) -> None:
        self._counter = counter
        self.late: list[tuple[float, float, str]] = []
        """Monotonic seconds, seconds since the picture was captured, and its camera."""

    @property
    def name(self) -> str:
        return self._counter.name

    @property
    def device(self) -> str:
        return self._counter.device

    def count(self, frame: Frame) -> DensityMap:
        density = self._counter.count(frame)
        self.late.append((time.monotonic(), time.time() - frame.time, frame.camera))
        return density


def resident() -> float:
    """Return this process's memory in MB: what is in RAM, libraries included."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def run(
    *,
    seconds: float,
    number: int,
    rate: float = 1.0,
    make: Callable[[], CounterLike] = Counter,
    tell: Callable[[str], object] = lambda words: None,
) -> Report:
    """Watch ``number`` cameras for ``seconds`` after the first count; ``make`` builds the counter.

    The warm-up is a third of the time, ten minutes at most: the allocator, the network's buffers and the
    libraries' threads come in that time.
    """
    report = Report(number, seconds, min(600.0, seconds / 3.0))
    counter = Timed(make())  # before anything is measured: the libraries start their threads
    counter.count(Frame(np.zeros((HEIGHT, WIDTH, 3), np.uint8), time=time.time()))
    counter.late.clear()
    before, own = figures(), threading.active_count()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        sinks = [HistoryFile(Path(folder) / "history.sqlite"), DailyCsv(folder)]
        for sink in sinks:
            stack.enter_context(sink)
        monitor = Monitor(_config(number, rate), counter_factory=lambda: counter, sinks=sinks)
        stack.callback(monitor.stop)
        _watch(monitor, counter, report, tell)
        if not monitor.stop():
            report.trouble.append("a thread did not end within 6 s")
        left = monitor.snapshot()
        report.trouble.extend(["a reading was not written"] * (left.unwritten + left.lost))
    _, descriptors = settled((sys.maxsize, before[1]))
    report.threads = (*report.threads[:2], threading.active_count() - own)
    report.descriptors = (*report.descriptors[:2], max(0, descriptors - before[1]))
    return report


def _config(number: int, rate: float) -> AppConfig:
    return AppConfig(
        cameras=tuple(
            CameraConfig(
                name=f"camera {k}",
                source=f"synthetic:plaza?people=30&seed={k}&width={WIDTH}&height={HEIGHT}&fps=5",
                rate=rate,
                rois=(_LEFT,),
            )
            for k in range(number)
        )
    )


def _watch(monitor: Monitor, counter: Timed, report: Report, tell: Callable[[str], object]) -> None:
    """Look at the engine as a window does until the time is up."""
    names = [f"camera {k}" for k in range(report.cameras)]
    for name in names:
        monitor.view(name, (WIDTH, HEIGHT))
    monitor.start()
    start = _first_counts(counter, names)
    counter.late.clear()
    warm, end, sampled, told = start + report.warm_up, start + report.seconds, 0.0, start
    samples: list[tuple[float, float]] = []
    base: tuple[int, int] | None = None
    own = 0
    while (now := time.monotonic()) < end:
        shown = monitor.snapshot()
        if shown.error and shown.error not in report.trouble:
            report.trouble.append(shown.error)
        if now >= warm and base is None:
            base, own = figures(), threading.active_count()
        if base is not None and now - sampled >= _SAMPLE:
            sampled = now
            samples.append((now, resident()))
        if now - told >= 60.0:
            told = now
            tell(f"{(now - start) / 60.0:.0f} min, {resident():.0f} MB, {threading.active_count()} threads\n")
        time.sleep(_LOOK)
    report.device = monitor.snapshot().device
    report.counts = len(counter.late)
    report.slope = slope(samples)
    report.memory = samples[0][1], samples[-1][1]
    report.p95 = p95_by_window(counter.late, start=start, end=end)
    assert base is not None
    tasks, descriptors = settled((sys.maxsize, base[1]))
    report.threads = own, threading.active_count(), 0
    report.tasks, report.descriptors = (base[0], tasks), (base[1], descriptors, 0)


def _first_counts(counter: Timed, names: Sequence[str]) -> float:
    """Wait until every camera has been counted; return the moment."""
    deadline = time.monotonic() + 180.0  # a machine that is busy with other things
    while len({name for _, _, name in counter.late}) < len(names):
        if time.monotonic() > deadline:
            raise RuntimeError("the cameras are not counted")
        time.sleep(_LOOK)
    gc.collect()
    return time.monotonic()
