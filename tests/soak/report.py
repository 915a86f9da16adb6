"""What a soak found, and the arithmetic behind it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

GOAL = 1.0
"""MB a minute that memory may grow after the warm-up."""

STEADY = 1.5
"""Times the first window's p95 that the last one's may be; what is below :data:`QUICK` is steady anyhow."""

QUICK = 0.25
"""Seconds."""

POOL = 2 * (os.cpu_count() or 1)
"""Threads that libraries may still start after the warm-up: their pools fill when the machine has room."""

WINDOWS = 6
WIDTH, HEIGHT = 320, 192


@dataclass
class Report:
    """What a soak found.

    Attributes:
        cameras, seconds, warm_up: how many, how long, and what of it does not count for the slope.
        device: where was counted.
        counts: pictures counted.
        slope: MB a minute, least squares over the memory after the warm-up.
        memory: MB at the end of the warm-up and at the end.
        p95: seconds of latency, a number a window.
        threads, descriptors: at the end of the warm-up, at the end, and left behind after it; of threads
            those that Python knows of.
        tasks: at the end of the warm-up and at the end, the threads of libraries included.
        trouble: what went wrong, in words.
    """

    cameras: int
    seconds: float
    warm_up: float
    device: str = ""
    counts: int = 0
    slope: float = 0.0
    memory: tuple[float, float] = (0.0, 0.0)
    p95: list[float] = field(default_factory=list)
    threads: tuple[int, int, int] = (0, 0, 0)
    descriptors: tuple[int, int, int] = (0, 0, 0)
    tasks: tuple[int, int] = (0, 0)
    trouble: list[str] = field(default_factory=list)

    @property
    def steady(self) -> bool:
        """Whether the last window is about as quick as the first."""
        return len(self.p95) > 1 and self.p95[-1] <= max(QUICK, STEADY * self.p95[0])

    @property
    def clean(self) -> bool:
        """Whether nothing went wrong, and no thread or descriptor was added or left behind."""
        grown = [end > start or left > 0 for start, end, left in (self.threads, self.descriptors)]
        return not self.trouble and not any(grown) and self.tasks[1] - self.tasks[0] <= POOL

    @property
    def good(self) -> bool:
        """Whether all goals are met."""
        return self.clean and self.steady and self.slope < GOAL

    def __str__(self) -> str:
        lines = [
            ("cameras", f"{self.cameras}, {WIDTH}x{HEIGHT}, {self.seconds / 60.0:.1f} min, {self.device}"),
            ("counts", f"{self.counts}, {self.counts / self.seconds / self.cameras:.2f} a second a camera"),
            ("memory slope", f"{self.slope:.2f} MB/min after {self.warm_up:.0f} s, goal {GOAL:g}"),
            ("memory", "{:.0f} MB, at the end {:.0f} MB".format(*self.memory)),
            ("latency p95", ", ".join(f"{one:.3f}" for one in self.p95) + f" s, a number each "
             f"{self.seconds / WINDOWS:.0f} s ({'steady' if self.steady else 'NOT steady'})"),
            ("threads", "{}, at the end {}, left behind {}".format(*self.threads)),
            ("with libraries'", "{}, at the end {}".format(*self.tasks)),
            ("descriptors", "{}, at the end {}, left behind {}".format(*self.descriptors)),
        ]  # fmt: skip
        return "\n".join(
            [*(f"{name:<16}{words}" for name, words in lines), *map("  {}".format, self.trouble)]
        )


def slope(samples: Sequence[tuple[float, float]]) -> float:
    """Return the rise of (seconds, value) a minute by least squares."""
    times, values = np.array(samples, dtype=float).T
    times = times - times.mean()
    return float(60.0 * (times * values).sum() / (times * times).sum())


def p95_by_window(late: Sequence[tuple[float, float, str]], *, start: float, end: float) -> list[float]:
    """Return the 95th percentile of the latency in each of :data:`WINDOWS` equal stretches of time."""
    found = []
    for k in range(WINDOWS):
        low, high = (start + (end - start) * part / WINDOWS for part in (k, k + 1))
        if inside := [seconds for moment, seconds, _ in late if low <= moment < high]:
            found.append(float(np.percentile(inside, 95)))
    return found
