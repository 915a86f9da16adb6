"""Shows the wall in the place of the picture, feeds its tiles, and says which pictures they need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QStackedWidget

from crowdmon.ui.bridge import Bridge
from crowdmon.ui.picture.picture_pane import PicturePane
from crowdmon.ui.picture.style import PictureStyle
from crowdmon.ui.shell.presenter import Presenter
from crowdmon.ui.shell.settings import Settings
from crowdmon.ui.wall.tile import RATE
from crowdmon.ui.wall.wall import Wall
from crowdmon.view.alarms import Alarm
from crowdmon.view.in_step import Showing, Sight
from crowdmon.view.theme import Theme
from crowdmon.view.wall import tile_facts


class WallControl(QObject):
    """Goes from the wall to one camera and back. The selected tile is the camera that menus are about.

    Signals:
        shown_changed(bool): the wall is shown, or no more.
    """

    shown_changed = pyqtSignal(bool)

    def __init__(
        self,
        bridge: Bridge,
        presenter: Presenter,
        settings: Settings,
        *,
        stack: QStackedWidget,
        picture: PicturePane,
        cover: Callable[[bool], object],
    ) -> None:
        """Add the wall to what ``stack`` can show.

        Args:
            bridge: the way to the engine.
            presenter: knows every camera, and which one is selected.
            settings: whether the wall was shown last.
            stack: the middle of the window.
            picture: what it shows of one camera.
            cover: called with whether the panels around the middle make room.
        """
        super().__init__()
        self._bridge, self._presenter, self._settings = bridge, presenter, settings
        self._stack, self._picture, self._cover = stack, picture, cover
        self.wall = Wall()
        stack.addWidget(self.wall)
        self._wanted = settings.number("wall", 0, low=0, high=1) == 1
        self._can_return = self._some = False
        self._asked: set[str] = set()
        self._sources: dict[str, str] = {}
        self._showing = Showing()
        self.alarm_of: Callable[[str], Alarm | None] = lambda _name: None
        """What tells the most urgent alarm of a camera."""
        self.shown = False
        self.wall.selected.connect(presenter.focus)
        self.wall.opened.connect(self.look_at)
        self.wall.moved.connect(presenter.move)
        self.wall.seen_changed.connect(self._watch)
        presenter.focus_changed.connect(self._focus)
        bridge.config_changed.connect(lambda _config: self._names())
        bridge.picture_changed.connect(self._sight)
        bridge.status_changed.connect(lambda name, _status: self._tell(name, bridge.now()))
        bridge.reading_changed.connect(lambda name, _reading: self._tell(name, bridge.now()))
        bridge.beat.connect(self._beat)

    def set_shown(self, on: bool) -> None:
        """Show the wall, or one camera; remembered."""
        if on is not self.shown:
            self._settings.keep("wall", int(on))
            self._wanted, self._can_return = on, False
            self._switch(on)

    def set_cameras(self, count: int) -> None:
        """Show what fits so many cameras: without one there is no wall."""
        self._some = count > 0
        self._names()
        self._switch(self._some and (self.shown or self._wanted) and not self._can_return)

    def look_at(self, name: str) -> None:
        """Look at one camera; :meth:`back` returns."""
        self._presenter.focus(name)
        self.leave()

    def leave(self) -> None:
        """Look at the selected camera; :meth:`back` returns."""
        if self.shown:
            self._can_return = True
            self._switch(False)
            self._picture.video.setFocus()

    def back(self) -> bool:
        """Return to the wall; False if nobody came from there."""
        if not self._can_return or self.shown or not self._some:
            return False
        self._can_return = False
        self._switch(True)
        return True

    def follow(self, style: PictureStyle) -> None:
        """Draw pictures in another style."""
        self._showing = style.showing()
        self.wall.set_private(style.private)
        self._show_as()

    def set_theme(self, theme: Theme) -> None:
        """Use another theme's colours."""
        self.wall.set_theme(theme)

    def _switch(self, on: bool) -> None:
        if not self._some:
            self.shown = False
            self._cover(False)
        elif on is self.shown:
            self._stack.setCurrentWidget(self.wall if on else self._picture)
            return
        else:
            self.shown = on
            self._cover(on)
            self._stack.setCurrentWidget(self.wall if on else self._picture)
            if on:
                self._beat(self._bridge.now())
                self.wall.choose(self._presenter.focused)
                self.wall.setFocus()
            self._show_as()
        self.shown_changed.emit(self.shown)

    def _show_as(self) -> None:
        """Follow no heads from picture to picture for tiles, which show none."""
        self._bridge.show(replace(self._showing, heads=False) if self.shown else self._showing)
        self._watch()

    def _names(self) -> None:
        sources = {camera.name: camera.source for camera in self._bridge.config.cameras}
        self.wall.set_names(list(sources))
        for tile in self.wall.tiles:
            # Another source under the same name is another camera: nothing old may be shown for it.
            if self._sources.get(tile.name) not in (None, sources[tile.name]):
                tile.forget()
        self._sources = sources
        self._focus(self._presenter.focused)

    def _focus(self, name: str) -> None:
        self.wall.choose(name)
        self._watch()

    def _watch(self) -> None:
        """Ask for the pictures of the tiles that are seen; of the others for none."""
        seen = {tile.name: tile.pixels() for tile in self.wall.seen()} if self.shown else {}
        for name, size in seen.items():
            self._bridge.watch(name, size, rate=RATE)
        no_more, self._asked = self._asked - seen.keys(), set(seen)
        for name in no_more:
            self._bridge.watch(name, None)
            if (tile := self.wall.tile(name)) is not None:
                tile.forget()  # or an old picture is shown first when somebody looks again
        if no_more and not self.shown:
            self._presenter.watch()

    def _sight(self, name: str, sight: Sight) -> None:
        tile = self.wall.tile(name) if self.shown else None
        if tile is not None and tile in self.wall.seen():
            tile.show_sight(sight, self._bridge.now())

    def _tell(self, name: str, now: float) -> None:
        tile, camera = self.wall.tile(name), self._presenter.cameras.get(name)
        if self.shown and tile is not None and camera is not None:
            tile.show_facts(tile_facts(camera, now, self.alarm_of(name)), now)

    def tell_alarms(self) -> None:
        """Show that alarms have changed, at once."""
        self._beat(self._bridge.now())

    def _beat(self, now: float) -> None:
        if self.shown:
            for tile in self.wall.tiles:
                self._tell(tile.name, now)
                tile.tick(now)
