"""The panels around the picture: what a panel is and gets, where it is, and how that is remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from PyQt6.QtCore import QByteArray, QPointF, QSize, Qt
from PyQt6.QtGui import QAction, QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PyQt6.QtWidgets import QDockWidget, QHBoxLayout, QLabel, QMainWindow, QTabBar, QToolButton, QWidget

from crowdmon.ui.alarms.desk import AlarmDesk
from crowdmon.ui.bridge import Bridge
from crowdmon.ui.picture.playback_bar import SpaceKeeper
from crowdmon.ui.shell.settings import Settings
from crowdmon.view.theme import DARK, Theme

LEFT = Qt.DockWidgetArea.LeftDockWidgetArea
RIGHT = Qt.DockWidgetArea.RightDockWidgetArea
BELOW = Qt.DockWidgetArea.BottomDockWidgetArea

RAIL_PX = (56, 200)
"""Width of the camera rail: on a small window, and on a large one."""

RIGHT_PX, BELOW_PX = 300, 156
_RAIL_FROM, _RAIL_SHARE = 1240, 0.155

_VERSION = 1
"""Version of the remembered layout. A new panel does not change it: a panel that an old layout does not know
stays at its default place."""


class Focus(Protocol):
    """Which camera is looked at; it emits ``focus_changed(str)``, the name, empty for none."""

    focus_changed: Any

    @property
    def focused(self) -> str:
        """The name of the camera looked at; empty for none."""

    def focus(self, name: str) -> None:
        """Look at another camera."""


@dataclass(frozen=True, slots=True)
class PanelContext:
    """What a panel is given when it is made; it connects itself to what it shows.

    Attributes:
        bridge: the way to the engine; its signals carry values.
        settings: what is remembered.
        focus: which camera is looked at.
        alarms: what is known of alarms.
    """

    bridge: Bridge
    settings: Settings
    focus: Focus
    alarms: AlarmDesk


@dataclass(frozen=True, slots=True)
class PanelSpec:
    """One line of the registry of panels, see :func:`crowdmon.ui.shell.panels.dock_panels`.

    Attributes:
        title: shown above the panel and in the View menu; a layout is remembered by it, so it is unique.
        make: builds the panel, once a window. If it has ``set_theme(theme)``, that is called with the theme.
        area: where it is by default: :data:`LEFT`, :data:`RIGHT` or :data:`BELOW`.
        least_cameras: from how many cameras on it is shown by default, at least 1.
        beside: the title of the panel whose place it shares by default, each behind a tab.
        at_first: whether it is shown before anybody asks for it.
    """

    title: str
    make: Callable[[PanelContext], QWidget]
    area: Qt.DockWidgetArea = RIGHT
    least_cameras: int = 1
    beside: str = ""
    at_first: bool = True


@runtime_checkable
class Themed(Protocol):
    """A widget that is drawn in the theme's colours."""

    def set_theme(self, theme: Theme) -> None:
        """Use another theme's colours."""


@runtime_checkable
class WithTools(Protocol):
    """A panel with a row of tools of its own, which stands beside its title."""

    tools: QWidget


