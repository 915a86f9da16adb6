"""Values as bytes and back; what arrives damaged is refused, and never runs anything."""

from __future__ import annotations

import contextlib
import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.engine.snapshots import CameraSnapshot, Snapshot
from crowdmon.engine.wire import KINDS, pack, unpack
from crowdmon.errors import SourceError
from crowdmon.facts import Event
from crowdmon.values import (
    CameraState,
    DensityMap,
    Frame,
    Grid,
    Level,
    Reading,
    ReadingState,
    RoiReading,
    Status,
)

PICTURE = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)


def snapshot() -> Snapshot:
    frame = Frame(PICTURE, camera="gate", index=7, time=1.5, pts=0.25, size=(12, 8))
    people = np.array([[0.5, 1.25], [0.0, 3.0]], np.float32)
    density = DensityMap(people, Grid(2, 2, 8.0, 8.0, 12.0, 8.0), "gate", 7, 1.5)
    rois = (RoiReading("frame", 4.75, 4.5, level=Level.RED), RoiReading("Größe \U0001f600", None))
    reading = Reading(1.5, "gate", rois, ReadingState.OK, 7, 0.25)
    status = Status(CameraState.LIVE, "fine", 1.0, fps_in=25.0, age=0.1)
    camera = CameraSnapshot(status, frame, density, frame, reading, 0.5, True)
    facts = (reading, Event(2.0, "lost", "gate", detail="it’s gone"))
    return Snapshot(3.0, {"gate": camera}, "cpu", "default", "", 1, 0, 2, facts)


def test_a_whole_snapshot_comes_back() -> None:
    sent = snapshot()
    got = unpack(pack(sent))
    assert list(got.cameras) == ["gate"]
    mine, theirs = sent.cameras["gate"], got.cameras["gate"]
    assert (theirs.view.rgb == PICTURE).all()
    assert not theirs.view.rgb.flags.writeable
    assert (theirs.density.people == mine.density.people).all()  # type: ignore[union-attr]
    assert theirs.density.grid == mine.density.grid  # type: ignore[union-attr]
    assert (theirs.reading, theirs.status, got.facts) == (mine.reading, mine.status, sent.facts)
    assert theirs.status.state is CameraState.LIVE
    assert theirs.view.size == (12, 8)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4).map(tuple) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(PLAIN)
def test_plain_values_come_back(value: object) -> None:
    assert unpack(pack(value)) == _readable(value)


def _readable(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    if isinstance(value, tuple):
        return tuple(map(_readable, value))
    if isinstance(value, dict):
        return {_readable(key): _readable(one) for key, one in value.items()}
    return value


@pytest.mark.parametrize("number", [math.inf, -math.inf])
def test_numbers_that_json_has_not(number: float) -> None:
    assert unpack(pack(number)) == number
    assert math.isnan(unpack(pack(math.nan)))


@given(st.binary(max_size=200), st.integers(0, 400), st.integers(0, 255))
def test_damaged_bytes_are_refused_or_give_values(tail: bytes, at: int, byte: int) -> None:
    raw = bytearray(pack(snapshot()))
    raw[at % len(raw)] = byte
    for bad in (bytes(raw), bytes(raw[:at]), tail, bytes(raw) + tail):
        with contextlib.suppress(SourceError):
            unpack(bad)


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes", Exception("x"), np.zeros(3, complex)])
def test_what_is_not_listed_does_not_travel(value: object) -> None:
    with pytest.raises(TypeError):
        pack(value)


def test_a_class_of_another_place_with_a_known_name_does_not_travel() -> None:
    @dataclasses.dataclass
    class Frame:
        rgb: int = 0

    assert "Frame" in KINDS
    with pytest.raises(TypeError):
        pack(Frame())
