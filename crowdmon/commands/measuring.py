"""What ``crowdmon bench`` measures. Each part returns rows and goals.

Runs that are compared alternate and their medians are taken, so that a busy moment of the machine
hits all of them alike.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from statistics import median, quantiles
from typing import Any

from crowdmon.capture.source import open_source
from crowdmon.config import AppConfig, CameraConfig
from crowdmon.counting.backends import installed
from crowdmon.counting.counter import Counter
from crowdmon.engine.monitor import Monitor
from crowdmon.errors import CountingError, CrowdmonError
from crowdmon.values import Frame, Reading, ReadingState

Row = dict[str, Any]
Goal = dict[str, Any]

SIZES = {"512x1024": (1024, 512), "720p": (1280, 720), "1080p": (1920, 1080)}
"""What the sizes are called, and their (width, height) in pixels."""

CAMERA = "synthetic:plaza?people=60"
"""The live camera of the latency figures, 720p at 25 pictures a second."""

_HELP = [sys.executable, "-m", "crowdmon", "--help"]
_FIRST_COUNT = [
    sys.executable,
    "-c",
    "import numpy; from crowdmon.counting.counter import Counter; from crowdmon.values import Frame; "
    "Counter().count(Frame(numpy.zeros((720, 1280, 3), numpy.uint8)))",
]


def inference(_before: Sequence[Row]) -> tuple[list[Row], list[Goal]]:
    """Counting one picture, from its pixels to people per cell: back ends x sizes."""
    frames = {name: _picture(*size) for name, size in SIZES.items()}
    rows: list[Row] = []
    runs: list[Callable[[], object]] = []
    for counter in _counters():
        for size, frame in frames.items():
            rows.append({"what": "inference", "model": "ssr-hef", **described(counter.device), "size": size})
            runs.append(_bound(counter, frame))
    for row, times in zip(rows, alternating(runs, rounds=7), strict=True):
        row["median_ms"] = median(times)
    return rows, []


def start(_before: Sequence[Row]) -> tuple[list[Row], list[Goal]]:
    """How soon the program answers, each time as a fresh process."""
    helps, counts = alternating([lambda: _process(_HELP), lambda: _process(_FIRST_COUNT)], rounds=3)
    rows: list[Row] = [
        {"what": "start", "command": "crowdmon --help", "median_ms": median(helps)},
        {"what": "start", "command": "first count", "size": "720p", "median_ms": median(counts)},
    ]
    return rows, [
        goal("start", row["command"], limit=limit, measured=row["median_ms"] / 1000, unit="s")
        for row, limit in zip(rows, (0.3, 5.0), strict=True)
    ]


def latency(before: Sequence[Row], *, seconds: float = 8.0) -> tuple[list[Row], list[Goal]]:
    """From a picture's arrival to its reading: one live 720p camera through the whole engine."""
    arrivals = _live(CAMERA, seconds)
    cut = quantiles(arrivals, n=20)
    row: Row = {"what": "latency", "size": "720p", "median_ms": median(arrivals), "p95_ms": cut[-1]}
    counted = [one["median_ms"] for one in before if one["what"] == "inference" and one["size"] == "720p"]
    if not counted:
        return [row], []
    return [row], [
        goal("latency", "p95, 720p", limit=2.5 * min(counted), measured=row["p95_ms"], unit="ms"),
    ]


def goal(name: str, of: str, *, limit: float, measured: float, unit: str) -> Goal:
    """Return a goal with its verdict: ok if what was measured is at most the limit."""
    verdict = measured <= limit
    return {"name": name, "of": of, "goal": limit, "measured": measured, "unit": unit, "ok": verdict}


def alternating(runs: Sequence[Callable[[], object]], *, rounds: int) -> list[list[float]]:
    """Return the milliseconds of each run, a number a round, after one round that is not counted."""
    taken: list[list[float]] = [[] for _ in runs]
    for number in range(rounds + 1):
        for run, times in zip(runs, taken, strict=True):
            started = time.perf_counter()
            run()
            if number:
                times.append(1000 * (time.perf_counter() - started))
    return taken


def described(device: str) -> Row:
    """Return a counter's device, such as ``openvino-f32 cpu f32``, under the names the JSON has."""
    backend, *on, precision = device.split()
    where = " ".join(on)
    kind = backend.partition("-")[0] if where == "cpu" else "cuda"
    return {"backend": kind, "device": where, "precision": precision}


def _counters() -> list[Counter]:
    """Return a counter for each back end that is installed; of two that are the same here, one."""
    counters = [Counter(backend=name) for name in installed()]
    return list({tuple(described(counter.device).values()): counter for counter in counters}.values())


def _bound(counter: Counter, frame: Frame) -> Callable[[], object]:
    return lambda: counter.count(frame)


def _picture(width: int, height: int) -> Frame:
    with open_source(f"synthetic:plaza?people=60&width={width}&height={height}") as source:
        return Frame(next(iter(source.pictures())).rgb())


def _process(words: Sequence[str]) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise CrowdmonError(f"{' '.join(words[1:4])} ended with {done.returncode}: {last}")


class _Arrivals:
    """A sink that notes how old each reading is when it gets here, in milliseconds."""

    def __init__(self) -> None:
        self.ages: list[float] = []

    def write(self, reading: Reading) -> None:
        if reading.state is ReadingState.OK:
            self.ages.append(1000 * (time.time() - reading.time))

    def flush(self) -> None:
        pass


def _live(source: str, seconds: float) -> list[float]:
    arrivals = _Arrivals()
    config = AppConfig(cameras=(CameraConfig(name="bench", source=source),))
    monitor = Monitor(config, counter_factory=Counter, sinks=(arrivals,))
    monitor.start()
    try:
        # The first readings pay for loading the network; the clock starts after them.
        _wait(lambda: len(arrivals.ages) >= 3, 60.0)
        arrivals.ages.clear()
        _wait(lambda: False, seconds)
    finally:
        monitor.stop()
    if len(arrivals.ages) < 2:
        raise CountingError(
            f"{source}: {len(arrivals.ages)} readings in {seconds:g} s", "Is the machine busy?"
        )
    return list(arrivals.ages)


def _wait(done: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not done() and time.monotonic() < end:
        time.sleep(0.02)
