"""One picture that stands still while somebody counts its heads, with what was counted in it. Pure."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from crowdmon.config import CameraConfig
from crowdmon.facts import SpotCheck
from crowdmon.track.ground import region_of
from crowdmon.track.measure import measure
from crowdmon.values import WHOLE_FRAME, DensityMap, Frame
from crowdmon.view.heads import Point

BLANK = (0x21, 0x28, 0x32)
"""What is shown of a picture that was not kept."""

_MOST_HEADS = 20_000


@dataclass(frozen=True, slots=True)
class Area:
    """A ROI, or the whole picture, as it was when the picture was frozen.

    Attributes:
        roi, id: its name and what it is kept by; see :class:`~crowdmon.values.RoiReading`.
        count: people that were counted in it.
        outline: where heads count, in fractions of the picture; None for the whole picture.
    """

    roi: str
    id: str
    count: float
    outline: tuple[Point, ...] | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Frozen:
    """A picture to count heads in.

    Attributes:
        frame: the picture; a blank one if it was not kept.
        camera_id: what its camera is kept by; empty for the same as its name.
        areas: what was counted: the whole picture first, unless only ROIs are counted, then each ROI.
        weights: short name of the weights that counted.
        density: where people were seen; None if that was not kept.
    """

    frame: Frame
    camera_id: str
    areas: tuple[Area, ...]
    weights: str = ""
    density: DensityMap | None = None

    @property
    def kept(self) -> bool:
        """Whether there is a picture to look at."""
        return self.density is not None

    def area(self, roi: str) -> Area:
        """Return one area; the first if there is none of that name."""
        return next((one for one in self.areas if one.roi == roi), self.areas[0])


def freeze(camera: CameraConfig, frame: Frame, density: DensityMap) -> Frozen:
    """Freeze a picture and what was counted in it; both are of the same moment."""
    rois = camera.to_rois()
    aspect = density.grid.width / density.grid.height
    reading = measure(density, rois)
    outlines: dict[str, tuple[Point, ...] | None] = {WHOLE_FRAME: None}
    outlines |= {roi.name: tuple(region_of(roi, aspect).heads) for roi in rois}
    areas = tuple(
        Area(one.roi, one.id, one.count, outlines[one.roi]) for one in reading.rois if one.count is not None
    )
    return Frozen(frame, camera.id or "", areas, density.weights, density)


@dataclass(frozen=True, slots=True)
class Draft:
    """A check that is not done yet: what is kept of it when its window is closed.

    Attributes:
        frozen: the picture.
        roi: which area is checked.
        heads: what was clicked so far.
        keep: whether the picture is to be kept.
    """

    frozen: Frozen
    roi: str = WHOLE_FRAME
    heads: tuple[Point, ...] = ()
    keep: bool = False


def to_check(
    frozen: Frozen, roi: str, heads: tuple[Point, ...], *, who: str = "", picture: str | None = None
) -> SpotCheck:
    """Return the finished check as a fact; ``heads`` are those inside of the area."""
    area = frozen.area(roi)
    return SpotCheck(
        time=frozen.frame.time,
        camera=frozen.frame.camera,
        camera_id=frozen.camera_id,
        roi=area.roi,
        roi_id=area.id,
        truth=len(heads),
        count=area.count,
        weights=frozen.weights,
        who=who,
        heads=heads,
        size=frozen.frame.size,
        picture=picture,
    )


def to_text(draft: Draft) -> str:
    """Return a draft as text, without its picture."""
    frame = draft.frozen.frame
    areas = [
        {"roi": one.roi, "id": one.id, "count": one.count, "outline": one.outline}
        for one in draft.frozen.areas
    ]
    return json.dumps(
        {
            "camera": frame.camera,
            "camera_id": draft.frozen.camera_id,
            "time": frame.time,
            "size": frame.size,
            "weights": draft.frozen.weights,
            "areas": areas,
            "roi": draft.roi,
            "heads": draft.heads,
        }
    )


def from_text(text: str) -> Draft | None:
    """Read what :func:`to_text` has written, with a blank picture; None if it cannot be read."""
    try:
        said = json.loads(text)
        width, height = (int(value) for value in said["size"])
        if not (0 < width <= 16_384 and 0 < height <= 16_384 and math.isfinite(said["time"])):
            return None
        # Small: all that matters of a blank picture is its shape.
        scale = max(width, height, 640) / 640
        rgb = np.full((max(round(height / scale), 1), max(round(width / scale), 1), 3), BLANK, np.uint8)
        frame = Frame(rgb, camera=str(said["camera"]), time=float(said["time"]), size=(width, height))
        areas = tuple(
            Area(str(one["roi"]), str(one["id"]), float(one["count"]), _points(one["outline"]))
            for one in said["areas"]
        )
        heads = _points(said["heads"])
        if not areas or heads is None:
            return None
        frozen = Frozen(frame, str(said["camera_id"]), areas, str(said["weights"]))
        return Draft(frozen, str(said["roi"]), heads)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        return None


def _points(said: object) -> tuple[Point, ...] | None:
    if said is None:
        return None
    if not isinstance(said, list) or len(said) > _MOST_HEADS:
        raise ValueError("no points")
    points = tuple((float(x), float(y)) for x, y in said)
    if not all(math.isfinite(value) for point in points for value in point):
        raise ValueError("no points")
    return points


@dataclass(frozen=True, slots=True)
class KeptCheck:
    """A spot check, and the picture of it if that is at hand.

    Attributes:
        check: the fact.
        frame: its picture; None if it was not kept, or is a file.
    """

    check: SpotCheck
    frame: Frame | None = field(default=None, compare=False)


def by_camera(checks: Mapping[float, KeptCheck], key: str) -> list[KeptCheck]:
    """Return the checks of one camera by its key, the oldest first."""
    return [one for _, one in sorted(checks.items()) if one.check.camera_key == key]
