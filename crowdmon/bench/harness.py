"""What every part of ``crowdmon bench`` measures with: rows, goals, turns, processes of their own.

Runs that are compared alternate and their medians are taken, so that a busy moment of the machine
hits all of them alike.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crowdmon.bench.processor import GOALS, Kind, Wanted
from crowdmon.errors import CrowdmonError

Row = dict[str, Any]
Goal = dict[str, Any]
Figures = tuple[list[Row], list[Goal]]

SIZES = {"512x1024": (1024, 512), "720p": (1280, 720), "1080p": (1920, 1080)}
"""What the sizes are called, and their (width, height) in pixels."""

SCENE = "synthetic:plaza?people=60"
"""What the cameras of the bench look at, 720p at 25 pictures a second."""

_PAUSE = 0.02
"""Seconds between two runs: the threads of some libraries spin for a while when their work is done."""

_LONGEST = 300.0
"""Seconds a process may take."""


@dataclass
class Bench:
    """One run of the bench: what its parts are given.

    Attributes:
        folder: for files; gone when the bench ends.
        long: the long form, with more rounds and more seconds.
        say: shows what is being done.
        rows: of the parts before.
        kind: the class of the machine.
    """

    folder: Path
    long: bool = False
    say: Callable[[str], object] = lambda text: None
    rows: list[Row] = field(default_factory=list)
    kind: Kind = Kind.UNKNOWN

    @property
    def wanted(self) -> Wanted:
        """What is wanted of this class of machine."""
        return GOALS[self.kind]

    def wanted_cameras(self, number: int) -> int:
        """Return the cameras wanted of a machine with as many cores as this one, from those of two cores."""
        return max(1, number * cores() // 2)

    @property
    def rounds(self) -> int:
        """Turns each of the runs that are compared gets."""
        return 15 if self.long else 5

    @property
    def seconds(self) -> float:
        """How long cameras are watched."""
        return 30.0 if self.long else 8.0

    def found(self, **wanted: object) -> list[Row]:
        """Return the rows so far that hold these values."""
        return [row for row in self.rows if all(row.get(key) == value for key, value in wanted.items())]


def goal(
    name: str,
    of: str,
    *,
    limit: float,
    measured: float,
    unit: str,
    at_least: bool = False,
    times: tuple[float, str] | None = None,
) -> Goal:
    """Return a goal with its verdict: the measured value must be at most the limit, or at least.

    Args:
        name, of: what is wanted.
        limit, measured, unit: the value that is wanted, and the one that was found.
        at_least: the limit is the least and not the most.
        times: the same as a ratio within this run, and what of, such as ``(2.1, "inference")``.
    """
    ok = measured >= limit if at_least else measured <= limit
    bound = "at least" if at_least else "at most"
    made: Goal = {
        "name": name, "of": of, "bound": bound, "goal": limit, "measured": measured, "unit": unit, "ok": ok
    }  # fmt: skip
    return made if times is None else {**made, "times": times[0], "times_of": times[1]}


def alternating(
    runs: Sequence[Callable[[], object]], *, rounds: int, say: Callable[[str], object] = lambda text: None
) -> list[list[float]]:
    """Return the milliseconds of each run, a number a round, after one round that is not counted."""
    taken: list[list[float]] = [[] for _ in runs]
    for number in range(rounds + 1):
        say(f"round {number} of {rounds}" if number else "warming up")
        for run, times in zip(runs, taken, strict=True):
            time.sleep(_PAUSE)
            started = time.perf_counter()
            run()
            if number:
                times.append(1000 * (time.perf_counter() - started))
    return taken


def process(words: Sequence[str], *, env: dict[str, str] | None = None) -> str:
    """Run this Python with ``words`` in a process of its own; return what it printed.

    Raises:
        CrowdmonError: it failed; with the last line of what it said.
    """
    try:
        done = subprocess.run(
            [sys.executable, *words], capture_output=True, text=True, check=False, timeout=_LONGEST, env=env
        )
    except subprocess.TimeoutExpired as error:
        raise CrowdmonError(f"{' '.join(words[:3])} did not end within {_LONGEST:g} s") from error
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise CrowdmonError(f"{' '.join(words[:3])} ended with {done.returncode}: {last}")
    return done.stdout


def answer(module: str, **question: object) -> Any:
    """Have a module of this package answer a question in a process of its own, off screen; both are JSON."""
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    said = process(["-m", f"{__package__}.{module}", json.dumps(question)], env=env).splitlines()
    return json.loads(said[-1])


def cores() -> int:
    """Return the processors this program may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
