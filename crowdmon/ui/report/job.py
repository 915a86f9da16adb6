"""Writes the report of a day in the background: Markdown with its plot, or a PDF page to print."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from PyQt6.QtCore import QMarginsF, QSizeF, QUrl
from PyQt6.QtGui import QPageLayout, QPageSize, QPdfWriter, QTextDocument

from crowdmon import atomic
from crowdmon.config import AppConfig
from crowdmon.engine.background import BackgroundTask
from crowdmon.engine.day_facts import day_facts
from crowdmon.errors import CrowdmonError, SinkError
from crowdmon.picture import Rgb, write_png
from crowdmon.ui.picture import qt_images as pictures
from crowdmon.values import Reading
from crowdmon.view.report import report_of
from crowdmon.view.report_day import Day
from crowdmon.view.report_plot import draw, pieces
from crowdmon.view.report_text import markdown

PDF, MARKDOWN = ".pdf", ".md"

_PLOT = "plot.png"
_DOTS = 150
_MARGIN_MM = 15.0
_STYLE = """
body, p, td, th, li { font-size: 9pt; color: #000000; }
h1 { font-size: 16pt; } h2 { font-size: 12pt; }
td, th { padding: 2px 6px; }
"""


class GivenUpError(CrowdmonError):
    """The user cancelled the report."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DayReport:
    """What to write, and where.

    Attributes:
        day: which one.
        path: ``.md``, which gets a plot of the same name beside it, or ``.pdf``.
        history: the history file.
    """

    day: date
    path: Path
    history: Path

    @property
    def plot(self) -> Path | None:
        """The file of the plot; a PDF has it inside."""
        return None if self.path.suffix.lower() == PDF else self.path.with_suffix(".png")


def write(wanted: DayReport, config: AppConfig, now: float, task: BackgroundTask) -> int:
    """Write the report; return how many readings it is made of.

    Raises:
        SourceError: the history cannot be read.
        SinkError: a file cannot be written.
        GivenUpError: the user cancelled; nothing is written.
    """
    day, count = Day.of(wanted.day, config.zone), 0

    def told(one: Reading) -> Reading:
        nonlocal count
        count += 1
        task.progress = count
        if task.cancelled.is_set():
            raise GivenUpError("the report was given up")
        return one

    with day_facts(wanted.history, day.start, day.end) as facts:
        readings = map(told, facts.readings)
        report = report_of(config, day, readings, facts.events, facts.checks, now=now, span=facts.span)
    picture, plot = draw(report), wanted.plot
    try:
        if plot is None:
            with atomic.replacing(wanted.path) as part:
                _pdf(markdown(report, plot=_PLOT), picture, part)
        else:
            write_png(picture, plot)
            with atomic.replacing(wanted.path) as part:
                part.write_text(markdown(report, plot=plot.name), encoding="utf-8")
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise SinkError(f"cannot write {wanted.path}: {why}", "Check that the disk has room") from error
    return count


def _pdf(text: str, picture: Rgb, path: Path) -> None:
    """Print Markdown with its plot on pages of A4."""
    writer = QPdfWriter(str(path))
    writer.setResolution(_DOTS)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    margins = QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM)
    writer.setPageMargins(margins, QPageLayout.Unit.Millimeter)
    writer.setCreator("crowdmon")
    document = QTextDocument()
    document.setDefaultStyleSheet(_STYLE)
    room = QSizeF(writer.width(), writer.height())
    parts = pieces(picture)
    names = [f"{number}-{_PLOT}" for number in range(len(parts))]
    image_line = re.compile(rf"!\[([^]]*)]\({re.escape(_PLOT)}\)")
    lines = "\n\n".join(rf"![\1]({name})" for name in names)
    text = image_line.sub(lines, text)
    document.setMarkdown(text, QTextDocument.MarkdownFeature.MarkdownDialectGitHub)
    for name, part in zip(names, parts, strict=True):
        image = pictures.from_rgb(part)
        # In full resolution, and as wide as the page: Qt takes a picture to have 96 dots an inch.
        image.setDevicePixelRatio(image.width() * _DOTS / 96 / (0.99 * room.width()))
        # After the text, which forgets what was there before.
        document.addResource(int(QTextDocument.ResourceType.ImageResource), QUrl(name), image)
    layout = document.documentLayout()
    if layout is not None:
        layout.setPaintDevice(writer)
    document.setPageSize(room)
    document.print(writer)
