"""Every panel of the window, made once and handed around as one value."""

from __future__ import annotations

from dataclasses import dataclass, field

from crowdmon.ui.camera_list import CameraList
from crowdmon.ui.count_plot import CountPlot
from crowdmon.ui.first_run import FirstRun
from crowdmon.ui.readings_panel import ReadingsPanel
from crowdmon.ui.stage import Stage
from crowdmon.ui.status_bar import StatusBar
from crowdmon.ui.theme import Theme


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
