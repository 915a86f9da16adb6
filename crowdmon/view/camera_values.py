"""What the window knows about one camera, and the rule that an old number never looks new. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from crowdmon.config import CameraConfig
from crowdmon.track.measure import measure
from crowdmon.values import (
    WHOLE_FRAME,
    CameraState,
    DensityMap,
    Frame,
    Reading,
    ReadingState,
    RoiReading,
    Status,
)
from crowdmon.view.curves import Curves

FRESH = (CameraState.LIVE, CameraState.PAUSED)
"""States in which a picture may be shown in colour and a count as a number."""


@dataclass(slots=True)
class CameraValues:
    """The newest values of one camera, and what the plot draws of it.

    ``last_ok`` is the newest reading that was counted, however old; ``reading`` may be one without a number.
    """

    config: CameraConfig
    status: Status | None = None
    view: Frame | None = None
    density: DensityMap | None = None
    reading: Reading | None = None
    last_ok: Reading | None = None
    history: Curves = field(default_factory=Curves)

    def known(self, roi: str) -> RoiReading | None:
        """Return the reading of a ROI if it is valid for the present picture; else None."""
        fresh = self.status is not None and self.status.state in FRESH
        if not fresh or self.reading is None or self.reading.state is not ReadingState.OK:
            return None
        return next((one for one in self.reading.rois if one.roi == roi), None)

    def count(self, roi: str = WHOLE_FRAME) -> float | None:
        """Return the count of a ROI if it is valid now."""
        known = self.known(roi)
        return None if known is None else known.count

    def redraw(self, config: CameraConfig) -> None:
        """Set other ROIs. New or moved ones are counted in the density map on the screen, if it holds them.

        A paused picture is not counted again, and an old number must not stand on a new outline.
        """
        before, self.config = {roi.name: roi for roi in self.config.to_rois()}, config
        now = {roi.name: roi.place for roi in config.to_rois()}
        # With the curve of another place, the arrow would be wrong.
        self.history.forget(name for name, roi in before.items() if now.get(name) != roi.place)
        if self.reading is None or self.reading.state is not ReadingState.OK or self.density is None:
            return
        known = {one.roi: one for one in self.reading.rois}
        fresh = measure(self.density, config.to_rois(), whole=config.counts_whole).rois
        same = {roi.name for roi in config.to_rois() if before.get(roi.name) == roi} | {WHOLE_FRAME}
        rois = tuple(known.get(one.roi, one) if one.roi in same else one for one in fresh)
        self.reading = replace(self.reading, rois=rois)
