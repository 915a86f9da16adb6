"""What the window knows about one camera, and the rule that an old number never looks new. No Qt."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from crowdmon.area import HeatArea, area_of
from crowdmon.config import CameraConfig
from crowdmon.track.measure import measure
from crowdmon.values import (
    WHOLE_FRAME,
    CameraState,
    DensityMap,
    GroundPlane,
    Reading,
    ReadingState,
    RoiReading,
    Status,
)
from crowdmon.view.curves import BACKWARDS_S, Curves
from crowdmon.view.in_step import Sight

FRESH = (CameraState.LIVE, CameraState.PAUSED)
"""States in which a picture may be shown in colour and a count as a number."""


@dataclass(slots=True)
class CameraValues:
    """The newest values of one camera, and what the plot draws of it.

    ``last_ok`` is the newest reading that was counted, however old; ``reading`` may be one without a number.
    ``maps`` are the last counts, for the area of heat. A ``recording`` plays in its own time.
    """

    config: CameraConfig
    status: Status | None = None
    sight: Sight | None = None
    density: DensityMap | None = None
    maps: deque[DensityMap] = field(default_factory=lambda: deque(maxlen=32))
    recording: bool = False
    plane: GroundPlane | None = None
    reading: Reading | None = None
    last_ok: Reading | None = None
    history: Curves = field(default_factory=Curves)

    def counted(self, density: DensityMap) -> None:
        """Take another count."""
        self.density = density
        self.maps.append(density)

    def set_recording(self, recording: bool) -> None:
        """Say whether it is a recording, whose curve runs in its own time."""
        if recording is not self.recording:
            self.recording, self.history = recording, Curves(backwards=0.0 if recording else BACKWARDS_S)

    def remember(self, reading: Reading) -> None:
        """Add a reading to the curve; of a recording, one that belongs to a picture."""
        if not self.recording:
            self.history.add(reading)
        elif reading.pts is not None:
            self.history.add(replace(reading, time=reading.pts))

    def plot_time(self, now: float) -> float:
        """Return the right end of the curve: now, or how far a recording has come."""
        return self.history.newest if self.recording else now

    def area(self) -> HeatArea | None:
        """Return where it is crowded, by the last counts; None before the first."""
        return area_of(self.maps, self.plane) if self.maps else None

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
        before, self.config = {roi.key: roi for roi in self.config.to_rois()}, config
        self.plane = None if config.ground is None else config.ground.to_plane()
        now = {roi.key: roi for roi in config.to_rois()}
        there = {key for key, roi in now.items() if key in before and before[key].place == roi.place}
        # With the curve of another place, the arrow would be wrong.
        self.history.forget(before.keys() - there)
        if self.reading is None or self.reading.state is not ReadingState.OK or self.density is None:
            return
        known = {one.key: one for one in self.reading.rois}
        fresh = measure(self.density, config.to_rois(), whole=config.counts_whole).rois
        same = {key for key in there if now[key].area_m2 == before[key].area_m2} | {WHOLE_FRAME}
        rois = tuple(
            replace(known[one.key], roi=one.roi, id=one.id) if one.key in known and one.key in same else one
            for one in fresh
        )
        self.reading = replace(self.reading, rois=rois, camera=config.name, camera_id=config.id or "")

    def curve(self, roi: str, *, since: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return (times, counts) of a ROI, by its name; see :meth:`Curves.curve`."""
        key = next((one.key for one in self.config.rois if one.name == roi), roi)
        return self.history.curve(key, since=since)
