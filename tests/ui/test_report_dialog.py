"""The report of a day from the window, by mouse and keys: a page to print, Markdown, what can go wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QDate, QSize, Qt
from PyQt6.QtPdf import QPdfDocument
from PyQt6.QtTest import QTest
from pytestqt.qtbot import QtBot

from crowdmon.__main__ import main
from crowdmon.config import AppConfig, load
from crowdmon.sinks.history.file import HistoryFile
from crowdmon.ui.picture import qt_images as pictures
from crowdmon.ui.report.dialog import NO_HISTORY, ReportDialog
from crowdmon.values import RoiReading
from crowdmon.view.report_plot import pieces
from tests.ui.conftest import Gui
from tests.ui.fakes import camera, config
from tests.view.test_report import reading

Open = Callable[..., Gui]
CTRL, LEFT = Qt.KeyboardModifier.ControlModifier, Qt.MouseButton.LeftButton

YAML = """\
time_zone: Europe/Berlin
record: {history: "HISTORY"}
cameras:
- {name: gate, source: x.mp4, rois: [{name: "a|b", polygon: [[0, 0], [1, 0], [1, 1]], area_m2: 40}]}
"""


@pytest.fixture
def site(tmp_path: Path) -> AppConfig:
    with HistoryFile(tmp_path / "h.sqlite") as history:
        for second in range(600):
            history.write(reading(second, float(second % 100)))
    path = tmp_path / "c.yaml"
    path.write_text(YAML.replace("HISTORY", str(tmp_path / "h.sqlite")))
    return load(path)


def ask(one: Gui) -> ReportDialog:
    QTest.keyClick(one.window, Qt.Key.Key_R, CTRL)
    dialog = one.window.findChild(ReportDialog)
    assert dialog is not None
    return dialog


def write(one: Gui, bot: QtBot, path: Path, day: QDate) -> ReportDialog:
    dialog = ask(one)
    dialog.day.setDate(day)
    dialog.path.setFocus()
    QTest.keyClicks(dialog.path, str(path))
    QTest.mouseClick(dialog.go, LEFT)

    def over() -> bool:
        one.step()
        return dialog._task is None

    bot.waitUntil(over, timeout=60_000)
    return dialog


MAY = QDate(2026, 5, 1)


def test_a_page_to_print(gui: Open, qtbot: QtBot, site: AppConfig, tmp_path: Path) -> None:
    dialog = write(gui(site), qtbot, tmp_path / "may", MAY)
    page = tmp_path / "may.pdf"
    assert dialog.said.text().replace("\u200b", "") == f"{page} is written."
    document = QPdfDocument(None)
    document.load(str(page))
    assert document.pageCount() >= 1
    words = document.getAllText(0).text()
    assert "2026-05-01" in words
    assert "gate" in words
    assert "99.0" in words
    rgb = pictures.to_rgb(document.render(0, QSize(595, 842)))
    coloured = (rgb.max(axis=2).astype(int) - rgb.min(axis=2)) > 30
    assert coloured.any(), "the plot is on the page"
    assert np.median(rgb) == 255 or np.median(rgb) == 0
    document.close()


def test_markdown_is_what_the_command_writes(
    gui: Open, qtbot: QtBot, site: AppConfig, tmp_path: Path
) -> None:
    write(gui(site), qtbot, tmp_path / "window.md", MAY)
    assert main(["report", "--config", str(tmp_path / "c.yaml"), "--day", "2026-05-01",
                 "--markdown", str(tmp_path / "verb.md")]) == 0  # fmt: skip
    mine, theirs = ((tmp_path / f"{one}.md").read_text() for one in ("window", "verb"))
    assert mine.replace("window.png", "verb.png") == theirs
    assert (tmp_path / "window.png").read_bytes() == (tmp_path / "verb.png").read_bytes()


def test_a_day_of_which_nothing_is_known(gui: Open, qtbot: QtBot, site: AppConfig, tmp_path: Path) -> None:
    dialog = write(gui(site), qtbot, tmp_path / "none.md", QDate(2026, 4, 1))
    assert "Nothing was recorded on this day" in dialog.said.text()
    assert "Nothing was recorded on this day." in (tmp_path / "none.md").read_text()


@pytest.mark.parametrize(
    ("name", "says"),
    [("", "No file is given"), ("r.docx", "A report is .pdf or .md, not .docx"), ("h.sqlite", "not .sqlite")],
)
def test_what_is_wrong_is_said(
    gui: Open, qtbot: QtBot, site: AppConfig, tmp_path: Path, name: str, says: str
) -> None:
    dialog = ask(gui(site))
    QTest.keyClicks(dialog.path, str(tmp_path / name) if name else "")
    QTest.keyClick(dialog.path, Qt.Key.Key_Return)
    assert says in dialog.said.text().replace("\u200b", "")
    assert dialog.said.property("role") == "error"
    assert dialog._task is None


def test_a_folder_that_is_not_there(gui: Open, qtbot: QtBot, site: AppConfig, tmp_path: Path) -> None:
    dialog = write(gui(site), qtbot, tmp_path / "none" / "r.pdf", MAY)
    assert dialog.said.property("role") == "error"
    assert list(tmp_path.glob("**/*.pdf")) == []


def test_without_a_history_it_says_so(gui: Open) -> None:
    dialog = ask(gui(config(camera("north"))))
    assert dialog.said.text() == NO_HISTORY
    assert dialog.go is not None
    assert not dialog.go.isEnabled()


@pytest.mark.parametrize("places", [1, 7, 8, 14, 20])
def test_a_plot_of_many_places_is_cut_between_its_panels(places: int) -> None:
    plot = np.arange(64 + 250 * places + 44, dtype=np.float32)[:, None, None].repeat(3, 2)
    parts = pieces(plot)  # type: ignore[arg-type]
    assert np.array_equal(np.concatenate(parts), plot), "nothing is lost"
    assert all(len(part) <= 64 + 7 * 250 + 250 + 44 for part in parts)
    starts = np.cumsum([0, *map(len, parts[:-1])])[1:]
    assert all((start - 64) % 250 == 0 for start in starts)


def test_many_places_take_more_pages(gui: Open, qtbot: QtBot, site: AppConfig, tmp_path: Path) -> None:
    rois = tuple(
        site.cameras[0].rois[0].model_copy(update={"name": f"place {n}"}) for n in range(20)
    )  # fmt: skip
    many = site.model_copy(update={"cameras": (site.cameras[0].model_copy(update={"rois": rois}),)})
    with HistoryFile(tmp_path / "h.sqlite") as history:
        for second in range(600, 700):
            one = reading(second, 5.0)
            history.write(replace(one, rois=(one.rois[0], *(RoiReading(roi.name, 2.0) for roi in rois))))
    write(gui(many), qtbot, tmp_path / "many.pdf", MAY)
    document = QPdfDocument(None)
    document.load(str(tmp_path / "many.pdf"))
    assert document.pageCount() >= 4
    words = " ".join(document.getAllText(page).text() for page in range(document.pageCount()))
    assert all(f"place {n}" in words for n in range(20))
    document.close()
