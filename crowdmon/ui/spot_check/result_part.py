"""What adapting came to: errors before and after, and both density maps side by side."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PyQt6.QtCore import QRectF, QSize
from PyQt6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from crowdmon.ui.picture import qt_images
from crowdmon.ui.spot_check.side import button, label
from crowdmon.ui.spot_check.trial import Pair
from crowdmon.view.adapting import Result, error_of, outcome
from crowdmon.view.check_words import day
from crowdmon.view.fit import fit
from crowdmon.view.theme import BODY, CAPTION, DARK, HEAD, Theme

HELD_OUT = "Counted without having learned this frame."
LEARNED = "It took part in learning; the errors above are of frames that did not."
"""What a frame says about the weights; somebody has to know."""


class Painting(QWidget):
    """One picture, as large as there is room."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(200, 112)
        self._image = QImage()
        self._theme = DARK

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the size it would like."""
        return QSize(440, 248)

    def set_theme(self, theme: Theme) -> None:
        """Use another theme's colours."""
        self._theme = theme
        self.update()

    def show_image(self, image: QImage) -> None:
        """Show another picture."""
        self._image = image
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Paint the picture."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.background))
        place = fit((self._image.width(), self._image.height()), (self.width(), self.height()))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(place.left, place.top, place.width, place.height), self._image)
        painter.end()


class ResultPart(QWidget):
    """Shows a result; its frames can be gone through."""

    def __init__(self) -> None:
        super().__init__()
        self.outcome = label("Outcome", "", HEAD, bold=True, wrap=True)
        self.before = label("Error before", "", BODY, wrap=True)
        self.after = label("Error after", "", BODY, wrap=True)
        self.paintings = (Painting("Heatmap before"), Painting("Heatmap after"))
        self.counts = (label("Count before", "", BODY), label("Count after", "", BODY))
        self.which = label("Frame", "", CAPTION, role="caption", wrap=True)
        self.earlier, self.later = button("◀"), button("▶")
        for step, one in ((-1, self.earlier), (1, self.later)):
            one.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            one.setAccessibleName("Frame before" if step < 0 else "Next frame")
            one.clicked.connect(lambda _=False, step=step: self.step(step))
        self._pairs: tuple[Pair, ...] = ()
        self._at = 0
        self._arrange()

    def show_result(self, result: Result) -> None:
        """Show the errors on frames that were held out."""
        self.outcome.setText(outcome(result))
        self.before.setText(f"Before: {error_of(result.before)}")
        self.after.setText(f"After: {error_of(result.after)}")

    def show_pairs(self, pairs: Sequence[Pair]) -> None:
        """Show the frames under both weights."""
        self._pairs, self._at = tuple(pairs), 0
        self.step(0)

    def set_theme(self, theme: Theme) -> None:
        """Use another theme's colours."""
        for one in self.paintings:
            one.set_theme(theme)

    def step(self, by: int) -> None:
        """Show another frame."""
        there = len(self._pairs)
        self.earlier.setEnabled(there > 1)
        self.later.setEnabled(there > 1)
        if not there:
            self.which.setText("")
            return
        self._at = (self._at + by) % there
        one = self._pairs[self._at]
        for painting, rgb in zip(self.paintings, one.pictures, strict=True):
            painting.show_image(qt_images.from_rgb(rgb))
        for count, (word, people) in zip(
            self.counts, (("before", one.before), ("after", one.after)), strict=True
        ):
            count.setText(f"{one.truth} yours, {people:.0f} {word}")
        at = f"{datetime.fromtimestamp(one.time):%H:%M}, {day(one.time)}"
        here = f"Frame {self._at + 1} of {there}, {at}"
        self.which.setText(f"{here}. {HELD_OUT if one.held_out else LEARNED}")

    def _arrange(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        grid.setRowStretch(1, 1)
        for at, (error, painting, count) in enumerate(
            zip((self.before, self.after), self.paintings, self.counts, strict=True)
        ):
            grid.setColumnStretch(at, 1)
            grid.addWidget(error, 0, at)
            grid.addWidget(painting, 1, at)
            grid.addWidget(count, 2, at)
        steps = QHBoxLayout()
        steps.setSpacing(8)
        steps.addWidget(self.earlier)
        steps.addWidget(self.later)
        steps.addWidget(self.which, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.outcome)
        column.addLayout(grid, 1)
        column.addLayout(steps)
