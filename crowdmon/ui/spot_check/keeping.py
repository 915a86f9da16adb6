"""Where spot checks and their pictures are kept, and read again. No widgets; it runs in the background."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crowdmon import atomic
from crowdmon.capture.still import read_rgb
from crowdmon.config import AppConfig, CameraConfig, RoiConfig, save
from crowdmon.counting.weights import load
from crowdmon.errors import CrowdmonError, SinkError
from crowdmon.facts import SpotCheck
from crowdmon.picture import write_png
from crowdmon.sinks.history.pictures import keep_picture, picture_name, picture_of
from crowdmon.sinks.history.query import HistoryReader
from crowdmon.sinks.history.selection import Selection
from crowdmon.track.ground import region_of
from crowdmon.values import WHOLE_FRAME, Frame
from crowdmon.view.frozen import KeptCheck
from crowdmon.view.moments import Usual, usual_of

WEEK = 7 * 86_400.0
"""Seconds of the past that say what is usual at a camera."""

_QUARTER = 900


def history_of(config: AppConfig) -> Path | None:
    """Return the history file of a configuration; None if it names none."""
    named = config.record.history
    return None if named is None else Path(named).expanduser()


@dataclass(frozen=True, slots=True)
class Past:
    """What a history file knows about one camera: its checks, and what is usual there."""

    checks: tuple[SpotCheck, ...] = ()
    usual: Usual | None = None


def past_of(history: Path | None, *, camera: str, key: str, now: float) -> Past:
    """Read what a history file knows; nothing if there is no file yet.

    Args:
        history: the file; None for none.
        camera, key: the camera's name, and what it is kept by.
        now: epoch seconds.

    Raises:
        CrowdmonError: there is a file, and it cannot be read.
    """
    if history is None or not history.is_file():
        return Past()
    with HistoryReader(history) as reader:
        checks = tuple(one for one in reader.spot_checks(Selection()) if one.camera_key == key)
        if camera not in reader.cameras():
            return Past(checks)
        chosen = Selection(since=now - WEEK, cameras=frozenset({camera}), rois=frozenset({WHOLE_FRAME}))
        bins = reader.bins(_QUARTER, chosen)
        counts = [(float(one.start), one.mean) for one in bins if one.mean is not None]
    return Past(checks, usual_of(counts))


def name_of(frame: Frame) -> str:
    """Return the name under which the picture of a check is kept."""
    return picture_name(frame.camera, frame.time)


def keep(history: Path, frame: Frame) -> None:
    """Keep the picture of a check in the folder of the history; SinkError if it cannot be written."""
    keep_picture(history, frame.rgb, camera=frame.camera, time=frame.time)


def weights_place(folder: Path, camera: str, day: date) -> Path:
    """Return a free name for weights of a camera, which says whose they are and from which day."""
    words = "-".join("".join(c if c.isalnum() else " " for c in camera).split())[:48] or "camera"
    stem = f"{words}-{day:%Y-%m-%d}"
    names = (f"{stem}.safetensors", *(f"{stem}-{n}.safetensors" for n in range(2, 1000)))
    return next(folder / name for name in names if not (folder / name).exists())


def copy_weights(source: Path, target: Path) -> None:
    """Copy a weights file whole or not at all.

    Raises:
        WeightsError: it cannot be used.
        SinkError: it cannot be written.
    """
    load(source)
    try:
        atomic.write_whole(target, source.read_bytes())
    except OSError as error:
        raise SinkError(
            f"cannot write {target}: {(error.strerror or str(error)).lower()}", "Make room"
        ) from error


def usable(kept: Sequence[KeptCheck], history: Path | None, *, rois: Collection[str]) -> list[KeptCheck]:
    """Return the checks whose pictures are at hand, of the area that has most of them, the oldest first.

    Heads of a whole picture and of a ROI cannot be mixed: outside of the ROI nobody has looked. ``rois`` are
    the keys of those that are still there. Of pictures of several sizes, those of the most usual one are
    taken, of two that are as usual the newer: the camera was exchanged.
    """
    there = [one for one in kept if one.frame is not None or _file(one, history) is not None]
    newest = {(one.check.time, one.check.roi_key): one for one in there}
    areas: dict[tuple[str, tuple[int, int]], list[KeptCheck]] = {}
    for (_, roi), one in sorted(newest.items(), key=lambda item: item[0][0]):
        if roi == WHOLE_FRAME or roi in rois:
            areas.setdefault((roi, one.check.size), []).append(one)

    def rank(area: tuple[str, tuple[int, int]]) -> tuple[int, bool, float]:
        return len(areas[area]), area[0] == WHOLE_FRAME, areas[area][-1].check.time

    return areas[max(areas, key=rank)] if areas else []


def picture_rgb(kept: KeptCheck, history: Path | None) -> NDArray[np.uint8] | None:
    """Return the picture of a check, HxWx3 RGB; None if it is gone or cannot be read."""
    if kept.frame is not None:
        return kept.frame.rgb
    path = _file(kept, history)
    try:
        return None if path is None else read_rgb(path)
    except (CrowdmonError, OSError):
        return None


def frame_name(number: int) -> str:
    """Return the name of a frame, counted from 1, in the folder of :func:`write_frames`."""
    return f"frame_{number:04}.png"


def write_frames(kept: Sequence[KeptCheck], history: Path | None, folder: Path) -> int:
    """Write pictures and heads as a folder that ``crowdmon-train --adapt`` reads; return how many.

    Raises:
        SinkError: it cannot be written.
    """
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(("image", "x", "y"))
    written = 0
    for number, one in enumerate(kept, 1):
        rgb = picture_rgb(one, history)
        if rgb is None:
            continue
        name = frame_name(number)
        write_png(rgb, folder / name)
        rows.writerows(
            (name, f"{x:.2f}", f"{y:.2f}") for x, y in _pixels(one.check, rgb.shape[1], rgb.shape[0])
        )
        if not one.check.heads:
            rows.writerow((name, "", ""))
        written += 1
    try:
        atomic.write_whole(folder / "points.csv", table.getvalue().encode())
    except OSError as error:
        raise SinkError(
            f"cannot write {folder / 'points.csv'}: {error.strerror or error}", "Make room"
        ) from error
    return written


def write_roi(camera: CameraConfig, key: str, path: Path, *, aspect: float) -> None:
    """Write where the heads of a ROI are, as a configuration of one camera that ``--roi`` reads.

    Args:
        camera: has the ROI.
        key: what the ROI is kept by.
        path: the file.
        aspect: width / height of the pictures.

    Raises:
        SinkError: it cannot be written.
    """
    roi = next(one for one in camera.to_rois() if one.key == key)
    outline = tuple((min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)) for x, y in region_of(roi, aspect).heads)
    only = CameraConfig(name="camera", source="pictures", rois=(RoiConfig(name="roi", polygon=outline),))
    save(AppConfig(cameras=(only,)), path)


def _pixels(check: SpotCheck, width: int, height: int) -> list[tuple[float, float]]:
    """Return heads in pixels of the picture; (0, 0) is the middle of the top left pixel."""
    return [
        (min(max(x * width - 0.5, 0.0), width - 1.0), min(max(y * height - 0.5, 0.0), height - 1.0))
        for x, y in check.heads
        if math.isfinite(x) and math.isfinite(y)
    ]


def _file(kept: KeptCheck, history: Path | None) -> Path | None:
    return None if history is None else picture_of(history, kept.check.picture)
