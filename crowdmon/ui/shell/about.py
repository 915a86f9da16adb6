"""What this is, what it counts with, and how well: version, back end, precision, the card of the weights."""

from __future__ import annotations

import re

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QTextBrowser, QVBoxLayout, QWidget

from crowdmon import __version__, resources
from crowdmon.errors import CrowdmonError
from crowdmon.view.changes import EngineNote
from crowdmon.view.wording import breakable

CARD = "assets/weights/README.md"
BUNDLED = "default"

PRECISIONS = {"f32": "32-bit numbers", "bf16": "bfloat16", "f16": "16-bit numbers", "int8": "8-bit numbers"}
"""What a back end computes in, by the word at the end of its name."""


def backend_of(device: str) -> tuple[str, str]:
    """Return the back end and its precision, from what the engine says, such as ``openvino cpu bf16``."""
    words = device.split()
    if words and words[-1] in PRECISIONS:
        return " ".join(words[:-1]), PRECISIONS[words[-1]]
    return device, "not known"


class About(QDialog):
    """A few facts, and the card."""

    def __init__(self, note: EngineNote, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("About crowdmon")
        self.resize(680, 560)
        heading = QLabel(f"crowdmon {__version__}")
        heading.setProperty("role", "head")
        backend, precision = backend_of(note.device)
        facts = QFormLayout()
        facts.setHorizontalSpacing(16)
        for what, value in (
            ("Counts on", backend or "Nothing yet: the network is being loaded"),
            ("Computes in", precision if backend else "not known yet"),
            ("Weights", note.weights or "not known yet"),
            ("Licence", "GPL-3.0-or-later, free software"),
        ):
            caption = QLabel(what)
            caption.setProperty("role", "caption")
            said = QLabel(breakable(value))
            said.setAccessibleName(what)
            said.setWordWrap(True)
            said.setTextFormat(Qt.TextFormat.PlainText)
            said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            facts.addRow(caption, said)
        self.card = QTextBrowser()
        self.card.setAccessibleName("Card of the weights")
        self.card.setOpenLinks(False)
        self.card.setMarkdown(card_of(note.weights))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(12)
        column.addWidget(heading)
        column.addLayout(facts)
        column.addWidget(self.card, 1)
        column.addWidget(buttons)
        if (close := buttons.button(QDialogButtonBox.StandardButton.Close)) is not None:
            close.setFocus()


def card_of(weights: str) -> str:
    """Return the card of the bundled weights as Markdown, or why there is none."""
    if weights and BUNDLED not in weights:
        return f"**{weights}** are your own weights. Their card is with whoever trained them."
    try:
        text = resources.path(CARD).read_text(encoding="utf-8")
    except (CrowdmonError, OSError):
        return "The card of the weights is not installed. It is in the source, `assets/weights/README.md`."
    return re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text)  # nothing is opened from here
