"""Stand-ins for what is slow, hot or far away: a counter, sources, sinks, a clock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from crowdmon.capture.source import SourceInfo
from crowdmon.facts import Event, Fact
from crowdmon.sinks.base import Sink
from crowdmon.values import DensityMap, Frame, Grid, Reading


class FakeCounter:
    """Says the same number of people for every frame, spread evenly over cells of 8 pixels.

    Args:
        people: head count of the whole picture, or a function of the frame.
        fail: an exception to raise, or a function of the frame that returns one or None.
        gate: waited for before each count, for as long as it is not set.
    """

    name = "fake"
    device = "fake cpu f32"

    def __init__(
        self,
        people: float | Callable[[Frame], float] = 12.0,
        *,
        fail: Exception | Callable[[Frame], Exception | None] | None = None,
        gate: threading.Event | None = None,
    ) -> None:
        self.people = people
        self.fail = fail
        self.gate = gate
        self.frames: list[tuple[str, int]] = []
        self.threads: set[str] = set()

    def count(self, frame: Frame) -> DensityMap:
        self.frames.append((frame.camera, frame.index))
        self.threads.add(threading.current_thread().name)
        if self.gate is not None:
            self.gate.wait(30)
        error = self.fail(frame) if callable(self.fail) else self.fail
        if error is not None:
            raise error
        people = self.people(frame) if callable(self.people) else self.people
        return density_of(people, frame)


def density_of(people: float, frame: Frame, *, cell: int = 8) -> DensityMap:
    """An even density of ``people`` over the whole of ``frame``."""
    width, height = frame.size
    grid = Grid(-(-height // cell), -(-width // cell), cell, cell, width, height)
    cells = np.full((grid.rows, grid.columns), people / (grid.rows * grid.columns), np.float32)
    return DensityMap(cells, grid, frame.camera, frame.index, frame.time, frame.pts, took=0.001)


@dataclass
class FakePicture:
    """A grey picture with a chequered corner that remembers how often it was converted."""

    index: int
    time: float
    pts: float | None
    size: tuple[int, int] = (64, 48)
    converted: list[tuple[int, int]] = field(default_factory=list)
    looks: int | None = None

    def rgb(self, size: tuple[int, int] | None = None) -> NDArray[np.uint8]:
        width, height = size or self.size
        self.converted.append((width, height))
        rgb = np.full((height, width, 3), self.index % 256, np.uint8)
        # A background that stays, or it would be a covered lens.
        y, x = np.mgrid[height // 2 : height, width // 2 : width] // 8
        rgb[height // 2 :, width // 2 :] = ((x + y) % 2 * 255).astype(np.uint8)[..., None]
        return rgb

    def fingerprint(self) -> int:
        return self.index if self.looks is None else self.looks


class FakeSource:
    """Pictures at a steady rate; what else happens is up to the test.

    Args:
        frames: pictures until the end; None for no end.
        live: pictures arrive in real time and carry epoch times; else as fast as they are asked for.
        error: raised after the last picture.
        wait: called before each picture with its index; may block.
        seekable: whether it says that it can be sought.
    """

    def __init__(
        self,
        frames: int | None = 10,
        *,
        fps: float = 25.0,
        size: tuple[int, int] = (64, 48),
        live: bool = False,
        error: Exception | None = None,
        wait: Callable[[int], object] | None = None,
        label: str = "fake",
        seekable: bool = False,
    ) -> None:
        self.frames, self.fps, self.size, self.live, self.error, self.wait = (
            frames,
            fps,
            size,
            live,
            error,
            wait,
        )
        self.info = SourceInfo(
            kind="network" if live else "file",
            width=size[0],
            height=size[1],
            fps=fps,
            duration=None if frames is None or live else frames / fps,
            live=live,
            seekable=seekable,
            frames=frames,
            label=label,
        )
        self.made: list[FakePicture] = []
        self.closed = threading.Event()
        self._next = 0

    def pictures(self) -> Iterator[FakePicture]:
        started, first = time.monotonic(), self._next
        while self.frames is None or self._next < self.frames:
            index, self._next = self._next, self._next + 1
            if self.wait is not None:
                self.wait(index)
            if self.live:
                self.closed.wait(max(0.0, started + (index - first) / self.fps - time.monotonic()))
            if self.closed.is_set():
                return
            picture = FakePicture(index, time.time(), index / self.fps, self.size)
            self.made = [*self.made[-99:], picture]
            yield picture
        if self.error is not None:
            raise self.error

    def seek(self, pts: float) -> None:
        self._next = int(pts * self.fps)

    def close(self) -> None:
        self.closed.set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class FakeSources:
    """Opens what it was told to; several answers to one address are given in turn, the last for ever.

    Args:
        answers: address -> a source, an exception to raise, a function that returns a source, or a
            sequence of them.
        live: addresses that are live; by default those whose name starts with ``live``.
    """

    def __init__(self, answers: dict[str, object], *, live: Sequence[str] | None = None) -> None:
        self.answers = {uri: list(a) if isinstance(a, (list, tuple)) else [a] for uri, a in answers.items()}
        self._live = live
        self.opened: list[str] = []
        self.timeouts: list[float] = []
        self.within: list[float] = []

    def live(self, uri: str) -> bool:
        return uri.startswith("live") if self._live is None else uri in self._live

    def open(
        self, uri: str, *, within: float, timeout: float, stopped: Callable[[], bool] | None = None
    ) -> FakeSource:
        self.opened.append(uri)
        self.within.append(within)
        self.timeouts.append(timeout)
        answers = self.answers[uri]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if callable(answer):
            answer = answer()
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, FakeSource)
        return answer


class ListSink(Sink):
    """Keeps facts in lists; fails while ``error`` is set."""

    def __init__(self, error: Exception | None = None) -> None:
        self.readings: list[Reading] = []
        self.events: list[Event] = []
        self.error = error
        self.flushed = 0
        self.attempts = 0
        self.closed = False

    def write(self, fact: Fact) -> None:
        self.attempts += 1
        if self.error is not None:
            raise self.error
        if isinstance(fact, Event):
            self.events.append(fact)
        elif isinstance(fact, Reading):
            self.readings.append(fact)

    def flush(self) -> None:
        self.flushed += 1

    def close(self) -> None:
        self.closed = True


class ManualClock:
    """A clock that moves when told; both its hands start at given times."""

    def __init__(self, monotonic: float = 100.0, wall: float = 1_700_000_000.0) -> None:
        self._monotonic, self._wall = monotonic, wall

    def monotonic(self) -> float:
        return self._monotonic

    def wall(self) -> float:
        return self._wall

    def forward(self, seconds: float) -> None:
        self._monotonic += seconds
        self._wall += seconds


def until(condition: Callable[[], object], *, within: float = 10.0) -> None:
    """Wait for something other threads do; fails when it does not come."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"did not happen within {within} s"
        time.sleep(0.002)
