"""What changed since the last look: each thing once, and no reading left out."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from crowdmon.facts import Event
from crowdmon.values import CameraState, Reading
from crowdmon.view.changes import BEAT_S, Changes, EngineNote, What
from tests.ui.fakes import NOON, FakeMonitor, camera, config, frame, reading


class Look:
    """A monitor that is looked at."""

    def __init__(self, *names: str) -> None:
        self.monitor = FakeMonitor(config(*map(camera, names)))
        self.changes = Changes()
        self.now = NOON

    def __call__(self) -> list[tuple[What, str]]:
        found = self.changes.of(self.monitor.snapshot(self.changes.number), self.now)
        return [(one.what, one.camera) for one in found]


def test_each_thing_is_told_once() -> None:
    look = Look("north")
    first = look()
    assert first == [
        (What.STATUS, "north"),
        (What.POSITION, "north"),
        (What.ENGINE, ""),
        (What.BEAT, ""),
    ]
    look.monitor.live("north")
    assert look() == [
        (What.STATUS, "north"),
        (What.PICTURE, "north"),
        (What.DENSITY, "north"),
        (What.READING, "north"),
    ]
    assert look() == []
    look.monitor.put("north", view=frame(time=NOON + 1))
    assert look() == [(What.PICTURE, "north")]
    look.monitor.put("north", position=3.0, duration=10.0, seekable=True)
    assert look() == [(What.POSITION, "north")]


def test_every_reading_between_two_looks_is_told_in_order() -> None:
    changes, monitor = Changes(), FakeMonitor(config(camera("north"), camera("south")))
    made: list[Reading] = []
    for number in range(7):
        name = ("north", "south")[number % 2]
        monitor.live(name, time=NOON + number / 10)
        made.append(reading(name, time=NOON + number / 10))
    found = changes.of(monitor.snapshot(changes.number), NOON)
    told = [one.value for one in found if one.what is What.READING]
    assert [(one.camera, one.time) for one in told] == [(one.camera, one.time) for one in made]  # type: ignore[attr-defined]
    assert changes.readings(monitor.snapshot(changes.number)) == []


def test_readings_of_cameras_that_are_gone_or_have_another_source_are_not_told() -> None:
    look = Look("north", "south")
    look.monitor.facts += [reading("north"), reading("gone"), reading("south"), Event(NOON, "lost", "north")]
    snapshot = look.monitor.snapshot(0)
    found = look.changes.readings(snapshot, without={"south"})
    assert [(one.what, one.camera) for one in found] == [(What.READING, "north"), (What.EVENT, "")]
    assert found[1].value == Event(NOON, "lost", "north"), "what happened is told for every camera"
    assert look.changes.number == 4


def test_a_beat_tells_states_again_also_when_the_clock_is_set_back() -> None:
    look = Look("north")
    look()
    look.now += BEAT_S / 2
    assert look() == []
    look.now += BEAT_S / 2
    assert look() == [(What.STATUS, "north"), (What.BEAT, "")]
    look.now -= 3600.0
    assert look() == [(What.STATUS, "north"), (What.BEAT, "")]


def test_a_state_is_told_at_once() -> None:
    look = Look("north")
    look()
    look.monitor.state("north", CameraState.FAILED, message="gone")
    assert look() == [(What.STATUS, "north")]
    look.changes.forget("north")
    assert look() == [(What.STATUS, "north"), (What.POSITION, "north")]
    look.changes.keep(["south"])
    assert (What.STATUS, "north") in look()


def test_the_engine_is_told_when_it_changes() -> None:
    changes, monitor = Changes(), FakeMonitor(config())
    (first, _) = changes.of(monitor.snapshot(), NOON)
    assert first.value == EngineNote("torch cpu f32", "default")
    monitor.now = replace(monitor.now, error="The disk is full.")
    (second,) = changes.of(monitor.snapshot(), NOON)
    assert second.value == EngineNote("torch cpu f32", "default", "The disk is full.")


@given(st.lists(st.integers(0, 4), max_size=30))
def test_however_often_it_is_looked_no_reading_is_lost_or_told_twice(batches: list[int]) -> None:
    changes, monitor, told, made = Changes(), FakeMonitor(config(camera("north"))), [], 0
    for batch in batches:
        for _ in range(batch):
            monitor.facts.append(reading("north", time=NOON + made))
            made += 1
        found = changes.of(monitor.snapshot(changes.number), NOON)
        told += [one.value for one in found if one.what is What.READING]
    assert [one.time - NOON for one in told] == list(range(made))  # type: ignore[attr-defined]
