"""What happens to a camera becomes an event once, however often it is seen."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from crowdmon.engine.camera_events import MOST_REASONS, CameraEvents
from crowdmon.facts import Event
from crowdmon.values import CameraState
from tests.fakes import ManualClock

LIVE, RECONNECTING, FAILED = CameraState.LIVE, CameraState.RECONNECTING, CameraState.FAILED


class Noted:
    """The events of one camera, and what came of them."""

    def __init__(self) -> None:
        self.clock, self.written = ManualClock(), list[Event]()
        self.events = CameraEvents("gate", clock=self.clock, out=self.written.append)

    @property
    def words(self) -> list[tuple[str, str | None]]:
        return [(event.kind, event.detail) for event in self.written]


def test_a_camera_that_comes_goes_and_comes_back() -> None:
    noted = Noted()
    events = noted.events
    events.became(CameraState.CONNECTING, "")
    events.saw((160, 96))
    events.became(LIVE, "")
    events.became(RECONNECTING, "the connection was cut")
    for _ in range(100):
        events.became(RECONNECTING, "connection refused")
    noted.clock.forward(60.0)
    events.saw((224, 128))
    events.became(LIVE, "")
    events.became(CameraState.ENDED, "")
    assert noted.words == [
        ("connected", "160x96"),
        ("lost", "the connection was cut"),
        ("reconnecting", "connection refused"),
        ("connected", "224x128"),
        ("resized", "160x96 -> 224x128"),
        ("ended", None),
    ]
    assert {event.camera for event in noted.written} == {"gate"}
    assert noted.written[3].time - noted.written[2].time == 60.0


def test_a_camera_that_was_never_there_is_not_lost() -> None:
    noted = Noted()
    for _ in range(3):
        noted.events.became(RECONNECTING, "there is no host door")
    assert noted.words == [("reconnecting", "there is no host door")]


def test_reasons_that_never_repeat_do_not_fill_the_disk() -> None:
    noted = Noted()
    for number in range(1000):
        noted.events.became(RECONNECTING, f"object at 0x{number:x}")
    assert len(noted.written) == MOST_REASONS


def test_a_frozen_picture_and_a_new_size_are_noted_once() -> None:
    noted = Noted()
    noted.events.became(LIVE, "")
    for still, size in ((False, (8, 6)), (True, (8, 6)), (True, (8, 6)), (False, (4, 3)), (False, (4, 3))):
        noted.events.still(still)
        noted.events.saw(size)
    assert noted.words == [("connected", None), ("frozen", None), ("moving", None), ("resized", "8x6 -> 4x3")]


def test_a_camera_fails_by_itself_or_because_it_cannot_be_counted() -> None:
    noted = Noted()
    noted.events.became(FAILED, "cannot open rtsp://me:s3cret@door/1")
    noted.events.became(FAILED, "memory ran out", counting=True)
    assert noted.words == [
        ("failed", "cannot open rtsp://***@door/1"),
        ("counting-stopped", "memory ran out"),
    ]


@given(
    st.lists(st.sampled_from([LIVE, RECONNECTING, CameraState.CONNECTING, CameraState.PAUSED]), max_size=60)
)
def test_connected_and_lost_take_turns(states: list[CameraState]) -> None:
    noted = Noted()
    for state in states:
        noted.events.became(state, "cut" if state is RECONNECTING else "")
    turns = [kind for kind, _ in noted.words if kind in ("connected", "lost")]
    assert all(before != after for before, after in pairwise(turns))
    assert turns[:1] != ["lost"]
