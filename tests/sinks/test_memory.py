"""What memory answers is what a history file answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crowdmon.errors import ConfigError
from crowdmon.sinks.history.file import HistoryFile
from crowdmon.sinks.history.query import HistoryReader
from crowdmon.sinks.history.selection import EVERYTHING, Selection
from crowdmon.sinks.memory import MemoryHistory
from crowdmon.values import WHOLE_FRAME, Reading, ReadingState, RoiReading

COUNTS = st.lists(
    st.tuples(st.sampled_from(["a", "b"]), st.floats(0.1, 40.0), st.one_of(st.none(), st.integers(0, 400))),
    min_size=1,
    max_size=30,
)


def readings(rows: list[tuple[str, float, int | None]]) -> list[Reading]:
    made, time = [], 1_780_000_000.0
    for camera, step, count in rows:
        time += round(step, 3)
        state = ReadingState.OK if count is not None else ReadingState.STALE
        rois = tuple(RoiReading(roi, count) for roi in (WHOLE_FRAME, f"gate {camera}"))
        made.append(Reading(time, camera, rois, state, 0 if count is not None else None))
    return made


@settings(max_examples=25, deadline=None)
@given(COUNTS)
def test_memory_and_file_give_the_same(tmp_path_factory: pytest.TempPathFactory, rows: list) -> None:
    kept = readings(rows)
    path: Path = tmp_path_factory.mktemp("history") / "h.sqlite"
    with HistoryFile(path) as file:
        for one in kept:
            file.write(one)
    memory = MemoryHistory(kept)
    camera = kept[0].camera
    part = Selection(
        since=kept[0].time, until=kept[-1].time, cameras=frozenset({camera}), rois=frozenset({WHOLE_FRAME})
    )
    with HistoryReader(path) as reader:
        assert memory.cameras() == reader.cameras()
        for selection in (EVERYTHING, part):
            assert list(memory.readings(selection)) == list(reader.readings(selection))
            for width in (1, 60):
                assert list(memory.bins(width, selection)) == list(reader.bins(width, selection))


def test_what_was_never_counted_is_said() -> None:
    memory = MemoryHistory(readings([("a", 1.0, 3)]))
    memory.check(Selection(cameras=frozenset({"a"}), rois=frozenset({"gate a"})))
    with pytest.raises(ConfigError, match="camera 'b'"):
        memory.check(Selection(cameras=frozenset({"b"})))
    with pytest.raises(ConfigError, match="ROI 'stairs'"):
        memory.check(Selection(rois=frozenset({"stairs"})))
