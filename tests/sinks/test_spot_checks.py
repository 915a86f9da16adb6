"""Spot checks in the history: kept for ever, never changed, their pictures only as long as is wanted."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.errors import SinkError
from crowdmon.facts import SpotCheck
from crowdmon.sinks.history.file import HistoryFile
from crowdmon.sinks.history.pictures import (
    LOOK_EVERY,
    Pictures,
    delete_picture,
    folder_of,
    keep_picture,
    picture_name,
    picture_of,
)
from crowdmon.sinks.history.points_folder import export_points
from crowdmon.sinks.history.query import HistoryReader
from crowdmon.sinks.history.selection import Selection
from crowdmon.sinks.history.thinning import DAY
from crowdmon.values import WHOLE_FRAME, Reading, RoiReading
from tests.sinks.making import NOON

HEADS = ((0.25, 0.5), (0.75, 1.0 / 3.0))
CHECK = SpotCheck(
    time=NOON,
    camera="hall",
    roi="left",
    truth=2,
    count=1.75,
    weights="general",
    who="Ada",
    note="rain; a dog",
    heads=HEADS,
    size=(320, 180),
    picture="gone.png",
)


def checks(path: Path, selection: Selection | None = None) -> list[SpotCheck]:
    with HistoryReader(path) as history:
        return list(history.spot_checks(selection or Selection()))


def test_a_check_comes_back_to_the_last_digit_and_is_never_changed(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    with HistoryFile(path) as history:
        history.write(CHECK)
    assert checks(path) == [CHECK]
    connection = sqlite3.connect(path)
    for sql in ("UPDATE spot_check SET truth = 3", "DELETE FROM spot_check", "DELETE FROM event"):
        if "event" in sql:
            connection.execute("INSERT INTO event VALUES (99, 0, 'x', NULL, NULL, NULL, NULL, NULL, NULL)")
        with pytest.raises(sqlite3.IntegrityError, match="are only ever added"):
            connection.execute(sql)
    (row,) = connection.execute("SELECT camera, roi, truth, who, note, recorded FROM spot_checks").fetchall()
    assert row[:5] == ("hall", "left", 2, "Ada", "rain; a dog")
    assert row[5].startswith("20"), "when it was written"
    connection.close()


def test_they_are_chosen_by_time_camera_and_roi_and_follow_new_names(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    other = SpotCheck(time=NOON + 10, camera="door", truth=0, count=0.5)
    with HistoryFile(path) as history:
        history.write(Reading(NOON, "hall", (RoiReading(WHOLE_FRAME, 1.0), RoiReading("left", 1.0))))
        history.write(CHECK)
        history.write(other)
        rois = (RoiReading(WHOLE_FRAME, 1.0), RoiReading("steps", 1.0, id="left"))
        history.write(Reading(NOON + 20, "foyer", rois, camera_id="hall"))
    first, second = checks(path)
    assert (first.camera, first.camera_id, first.roi, first.roi_id) == ("foyer", "hall", "steps", "left")
    assert second == other
    assert checks(path, Selection(until=NOON + 1)) == [first]
    assert checks(path, Selection(cameras=frozenset({"door"}))) == [other]
    assert checks(path, Selection(rois=frozenset({"steps"}))) == [first]


def picture(history: Path, *, time: float = NOON, camera: str = "hall") -> str:
    return keep_picture(history, np.zeros((18, 32, 3), np.uint8), camera=camera, time=time)


def test_pictures_are_for_the_owner_alone_and_go_by_request(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    name = picture(path)
    assert name == "20231114T221320000Z-hall.png"
    kept = picture_of(path, name)
    assert kept == tmp_path / "h.sqlite.pictures" / name
    assert stat.S_IMODE(folder_of(path).stat().st_mode) == 0o700
    assert delete_picture(path, name)
    assert not delete_picture(path, name)
    assert picture_of(path, name) is None
    (tmp_path / "h.sqlite.pictures" / "x").mkdir()
    for bad in ("../h.sqlite", "", None, "x", str(path)):
        assert picture_of(path, bad) is None
    assert not delete_picture(path, "../h.sqlite")
    with pytest.raises(SinkError, match="cannot make the folder"):
        picture(tmp_path / "none" / "h.sqlite")


@given(st.text(max_size=100), st.floats(0, 4e9))
def test_any_camera_gives_a_name_that_a_disk_takes(camera: str, time: float) -> None:
    name = picture_name(camera, time)
    assert Path(name).name == name
    assert len(name.encode()) < 200


def test_pictures_go_by_themselves_after_their_time(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    old, young = picture(path, time=NOON - 31 * DAY), picture(path, time=NOON - 29 * DAY)
    others = [folder_of(path) / name for name in ("20201301T000000000Z.png", "mine.png", "notes.txt")]
    for one in others:
        one.write_bytes(b"mine")
    ticks = 0.0
    with HistoryFile(path, clock=lambda: NOON, ticks=lambda: ticks) as history:
        history.write(CHECK)
        history.flush()
        assert picture_of(path, old) is None
        assert picture_of(path, young) is not None
        late = picture(path, time=NOON - 40 * DAY)
        for ticks in (LOOK_EVERY - 1, LOOK_EVERY + 1):
            history.write(CHECK)
            history.flush()
            assert (picture_of(path, late) is None) == (ticks > LOOK_EVERY)
    assert all(one.exists() for one in others), "only what is ours"
    assert Pictures(tmp_path / "none.sqlite", keep=1.0).remove_old(now=NOON, ticks=0.0) == []


def test_a_folder_for_training_has_the_whole_pictures_and_all_numbers(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    named = picture(path), picture(path, time=NOON + 60), picture(path, time=NOON + 120)
    facts = [
        SpotCheck(time=NOON, camera="hall", truth=9, count=1.0, heads=((0.0, 0.0),), picture=named[0]),
        SpotCheck(time=NOON, camera="hall", truth=2, count=1.75, heads=HEADS, picture=named[0], who="=Ada"),
        SpotCheck(time=NOON + 60, camera="hall", truth=0, count=0.25, picture=named[1]),
        SpotCheck(
            time=NOON + 120, camera="hall", roi="left", truth=2, count=1.0, heads=HEADS, picture=named[2]
        ),
        SpotCheck(time=NOON + 180, camera="hall", truth=5, count=4.0, heads=HEADS, picture="gone.png"),
        SpotCheck(time=NOON + 240, camera="hall", truth=5, count=4.0, heads=HEADS),
    ]
    with HistoryFile(path, clock=lambda: NOON) as history:
        for one in facts:
            history.write(one)
    done = export_points(path, checks(path), tmp_path / "heads")
    assert (done.checks, done.pictures, done.rois, done.gone) == (6, 2, 1, 2)
    assert (tmp_path / "heads" / "points.csv").read_text().splitlines() == [
        "image,x,y",
        f"{named[0]},8.00,9.00",
        f"{named[0]},24.00,6.00",
        f"{named[1]},,",
    ]
    rows = (tmp_path / "heads" / "spot_checks.csv").read_text().splitlines()
    assert len(rows) == 7
    assert ",'=Ada," in rows[2]
    assert rows[4].endswith(","), "a check of a ROI has no picture for training"
    assert sorted(one.name for one in (tmp_path / "heads" / "images").iterdir()) == sorted(named[:2])
    with pytest.raises(SinkError, match="is not an empty folder"):
        export_points(path, facts, tmp_path / "heads")
    with pytest.raises(SinkError, match="cannot write"):
        export_points(path, facts, path / "heads")
