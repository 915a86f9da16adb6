"""Readings for tests, and the slow truth about bins."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path

from hypothesis import strategies as st

from crowdmon.sinks.bins import Bin
from crowdmon.sinks.history.file import HistoryFile
from crowdmon.sinks.history.query import HistoryReader
from crowdmon.sinks.history.selection import Selection
from crowdmon.values import WHOLE_FRAME, Level, Reading, ReadingState, RoiReading

SCRATCH = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Where properties make their many files: in memory if possible, for each commit waits for the disk."""

NOON = 1_700_000_000.0

ANY_TIME = st.floats(0, 4e9)
COUNTS = st.none() | st.floats(0, 1e5)
ROIS = st.builds(
    RoiReading,
    st.sampled_from(("left", "right", "=1+1")),
    COUNTS,
    COUNTS,
    COUNTS,
    st.none() | st.sampled_from(Level),
)


@st.composite
def readings(draw: st.DrawFn, *, times: st.SearchStrategy[float] = ANY_TIME) -> Reading:
    """A reading of one of two cameras; the whole picture first, counts only where the state is ok."""
    state = draw(st.sampled_from(ReadingState))
    rois = draw(st.lists(ROIS, max_size=3, unique_by=lambda roi: roi.roi))
    rois.insert(0, RoiReading(WHOLE_FRAME, draw(COUNTS)))
    if state is not ReadingState.OK:
        rois = [RoiReading(roi.roi, None) for roi in rois]
    frame = draw(st.none() | st.integers(0, 10**9))
    pts = draw(st.none() | st.floats(0, 1e6))
    return Reading(draw(times), draw(st.sampled_from(("hall", "door é"))), tuple(rois), state, frame, pts)


def reading(
    number: int = 0,
    *,
    time: float | None = None,
    camera: str = "hall",
    rois: Sequence[str] = ("left",),
    count: float | None = 3.0,
) -> Reading:
    """Reading ``number`` of a camera, one a second; without a count it is stale."""
    state = ReadingState.OK if count is not None else ReadingState.STALE
    moment = NOON + number if time is None else time
    return Reading(moment, camera, tuple(RoiReading(r, count) for r in (WHOLE_FRAME, *rois)), state, number)


def frames(found: Iterable[Reading]) -> list[int | None]:
    return [one.frame for one in found]


def recorded(path: Path, selection: Selection | None = None) -> list[Reading]:
    """What a history file holds, in its order."""
    with HistoryReader(path) as history:
        return list(history.readings(selection or Selection()))


def record(path: Path, facts: Iterable[Reading]) -> Path:
    """A history file of readings."""
    with HistoryFile(path) as history:
        for one in facts:
            history.write(one)
    return path


def slow_bins(facts: Sequence[Reading], width: int, selection: Selection) -> dict[tuple[int, str, str], Bin]:
    """Bins as a child would make them: look at every reading for every bin."""
    counted: dict[tuple[int, str, str], list[float | None]] = {}
    for one in facts:
        if not selection.since <= one.time < selection.until:
            continue
        for roi in one.rois:
            if selection.cameras is not None and one.camera not in selection.cameras:
                continue
            if selection.rois is not None and roi.roi not in selection.rois:
                continue
            key = (math.floor(one.time / width) * width, one.camera, roi.roi)
            counted.setdefault(key, []).append(roi.count)
    found = {}
    for key, counts in counted.items():
        known = [count for count in counts if count is not None]
        ends = (math.fsum(known) / len(known), min(known), max(known), known[-1]) if known else (None,) * 4
        found[key] = Bin(*key, len(known), *ends, len(counts) - len(known))
    return found
