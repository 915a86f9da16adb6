"""The pages of the source dialog, one a kind of source. Each turns what was typed into a SOURCE."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QSpinBox

from crowdmon.address import holds_secret, parse, public
from crowdmon.capture.webcams import list_webcams
from crowdmon.scene.parse import SCENES
from crowdmon.scene.plaza import LIMITS
from crowdmon.ui.sources.source_page import ComboBox, Page, caption_for

VIDEOS = "Videos and pictures (*.mp4 *.mkv *.avi *.mov *.webm *.ts *.m4v *.mpg *.jpg *.png);;All files (*)"

_NAMED = " – "


class NetworkPage(Page):
    """An address."""

    kind, title = "network", "Network camera"
    hint = (
        "RTSP, RTMP, SRT, UDP, HTTP and HTTPS. A password can stay out of every file: write "
        "rtsp://user:${CAMERA_PASSWORD}@host/stream and set the variable CAMERA_PASSWORD."
    )

    def __init__(self) -> None:
        super().__init__()
        self.address = QLineEdit()
        self.address.setAccessibleName("Address")
        self.address.setPlaceholderText("rtsp://user:password@host/stream")
        self.address.textChanged.connect(self.changed)
        self.form.addRow(caption_for("Address", self.address), self.address)
        self.setFocusProxy(self.address)

    def fill(self, source: str) -> None:
        """Show an address; a password that stands in it has to be typed again."""
        self.address.setText(public(source) if holds_secret(source) else source)

    def source(self) -> str:
        """Return the address."""
        return self.address.text().strip()

    def name(self) -> str:
        """Return the host's name; never a user or a password."""
        parts = parse(public(self.source()))
        return (parts.host.strip("[]") if parts is not None else "") or self.title

    def problem(self) -> str:
        """Say what is wrong with the address."""
        if not self.source():
            return "No address is given. It looks like rtsp://host/stream."
        if "://" not in self.source():
            return "The address has no scheme. It begins with rtsp://, http:// or the like."
        return super().problem()


class WebcamPage(Page):
    """A webcam by its number or device."""

    kind, title = "webcam", "Webcam"
    hint = "0 is the first webcam of this computer."

    def __init__(self) -> None:
        super().__init__()
        self.device = ComboBox()
        self.device.setEditable(True)
        self.device.setAccessibleName("Webcam")
        self.device.addItems(webcams())
        self.device.currentIndexChanged.connect(self._picked)
        self.device.editTextChanged.connect(self.changed)
        self.form.addRow(caption_for("Webcam", self.device), self.device)
        self.setFocusProxy(self.device)

    def _picked(self) -> None:
        # The number at the beginning must be visible.
        if (line := self.device.lineEdit()) is not None:
            line.setCursorPosition(0)

    def fill(self, source: str) -> None:
        """Show a device."""
        self.device.setEditText(source)

    def source(self) -> str:
        """Return the number or device, without the name that is listed with it."""
        return self.device.currentText().partition(_NAMED)[0].strip()

    def name(self) -> str:
        """Return a name with the number in it."""
        return f"Webcam {self.source().removeprefix('/dev/video')}".strip()

    def problem(self) -> str:
        """Say what is wrong with the device."""
        text = self.source()
        known = text.isdecimal() or text.startswith("/dev/video") or text.startswith("video=")
        return (
            ""
            if known
            else "This is no webcam. Give its number, such as 0, or its device, such as /dev/video0."
        )


class PathPage(Page):
    """A path, typed or picked."""

    label = ""

    def __init__(self) -> None:
        super().__init__()
        self.path = QLineEdit()
        self.path.setAccessibleName(self.label)
        self.path.textChanged.connect(self.changed)
        self.browse = QPushButton("Browse…")
        self.browse.setAccessibleName(f"Browse for a {self.label.lower()}")
        self.browse.setAutoDefault(False)
        self.browse.setProperty("role", "field")
        self.browse.clicked.connect(self._browse)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.path, 1)
        row.addWidget(self.browse)
        self.form.addRow(caption_for(self.label, self.path), row)
        self.setFocusProxy(self.path)

    def fill(self, source: str) -> None:
        """Show a path."""
        self.path.setText(source)

    def source(self) -> str:
        """Return the path, with ``~`` expanded."""
        text = self.path.text().strip()
        return str(Path(text).expanduser()) if text.startswith("~") else text

    def name(self) -> str:
        """Return the file's or folder's own name."""
        return Path(self.source()).stem or self.title

    def _pick(self) -> str:
        raise NotImplementedError

    def _browse(self) -> None:
        picked = self._pick()
        if picked:
            self.path.setText(picked)


class FilePage(PathPage):
    """A video file or a single picture."""

    kind, title, label = "file", "File", "File"
    hint = "Any video that FFmpeg can read, or a single picture. It is played at its own speed."

    def _pick(self) -> str:
        return QFileDialog.getOpenFileName(self, "Open a file", self.path.text(), VIDEOS)[0]

    def problem(self) -> str:
        """Say what is wrong with the path."""
        if not self.source():
            return "No file is given. Type its path, or browse for it."
        return "" if Path(self.source()).is_file() else f"There is no file {self.source()}."


class FolderPage(PathPage):
    """A folder of pictures."""

    kind, title, label = "folder", "Folder of pictures", "Folder"
    hint = "The pictures in it are shown one after the other, in the order of their names."

    def _pick(self) -> str:
        return QFileDialog.getExistingDirectory(self, "Open a folder of pictures", self.path.text())

    def problem(self) -> str:
        """Say what is wrong with the path."""
        if not self.source():
            return "No folder is given. Type its path, or browse for it."
        return "" if Path(self.source()).is_dir() else f"There is no folder {self.source()}."


class DemoPage(Page):
    """A synthetic scene."""

    kind, title = "demo", "Demo"
    hint = "A scene drawn by the program. It needs no camera, and its true number of people is known."

    def __init__(self) -> None:
        super().__init__()
        self.scene = ComboBox()
        self.scene.setAccessibleName("Scene")
        self.scene.addItems(SCENES)
        self.scene.currentTextChanged.connect(self._picked)
        limit = LIMITS["people"]
        self.people = QSpinBox()
        self.people.setAccessibleName("People")
        self.people.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.people.setRange(int(limit.low), int(limit.high))
        self.people.setValue(int(limit.default))
        self.people.valueChanged.connect(self.changed)
        self.form.addRow(caption_for("Scene", self.scene), self.scene)
        self.form.addRow(caption_for("People", self.people), self.people)
        self.setFocusProxy(self.scene)

    def source(self) -> str:
        """Return the scene with its number of people."""
        scene = self.scene.currentText()
        return f"synthetic:{scene}" + (f"?people={self.people.value()}" if self.people.isEnabled() else "")

    def name(self) -> str:
        """Return the scene's name."""
        return f"Demo {self.scene.currentText()}"

    def _picked(self, scene: str) -> None:
        self.people.setEnabled(scene != "empty")
        self.changed.emit()


PAGES: tuple[type[Page], ...] = (NetworkPage, WebcamPage, FilePage, FolderPage, DemoPage)


def webcams() -> list[str]:
    """Return this computer's webcams as ``0 – Name``, or just ``0`` where none can be listed."""
    found = [source if name in source else f"{source}{_NAMED}{name}" for source, name in list_webcams()]
    return found or ["0"]
