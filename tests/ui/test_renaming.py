"""A ROI and a camera that are renamed in the window: plot, history and export go on under the new names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from crowdmon.config import AppConfig, RecordConfig, load, with_cameras
from crowdmon.sinks.csv_file import read_csv
from crowdmon.sinks.history.export import export_readings
from crowdmon.sinks.history.query import HistoryReader
from crowdmon.ui.bridge import Bridge, make_monitor
from crowdmon.ui.shell.main_window import MainWindow
from tests.ui.fakes import GATE, camera, config
from tests.ui.test_real_engine import SMALL, Seven

LONG = 20_000


def test_renaming_keeps_the_plot_the_history_and_the_export_whole(qtbot: QtBot, tmp_path: Path) -> None:
    path, file = tmp_path / "h.sqlite", tmp_path / "crowdmon.yaml"
    first: AppConfig = config(camera("plaza", GATE, source=SMALL)).model_copy(
        update={"record": RecordConfig(history=str(path))}
    )
    bridge = Bridge(make_monitor(first, Seven), first)
    window = MainWindow(bridge, path=file)
    qtbot.addWidget(window)
    window.show()
    bridge.start()
    values = lambda: window.presenter.camera  # noqa: E731 - the camera that is looked at now
    try:
        qtbot.waitUntil(lambda: len(values().history) >= 4, timeout=LONG)
        assert window.rois.editor.rename("gate", "door")
        (roi,) = bridge.config.cameras[0].rois
        assert (roi.name, roi.id) == ("door", "gate")
        before, _ = values().curve("door", since=0.0)
        assert len(before) >= 4, "the plot goes on"
        qtbot.waitUntil(lambda: len(values().history) >= 8, timeout=LONG)
        bridge.apply(
            with_cameras(bridge.config, [bridge.config.cameras[0].model_copy(update={"name": "hall"})])
        )
        assert window.presenter.focused == "hall"
        assert bridge.config.cameras[0].id == "plaza"
        qtbot.waitUntil(lambda: len(values().history) >= 12, timeout=LONG)
        times, counts = values().curve("door", since=0.0)
        assert len(times) >= 12
        assert np.nanmax(counts) == pytest.approx(np.nanmin(counts))
        in_memory = bridge.query(0.0, 4e9)
        assert {one.camera for one in in_memory} == {"hall"}
        assert {one.roi("door").key for one in in_memory} == {"gate"}
        window.document.save(file)
    finally:
        bridge.stop()
    with HistoryReader(path) as history:
        assert history.cameras() == {"hall": ("frame", "door")}
        export_readings(history, tmp_path / "all.csv")
        assert {event.camera for event in history.events()} == {"hall"}
    rows = read_csv(tmp_path / "all.csv")
    assert {(row["camera"], row["roi"]) for row in rows} == {("hall", "frame"), ("hall", "door")}
    assert len(rows) >= 24
    again = load(file)
    assert [(one.name, one.key) for one in again.cameras] == [("hall", "plaza")]
