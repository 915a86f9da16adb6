"""Old and new weights on the frames that somebody labelled, painted side by side. Runs in the background."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from crowdmon import picture
from crowdmon.engine.background import BackgroundTask
from crowdmon.engine.counters import with_weights
from crowdmon.engine.protocols import CounterFactory, CounterLike
from crowdmon.track.measure import measure
from crowdmon.ui.spot_check.keeping import picture_rgb
from crowdmon.values import WHOLE_FRAME, Frame, Roi
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
    """

    time: float
    truth: int
    before: float
    after: float
    pictures: tuple[NDArray[np.uint8], NDArray[np.uint8]]


def pairs(
    task: BackgroundTask,
    kept: Sequence[KeptCheck],
    *,
    history: Path | None,
    counters: CounterFactory,
    base: Path | None,
    adapted: Path,
    rois: Sequence[Roi] = (),
) -> list[Pair]:
    """Count the labelled frames with the weights so far and with the adapted ones.

    Raises:
        WeightsError, CountingError: the adapted weights cannot be used.
    """
    after = with_weights(counters, adapted)
    before = counters() if base is None else with_weights(counters, base)
    found: list[Pair] = []
    for one in kept[:MOST]:
        if task.cancelled.is_set():
            break
        rgb = picture_rgb(one, history)
        if rgb is not None:
            found.append(_pair(one, rgb, (before, after), rois))
    return found


def _pair(
    kept: KeptCheck, rgb: NDArray[np.uint8], counters: tuple[CounterLike, CounterLike], rois: Sequence[Roi]
) -> Pair:
    frame = Frame(rgb.copy(), camera=kept.check.camera, time=kept.check.time)
    densities = [counter.count(frame) for counter in counters]
    chosen = [roi for roi in rois if roi.key == kept.check.roi_key]
    name = chosen[0].name if chosen else WHOLE_FRAME
    counts = [measure(density, chosen).roi(name).count or 0.0 for density in densities]
    scale = min(1.0, _LARGEST / rgb.shape[1])
    width, height = max(round(rgb.shape[1] * scale), 1), max(round(rgb.shape[0] * scale), 1)
    small = np.asarray(cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    dark = (small * _SCRIM).astype(np.uint8)  # or a bright scene would drown the colours
    before, after = (picture.blend(dark, picture.heat(one, width, height)) for one in densities)
    return Pair(kept.check.time, kept.check.truth, counts[0], counts[1], (before, after))
