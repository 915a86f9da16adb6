"""All cameras at once, as tiles that scroll where they do not fit."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QEvent, QPoint, QRect, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QContextMenuEvent, QFocusEvent, QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PyQt6.QtWidgets import QFrame, QMenu, QScrollArea, QWidget

from crowdmon.ui.wall.tile import Tile
from crowdmon.view.theme import DARK, Theme
from crowdmon.view.wall import GAP, LEAST, Tiles, arrange

_KEYS = {
    Qt.Key.Key_Left: "left",
    Qt.Key.Key_Right: "right",
    Qt.Key.Key_Up: "up",
    Qt.Key.Key_Down: "down",
    Qt.Key.Key_Home: "home",
    Qt.Key.Key_End: "end",
}


class Wall(QScrollArea):
    """The tiles, and which one is selected. It has the keys; the tiles have the mouse.

    Signals:
        selected(str): another tile is to be selected.
        opened(str): a camera is to be looked at.
        moved(str, int): a camera is to go to another place, from 0.
        seen_changed(): other tiles can be seen, or in another size.
    """

    selected = pyqtSignal(str)
    opened = pyqtSignal(str)
    moved = pyqtSignal(str, int)
    seen_changed = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Wall of cameras")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._content = QWidget()
        self.setWidget(self._content)
        self._theme: Theme = DARK
        self._private = False
        self._chosen = ""
        self._layout = Tiles(1, *LEAST)
        self.tiles: list[Tile] = []
        """In the order of the cameras."""
        bar = self.verticalScrollBar()
        if bar is not None:
            bar.valueChanged.connect(lambda _value: self.seen_changed.emit())

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Return the size of one tile with what is around it."""
        return QSize(LEAST[0] + 2 * GAP + 16, LEAST[1] + 2 * GAP)

    def tile(self, name: str) -> Tile | None:
        """Return a camera's tile."""
        return next((one for one in self.tiles if one.name == name), None)

    def names(self) -> list[str]:
        """Return the cameras in the order of their tiles."""
        return [one.name for one in self.tiles]

    def seen(self) -> list[Tile]:
        """Return the tiles of which a part can be seen."""
        view, window = self.viewport(), self.window()
        if view is None or not self.isVisible() or window is None or window.isMinimized():
            return []
        room = QRect(-self._content.pos(), view.size())
        return [one for one in self.tiles if room.intersects(one.geometry())]

    def set_names(self, names: Sequence[str]) -> None:
        """Show these cameras; the tiles of those that stay keep what they show."""
        if list(names) == self.names():
            return
        known = {one.name: one for one in self.tiles}
        self.tiles = [known.pop(name) if name in known else self._make(name) for name in names]
        for gone in known.values():
            gone.hide()
            gone.deleteLater()
        self._arrange()

    def choose(self, name: str) -> None:
        """Select a tile, and bring it into sight."""
        self._chosen = name
        self._mark()
        tile = self.tile(name)
        if tile is not None and self.isVisible():
            self.ensureWidgetVisible(tile, GAP, GAP)
            self.setAccessibleDescription(tile.facts.spoken())

    def set_theme(self, theme: Theme) -> None:
        """Use another theme's colours."""
        self._theme = theme
        for tile in self.tiles:
            tile.theme = theme
            tile.redraw()

    def set_private(self, private: bool) -> None:
        """Pixelate people from now on, or stop doing so."""
        if private is not self._private:
            self._private = private
            for tile in self.tiles:
                tile.private = private
                tile.redraw()

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:  # noqa: N802
        """Select with the arrows, move with Ctrl and the arrows, look at a camera with Enter."""
        if a0 is None or not self.tiles:
            return
        if a0.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._chosen:
            self.opened.emit(self._chosen)
        elif a0.key() == Qt.Key.Key_Escape and any(one.cancel() for one in self.tiles):
            self._show_target(None)
        elif a0.key() in _KEYS:
            place = self._from(_KEYS[Qt.Key(a0.key())])
            if a0.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.moved.emit(self._chosen, place)
            else:
                self.selected.emit(self.tiles[place].name)
        else:
            super().keyPressEvent(a0)

    def contextMenuEvent(self, a0: QContextMenuEvent | None) -> None:  # noqa: N802
        """Select the tile under the mouse, and offer this widget's actions for its camera."""
        if a0 is None or not self.tiles:
            return
        at = a0.globalPos()
        if a0.reason() is QContextMenuEvent.Reason.Keyboard:
            chosen = self.tile(self._chosen) or self.tiles[0]
            at = chosen.mapToGlobal(chosen.rect().center())
        tile = next((one for one in self.tiles if one.rect().contains(one.mapFromGlobal(at))), None)
        if tile is None:
            return
        self.selected.emit(tile.name)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions(self.actions())
        menu.popup(at)

    def focusInEvent(self, a0: QFocusEvent | None) -> None:  # noqa: N802
        """Show where keys go."""
        super().focusInEvent(a0)
        self._mark()

    def focusOutEvent(self, a0: QFocusEvent | None) -> None:  # noqa: N802
        """Show that keys go elsewhere."""
        super().focusOutEvent(a0)
        self._mark()

    def resizeEvent(self, a0: QResizeEvent | None) -> None:  # noqa: N802
        """Arrange the tiles in the new size."""
        super().resizeEvent(a0)
        self._arrange()

    def showEvent(self, a0: QShowEvent | None) -> None:  # noqa: N802
        """Tell that pictures are needed."""
        super().showEvent(a0)
        self._arrange()

    def hideEvent(self, a0: QHideEvent | None) -> None:  # noqa: N802
        """Tell that no picture is needed."""
        super().hideEvent(a0)
        for tile in self.tiles:
            tile.cancel()
        self.seen_changed.emit()

    def changeEvent(self, a0: QEvent | None) -> None:  # noqa: N802
        """Arrange the tiles anew when the font or the style has changed."""
        super().changeEvent(a0)
        if (
            a0 is not None
            and a0.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange)
            and self.isVisible()
        ):
            self._arrange()

    def _make(self, name: str) -> Tile:
        tile = Tile(name, self._content)
        tile.theme, tile.private = self._theme, self._private
        tile.clicked.connect(lambda: self.opened.emit(tile.name))
        tile.dragged.connect(lambda at: self._show_target(self._at(at)))
        tile.dropped.connect(lambda at: self._drop(tile, at))
        tile.show()
        return tile

    def _arrange(self) -> None:
        view = self.viewport()
        if view is None:
            return
        self._layout = arrange(len(self.tiles), (self.width(), self.height()))
        total = self._layout.total(len(self.tiles))
        if total > self.height():  # a scroll bar needs room
            bar = self.verticalScrollBar()
            wide = bar.sizeHint().width() if bar is not None else 0
            self._layout = arrange(len(self.tiles), (self.width() - wide, self.height()))
            total = self._layout.total(len(self.tiles))
            self._content.resize(self.width() - wide, total)
        else:
            self._content.resize(self.width(), max(total, self.height()))
        for place, tile in enumerate(self.tiles):
            tile.setGeometry(*self._layout.box(place))
        self._mark()
        self.seen_changed.emit()

    def _mark(self) -> None:
        for tile in self.tiles:
            wanted = (tile.name == self._chosen, self.hasFocus())
            if (tile.chosen, tile.focused) != wanted:
                tile.chosen, tile.focused = wanted
                tile.update()

    def _from(self, way: str) -> int:
        """Return the place that a key leads to from the selected tile."""
        last, columns = len(self.tiles) - 1, self._layout.columns
        place = self.names().index(self._chosen) if self._chosen in self.names() else 0
        by = {"left": -1, "right": 1, "up": -columns, "down": columns}.get(way)
        if by is None:
            return 0 if way == "home" else last
        return place + by if 0 <= place + by <= last else place

    def _at(self, at: QPoint) -> int | None:
        return next((place for place, one in enumerate(self.tiles) if one.geometry().contains(at)), None)

    def _show_target(self, target: int | None) -> None:
        for place, tile in enumerate(self.tiles):
            if tile.target is not (place == target):
                tile.target = place == target
                tile.update()

    def _drop(self, tile: Tile, at: QPoint) -> None:
        self._show_target(None)
        target = self._at(at)
        if target is not None and self.tiles[target] is not tile:
            self.moved.emit(tile.name, target)
