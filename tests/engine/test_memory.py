"""What memory answers is what a history file answers."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crowdmon.config import CameraConfig, RoiConfig
from crowdmon.engine.memory import MemoryHistory
from crowdmon.errors import ConfigError
from crowdmon.facts import Event
from crowdmon.sinks.history.file import HistoryFile
from crowdmon.sinks.history.query import HistoryReader
from crowdmon.sinks.history.selection import EVERYTHING, Selection
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
    other = frozenset({(camera, f"gate {camera}"), ("b", WHOLE_FRAME)})
    with HistoryReader(path) as reader:
        assert memory.cameras() == reader.cameras()
        for selection in (EVERYTHING, part, Selection(series=other)):
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


def test_a_series_that_was_never_counted_is_said() -> None:
    memory = MemoryHistory(readings([("a", 1.0, 3), ("b", 1.0, 3)]))
    memory.check(Selection(series=frozenset({("a", "gate a"), ("b", WHOLE_FRAME)})))
    with pytest.raises(ConfigError, match="ROI 'gate a' of camera 'b'"):
        memory.check(Selection(series=frozenset({("b", "gate a")})))
    with pytest.raises(ConfigError, match="ROI 'gate b'"):
        memory.check(Selection(cameras=frozenset({"a"}), rois=frozenset({"gate b"})))


def test_it_answers_a_range_by_time_and_forgets_cameras_that_are_gone() -> None:
    hall, door = (
        [Reading(t, camera, (RoiReading(WHOLE_FRAME, 1.0),)) for t in times]
        for camera, times in (("hall", (3.0, 1.0, 2.0, 5.0)), ("door", (4.0,)))
    )
    memory = MemoryHistory([*hall, *door])
    assert [one.time for one in memory.query(2, 5)] == [2, 3, 4]
    memory.keep([CameraConfig(name="door", source="x")])
    assert [one.camera for one in memory.query(0, 100)] == ["door"]


def test_a_camera_that_comes_back_brings_what_was_counted() -> None:
    hall, other = CameraConfig(name="hall", source="a.mp4"), CameraConfig(name="hall", source="other.mp4")
    memory = MemoryHistory()
    memory.keep([hall])
    for n in range(3):
        memory.write(Reading(float(n), "hall", (RoiReading(WHOLE_FRAME, 1.0),)))
    memory.keep([])
    assert memory.query(0, 100) == []
    assert memory.cameras() == {}
    memory.keep([other])
    assert memory.query(0, 100) == [], "another camera of its name"
    memory.keep([hall])
    memory.write(Reading(9.0, "hall", (RoiReading(WHOLE_FRAME, 1.0),)))
    assert [one.time for one in memory.query(0, 100)] == [0.0, 1.0, 2.0, 9.0]
    assert memory.since(3) == (4, (memory.query(9, 10)[0],)), "what was told is not told again"


def test_it_is_bounded_by_camera_and_says_what_is_new() -> None:
    memory = MemoryHistory(bound=10)
    quiet = Reading(0.5, "quiet", (RoiReading(WHOLE_FRAME, 1.0),))
    lost = Event(0.7, "lost", "hall")
    memory.write(quiet)
    memory.write(lost)
    assert memory.since(0) == (2, (quiet, lost))
    busy = [Reading(float(n), "hall", (RoiReading(WHOLE_FRAME, 1.0),), frame=n) for n in range(100)]
    for one in busy:
        memory.write(one)
    assert memory.since(99) == (102, tuple(busy[97:]))
    assert memory.since(2) == (102, tuple(busy[-10:])), "the oldest went"
    assert memory.since(102) == (102, ())
    assert [one.frame for one in memory.readings() if one.camera == "hall"] == list(range(90, 100))
    assert quiet in list(memory.readings()), "a busy camera takes no room of a quiet one"


def test_events_are_kept_beside_the_readings() -> None:
    site, hall = Event(1.0, "recording-failed"), Event(2.0, "lost", "hall")
    memory = MemoryHistory([site, *readings([("hall", 1.0, 3)]), hall])
    assert list(memory.events()) == [site, hall]
    assert list(memory.events(Selection(until=2.0))) == [site]
    assert list(memory.events(Selection(cameras=frozenset({"door"})))) == [site]
    assert len(list(memory.readings())) == 1


def test_many_threads_write_while_one_asks() -> None:
    memory, seen, number = MemoryHistory(), [], 0

    def write(camera: str) -> None:
        for n in range(500):
            memory.write(Reading(float(n), camera, (RoiReading(WHOLE_FRAME, 1.0),), frame=n))

    threads = [threading.Thread(target=write, args=(f"c{k}",)) for k in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        number, new = memory.since(number)
        seen += new
    number, new = memory.since(number)
    seen += new
    assert number == len(seen) == 2000
    for k in range(4):
        assert [one.frame for one in seen if one.camera == f"c{k}"] == list(range(500))


def test_what_is_renamed_answers_by_its_new_name_from_the_first_reading_on() -> None:
    door = CameraConfig(
        name="door", source="x", rois=(RoiConfig(name="left", polygon=((0, 0), (1, 0), (1, 1))),)
    )
    frame, left = RoiReading(WHOLE_FRAME, 1.0), RoiReading("left", 2.0)
    memory = MemoryHistory([Reading(60.0, "door", (frame, left)), Event(60.5, "connected", "door")])
    gate = door.model_copy(
        update={
            "name": "gate",
            "id": "door",
            "rois": (door.rois[0].model_copy(update={"name": "steps", "id": "left"}),),
        }
    )
    memory.keep([gate])
    assert memory.cameras() == {"gate": ("frame", "steps")}
    steps = RoiReading("steps", 3.0, id="left")
    memory.write(Reading(61.0, "gate", (frame, steps), camera_id="door"))
    assert [one.roi("steps").count for one in memory.query(0, 100)] == [2.0, 3.0]
    (_, part) = memory.bins(60)
    assert (part.camera, part.roi, part.n, part.max) == ("gate", "steps", 2, 3.0)
    assert [event.camera for event in memory.events()] == ["gate"]
    assert memory.since(1)[1][0] == Event(60.5, "connected", "door"), "what is new is told as it was"
    memory.keep([])
    assert memory.query(0, 100) == []
