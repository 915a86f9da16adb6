from __future__ import annotations

from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QAbstractButton, QLineEdit
from pytestqt.qtbot import QtBot

from crowdmon.config import CameraConfig
from crowdmon.ui.sources.source_dialog import SourceDialog
from crowdmon.ui.sources.source_page import ComboBox


@pytest.fixture
def dialog(qtbot: QtBot) -> SourceDialog:
    made = SourceDialog(kind="network", taken=("10.0.0.7",))
    qtbot.addWidget(made)
    made.show()
    return made


def answers(dialog: SourceDialog) -> list[CameraConfig]:
    found: list[CameraConfig] = []
    dialog.chosen.connect(found.append)
    return found


def press_open(dialog: SourceDialog, qtbot: QtBot) -> None:
    button = next(b for b in dialog.findChildren(QAbstractButton) if b.text() == "Open")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_an_address_is_typed_and_opened_with_return(dialog: SourceDialog, qtbot: QtBot) -> None:
    found = answers(dialog)
    qtbot.keyClicks(dialog.focusWidget(), "rtsp://admin:secret@10.0.0.9/stream")
    assert dialog.name.placeholderText() == "10.0.0.9"
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)
    assert found == [CameraConfig(name="10.0.0.9", source="rtsp://admin:secret@10.0.0.9/stream")]
    assert not dialog.isVisible()


def test_a_name_that_is_taken_is_not_suggested_and_not_accepted(dialog: SourceDialog, qtbot: QtBot) -> None:
    found = answers(dialog)
    qtbot.keyClicks(dialog.focusWidget(), "http://10.0.0.7/video")
    assert dialog.name.placeholderText() == "10.0.0.7 2"
    qtbot.keyClicks(dialog.name, "10.0.0.7")
    press_open(dialog, qtbot)
    assert "already" in dialog.error.text()
    assert found == []
    assert dialog.isVisible()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "No address"),
        ("10.0.0.7/stream", "no scheme"),
        ("gopher://host/x", "gopher:// is unknown"),
        ("rtsp:///stream", "names no host"),
    ],
)
def test_a_wrong_address_is_explained(dialog: SourceDialog, qtbot: QtBot, text: str, said: str) -> None:
    qtbot.keyClicks(dialog.focusWidget(), text)
    press_open(dialog, qtbot)
    assert said in dialog.error.text()
    assert dialog.isVisible()


def test_what_is_wrong_is_forgotten_when_it_is_mended(dialog: SourceDialog, qtbot: QtBot) -> None:
    press_open(dialog, qtbot)
    assert dialog.error.text()
    qtbot.keyClicks(dialog.focusWidget(), "r")
    assert not dialog.error.text()


def test_a_password_never_reaches_an_error(dialog: SourceDialog, qtbot: QtBot) -> None:
    qtbot.keyClicks(dialog.focusWidget(), "gopher://admin:topsecret@host/x")
    press_open(dialog, qtbot)
    assert "gopher" in dialog.error.text()
    assert "topsecret" not in dialog.error.text() + dialog.name.placeholderText()


def test_kinds_are_changed_by_key(dialog: SourceDialog, qtbot: QtBot) -> None:
    dialog.kinds.setFocus()
    kinds = []
    for _ in range(5):
        kinds.append(dialog.page().kind)
        qtbot.keyClick(dialog.kinds, Qt.Key.Key_Down)
    assert kinds == ["network", "webcam", "file", "folder", "demo"]
    qtbot.keyClick(dialog.kinds, Qt.Key.Key_Return)
    assert dialog.isVisible(), "Return in the list goes to the page, it does not close the dialog"
    assert isinstance(dialog.focusWidget(), ComboBox)


def test_the_demo_with_some_people(dialog: SourceDialog, qtbot: QtBot) -> None:
    found = answers(dialog)
    dialog.kinds.setCurrentRow(4)
    people = next(w for w in dialog.page().findChildren(QLineEdit) if w.parent().accessibleName() == "People")
    people.selectAll()
    qtbot.keyClicks(people, "25")
    press_open(dialog, qtbot)
    assert found == [CameraConfig(name="Demo plaza", source="synthetic:plaza?people=25")]


def test_the_empty_scene_has_no_number_of_people(dialog: SourceDialog, qtbot: QtBot) -> None:
    found = answers(dialog)
    dialog.kinds.setCurrentRow(4)
    scene = dialog.page().findChild(ComboBox)
    qtbot.keyClicks(scene, "empty")
    press_open(dialog, qtbot)
    assert [one.source for one in found] == ["synthetic:empty"]


@pytest.mark.parametrize(("row", "said"), [(2, "No file"), (3, "No folder")])
def test_a_path_has_to_be_there(
    dialog: SourceDialog, qtbot: QtBot, tmp_path: Path, row: int, said: str
) -> None:
    dialog.kinds.setCurrentRow(row)
    press_open(dialog, qtbot)
    assert said in dialog.error.text()
    dialog.page().setFocus()
    qtbot.keyClicks(dialog.focusWidget(), str(tmp_path / "nowhere"))
    press_open(dialog, qtbot)
    assert "nowhere" in dialog.error.text()


def test_a_folder_is_picked_with_browse(
    dialog: SourceDialog, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = answers(dialog)
    monkeypatch.setattr(
        "crowdmon.ui.sources.source_pages.QFileDialog.getExistingDirectory", lambda *_: str(tmp_path)
    )
    dialog.kinds.setCurrentRow(3)
    browse = next(b for b in dialog.page().findChildren(QAbstractButton) if "Browse" in b.text())
    qtbot.mouseClick(browse, Qt.MouseButton.LeftButton)
    press_open(dialog, qtbot)
    assert [one.source for one in found] == [str(tmp_path)]
    assert found[0].name == tmp_path.name


def test_a_webcam_by_number(dialog: SourceDialog, qtbot: QtBot) -> None:
    found = answers(dialog)
    dialog.kinds.setCurrentRow(1)
    box = dialog.page().findChild(ComboBox)
    box.lineEdit().selectAll()
    qtbot.keyClicks(box.lineEdit(), "front door")
    press_open(dialog, qtbot)
    assert "no webcam" in dialog.error.text()
    box.lineEdit().selectAll()
    qtbot.keyClicks(box.lineEdit(), "2")
    press_open(dialog, qtbot)
    assert found == [CameraConfig(name="Webcam 2", source="2")]


def test_escape_opens_nothing(dialog: SourceDialog, qtbot: QtBot) -> None:
    found = answers(dialog)
    qtbot.keyClicks(dialog.focusWidget(), "rtsp://host/stream")
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert found == []
