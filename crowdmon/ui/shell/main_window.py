"""The window: it makes panels, menus and what connects them, and arranges them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QCloseEvent, QKeyEvent, QShowEvent
from PyQt6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from crowdmon.ui.alarms.control import AlarmControl
from crowdmon.ui.alarms.desk import AlarmDesk
from crowdmon.ui.bridge import Bridge
from crowdmon.ui.ground.opening import GroundOpener
from crowdmon.ui.picture.hover import Hover
from crowdmon.ui.picture.playback_control import PlaybackControl
from crowdmon.ui.picture.saving_pictures import PictureSaver
from crowdmon.ui.picture.style import StyleControl
from crowdmon.ui.readings.rule_control import RuleControl
from crowdmon.ui.roi.controller import RoiController
from crowdmon.ui.shell.asking import Asking
from crowdmon.ui.shell.docks import Docks, PanelContext, restore_size
from crowdmon.ui.shell.document import Document, DocumentDialogs
from crowdmon.ui.shell.menus import Handlers, Menus, When
from crowdmon.ui.shell.panels import Panels, dock_panels
from crowdmon.ui.shell.presenter import Presenter
from crowdmon.ui.shell.removals import Removals, RemovalStrip
from crowdmon.ui.shell.settings import Settings
from crowdmon.ui.shell.stylesheet import stylesheet
from crowdmon.ui.shell.taken import TakenStrip
from crowdmon.ui.sources.opening import SourceOpener
from crowdmon.ui.spot_check.opening import SpotCheckOpener
from crowdmon.ui.view_changed.opening import ViewChangedOpener
from crowdmon.ui.wall.control import WallControl
from crowdmon.ui.wall.site_bar import SiteBar
from crowdmon.view.plot_range import CHOICES
from crowdmon.view.theme import THEMES, Theme


class MainWindow(QMainWindow):
    """Cameras left, picture in the middle, readings right, plot below, status at the bottom."""

    def __init__(
        self,
        bridge: Bridge,
        *,
        settings: Settings | None = None,
        path: Path | None = None,
        beep: Callable[[], object] | None = None,
    ) -> None:
        """Show the bridge's cameras.

        Args:
            bridge: the way to the engine.
            settings: what is remembered; nothing if None.
            path: the configuration file the cameras are from.
            beep: makes the sound of alarms; the system's if None.
        """
        super().__init__()
        self.setWindowTitle("crowdmon")
        self.setMinimumSize(QSize(800, 560))
        screen = self.screen()
        self.resize(QSize(1440, 900).boundedTo(screen.availableSize()) if screen else QSize(1440, 900))
        self.setUnifiedTitleAndToolBarOnMac(True)
        self.bridge = bridge
        self.settings = settings or Settings()
        self.document = Document(bridge, path)
        self.dialogs = DocumentDialogs(self.document, self)
        self.panels = Panels()
        self.removal_strip = RemovalStrip()
        self.taken_strip = TakenStrip(bridge)
        self._middle = QStackedWidget()
        self._middle.addWidget(self.panels.first_run)
        self._middle.addWidget(self.panels.picture)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.alarm_desk = AlarmDesk(bridge, beep=beep)
        self.alarms = AlarmControl(self, bridge, self.alarm_desk, settings=self.settings)
        column.addWidget(self.alarms.strip)
        self.site_bar = SiteBar(bridge)
        column.addWidget(self.site_bar)
        column.addWidget(self.taken_strip)
        column.addWidget(self.removal_strip)
        column.addWidget(self._middle, 1)
        self.setCentralWidget(middle)
        self.setStatusBar(self.panels.status)
        self.presenter = Presenter(bridge, self.panels)
        context = PanelContext(bridge, self.settings, self.presenter, self.alarm_desk)
        self._docks = Docks(self, dock_panels(self.panels), context)
        self.docks = self._docks.docks
        """The docked panels, in the order of the registry."""
        self.rule = RuleControl(
            bridge, self.panels.inspector, self.presenter, beep=self.alarm_desk.sounder.test
        )
        self.wall = WallControl(
            bridge,
            self.presenter,
            self.settings,
            stack=self._middle,
            picture=self.panels.picture,
            cover=self._docks.cover,
        )
        self.site_bar.camera_asked.connect(self.wall.look_at)
        self.alarms.set_view(self.panels, self.presenter, self.wall, self._docks)
        self.hover = Hover(self.panels.picture.video, self.presenter)
        bridge.beat.connect(self.hover.refresh)
        self.playback = PlaybackControl(bridge, self.presenter, self.panels.picture.playback_bar)
        self.picture_style = StyleControl(
            bridge, self.settings, self.panels.picture, show_as=self.presenter.show
        )
        self.saver = PictureSaver(self, bridge, self.presenter, self.picture_style)
        self.opener = SourceOpener(self, bridge, self.presenter, settings=self.settings, dialogs=self.dialogs)
        self.rois = RoiController(self, bridge, self.presenter, self.panels)
        self.spot_checks = SpotCheckOpener(
            self, bridge, self.presenter, self.panels, settings=self.settings, dialogs=self.dialogs
        )
        self.ground = GroundOpener(
            self, bridge, self.presenter, private=lambda: self.spot_checks.checks.private
        )
        self.view_changed = ViewChangedOpener(
            self,
            bridge,
            self.presenter,
            self.panels.picture.view_row,
            private=lambda: self.spot_checks.checks.private,
        )
        self.asking = Asking(self, bridge, engine=lambda: self.panels.status.engine)
        self.menus = self._build_menus()
        self.removals = Removals(bridge, self.presenter, self.rois.editor, self.removal_strip, self.menus)
        self.document.opened.connect(self.removals.forget)
        bridge.config_taken.connect(lambda _config: self.removals.forget())
        self.presenter.cameras_changed.connect(self._cameras_changed)
        self.presenter.focus_changed.connect(self._show_title)
        self.document.changed.connect(self._show_title)
        self.panels.first_run.chosen.connect(self.opener.choose)
        self.panels.cameras.remove_asked.connect(self.removals.remove)
        self.panels.cameras.again_asked.connect(self.presenter.restart)
        self.panels.cameras.correct_asked.connect(self.opener.correct)
        rescue = self.panels.picture.rescue
        rescue.correct_asked.connect(lambda: self.opener.correct(self.presenter.focused))
        rescue.again_asked.connect(self.presenter.restart)
        rescue.remove_asked.connect(self.remove_focused)
        self._shown = -1
        self._laid_out = False
        self._settled = False
        self.set_theme(THEMES[self.settings.choice("theme", tuple(THEMES))])
        self.set_span_name(self.settings.choice("span", tuple(CHOICES)))
        self.presenter.set_config(bridge.config)
        restore_size(self, self.settings)

    def _build_menus(self) -> Menus:
        bar = self.menuBar()
        if bar is None:
            raise RuntimeError("this platform's window has no menu bar")
        menus = Menus(bar, self._handlers(), self._docks.actions())
        menus.choose("theme", self.settings.choice("theme", tuple(THEMES)))
        menus.choose("plot_time", self.settings.choice("span", tuple(CHOICES)))
        self.playback.usable_changed.connect(partial(menus.enable, When.RECORDING))
        self.rois.set_menus(menus)
        self.spot_checks.back_changed.connect(partial(menus.enable, When.WEIGHTS))
        plot = self.panels.plot
        plot.addActions(menus.submenus["plot_time"].actions())
        plot.addAction(menus.actions["save_plot"])

        def choose_span(name: str) -> None:
            menus.choose("plot_time", name)
            self.set_span_name(name)

        plot.tools.span_chosen.connect(choose_span)

        def tick() -> None:
            style = self.picture_style.style
            menus.check("show_heat", style.shown)
            menus.check("pixelate", style.private)
            menus.choose("palette", style.palette)
            menus.choose("heat_view", style.view)
            menus.choose("video", style.video)
            self.wall.follow(style)

        tick()
        self.picture_style.changed.connect(tick)
        self.alarms.set_menus(menus)
        self.wall.shown_changed.connect(partial(menus.check, "show_wall"))
        # ROIs are drawn on the picture of one camera.
        self.rois.editor.editing_changed.connect(lambda on: self.wall.leave() if on else None)
        self.wall.shown_changed.connect(lambda on: self.rois.editor.set_editing(False) if on else None)
        of_tile = ("restart_camera", "correct_source", "remove_camera", "spot_check")
        self.wall.wall.addActions([menus.actions[name] for name in of_tile])
        return menus

    def _handlers(self) -> Handlers:
        """Return what the entries of :data:`crowdmon.ui.shell.menus.MENUS` call, by handler name."""
        editor, files, style = self.rois.editor, self.rois.files, self.picture_style
        return {
            "open_source": self.opener.ask,
            "restart_camera": self.presenter.restart,
            "correct_source": lambda: self.opener.correct(self.presenter.focused),
            "remove_camera": self.remove_focused,
            "fill_recent": self.opener.fill_recent,
            "open_configuration": self.dialogs.open,
            "save": self.dialogs.save,
            "save_as": self.dialogs.save_as,
            "export_readings": self.asking.export_readings,
            "report_day": self.asking.report_day,
            "log_daily": self.asking.log_daily,
            "save_picture": self.saver.save_picture,
            "save_plot": lambda: self.saver.save_plot(self.panels.plot),
            "quit": self.close,
            "edit_rois": editor.set_editing,
            "new_roi": editor.begin_sketch,
            "undo": lambda: self.removals.undo(),
            "redo": editor.redo,
            "rename_roi": self.rois.rename,
            "insert_point": editor.insert_point,
            "delete_roi": editor.delete,
            "colour_roi": self.rois.recolour,
            "fill_copies": self.rois.fill_copies,
            "ground_plane": self.ground.open,
            "import_mat": files.import_mat,
            "import_yaml": files.import_yaml,
            "export_yaml": files.export_yaml,
            "show_wall": self.wall.set_shown,
            "show_heat": style.set_shown,
            "pixelate": style.set_private,
            "palette": style.set_palette,
            "heat_view": style.set_view,
            "video": style.set_video,
            "plot_time": self.set_span_name,
            "theme": self.set_theme_name,
            "full_screen": self.toggle_full_screen,
            "reset_layout": self.reset_layout,
            "spot_check": self.spot_checks.open,
            "adapt_camera": self.spot_checks.adapt,
            "weights_back": self.spot_checks.go_back,
            "acknowledge_alarm": self.alarms.acknowledge,
            "show_moment": self.alarms.show_moment,
            "mute_alarms": self.alarm_desk.mute,
            "show_alarms": self.alarms.show_list,
            "export_alarms": self.alarms.export,
            "toggle_playback": self.playback.toggle,
            "step_on": lambda: self.playback.step(1),
            "step_back": lambda: self.playback.step(-1),
            "show_shortcuts": self.asking.show_shortcuts,
            "show_about": self.asking.show_about,
        }

    def remove_focused(self) -> None:
        """Remove the camera that is looked at."""
        if self.presenter.focused:
            self.removals.remove(self.presenter.focused)

    def reset_layout(self) -> None:
        """Move every panel back to its default place."""
        self._docks.reset(cameras=len(self.bridge.config.cameras))

    def set_theme_name(self, name: str) -> None:
        """Use one of :data:`crowdmon.view.theme.THEMES`, and remember it."""
        self.settings.keep("theme", name)
        self.set_theme(THEMES[name])

    def set_theme(self, theme: Theme) -> None:
        """Draw the whole window in other colours."""
        self.setStyleSheet(stylesheet(theme))
        self.panels.picture.set_theme(theme)
        self.panels.status.set_theme(theme)
        self._docks.set_theme(theme)
        self.presenter.set_theme(theme)
        self.wall.set_theme(theme)
        self.alarms.strip.set_theme(theme)
        self.site_bar.set_theme(theme)
        self.spot_checks.set_theme(theme)
        self.ground.set_theme(theme)
        self.view_changed.set_theme(theme)

    def set_span_name(self, name: str) -> None:
        """Let the plot show one of :data:`crowdmon.view.plot_range.CHOICES`, and remember it."""
        self.settings.keep("span", name)
        self.panels.plot.set_span(CHOICES[name])
        self.panels.plot.tools.show_span(name)

    def toggle_full_screen(self) -> None:
        """Use the whole screen, or go back to a window."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def showEvent(self, a0: QShowEvent | None) -> None:  # noqa: N802
        """Lay the panels out when the window's size is known for the first time."""
        super().showEvent(a0)
        if not self._laid_out:
            self._laid_out = True
            self.reset_layout()
            self._docks.restore(self.settings, cameras=self._shown)

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:  # noqa: N802
        """Return to the wall on Escape, if nothing else needed it."""
        if a0 is None or a0.key() != Qt.Key.Key_Escape or not self.wall.back():
            super().keyPressEvent(a0)

    def closeEvent(self, a0: QCloseEvent | None) -> None:  # noqa: N802
        """Remember the layout and close, after asking about unsaved changes."""
        if a0 is not None and not self._settled and self.document.dirty:
            a0.ignore()
            self.dialogs.settle(self._close_for_good, asking="closing")
            return
        self.remember()
        super().closeEvent(a0)

    def remember(self) -> None:
        """Keep size and layout for the next time."""
        if self._laid_out:
            self._docks.keep(self.settings, cameras=self._shown)
        self.spot_checks.close()
        self.ground.close()
        self.settings.sync()

    def _close_for_good(self) -> None:
        self._settled = True
        self.close()

    def _show_title(self) -> None:
        words = (self.presenter.focused, self.document.label(), "crowdmon")
        self.setWindowTitle(" – ".join(filter(None, words)))

    def _cameras_changed(self, count: int) -> None:
        some = count > 0
        if not some:
            self._middle.setCurrentWidget(self.panels.first_run)
        self.wall.set_cameras(count)
        self.panels.status.setVisible(some)
        self.menus.enable(When.CAMERA, some)
        before, self._shown = self._shown, count
        if min(before, 2) != min(count, 2):  # none, one and several have layouts of their own
            if self._laid_out:
                self._docks.keep(self.settings, cameras=before)
            self.reset_layout()
            self._docks.restore(self.settings, cameras=count)
        if not some:
            self.panels.first_run.setFocus()
