"""Which readings of a history are meant. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """Which readings are meant.

    Attributes:
        since, until: epoch seconds, ``since <= time < until``.
        cameras, rois: names, :data:`~crowdmon.values.WHOLE_FRAME` for the whole picture; None for all.
        series: pairs of camera and ROI, for a choice that differs from camera to camera; None for all.
    """

    since: float = -math.inf
    until: float = math.inf
    cameras: frozenset[str] | None = None
    rois: frozenset[str] | None = None
    series: frozenset[tuple[str, str]] | None = None

    def takes(self, camera: str, roi: str) -> bool:
        """Whether a ROI of a camera is meant."""
        return (
            meant(camera, self.cameras)
            and meant(roi, self.rois)
            and (self.series is None or (camera, roi) in self.series)
        )


EVERYTHING = Selection()


def meant(name: str | None, chosen: frozenset[str] | None) -> bool:
    """Whether a name is chosen; what belongs to no camera or ROI alone belongs to any."""
    return chosen is None or name is None or name in chosen
