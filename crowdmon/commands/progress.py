"""How far a count has come, shown on a terminal; silent where there is none."""

from __future__ import annotations

import contextlib
import sys
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import (
    TimeRemainingColumn as TimeLeft,
)
from rich.text import Text

from crowdmon.capture.source import SourceInfo
from crowdmon.values import Frame


class Scale:
    """What progress is measured in: seconds where their total is known, else pictures.

    Args:
        info: the file that is counted, by its media time; None for a live source, by the clock.
        duration: seconds to count at most, None for all.
    """

    def __init__(self, info: SourceInfo | None, duration: float | None) -> None:
        lengths = [length for length in (info.duration if info else None, duration) if length is not None]
        self._live = info is None
        self._by_time = bool(lengths)
        self.total: float | None = min(lengths) if lengths else info.frames if info else None
        self._first: float | None = None

    def done(self, frame: Frame | None) -> float:
        """Return how much is done once this frame is."""
        now = time.monotonic() if self._live else frame.pts if frame else None
        if not self._by_time or now is None:
            return frame.index + 1 if frame else 0
        if self._first is None:
            self._first = now
        return now - self._first


class _Pace(ProgressColumn):
    """Pictures counted a second, since the first."""

    def render(self, task: Task) -> Text:
        seconds = task.elapsed or 0.0
        pace = task.fields["counted"] / seconds if seconds else 0.0
        return Text(f"{pace:.1f} a second", style="progress.data.speed")


class ProgressBar:
    """A progress bar on stderr with rate and time left; a context manager.

    Args:
        name: what is counted.
        total: how much there is, in the unit :meth:`show` is told; None if it is not known.
        console: where to draw; by default on stderr, and only if that is a terminal, so that logs and
            pipes stay clean.
    """

    def __init__(self, name: str, total: float | None, *, console: Console | None = None) -> None:
        known = [BarColumn(bar_width=None), TextColumn("{task.percentage:>3.0f} %")] if total else []
        left = [TextColumn("left"), TimeLeft()] if total else [TimeElapsedColumn()]
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            *known,
            TextColumn("{task.fields[counted]} counted"),
            _Pace(),
            *left,
            TextColumn("{task.fields[people]}", style="bold"),
            console=console or Console(stderr=True),
            disable=console is None and not sys.stderr.isatty(),
            transient=True,
            refresh_per_second=4,
        )
        self._task = self._bar.add_task(name, total=total, counted=0, people="")

    def show(self, done: float, *, counted: int, people: float | None) -> None:
        """Say how much is done, how many pictures were counted and how many people the last showed."""
        words = "" if people is None else f"{people:.0f} people"
        self._bar.update(self._task, completed=done, counted=counted, people=words)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):  # the terminal may have been closed
            self._bar.stop()
