"""The bar under a recorded video: step back, play or pause, step on, position and length."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QSlider, QStyle, QToolButton, QWidget

from crowdmon.ui.shell.fonts import font
from crowdmon.view.theme import CAPTION, DARK, Theme
from crowdmon.view.wording import media_clock

_OLD_POSITIONS = 12
"""How many positions after a seek may still be from before it."""


class PlaybackBar(QWidget):
    """Buttons, a slider and times. It only emits what the user asks for.

    Signals:
        toggle_asked(): play or pause.
        step_asked(int): one picture on (1) or back (-1).
        seek_asked(float): go to media seconds.
    """

    toggle_asked = pyqtSignal()
    step_asked = pyqtSignal(int)
    seek_asked = pyqtSignal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.back, self.play, self.forward = (_Button(kind) for kind in ("back", "play", "forward"))
        self.slider = SeekSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("Position in the recording")
        self.slider.setSingleStep(1000)
        self.slider.setPageStep(10_000)
        self.slider.valueChanged.connect(self._moved)
        self.times = QLabel()
        self.times.setAccessibleName("Time in the recording")
        self.times.setProperty("role", "caption")
        self.times.setFont(font(CAPTION))
        self.state = QLabel()
        self.state.setAccessibleName("State of the recording")
        self.state.setFont(font(CAPTION, bold=True))
        self.state.setStyleSheet(f"font-size: {CAPTION}px; font-weight: 600;")
        self._updating = False
        self._wanted: float | None = None
        self._old_left = 0
        for button, name, key in (
            (self.back, "One picture back", ","),
            (self.play, "Pause", "Space"),
            (self.forward, "One picture on", "."),
        ):
            button.setAccessibleName(name)
            button.setToolTip(f"{name} ({key})")
        self.back.clicked.connect(lambda: self.step_asked.emit(-1))
        self.play.clicked.connect(self.toggle_asked)
        self.forward.clicked.connect(lambda: self.step_asked.emit(1))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 16, 4)
        row.setSpacing(4)
        for widget in (self.back, self.play, self.forward):
            row.addWidget(widget)
        row.addSpacing(8)
        row.addWidget(self.state)
        row.addWidget(self.slider, 1)
        row.addSpacing(8)
        row.addWidget(self.times)
        row.addStretch(0)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Use another theme's colours."""
        for button in (self.back, self.play, self.forward):
            button.theme = theme
            button.update()

    def set_playing(self, playing: bool, *, word: str = "Playing") -> None:
        """Show the pause sign while the video plays, else the play sign, and say which it is."""
        self.state.setText(word)
        self.play.kind = "pause" if playing else "play"
        word = "Pause" if playing else "Play"
        self.play.setAccessibleName(word)
        self.play.setToolTip(f"{word} (Space)")
        self.play.update()

    def set_position(self, position: float | None, duration: float | None) -> None:
        """Show the position and the length in seconds; None for what is not known."""
        if self.slider.isSliderDown() or self._is_old(position):
            return
        self._updating = True
        # What has no end, such as the demo, has no position to show on a slider.
        self.slider.setVisible(duration is not None)
        self.slider.setRange(0, round(1000 * (duration or 0.0)))
        self.slider.setValue(round(1000 * (position or 0.0)))
        self._updating = False
        self._say(position, duration)

    def forget(self) -> None:
        """Forget the last seek, because another camera is shown."""
        self._wanted = None

    def _is_old(self, position: float | None) -> bool:
        """Whether this position is from before the last seek: the handle must not jump back to it."""
        if self._wanted is None or position is None:
            return False
        self._old_left -= 1
        if abs(position - self._wanted) < 1.0 or self._old_left <= 0:
            self._wanted = None
        return self._wanted is not None

    def _moved(self, value: int) -> None:
        if self._updating:
            return
        self._wanted, self._old_left = value / 1000, _OLD_POSITIONS
        self._say(value / 1000, self.slider.maximum() / 1000)
        self.seek_asked.emit(value / 1000)

    def _say(self, position: float | None, duration: float | None) -> None:
        whole = "" if duration is None else f" / {media_clock(duration)}"
        self.times.setText(f"{media_clock(position)}{whole}")
        self.slider.setAccessibleDescription(self.times.text())


class SeekSlider(QSlider):
    """A slider that goes where it is clicked."""

    def mousePressEvent(self, ev: QMouseEvent | None) -> None:  # noqa: N802
        """Go there, and follow the mouse from there on."""
        if ev is not None and ev.button() is Qt.MouseButton.LeftButton:
            span = max(self.width() - 14, 1)
            x = min(max(round(ev.position().x()) - 7, 0), span)
            value = QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), x, span)
            self.setSliderDown(True)
            self.setValue(value)
            ev.accept()
            return
        super().mousePressEvent(ev)

    def mouseMoveEvent(self, ev: QMouseEvent | None) -> None:  # noqa: N802
        """Follow the mouse."""
        if ev is not None and self.isSliderDown():
            span = max(self.width() - 14, 1)
            x = min(max(round(ev.position().x()) - 7, 0), span)
            self.setValue(QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), x, span))

    def mouseReleaseEvent(self, ev: QMouseEvent | None) -> None:  # noqa: N802
        """Let go."""
        self.setSliderDown(False)
        super().mouseReleaseEvent(ev)


class SpaceKeeper(QObject):
    """Lets a focused button handle Space, which is also a shortcut of the window."""

    def eventFilter(self, a0: QObject | None, a1: QEvent | None) -> bool:  # noqa: N802
        """Accept Space before Qt treats it as a shortcut."""
        pressed = isinstance(a1, QKeyEvent) and a1.key() == Qt.Key.Key_Space
        if a1 is not None and pressed and a1.type() is QEvent.Type.ShortcutOverride:
            a1.accept()
            return True
        return super().eventFilter(a0, a1)


class _Button(QToolButton):
    """A drawn sign that has the theme's colour."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind
        self.theme = DARK
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.installEventFilter(SpaceKeeper(self))

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the size of the button."""
        return QSize(28, 28)

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: N802
        """Paint the sign, and a frame while it has the focus."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(self.theme.text if self.underMouse() or self.hasFocus() else self.theme.muted)
        painter.setBrush(colour)
        painter.setPen(Qt.PenStyle.NoPen)
        middle = QPointF(self.width() / 2, self.height() / 2)
        if self.kind == "pause":
            for x in (-5, 2):
                painter.drawRect(QRectF(middle.x() + x, middle.y() - 6, 3.5, 12))
        else:
            side = -1 if self.kind == "back" else 1
            bar = 0 if self.kind == "play" else 2
            points = [(-5 + bar / 2, -6), (6 - bar, 0), (-5 + bar / 2, 6)]
            painter.drawPolygon(QPolygonF([middle + QPointF(side * x, y) for x, y in points]))
            if bar:
                painter.drawRect(QRectF(middle.x() + side * 5 - 1, middle.y() - 6, 2, 12))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self.theme.accent), 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 4, 4)
        painter.end()
