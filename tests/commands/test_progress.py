from __future__ import annotations

import io
import re

import numpy as np
import pytest
from rich.console import Console

from crowdmon.capture.source import SourceInfo
from crowdmon.commands.progress import ProgressBar, Scale
from crowdmon.values import Frame


def info(*, duration: float | None = None, frames: int | None = None) -> SourceInfo:
    return SourceInfo("file", 64, 48, 25.0, duration, live=False, seekable=True, frames=frames, label="x")


def frame(index: int, pts: float | None) -> Frame:
    return Frame(np.zeros((2, 2, 3), np.uint8), index=index, pts=pts)


@pytest.mark.parametrize(
    ("source", "duration", "total"),
    [
        (info(duration=60.0), None, 60.0),
        (info(duration=60.0), 10.0, 10.0),
        (info(duration=5.0), 10.0, 5.0),
        (info(frames=40), None, 40),
        (info(), 10.0, 10.0),
        (info(), None, None),
        (None, 30.0, 30.0),
        (None, None, None),
    ],
)
def test_the_total_is_what_is_known(
    source: SourceInfo | None, duration: float | None, total: float | None
) -> None:
    assert Scale(source, duration).total == total


def test_media_time_starts_with_the_first_picture() -> None:
    scale = Scale(info(duration=60.0), None)
    assert [scale.done(frame(n, 5.0 + n)) for n in range(3)] == [0.0, 1.0, 2.0]


def test_pictures_without_time_are_counted() -> None:
    scale = Scale(info(frames=40), None)
    assert [scale.done(frame(n, None)) for n in range(3)] == [1, 2, 3]


def test_a_live_source_goes_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([100.0, 101.5, 104.0])
    monkeypatch.setattr("crowdmon.commands.progress.time.monotonic", lambda: next(clock))
    scale = Scale(None, 30.0)
    assert [scale.done(None) for _ in range(3)] == [0.0, 1.5, 4.0]


def test_the_bar_tells_rate_time_left_and_people() -> None:
    file = io.StringIO()
    terminal = Console(file=file, force_terminal=True, no_color=True, width=120)
    with ProgressBar("gate [east]", 10.0, console=terminal) as meter:
        meter.show(5.0, counted=12, people=38.4)
    drawn = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", file.getvalue())
    for words in ("gate [east]", "50 %", "12 counted", "a second", "left", "38 people"):
        assert words in drawn


def test_nothing_is_drawn_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressBar("gate", None) as meter:
        meter.show(5.0, counted=12, people=None)
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""
