"""What is measured of the window: the sums, the recording, a look at the real thing; no speed is asserted."""

from __future__ import annotations

from pathlib import Path

import pytest

from crowdmon.bench import window as window_bench
from crowdmon.capture.source import open_source
from crowdmon.errors import CrowdmonError


def test_the_rows_and_goals_are_the_figures_of_the_children(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {
        "up": {"ms": 800.0},
        "picture": {"ms": 2500.0},
        "beat": {"ms": 1.0, "gaps": [10.0] * 98 + [20.0, 30.0], "counted": 40},
    }
    asked: list[str] = []

    def child(kind: str, source: str, **_: object) -> dict[str, object]:
        asked.append(kind)
        return answers[kind]

    monkeypatch.setattr(window_bench, "child", child)
    monkeypatch.setattr(window_bench, "film", lambda path: path)
    rows, goals = window_bench.window([], rounds=2)
    assert asked == ["up", "picture"] * 3 + ["beat"]
    assert [row["median_ms"] for row in rows] == [800.0, 2500.0, 10.0]
    assert 20.0 <= rows[2]["p99_ms"] <= rows[2]["max_ms"] == 30.0
    assert [(one["of"], one["ok"]) for one in goals] == [
        ("window, first painting", True),
        ("a file's first picture", False),
        ("heartbeat p99", rows[2]["p99_ms"] <= 25.0),
    ]


def test_a_window_that_counted_nothing_is_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = {"ms": 1.0, "gaps": [10.0, 10.0], "counted": 0}
    monkeypatch.setattr(window_bench, "child", lambda *_, **__: answer)
    monkeypatch.setattr(window_bench, "film", lambda path: path)
    with pytest.raises(CrowdmonError, match="0 readings"):
        window_bench.window([], rounds=1)


def test_the_recording_is_720p_and_plays(tmp_path: Path) -> None:
    with open_source(str(window_bench.film(tmp_path / "a.mp4", pictures=3, times=2))) as source:
        assert (source.info.width, source.info.height) == (1280, 720)
        assert [picture.pts for picture in source.pictures()] == pytest.approx([i / 25 for i in range(6)])


@pytest.mark.parametrize("kind", ["up", "picture"])
def test_a_real_window_is_opened_seen_and_closed(kind: str, tmp_path: Path) -> None:
    seen = window_bench.child(kind, "synthetic:empty?width=320&height=180", folder=str(tmp_path))
    assert 0 < seen["ms"] < 120_000


def test_a_window_that_cannot_open_is_said(tmp_path: Path) -> None:
    with pytest.raises(CrowdmonError, match=r"\(up\) ended with 2: crowdmon: .*scheme"):
        window_bench.child("up", "gopher://nowhere", folder=str(tmp_path))
