"""Spot checks as a folder for training: kept pictures, ``points.csv`` with the clicked heads, all numbers.

It is what ``trainer/data/datasets/points.py`` reads. Only checks of whole pictures become points: in a check
of a ROI nobody has clicked the heads around it, and a network would learn that there are none.
"""

from __future__ import annotations

import shutil
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from crowdmon.errors import SinkError
from crowdmon.facts import SpotCheck
from crowdmon.sinks.csv_rows import local_time, name_cell, text_of
from crowdmon.sinks.history.pictures import picture_of
from crowdmon.values import WHOLE_FRAME

CHECK_COLUMNS = ("time", "camera", "roi", "truth", "count", "weights", "who", "note", "image")
"""Columns of ``spot_checks.csv``; ``image`` is empty where no picture is kept any more."""


@dataclass(frozen=True, slots=True)
class PointsFolder:
    """What was written.

    Attributes:
        checks: all spot checks, in ``spot_checks.csv``.
        pictures: those with a picture, in ``points.csv``.
        rois: those of a ROI, which are no points.
        gone: those whose picture was not kept, or is gone.
    """

    checks: int
    pictures: int
    rois: int
    gone: int


def export_points(history: Path | str, checks: Iterable[SpotCheck], folder: Path) -> PointsFolder:
    """Write spot checks to a new folder; of two checks of one picture the last one counts.

    Args:
        history: the history file that the pictures belong to.
        checks: in the order of recording.
        folder: one that is not there yet, or is empty.

    Raises:
        SinkError: something is in the folder, or it cannot be written.
    """
    checks = list(checks)
    try:
        taken = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    except OSError:
        taken = True
    if taken:
        raise SinkError(f"{folder} is there already, and is not an empty folder", "Give a new one")
    try:
        (folder / "images").mkdir(parents=True)
        return _write(history, checks, folder)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise SinkError(f"cannot write {folder}: {why}", "Check that the disk has room") from error


def _write(history: Path | str, checks: list[SpotCheck], folder: Path) -> PointsFolder:
    points: dict[str, list[list[str]]] = {}
    table, rois, gone = [list(CHECK_COLUMNS)], 0, 0
    for check in checks:
        picture = picture_of(history, check.picture)
        whole = check.roi_key == WHOLE_FRAME
        rois += not whole
        gone += whole and picture is None
        if picture is not None and whole:
            if picture.name not in points:
                shutil.copyfile(picture, folder / "images" / picture.name)
            points[picture.name] = _heads(check, picture)
        table.append(_numbers(check, picture.name if picture is not None and whole else ""))
    rows = [["image", "x", "y"], *(row for found in points.values() for row in found)]
    (folder / "spot_checks.csv").write_bytes(text_of(table))
    (folder / "points.csv").write_bytes(text_of(rows))
    return PointsFolder(len(checks), len(points), rois, gone)


def _heads(check: SpotCheck, picture: Path) -> list[list[str]]:
    width, height = _size(picture) or check.size
    if not check.heads:
        return [[picture.name, "", ""]]
    return [[picture.name, f"{x * width:.2f}", f"{y * height:.2f}"] for x, y in check.heads]


def _numbers(check: SpotCheck, image: str) -> list[str]:
    names = name_cell(check.camera), name_cell(check.roi)
    said = name_cell(check.weights), name_cell(check.who), name_cell(check.note)
    return [local_time(check.time), *names, str(check.truth), f"{check.count:.2f}", *said, image]


def _size(picture: Path) -> tuple[int, int] | None:
    """Return (width, height) from the header of a PNG; None if it is none."""
    with picture.open("rb") as file:
        head = file.read(24)
    if len(head) < 24 or not head.startswith(b"\x89PNG"):
        return None
    width, height = struct.unpack(">II", head[16:24])
    return int(width), int(height)
