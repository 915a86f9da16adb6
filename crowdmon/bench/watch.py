"""A process that watches cameras with the engine, without a window, and says what it cost.

    python -m crowdmon.bench.watch '{"sources": [...], "rate": 2.0, "seconds": 8.0}'

Prints one line of JSON: see :func:`watch`.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from crowdmon.config import AppConfig, CameraConfig, RoiConfig
from crowdmon.counting.counter import Counter
from crowdmon.engine.monitor import Monitor
from crowdmon.facts import Fact
from crowdmon.sinks.base import Sink
from crowdmon.values import Box, Reading, ReadingState

_WARM = 24
"""Readings of all cameras before the clock starts: by then whatever is compiled is compiled."""

_EACH = 3
"""Readings of each of them."""

_WARM_WITHIN = 60.0
"""Seconds to wait for them."""


class _Arrivals(Sink):
    """Notes when each count gets here."""

    takes: ClassVar[tuple[type[Fact], ...]] = (Reading,)

    def __init__(self) -> None:
        self.counts: list[tuple[str, float, float, float]] = []

    def write(self, fact: Fact) -> None:
        """Note a count: camera, epoch seconds now, epoch seconds of its picture, media seconds."""
        if isinstance(fact, Reading) and fact.state is ReadingState.OK:
            self.counts.append((fact.camera, time.time(), fact.time, fact.pts or 0.0))

    def flush(self) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing to do."""


def watch(
    sources: Sequence[str], *, rate: float | None, seconds: float, roi: Box | None = None
) -> dict[str, Any]:
    """Watch cameras with the whole engine, no window; with a ``roi`` nothing but that is counted.

    Returns:
        ``counts``: (camera, arrival, picture's time, media seconds) of each count within ``seconds``;
        ``seconds`` it took in truth; ``cpu`` seconds of this process meanwhile; ``cameras`` with their
        state, message and number of skipped pictures at the end; ``error`` of the engine.
    """
    arrivals = _Arrivals()
    names = [f"{number}" for number in range(len(sources))]
    config = AppConfig(
        cameras=tuple(
            CameraConfig(name=name, source=one, rate=rate, whole_picture=roi is None, rois=_rois(roi))
            for name, one in zip(names, sources, strict=True)
        )
    )
    monitor = Monitor(config, counter_factory=Counter, sinks=(arrivals,))
    monitor.start()
    try:
        _wait(lambda: _warm(arrivals, names) or monitor.failure is not None, _WARM_WITHIN)
        arrivals.counts.clear()
        began, cpu = time.monotonic(), time.process_time()
        _wait(lambda: monitor.failure is not None, seconds)
        took, spent = time.monotonic() - began, time.process_time() - cpu
        counts, shown = list(arrivals.counts), monitor.snapshot()
    finally:
        monitor.stop()
    cameras = {
        name: {"state": one.status.state, "message": one.status.message, "skipped": one.status.skipped}
        for name, one in shown.cameras.items()
    }
    return {"counts": counts, "seconds": took, "cpu": spent, "cameras": cameras, "error": shown.error}


def _rois(roi: Box | None) -> tuple[RoiConfig, ...]:
    if roi is None:
        return ()
    left, top, right, bottom = roi
    return (RoiConfig(name="roi", polygon=((left, top), (right, top), (right, bottom), (left, bottom))),)


def _warm(arrivals: _Arrivals, names: Sequence[str]) -> bool:
    cameras = [one[0] for one in arrivals.counts]
    return len(cameras) >= _WARM and min(cameras.count(name) for name in names) >= _EACH


def _wait(done: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not done() and time.monotonic() < end:
        time.sleep(0.05)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(watch(**json.loads(sys.argv[1]))) + "\n")
