"""The pages of the source dialog for what lies on a disk: a file, a folder."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton

from crowdmon.ui.sources.source_page import Page, caption_for

VIDEOS = "Videos and pictures (*.mp4 *.mkv *.avi *.mov *.webm *.ts *.m4v *.mpg *.jpg *.png);;All files (*)"


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
