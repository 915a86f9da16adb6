"""The pages of the source dialog, one a kind of source. Each turns what was typed into a SOURCE."""

from __future__ import annotations

from PyQt6.QtWidgets import QLineEdit, QSpinBox

from crowdmon.address import parse, public
from crowdmon.capture.webcams import list_webcams
from crowdmon.scene.parse import SCENES
from crowdmon.scene.plaza import LIMITS
from crowdmon.ui.sources.source_page import Choice, Page, caption_for
from crowdmon.ui.sources.source_paths import FilePage, FolderPage

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
        self.device = Choice()
        self.device.setEditable(True)
        self.device.setAccessibleName("Webcam")
        self.device.addItems(webcams())
        self.device.currentIndexChanged.connect(self._picked)
        self.device.editTextChanged.connect(self.changed)
        self.form.addRow(caption_for("Webcam", self.device), self.device)
        self.setFocusProxy(self.device)

    def _picked(self) -> None:
        # Which one it is stands at the beginning.
        if (line := self.device.lineEdit()) is not None:
            line.setCursorPosition(0)

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


class DemoPage(Page):
    """A synthetic scene."""

    kind, title = "demo", "Demo"
    hint = "A scene drawn by the program. It needs no camera, and its true number of people is known."

    def __init__(self) -> None:
        super().__init__()
        self.scene = Choice()
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
