"""Every panel of the window, made once and handed around as one value."""

from __future__ import annotations

from dataclasses import dataclass, field

from crowdmon.ui.picture.stage import Stage
from crowdmon.ui.plot.count_plot import CountPlot
from crowdmon.ui.readings.readings_panel import ReadingsPanel
from crowdmon.ui.shell.first_run import FirstRun
from crowdmon.ui.shell.status_bar import StatusBar
from crowdmon.ui.sources.camera_list import CameraList
from crowdmon.view.theme import Theme


@dataclass(frozen=True, slots=True)
class Panels:
    """The panels, without their arrangement."""

    first_run: FirstRun = field(default_factory=FirstRun)
    stage: Stage = field(default_factory=Stage)
    cameras: CameraList = field(default_factory=CameraList)
    readings: ReadingsPanel = field(default_factory=ReadingsPanel)
    plot: CountPlot = field(default_factory=CountPlot)
    status: StatusBar = field(default_factory=StatusBar)

    def set_theme(self, theme: Theme) -> None:
        """Draw all of them in other colours."""
        self.stage.set_theme(theme)
        self.cameras.set_theme(theme)
        self.plot.set_theme(theme)
        self.status.set_theme(theme)