class Docks:
    """All docked panels of a window, made from the registry."""

    def __init__(self, window: QMainWindow, specs: Sequence[PanelSpec], context: PanelContext) -> None:
        self._window = window
        self.docks = [Dock(spec, spec.make(context), window) for spec in specs]
        self._under: QByteArray | None = None
        for dock in self.docks:
            if dock.spec.beside and (action := dock.toggleViewAction()) is not None:
                # Or it is opened behind the panel that it shares its place with.
                action.triggered.connect(lambda on, dock=dock: dock.raise_() if on else None)

    def open(self, title: str) -> QWidget | None:
        """Show a panel, and bring it before those that it shares its place with; return what is in it."""
        dock = next(one for one in self.docks if one.spec.title == title)
        hidden = dock.isHidden()
        dock.show()
        dock.raise_()
        wanted = dock.sizeHint().height()
        if hidden and dock.spec.beside and not dock.isFloating() and dock.height() < wanted:
            self._window.resizeDocks([dock], [wanted], Qt.Orientation.Vertical)
        return dock.widget()

    def actions(self) -> list[QAction]:
        """Return one action a panel that shows and hides it, in the order of the registry."""
        return [action for dock in self.docks if (action := dock.toggleViewAction()) is not None]

    def set_theme(self, theme: Theme) -> None:
        """Use another theme's colours."""
        for dock in self.docks:
            dock.set_theme(theme)

    def cover(self, on: bool) -> None:
        """Have all panels make room, or bring them back to where they were."""
        if on is (self._under is not None):
            return
        if self._under is not None:
            self._window.restoreState(self._under, _VERSION)
            self._under = None
            return
        self._under = self._window.saveState(_VERSION)
        for dock in self.docks:
            dock.hide()

    @contextmanager
    def _uncovered(self) -> Iterator[None]:
        """Bring panels back for a moment, to change their layout or to read it."""
        covered = self._under is not None
        self.cover(False)
        yield
        self.cover(covered)

    def reset(self, *, cameras: int) -> None:
        """Move every panel to its default place, shown or hidden as suits so many cameras."""
        with self._uncovered():
            self._reset(cameras)

    def _reset(self, cameras: int) -> None:
        for dock in self.docks:
            dock.setFloating(False)
            self._window.addDockWidget(dock.spec.area, dock)
            other = next((one for one in self.docks if one.spec.title == dock.spec.beside), None)
            if other is not None:
                self._window.tabifyDockWidget(other, dock)
            dock.setVisible(cameras >= dock.spec.least_cameras and dock.spec.at_first)
        for bar in self._window.findChildren(QTabBar):
            bar.setAccessibleName("Panels that share a place")
        width = self._window.width()
        sizes = {
            LEFT: rail_width(width),
            RIGHT: min(RIGHT_PX, width * RIGHT_PX // 1200),
            BELOW: BELOW_PX if self._window.height() >= 800 else BELOW_PX - 24,
        }
        for areas, direction in (
            ((LEFT, RIGHT), Qt.Orientation.Horizontal),
            ((BELOW,), Qt.Orientation.Vertical),
        ):
            placed = [dock for dock in self.docks if dock.spec.area in areas]
            self._window.resizeDocks(placed, [sizes[dock.spec.area] for dock in placed], direction)

    def keep(self, settings: Settings, *, cameras: int) -> None:
        """Remember the window's size and its panels; without a camera there are no panels to remember."""
        settings.keep("geometry", self._window.saveGeometry())
        if cameras > 0:
            state = self._window.saveState(_VERSION) if self._under is None else self._under
            settings.keep(_name(cameras), state)

    def restore(self, settings: Settings, *, cameras: int) -> None:
        """Move panels to where they were; without a remembered layout nothing moves."""
        state = settings.blob(_name(cameras))
        if cameras > 0 and not state.isEmpty():
            with self._uncovered():
                self._window.restoreState(state, _VERSION)


def rail_width(window: int) -> int:
    """Return how wide the camera rail is by default: the picture comes first."""
    return min(max(RAIL_PX[0], RAIL_PX[0] + round(_RAIL_SHARE * (window - _RAIL_FROM))), RAIL_PX[1])


def restore_size(window: QMainWindow, settings: Settings) -> None:
    """Give the window the size and place it had, if that was remembered and is on a screen."""
    geometry = settings.blob("geometry")
    if not geometry.isEmpty():
        window.restoreGeometry(geometry)


def _name(cameras: int) -> str:
    return "layout/one" if cameras == 1 else "layout/several"


class Dock(QDockWidget):
    """A dock with a small caption as its title, and a cross to close it."""

    def __init__(self, spec: PanelSpec, content: QWidget, parent: QWidget) -> None:
        title = spec.title
        super().__init__(title, parent)
        self.spec = spec
        self.setObjectName(f"dock-{title}")
        self.setWidget(content)
        self.setFeatures(
            QDockWidget.DockWidgetFeature.DockWidgetMovable
            | QDockWidget.DockWidgetFeature.DockWidgetFloatable
            | QDockWidget.DockWidgetFeature.DockWidgetClosable
        )
        self._cross = _Cross(self)
        self._cross.setAccessibleName(f"Close {title}")
        self._cross.setToolTip(f"Close. View > {title} opens it again.")
        self._cross.clicked.connect(self.close)
        tools = content.tools if isinstance(content, WithTools) else None
        self.setTitleBarWidget(_TitleBar(title, tools, self._cross))

    def set_theme(self, theme: Theme) -> None:
        """Use another theme's colours."""
        self._cross.theme = theme
        self._cross.update()
        content = self.widget()
        if isinstance(content, Themed):
            content.set_theme(theme)


class _TitleBar(QWidget):
    """A caption, what belongs to the panel, and the cross. A caption that would be cut is left out."""

    def __init__(self, title: str, tools: QWidget | None, cross: QWidget) -> None:
        super().__init__()
        self._caption = QLabel(title)
        self._caption.setProperty("role", "caption")
        self._beside = cross.sizeHint().width() + 24 + (tools.sizeHint().width() + 16 if tools else 0)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 2, 8, 2)
        row.addWidget(self._caption)
        if tools is not None:
            row.addSpacing(16)
            row.addWidget(tools)
            tools.show()
        row.addStretch(1)
        row.addWidget(cross)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Return the size without a caption: a rail may be narrower than its title."""
        return QSize(48, super().minimumSizeHint().height())

    def resizeEvent(self, a0: QResizeEvent | None) -> None:  # noqa: N802
        """Leave the caption out where it has no room."""
        super().resizeEvent(a0)
        self._caption.setVisible(self.width() >= self._caption.sizeHint().width() + self._beside)


class _Cross(QToolButton):
    """A small cross, painted in the theme's colour."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = DARK
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.installEventFilter(SpaceKeeper(self))

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the size of the button."""
        return QSize(20, 20)

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: N802
        """Paint the cross, and a frame while it has the focus."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(self.theme.text if self.underMouse() or self.hasFocus() else self.theme.muted)
        painter.setPen(QPen(colour, 1.5))
        middle = QPointF(self.rect().center()) + QPointF(0.5, 0.5)
        for slope in (-1, 1):
            painter.drawLine(middle + QPointF(-4, -4 * slope), middle + QPointF(4, 4 * slope))
        if self.hasFocus():
            painter.setPen(QPen(QColor(self.theme.accent), 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 4, 4)
        painter.end()
