"""The panels of the window, and the registry of those that are docked around the picture."""

from __future__ import annotations

from dataclasses import dataclass, field

from crowdmon.ui.alarms.panel import AlarmPanel
from crowdmon.ui.picture.picture_pane import PicturePane
from crowdmon.ui.plot.count_plot import CountPlot
from crowdmon.ui.readings.inspector import Inspector
from crowdmon.ui.readings.readings_panel import ReadingsPanel
from crowdmon.ui.shell.docks import BELOW, LEFT, RIGHT, PanelSpec
from crowdmon.ui.shell.first_run import FirstRun
from crowdmon.ui.shell.status_bar import StatusBar
from crowdmon.ui.sources.camera_list import CameraList


@dataclass(frozen=True, slots=True)
class Panels:
    """The panels that show the camera looked at."""

    first_run: FirstRun = field(default_factory=FirstRun)
    picture: PicturePane = field(default_factory=PicturePane)
    cameras: CameraList = field(default_factory=CameraList)
    readings: ReadingsPanel = field(default_factory=ReadingsPanel)
    inspector: Inspector = field(default_factory=Inspector)
    plot: CountPlot = field(default_factory=CountPlot)
    status: StatusBar = field(default_factory=StatusBar)


def dock_panels(panels: Panels) -> tuple[PanelSpec, ...]:
    """Return the registry: one line a docked panel, in the order of the View menu.

    A new panel is a file with a widget that takes a :class:`~crowdmon.ui.shell.docks.PanelContext`, and a
    line here, such as the one of the alarms.
    """
    return (
        # One camera needs no list; several do.
        PanelSpec("Cameras", lambda _: panels.cameras, LEFT, least_cameras=2),
        PanelSpec("Readings", lambda _: panels.readings, RIGHT),
        PanelSpec("Selected ROI", lambda _: panels.inspector, RIGHT),
        PanelSpec("Alarms", AlarmPanel, RIGHT, beside="Selected ROI", at_first=False),
        PanelSpec("Count over time", lambda _: panels.plot, BELOW),
    )
