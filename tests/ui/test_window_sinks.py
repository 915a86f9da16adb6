"""What the window counts is written where the configuration says, also when another one is opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtCore import QTimer

from crowdmon.config import AppConfig, CameraConfig, RecordConfig
from crowdmon.sinks.csv_file import read_csv
from crowdmon.sinks.history.query import HistoryReader
from crowdmon.ui.bridge import Bridge, make_monitor
from crowdmon.ui.shell import app as ui_app
from crowdmon.values import Reading
from tests.fakes import FakeCounter, until

PLAZA = CameraConfig(name="plaza", source="synthetic:plaza", rate=10.0)


def config(folder: Path) -> AppConfig:
    folder.mkdir(exist_ok=True)
    record = RecordConfig(history=str(folder / "h.sqlite"), csv_log=str(folder))
    return AppConfig(cameras=(PLAZA,), record=record)


def frames(folder: Path) -> tuple[list[int | None], list[int | None]]:
    """Return the frames in the history and in the CSV log of a folder."""
    with HistoryReader(folder / "h.sqlite") as history:
        recorded = [one.frame for one in history.readings()]
    return recorded, [row["frame"] for path in folder.glob("*.csv") for row in read_csv(path)]


def test_another_configuration_takes_history_and_log_along(tmp_path: Path, qapp: Any) -> None:
    first, second = config(tmp_path / "a"), config(tmp_path / "b")
    bridge = Bridge(make_monitor(first, FakeCounter), first)
    told: list[Reading] = []
    bridge.reading_changed.connect(lambda _, reading: told.append(reading))
    bridge.start()
    try:
        until(lambda: bridge.poll() or len(told) >= 5)
        bridge.apply(second)
        before = len(told)
        until(lambda: bridge.poll() or len(told) >= before + 5)
    finally:
        bridge.stop()
    old, new = frames(tmp_path / "a"), frames(tmp_path / "b")
    assert old[0] == old[1]
    assert new[0] == new[1]
    assert len(new[0]) >= 5
    assert (old[0] + new[0])[: len(told)] == [one.frame for one in told], "nothing is lost, nothing is twice"


def test_the_window_writes_what_its_engine_counts_and_closes_the_files(tmp_path: Path, qapp: Any) -> None:
    QTimer.singleShot(2500, lambda: qapp.exit())
    assert ui_app.run_window(config(tmp_path / "a"), counter_factory=FakeCounter) == 0
    assert not list((tmp_path / "a").glob("*-wal")), "the history was closed"
    recorded, logged = frames(tmp_path / "a")
    assert recorded == logged
    assert recorded


def test_the_window_counts_with_what_it_is_given(monkeypatch: pytest.MonkeyPatch, qapp: Any) -> None:
    built: list[str] = []

    def factory() -> FakeCounter:
        built.append("here")
        return FakeCounter()

    QTimer.singleShot(1500, lambda: qapp.exit())
    assert ui_app.run_window(AppConfig(cameras=(PLAZA,)), counter_factory=factory) == 0
    assert built == ["here"]
