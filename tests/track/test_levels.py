"""A level follows from a table alone: it rises with the density, and an unknown count has none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.config import AppConfig, parse
from crowdmon.engine.offline import iterate
from crowdmon.errors import ConfigError
from crowdmon.sinks.csv_rows import HEADER, decode, encode
from crowdmon.track.levels import RANK, RISING, TABLES, Bounds, Limits, fruin, with_levels
from crowdmon.track.track import Counted, Silence, Track
from crowdmon.values import DensityMap, Grid, Level, Reading, ReadingState, Roi, RoiReading
from tests.fakes import FakeCounter, FakeSource

LEFT = Roi("left", ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)), area_m2=10.0)
RIGHT = Roi("right", ((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0)))
YAML = """\
levels: {people: {red: 60}}
cameras:
  - name: hall
    source: x.mp4
    rois:
      - {name: left, polygon: [[0, 0], [0.5, 0], [0.5, 1], [0, 1]], area_m2: 10}
      - name: right
        polygon: [[0.5, 0], [1, 0], [1, 1], [0.5, 1]]
        levels: {people: {amber: 5, critical: 20}}
      - {name: quiet, polygon: [[0.5, 0], [1, 0], [1, 1]], area_m2: 1, levels: {table: none}}
  - {name: door, source: y.mp4, levels: {per_m2: {amber: 1.5, red: 3}}}
"""

values = st.floats(0, 20)
bounds = st.lists(st.floats(0.01, 10), min_size=3, max_size=3, unique=True).map(lambda b: Bounds(*sorted(b)))


def density(people: float, moment: float = 0.0) -> DensityMap:
    cells = np.full((4, 4), people / 16, np.float32)
    return DensityMap(cells, Grid(4, 4, 8.0, 8.0, 32.0, 32.0), "hall", 0, 1000.0 + moment, moment)


@given(bounds, values, values)
def test_more_people_never_have_a_lower_level(bounds: Bounds, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert RANK[bounds.level(low)] <= RANK[bounds.level(high)]


@given(bounds)
def test_a_level_begins_at_its_bound(bounds: Bounds) -> None:
    for level in RISING:
        bound = getattr(bounds, level.value)
        assert bounds.level(bound) is level
        assert RANK[bounds.level(np.nextafter(bound, 0.0))] < RANK[level]


@given(values, values)
def test_more_people_never_have_an_earlier_letter(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert fruin(low) <= fruin(high)


@pytest.mark.parametrize("square_feet", [35, 25, 15, 10])
def test_letters_begin_at_the_areas_of_the_book(square_feet: float) -> None:
    per_m2 = 1.0 / (square_feet * 0.3048**2)
    assert ord(fruin(per_m2 + 0.01)) == ord(fruin(per_m2 - 0.01)) + 1
    assert [fruin(value) for value in (0.0, 2.16, 2.17, 99.0)] == ["A", "E", "F", "F"]


@pytest.mark.parametrize("name", [name for name in TABLES if name != "none"])
def test_named_tables_rise(name: str) -> None:
    one = TABLES[name]
    assert one.amber is not None
    assert one.red is not None
    assert one.critical is not None
    assert 0 < one.amber < one.red < one.critical < 8


def test_people_count_where_no_area_is_known() -> None:
    limits = Limits(Bounds(2.0, 4.0, 5.0), Bounds(amber=30))
    assert limits.level(RoiReading("a", 40.0, density_per_m2=1.9)) is Level.NONE
    assert limits.level(RoiReading("a", 40.0, density_per_m2=4.0)) is Level.RED
    assert limits.level(RoiReading("a", 40.0)) is Level.AMBER
    assert limits.level(RoiReading("a", None)) is None
    assert Limits(Bounds(2.0)).level(RoiReading("a", 40.0)) is None
    assert Limits(people=Bounds(2.0)).level(RoiReading("a", 40.0, density_per_m2=4.0)) is None


def test_the_chain_ends_at_the_levels_and_unknown_has_none() -> None:
    limits = {"left": Limits(TABLES["general"]), "frame": Limits(people=Bounds(red=90.0))}
    track = Track("hall", [LEFT, RIGHT], interval=1.0, limits=limits)
    (one,) = track.step(Counted(density(90.0), 0.0), 0.0)
    assert [roi.level for roi in one.rois] == [Level.RED, Level.RED, None]
    silent = track.step(Silence(1060.0), 60.0)
    assert {one.state for one in silent} == {ReadingState.STALE, ReadingState.UNKNOWN}
    assert {roi.level for one in silent for roi in one.rois} == {None}
    track.redraw([LEFT])
    (after,) = track.step(Counted(density(90.0, 61.0), 61.0), 61.0)
    assert [roi.level for roi in after.rois] == [None, None]


def test_without_limits_a_reading_stays_the_same_object_and_its_bytes() -> None:
    one = Reading(1.0, "hall", (RoiReading("frame", 3.0),))
    assert with_levels(one, {}) is one
    track = Track("hall", [LEFT], interval=1.0)
    (plain,) = track.step(Counted(density(16.0), 0.0), 0.0)
    assert b",0.8000,,ok," in encode(plain)


def test_a_roi_goes_before_its_camera_and_that_before_the_site() -> None:
    hall, door = parse(YAML, where="a.yaml").counted_cameras()
    general, site = TABLES["general"], Bounds(red=60)
    assert hall.to_limits() == {
        "frame": Limits(general, site),
        "left": Limits(general, site),
        "right": Limits(general, Bounds(amber=5, critical=20)),
        "quiet": Limits(),
    }
    assert door.to_limits() == {"frame": Limits(Bounds(1.5, 3.0))}
    assert AppConfig(cameras=(hall,)).counted_cameras() == (hall,)


def test_files_have_levels_in_their_csv() -> None:
    hall = parse(YAML, where="a.yaml").counted_cameras()[0]
    found = iterate(
        FakeSource(1), FakeCounter(60.0), rois=hall.to_rois(), camera="hall", limits=hall.to_limits()
    )
    (reading,) = [reading for _, _, reading in found]
    rows = decode((HEADER + encode(reading)).decode().splitlines(keepends=True))
    assert [row["level"] for row in rows] == [Level.RED, Level.AMBER, Level.CRITICAL, None]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "levels: {table: fruin}",
            r"levels\.table = 'fruin' is not allowed. Allowed: general, fruin-walkway",
        ),
        ("levels: {tabel: nfpa}", "levels.tabel is not a known key. Did you mean 'table'"),
        ("levels: {per_m2: {}}", r"levels\.per_m2: it holds no bound. Allowed: at least one of amber"),
        ("levels: {per_m2: {amber: 3, red: 2}}", r"levels\.per_m2: red = 2 is not above amber = 3. Allowed:"),
        ("levels: {people: {amber: 9, critical: 9}}", r"critical = 9 is not above amber = 9"),
        ("levels: {people: {amber: 0}}", r"levels\.people\.amber = 0 is not allowed. Allowed: a number gr"),
        ("levels: {people: {green: 1}}", r"people\.green is not a known key.*amber, red, critical"),
        ("levels: {table: nfpa, per_m2: {red: 2}}", r"levels: it has both table = 'nfpa' and per_m2. Allow"),
    ],
)
def test_wrong_levels_are_refused(text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        parse(text, where="my.yaml")
    assert str(caught.value).startswith("my.yaml: ")
