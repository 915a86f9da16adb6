"""Readings to CSV, the picture and the plot to PNG: by keys and clicks, and read again from the file."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction, QImage
from PyQt6.QtWidgets import QFileDialog, QLabel, QMessageBox
from pytestqt.qtbot import QtBot

from crowdmon.config import RecordConfig
from crowdmon.sinks.csv_file import ReadingCsv, read_csv
from crowdmon.sinks.history.file import HistoryFile
from crowdmon.ui.export.export_dialog import ExportDialog
from crowdmon.ui.export.job import WIDTHS, range_of
from crowdmon.values import ReadingState
from tests.fakes import FakeCounter
from tests.ui.conftest import Gui
from tests.ui.fakes import GATE, NOON, STAIRS, camera, config, density, frame, reading
from tests.ui.on_engine import opened

Open = Callable[..., Gui]


@pytest.fixture
def one(gui: Open) -> Gui:
    made = gui(config(camera("north", GATE), camera("south", STAIRS)))
    made.monitor.readings = [
        reading("north", time=NOON + 0.0, frame=12.0, gate=3.0),
        reading("south", time=NOON + 0.4, frame=5.0, stairs=1.0),
        reading("north", time=NOON + 0.6, frame=14.0, gate=5.0),
        reading("north", time=NOON + 61.0, frame=20.0, gate=7.25),
        reading("north", time=NOON + 62.0, state=ReadingState.STALE, frame=0.0, gate=0.0),
    ]
    made.monitor.live("north")
    made.step()
    return made


def dialog_of(gui: Gui, qtbot: QtBot) -> ExportDialog:
    qtbot.keyClick(gui.window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    dialog = gui.window.findChild(ExportDialog)
    assert dialog is not None
    return dialog


def finish(gui: Gui, dialog: ExportDialog, qtbot: QtBot) -> str:
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: (gui.bridge.poll(), dialog.go.isEnabled())[1], timeout=10_000)
    return dialog.said.accessibleDescription()


def untick(checks: object, text: str) -> None:
    checks.findItems(text, Qt.MatchFlag.MatchExactly)[0].setCheckState(Qt.CheckState.Unchecked)


def test_every_reading_is_written_as_counting_writes_it(one: Gui, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = dialog_of(one, qtbot)
    dialog.path.setFocus()
    qtbot.keyClicks(dialog.path, str(tmp_path / "all"))
    assert finish(one, dialog, qtbot) == f"10 rows written to {tmp_path / 'all.csv'}."
    with ReadingCsv(tmp_path / "counted.csv") as log:
        for reading in one.monitor.readings:
            log.write(reading)
    assert (tmp_path / "all.csv").read_bytes() == (tmp_path / "counted.csv").read_bytes()
    rows = read_csv(tmp_path / "all.csv")
    assert [row["count"] for row in rows if row["roi"] == "gate"] == [3.0, 5.0, 7.25, None]
    dialog.reject()


def test_bins_of_one_camera_and_one_roi(one: Gui, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = dialog_of(one, qtbot)
    untick(dialog.cameras, "south")
    untick(dialog.rois, "Whole picture")
    untick(dialog.rois, "stairs")
    dialog.width_of_bins.setFocus()
    for _ in range(2):
        qtbot.keyClick(dialog.width_of_bins, Qt.Key.Key_Down)
    assert dialog.width_of_bins.currentText() == "1 min"
    qtbot.keyClicks(dialog.path, str(tmp_path / "binned.csv"))
    assert finish(one, dialog, qtbot).startswith("2 rows")
    with (tmp_path / "binned.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {(row["camera"], row["roi"]) for row in rows} == {("north", "gate")}
    assert [[float(row[key]) for key in ("mean", "min", "max", "last")] for row in rows] == [
        [4.0, 3.0, 5.0, 5.0],
        [7.25, 7.25, 7.25, 7.25],
    ]
    dialog.reject()


def test_a_range_holds_what_lies_in_it(one: Gui, qtbot: QtBot, tmp_path: Path) -> None:
    one.clock.time = NOON + 630.0
    dialog = dialog_of(one, qtbot)
    dialog.range.setFocus()
    qtbot.keyClick(dialog.range, Qt.Key.Key_Down)
    qtbot.keyClicks(dialog.path, str(tmp_path / "late.csv"))
    assert finish(one, dialog, qtbot).startswith("4 rows")
    dialog.reject()
    assert range_of("Everything", NOON)[0] < 0
    assert 0 <= NOON - range_of("Today", NOON)[0] < 86_400


def test_what_cannot_be_is_said(one: Gui, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = dialog_of(one, qtbot)
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    assert "No file is given" in dialog.said.accessibleDescription()
    qtbot.keyClicks(dialog.path, str(tmp_path / "nowhere" / "a.csv"))
    assert "nowhere" in finish(one, dialog, qtbot)
    for name in ("Whole picture", "gate", "stairs"):
        untick(dialog.rois, name)
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    assert "Nothing is chosen" in dialog.said.accessibleDescription()
    dialog.reject()


def test_a_history_file_reaches_further_back(gui: Open, qtbot: QtBot, tmp_path: Path) -> None:
    one = gui(config(camera("north", GATE)))
    with HistoryFile(tmp_path / "h.sqlite") as file:
        file.write(reading("north", time=NOON - 1e6, frame=99.0, gate=9.0))
    dialog = ExportDialog(one.bridge, one.window, history=tmp_path / "h.sqlite")
    dialog.open()
    qtbot.keyClicks(dialog.path, str(tmp_path / "old.csv"))
    assert finish(one, dialog, qtbot).startswith("2 rows")
    assert read_csv(tmp_path / "old.csv")[0]["count"] == 99.0
    dialog.reject()
    assert list(WIDTHS.values()) == [0, 1, 60, 900]


def test_what_the_real_engine_counted_is_exported(qtbot: QtBot, tmp_path: Path) -> None:
    cameras = config(camera("plaza", GATE, source="synthetic:plaza?people=3&width=320&height=180&fps=10"))
    monitor, bridge, window = opened(qtbot, cameras, lambda: FakeCounter(8.0))
    try:

        def counted() -> int:
            return sum(one.state is ReadingState.OK for one in monitor.query(0.0, 1e12))

        qtbot.waitUntil(lambda: counted() >= 3, timeout=20_000)
        dialog = ExportDialog(bridge, window)
        dialog.open()
        qtbot.keyClicks(dialog.path, str(tmp_path / "real.csv"))
        qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: "written" in dialog.said.accessibleDescription(), timeout=20_000)
        dialog.reject()
    finally:
        bridge.stop()
    rows = read_csv(tmp_path / "real.csv")
    whole = [row["count"] for row in rows if row["roi"] == "frame" and row["state"] == "ok"]
    assert len(whole) >= 3
    assert set(whole) == {8.0}
    gates = [row["count"] for row in rows if row["roi"] == "gate" and row["state"] == "ok"]
    # An even density: the ROI's share of the picture, but for the last row of cells.
    assert gates == pytest.approx([8.0 * 0.35 * 0.6] * len(gates), abs=0.1)


def test_an_export_for_excel_begins_with_its_mark(one: Gui, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = dialog_of(one, qtbot)
    for width in ("Every reading", "1 min"):
        path = tmp_path / f"{width}.csv"
        dialog.path.setText(str(path))
        dialog.width_of_bins.setCurrentText(width)
        dialog.excel.setChecked(True)
        assert "written" in finish(one, dialog, qtbot)
        assert path.read_bytes().startswith(b"\xef\xbb\xbftime,camera,roi,")
    dialog.reject()


def save(gui: Gui, text: str, path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", staticmethod(lambda *_: (str(path), "")))
    next(a for a in gui.window.findChildren(QAction) if a.text().replace("&", "") == text).trigger()


def test_picture_and_plot_are_saved(
    one: Gui, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one.monitor.put("north", counted=frame("north"), density=density("north"))
    for text, name in (("Save picture…", "picture"), ("Save plot…", "plot")):
        save(one, text, tmp_path / name, monkeypatch, qtbot)
        path = tmp_path / f"{name}.png"
        qtbot.waitUntil(lambda path=path: (one.bridge.poll(), path.exists())[1], timeout=10_000)
        assert QImage(str(path)).width() >= 640 or name == "plot"


def test_a_picture_that_was_never_counted_is_said(
    one: Gui, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one.monitor.put("north", counted=None)
    save(one, "Save picture…", tmp_path / "a.png", monkeypatch, qtbot)
    box = one.window.findChild(QMessageBox)
    assert "No picture was counted yet" in box.text()
    box.close()


def test_nothing_that_is_read_is_written_over(
    gui: Open, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A camera's recording, the history, the weights and the configuration stay what they are."""
    kept = {name: tmp_path / name for name in ("clip.png", "h.sqlite", "w.safetensors", "site.yaml")}
    for path in kept.values():
        path.write_bytes(b"kept")
    (tmp_path / "link.png").symlink_to("clip.png")
    cameras = config(camera("north", GATE, source=str(kept["clip.png"])))
    one = gui(cameras.model_copy(update={"record": RecordConfig(history=str(kept["h.sqlite"]))}))
    one.bridge.reads["the weights"] = kept["w.safetensors"]
    one.window.document.path = kept["site.yaml"]
    one.monitor.put("north", counted=frame("north"), density=density("north"))
    dialog = dialog_of(one, qtbot)
    for path, what in zip(
        kept.values(), ("camera 'north'", "record.history", "the weights", "the configuration"), strict=True
    ):
        dialog.path.setText(str(path))
        qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
        said = dialog.said.accessibleDescription()
        assert "is the same file as" in said
        assert what in said
    dialog.reject()

    def refused() -> str:
        box = one.window.findChild(QMessageBox)
        assert box is not None
        text = str(box.text())
        box.close()
        box.setParent(None)
        return text

    save(one, "Save picture…", tmp_path / "link.png", monkeypatch, qtbot)
    assert "is the same file as" in refused()
    save(one, "Save plot…", kept["clip.png"], monkeypatch, qtbot)
    assert "is the same file as" in refused()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", staticmethod(lambda *_: (str(kept["h.sqlite"]), "")))
    assert not one.window.dialogs.save_as()
    assert "is the same file as" in refused()
    one.window.rois.files.write_yaml(str(kept["site.yaml"]))
    assert "is the same file as" in refused().lower()
    assert {path.read_bytes() for path in kept.values()} == {b"kept"}


def test_the_whole_picture_has_one_name_and_the_column_is_explained(one: Gui, qtbot: QtBot) -> None:
    qtbot.keyClick(one.window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    dialog = one.window.findChild(ExportDialog)
    assert dialog is not None
    said = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert "“frame”" in said
    assert "whole picture" in said
    shown = [dialog.rois.item(i).text() for i in range(dialog.rois.count())]
    assert shown[0] == "Whole picture"
    assert "frame" not in shown
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
