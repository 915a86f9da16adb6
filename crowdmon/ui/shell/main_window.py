"""The window. It arranges panels and menus; what they show is the presenter's business."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QAction, QCloseEvent, QShowEvent
from PyQt6.QtWidgets import QMainWindow, QMessageBox, QStackedWidget

from crowdmon import __version__
from crowdmon.config import CameraConfig
from crowdmon.ui.bridge import Bridge
from crowdmon.ui.export.daily_dialog import DailyDialog
from crowdmon.ui.export.export_dialog import ExportDialog
from crowdmon.ui.picture.hover import Hover
from crowdmon.ui.picture.playback import Playing
from crowdmon.ui.picture.saving_pictures import PictureSaver
from crowdmon.ui.roi.menu import RoiDesk
from crowdmon.ui.shell import layout
from crowdmon.ui.shell.display import Display
from crowdmon.ui.shell.dock import Dock
from crowdmon.ui.shell.document import Document
from crowdmon.ui.shell.filing import Filing
from crowdmon.ui.shell.menus import build_menus
from crowdmon.ui.shell.panels import Panels
from crowdmon.ui.shell.presenter import Presenter
from crowdmon.ui.shell.settings import Settings
from crowdmon.ui.shell.stylesheet import stylesheet
from crowdmon.ui.sources.opening import Opening
from crowdmon.ui.sources.source_dialog import SourceDialog
from crowdmon.view.plot_range import CHOICES
from crowdmon.view.theme import THEMES, Theme

LEFT_PX, RIGHT_PX, BELOW_PX = 200, 300, 172

DEMO = {"name": "Demo plaza", "source": "synthetic:plaza?people=40&seed=1"}

_AREAS = (
    Qt.DockWidgetArea.LeftDockWidgetArea,
    Qt.DockWidgetArea.RightDockWidgetArea,
    Qt.DockWidgetArea.BottomDockWidgetArea,
)


class MainWindow(QMainWindow):
    """Cameras left, picture in the middle, readings right, plot below, status at the bottom."""

    def __init__(self, bridge: Bridge, *, settings: Settings | None = None, path: Path | None = None) -> None:
        """Show the bridge's cameras.

        Args:
            bridge: the way to the engine.
            settings: what is remembered; nothing if None.
            path: the configuration file the cameras are from.
        """
        super().__init__()
        self.setWindowTitle("crowdmon")
        self.setMinimumSize(QSize(800, 560))
        screen = self.screen()
        self.resize(QSize(1440, 900).boundedTo(screen.availableSize()) if screen else QSize(1440, 900))
        self.setUnifiedTitleAndToolBarOnMac(True)
        self.bridge = bridge
        self.settings = settings or Settings()
        self.filing = Filing(Document(bridge, path), self)
        self.panels = Panels()
        self.camera_actions: list[QAction] = []
        """Actions that make sense only while there is a camera."""
        self.rois: RoiDesk
        """The ROI editor and what belongs to it; made with the menus."""
        self._middle = QStackedWidget()
        self._middle.addWidget(self.panels.first_run)
        self._middle.addWidget(self.panels.stage)
        self.setCentralWidget(self._middle)
        self.setStatusBar(self.panels.status)
        self.docks = [
            Dock("Cameras", self.panels.cameras, self),
            Dock("Readings", self.panels.readings, self),
            Dock("Count over time", self.panels.plot, self),
        ]
        self.presenter = Presenter(bridge, self.panels)
        self.hover = Hover(self.panels.stage.video, self.presenter)
        bridge.beat.connect(self.hover.refresh)
        self.playing = Playing(bridge, self.presenter, self.panels.stage.playback)
        self.display = Display(bridge, self.settings, self.panels.stage)
        self.saver = PictureSaver(self, self.display)
        self.opening = Opening(self)
        build_menus(self)
        self.presenter.cameras_changed.connect(self._cameras_changed)
        self.presenter.focus_changed.connect(self._entitle)
        self.filing.document.changed.connect(self._entitle)
        self.panels.first_run.chosen.connect(self._first_choice)
        self.panels.cameras.remove_asked.connect(self.presenter.remove)
        self._shown = -1
        self._laid_out = False
        self._settled = False
        self.set_theme(THEMES[self.settings.choice("theme", tuple(THEMES))])
        self.set_span_name(self.settings.choice("span", tuple(CHOICES)))
        self.presenter.set_config(bridge.config)
        layout.restore_size(self, self.settings)

    def open_source(self, kind: str = "network") -> None:
        """Ask for a source and open it."""
        taken = [camera.name for camera in self.bridge.config.cameras]
        dialog = SourceDialog(self, kind=kind, taken=taken, bridge=self.bridge)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(self.add_camera)
        dialog.open()

    def export_readings(self) -> None:
        """Ask which readings to export, and write them."""
        history = self.bridge.config.record.history
        path = None if history is None else Path(history).expanduser()
        dialog = ExportDialog(self.bridge, self, history=path if path and path.is_file() else None)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def log_daily(self) -> None:
        """Ask whether readings are written to a CSV a day, and where."""
        dialog = DailyDialog(self.bridge, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def remove_focused(self) -> None:
        """Close the camera that is looked at."""
        if self.presenter.focused:
            self.presenter.remove(self.presenter.focused)

    def reset_layout(self) -> None:
        """Bring every panel back to where it was on the first day."""
        for dock, area in zip(self.docks, _AREAS, strict=True):
            dock.setFloating(False)
            self.addDockWidget(area, dock)
        # One camera needs no list; several do.
        counts = len(self.bridge.config.cameras)
        for dock, wanted in zip(self.docks, (counts > 1, counts > 0, counts > 0), strict=True):
            dock.setVisible(wanted)
        sides = [min(LEFT_PX, self.width() * LEFT_PX // 1200), min(RIGHT_PX, self.width() * RIGHT_PX // 1200)]
        self.resizeDocks(self.docks[:2], sides, Qt.Orientation.Horizontal)
        self.resizeDocks(self.docks[2:], [BELOW_PX], Qt.Orientation.Vertical)

    def set_theme_name(self, name: str) -> None:
        """Use one of :data:`theme.THEMES`, and remember it."""
        self.settings.keep("theme", name)
        self.set_theme(THEMES[name])

    def set_theme(self, theme: Theme) -> None:
        """Draw the whole window in other colours."""
        self.setStyleSheet(stylesheet(theme))
        self.panels.set_theme(theme)
        self.presenter.set_theme(theme)
        for dock in self.docks:
            dock.set_theme(theme)

    def set_span_name(self, name: str) -> None:
        """Let the plot show one of :data:`plot_window.CHOICES`, and remember it."""
        self.settings.keep("span", name)
        self.panels.plot.set_span(CHOICES[name])

    def toggle_full_screen(self) -> None:
        """Use the whole screen, or go back to a window."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def show_about(self) -> None:
        """Say what this is, what it counts with and under which licence."""
        device = self.panels.status.device
        box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowTitle("About crowdmon")
        box.setText(f"crowdmon {__version__}")
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setInformativeText(f"{device.text()}.\nFree software, GPL-3.0-or-later.")
        box.open()

    def showEvent(self, a0: QShowEvent | None) -> None:  # noqa: N802
        """Lay the panels out when the window's size is known for the first time."""
        super().showEvent(a0)
        if not self._laid_out:
            self._laid_out = True
            self.reset_layout()
            layout.restore(self, self.settings, cameras=self._shown)

    def closeEvent(self, a0: QCloseEvent | None) -> None:  # noqa: N802
        """Remember the layout and go, once it is settled what becomes of unsaved changes."""
        if a0 is not None and not self._settled and self.filing.document.dirty:
            a0.ignore()
            self.filing.settle(self._close_for_good, asking="closing")
            return
        self.remember()
        super().closeEvent(a0)

    def remember(self) -> None:
        """Keep size and layout for the next time."""
        if self._laid_out:
            layout.keep(self, self.settings, cameras=self._shown)
        self.settings.sync()

    def _close_for_good(self) -> None:
        self._settled = True
        self.close()

    def add_camera(self, camera: CameraConfig) -> None:
        """Open a camera, look at it, and remember its source."""
        self.settings.opened(camera.source)
        self.presenter.add(camera)

    def _first_choice(self, kind: str) -> None:
        if kind == "demo":
            self.presenter.add_named(DEMO)
        else:
            self.open_source("network" if kind == "camera" else "file")

    def _entitle(self) -> None:
        words = (self.presenter.focused, self.filing.document.label(), "crowdmon")
        self.setWindowTitle(" – ".join(filter(None, words)))

    def _cameras_changed(self, count: int) -> None:
        some = count > 0
        self._middle.setCurrentWidget(self.panels.stage if some else self.panels.first_run)
        self.panels.status.setVisible(some)
        for action in self.camera_actions:
            action.setEnabled(some)
        before, self._shown = self._shown, count
        if min(before, 2) != min(count, 2):  # none, one and several have layouts of their own
            if self._laid_out:
                layout.keep(self, self.settings, cameras=before)
            self.reset_layout()
            layout.restore(self, self.settings, cameras=count)
        if not some:
            self.panels.first_run.setFocus()
