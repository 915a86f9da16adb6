"""The middle of the window: the picture, a banner for counting errors, the legend below."""

from __future__ import annotations

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QFontMetrics, QResizeEvent
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from crowdmon.ui.picture.heat_control import HeatControl
from crowdmon.ui.picture.legend import Legend
from crowdmon.ui.picture.playback_bar import PlaybackBar
from crowdmon.ui.picture.rescue import RescueRow
from crowdmon.ui.picture.video_view import VideoView
from crowdmon.ui.picture.view_row import ViewRow
from crowdmon.ui.shell.fonts import font
from crowdmon.view.theme import BODY, CAPTION, Theme
from crowdmon.view.wording import breakable, tip

_WIDE = 900
"""Pixels from which the caption line has room for the source beside the name."""


class PicturePane(QWidget):
    """Holds the picture and what belongs to it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.video = VideoView()
        self.legend = Legend()
        self.heat = HeatControl()
        self.heat.changed.connect(self.video.set_heat_opacity)
        self.playback_bar = PlaybackBar()
        self.rescue = RescueRow()
        self.view_row = ViewRow()
        self.banner = QLabel()
        self.banner.setAccessibleName("Error")
        self.banner.setObjectName("banner")
        self.banner.setWordWrap(True)
        self.banner.setTextFormat(Qt.TextFormat.PlainText)
        self.banner.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.banner.hide()
        self.title = Elided(BODY, bold=True, hug=True)
        self.title.setAccessibleName("Camera")
        self.source = Elided(CAPTION)
        self.source.setAccessibleName("Source")
        self.source.setProperty("role", "caption")
        strip = QHBoxLayout()
        strip.setContentsMargins(16, 0, 8, 0)
        strip.setSpacing(16)
        strip.addWidget(self.title)
        strip.addWidget(self.source, 100)
        strip.addStretch(1)
        strip.addWidget(self.heat)
        strip.addWidget(self.legend)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self.video, 1)
        column.addWidget(self.rescue)
        column.addWidget(self.view_row)
        column.addWidget(self.playback_bar)
        column.addLayout(strip)

    def set_theme(self, theme: Theme) -> None:
        """Use another theme's colours."""
        self.video.set_theme(theme)
        self.legend.set_theme(theme)
        self.playback_bar.set_theme(theme)

    def resizeEvent(self, a0: QResizeEvent | None) -> None:  # noqa: N802
        """Adapt the strip to the width."""
        super().resizeEvent(a0)
        self.heat.set_room(self.width())
        self.legend.set_room(self.width())
        self.source.setVisible(self.width() >= _WIDE)

    def set_heat_shown(self, shown: bool) -> None:
        """Show or hide the heatmap together with its legend and slider."""
        self.video.set_heat_visible(shown)
        self.legend.set_shown(shown)
        self.heat.setVisible(shown)

    def set_error(self, error: str) -> None:
        """Say what is wrong with counting; nothing hides the banner."""
        self.banner.setText(breakable(error))
        self.banner.setVisible(bool(error))


class Elided(QLabel):
    """One line, shortened to fit; the tool tip has the whole text."""

    def __init__(self, size: int, *, bold: bool = False, hug: bool = False) -> None:
        """Take as much room as there is; with ``hug`` no more than the text needs."""
        super().__init__()
        self._hug = hug
        self._whole = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._size = size
        self._bold = bold
        self.setStyleSheet(f"font-size: {size}px;" + (" font-weight: 600;" if bold else ""))
        across = QSizePolicy.Policy.Maximum if hug else QSizePolicy.Policy.Ignored
        self.setSizePolicy(across, QSizePolicy.Policy.Fixed)

    def set_whole(self, text: str) -> None:
        """Show another text."""
        self._whole = text
        self.setToolTip(tip(text))
        self.updateGeometry()
        self._fit()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the size of the whole text, if it takes no more than that."""
        size = super().sizeHint()
        if self._hug:
            metrics = QFontMetrics(font(self._size, bold=self._bold))
            size.setWidth(metrics.horizontalAdvance(self._whole) + 4)
        return size

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Return a size at which a few letters are left."""
        return QSize(48 if self._hug else 0, super().minimumSizeHint().height())

    def resizeEvent(self, a0: QResizeEvent | None) -> None:  # noqa: N802
        """Shorten the text to the new width."""
        super().resizeEvent(a0)
        self._fit()

    def _fit(self) -> None:
        metrics = QFontMetrics(font(self._size, bold=self._bold))
        self.setText(metrics.elidedText(self._whole, Qt.TextElideMode.ElideMiddle, self.width()))
