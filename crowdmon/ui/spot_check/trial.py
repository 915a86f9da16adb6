"""Old and new weights on the frames that somebody labelled, painted side by side. Runs in the background."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from crowdmon import picture
from crowdmon.engine.background import BackgroundTask
from crowdmon.engine.counters import with_weights
from crowdmon.engine.protocols import CounterFactory, CounterLike
from crowdmon.track.measure import measure
from crowdmon.ui.spot_check.held_out import HeldOut
from crowdmon.ui.spot_check.held_out import read as read_held_out
from crowdmon.ui.spot_check.keeping import frame_name, picture_rgb
from crowdmon.values import WHOLE_FRAME, DensityMap, Frame, Roi
from crowdmon.view.frozen import KeptCheck

MOST = 12
"""Frames that are shown at most."""

_LARGEST = 960
"""Pixels across a painted picture at most; it is shown in half a window."""

_SCRIM = 0.45
"""How bright the picture is under its heatmap."""


@dataclass(frozen=True, eq=False, slots=True)
class Pair:
    """One labelled frame under both weights.

    Attributes:
        time: epoch seconds.
        truth: heads that somebody clicked.
        before, after: people that are counted.
        pictures: HxWx3 RGB with the heatmap, before and after.
        held_out: whether it was counted by what had not learned it.
    """

    time: float
    truth: int
    before: float
    after: float
    pictures: tuple[NDArray[np.uint8], NDArray[np.uint8]]
    held_out: bool = False


def pairs(
    task: BackgroundTask,
    kept: Sequence[KeptCheck],
    *,
    history: Path | None,
    counters: CounterFactory,
    base: Path | None,
    adapted: Path,
    rois: Sequence[Roi] = (),
    held_out: Path | None = None,
) -> list[Pair]:
    """Count the labelled frames with the weights so far and with the adapted ones.

    The adapted weights have learned the frames. Where ``held_out`` names a file with what was counted before
    that, by networks that had not seen the frame, this is shown instead.

    Raises:
        WeightsError, CountingError: the adapted weights cannot be used.
    """
    after = with_weights(counters, adapted)
    before = counters() if base is None else with_weights(counters, base)
    unseen = read_held_out(held_out) if held_out else {}
    found: list[Pair] = []
    for number, one in enumerate(kept[:MOST], 1):
        if task.cancelled.is_set():
            break
        rgb = picture_rgb(one, history)
        if rgb is not None:
            found.append(_pair(one, rgb, (before, after), rois, unseen.get(frame_name(number))))
    return found


def _pair(
    kept: KeptCheck,
    rgb: NDArray[np.uint8],
    counters: tuple[CounterLike, CounterLike],
    rois: Sequence[Roi],
    unseen: HeldOut | None,
) -> Pair:
    frame = Frame(rgb.copy(), camera=kept.check.camera, time=kept.check.time)
    first, second = (counter.count(frame) for counter in counters)
    if unseen is not None and unseen[0].shape == first.people.shape:
        first, second = (
            replace(one, people=people) for one, people in zip((first, second), unseen, strict=True)
        )
        counts = first.count, second.count  # inside the ROI; outside of it these maps hold nobody
    else:
        unseen = None
        counts = _count(first, kept, rois), _count(second, kept, rois)
    scale = min(1.0, _LARGEST / rgb.shape[1])
    width, height = max(round(rgb.shape[1] * scale), 1), max(round(rgb.shape[0] * scale), 1)
    small = np.asarray(cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    dark = (small * _SCRIM).astype(np.uint8)  # or a bright scene would drown the colours
    before, after = (picture.blend(dark, picture.heat(one, width, height)) for one in (first, second))
    return Pair(kept.check.time, kept.check.truth, *counts, (before, after), held_out=unseen is not None)


def _count(density: DensityMap, kept: KeptCheck, rois: Sequence[Roi]) -> float:
    chosen = [roi for roi in rois if roi.key == kept.check.roi_key]
    return measure(density, chosen).roi(chosen[0].name if chosen else WHOLE_FRAME).count or 0.0
