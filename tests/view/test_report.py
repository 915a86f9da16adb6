"""A report about a day: its bounds in the site's time zone, its sums, its alarms, what is not known."""

from __future__ import annotations

import time
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.config import AppConfig, parse
from crowdmon.facts import AlarmChange, AlarmEvent, Event, SpotCheck
from crowdmon.values import Level, Reading, ReadingState, RoiReading
from crowdmon.view.report import episodes_of, report_of
from crowdmon.view.report_day import Day, Report
from crowdmon.view.report_plot import draw, ticks
from crowdmon.view.report_text import markdown, span

BERLIN = ZoneInfo("Europe/Berlin")
DAY = Day.of(date(2026, 5, 1), BERLIN)
CONFIG = parse(
    """\
levels: {people: {amber: 80, red: 160}}
cameras:
- name: gate
  source: x.mp4
  rois: [{name: "a|b", polygon: [[0, 0], [1, 0], [1, 1]], area_m2: 40, levels: {}}]
- {name: north, source: y.mp4}
groups:
- {name: all, members: [{camera: gate, roi: "a|b"}, {camera: north}], capacity: 100}
""",
    where="a.yaml",
)


def reading(
    second: float, count: float | None, *, camera: str = "gate", start: float | None = None
) -> Reading:
    per_m2 = None if count is None else count / 40
    rois = [RoiReading("frame", count)]
    if camera == "gate":
        rois.append(RoiReading("a|b", count, density_per_m2=per_m2, local_per_m2=per_m2))
    state = ReadingState.UNKNOWN if count is None else ReadingState.OK
    return Reading((DAY.start if start is None else start) + second, camera, tuple(rois), state)


def of(readings: list[Reading], *, day: Day = DAY, config: AppConfig = CONFIG, now: float = 4e9) -> Report:
    times = [one.time for one in readings]
    ends = (min(times), max(times)) if times else None
    return report_of(config, day, readings, [], now=now, span=ends)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("Europe/Berlin", date(2026, 5, 1), 24),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("Africa/Cairo", date(2026, 4, 24), 23),  # its midnight is left out
        ("Asia/Kathmandu", date(2026, 5, 1), 24),
    ],
)
def test_a_day_is_that_of_the_calendar(zone: str, day: date, hours: float) -> None:
    one = Day.of(day, ZoneInfo(zone))
    assert (one.end - one.start) / 3600 == hours
    assert one.local(one.start).date() == day
    assert one.local(one.start - 1).date() < day
    assert one.local(one.end - 1).date() == day
    assert one.local(one.end).date() > day


@given(st.dates(date(1990, 1, 1), date(2037, 12, 30)), st.sampled_from(["Europe/Berlin", "America/Havana"]))
def test_days_follow_on_each_other(day: date, zone: str) -> None:
    one = Day.of(day, ZoneInfo(zone))
    following = Day.of(date.fromordinal(day.toordinal() + 1), ZoneInfo(zone))
    assert one.end == following.start
    assert 22.9 < (one.end - one.start) / 3600 < 25.1


def test_a_day_of_25_hours_has_all_its_readings_and_says_so() -> None:
    day = Day.of(date(2026, 10, 25), BERLIN)
    found = [reading(60.0 * minute, 10.0, camera="north", start=day.start) for minute in range(25 * 60)]
    report = of(found, day=day)
    north = next(one for one in report.places if one.camera == "north")
    assert north.counted == pytest.approx(25 * 3600, abs=61)
    text = markdown(report)
    assert "The clocks changed: the day has 25 hours." in text
    assert "| north | 00:00:00 | 23:59:00 | 100.0 % | 0.0 % | 0.0 % |" in text
    labels = [label for _, label in ticks(report)]
    assert labels.count("02:00") == 2
    assert labels[-1] == "24:00"


@pytest.mark.parametrize("zone", [BERLIN, None])
def test_the_hour_that_comes_twice_says_which_it_is(
    monkeypatch: pytest.MonkeyPatch, zone: ZoneInfo | None
) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        day = Day.of(date(2026, 10, 25), zone)
        minutes = [*range(149), *range(151, 210), *range(271, 300)]
        found = [reading(60.0 * minute, 10.0, start=day.start) for minute in minutes]
        text = markdown(of(found, day=day, now=day.start + 18_000))
        assert "| gate | 02:29:30 CEST | 02:31:00 CEST | 1 min 30 s |" in text
        assert "| gate | 02:30:30 CET | 03:31:00 | 1 h 30 s |" in text
        assert day.time_of_day(day.start + 9_000) == "02:30:00 CEST"
        assert day.time_of_day(day.start + 9_000 + 3_600) == "02:30:00 CET"
        assert day.time_of_day(day.start + 3_600) == "01:00:00"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_sums_of_a_day() -> None:
    counts = [20.0] * 100 + [100.0] * 50 + [180.0] * 30 + [None] * 20 + [20.0] * 100
    report = of([reading(second, count) for second, count in enumerate(counts)])
    frame, roi, group = report.places
    assert (frame.camera, roi.name, group.camera) == ("gate", "a|b", None)
    assert (roi.peak, roi.peak_at) == (180.0, DAY.start + 150)
    assert roi.peak_per_m2 == 4.5
    assert roi.peak_local == 4.5
    assert (roi.counted, roi.unknown) == (280.0, 20.0)
    assert roi.mean == pytest.approx((200 * 20 + 50 * 100 + 30 * 180) / 280)
    # 2.0 and 4.0 people on a square metre are amber and red; 80 and 160 people in the whole picture.
    assert roi.above == {Level.AMBER: 80.0, Level.RED: 30.0, Level.CRITICAL: 0.0}
    assert frame.above == roi.above
    assert group.peak is None, "of the camera in the north nothing is known"
    assert group.unknown > 200
    gap, rest, north = report.gaps
    assert (gap.start - DAY.start, gap.end - DAY.start, gap.recorded) == (180.0, 200.0, True)
    assert (rest.start - DAY.start, rest.end, rest.recorded) == (300.0, DAY.end, False)
    assert (north.camera, north.start, north.end, north.recorded) == ("north", DAY.start, DAY.end, False)
    assert "| north | – | – | 0.0 % | 0.0 % | 100.0 % |" in markdown(report)
    assert "| north | 00:00:00 | 24:00:00 | 24 h | nothing was recorded |" in markdown(report)


def test_a_group_is_the_sum_of_what_is_known_and_counts_above_its_capacity() -> None:
    found: list[Reading] = []
    for second in range(100):
        found += [reading(second, 60.0), reading(second, 30.0 if second < 50 else 60.0, camera="north")]
    group = of(found).places[-1]
    assert (group.peak, group.peak_at) == (120.0, DAY.start + 50)
    assert group.over_capacity == pytest.approx(50.0, abs=1.0)
    assert "group all: 50 s above its capacity" in markdown(of(found))


def test_where_nothing_was_recorded_is_a_gap_of_its_own() -> None:
    found = [reading(second, 5.0) for second in [*range(100), *range(1000, 1100)]]
    report = of(found)
    gap, _, _ = report.gaps
    assert not gap.recorded
    assert (round(gap.start - DAY.start), round(gap.end - DAY.start)) == (102, 1000)
    assert "| nothing was recorded |" in markdown(report)
    assert report.places[0].counted == pytest.approx(203, abs=2)


def test_a_day_of_which_only_the_middle_is_there_begins_and_ends_with_a_gap() -> None:
    config = parse("cameras: [{name: gate, source: x.mp4}]", where="a.yaml")
    found = [reading(second, 5.0) for second in range(36_000, 39_600)]
    gaps = [(g.start - DAY.start, g.end - DAY.start, g.recorded) for g in of(found, config=config).gaps]
    assert gaps == [(0.0, 36_000.0, False), (39_600.0, 86_400.0, False)]
    now = DAY.start + 39_605  # the day goes on, and so does recording
    assert len(of(found, config=config, now=now).gaps) == 1


def test_a_clock_that_was_set_back_makes_no_gap_of_what_is_there() -> None:
    config = parse("cameras: [{name: gate, source: x.mp4}]", where="a.yaml")
    found = [reading(second, 5.0) for second in (*range(36_000, 36_100), *range(35_950, 36_000))]
    report = of(found, config=config)
    assert report.recorded == {"gate": (DAY.start + 35_950, DAY.start + 36_099)}
    assert [(g.start - DAY.start, g.end - DAY.start) for g in report.gaps] == [(0, 35_950), (36_100, 86_400)]


@pytest.mark.parametrize(
    ("system", "day", "said"),
    [
        ("UTC", date(2026, 5, 1), "(UTC)"),
        ("America/New_York", date(2026, 5, 1), "(EDT, UTC-04:00)"),
        ("Asia/Kathmandu", date(2026, 5, 1), "(UTC+05:45)"),
        ("Europe/Berlin", date(2026, 3, 29), "(CET, UTC+01:00 and then CEST, UTC+02:00)"),
    ],
)
def test_the_clock_of_the_system_has_a_name(
    monkeypatch: pytest.MonkeyPatch, system: str, day: date, said: str
) -> None:
    monkeypatch.setenv("TZ", system)
    time.tzset()
    try:
        assert f"Times are local {said}." in markdown(of([], day=Day.of(day, None)))
        assert draw(of([], day=Day.of(day, None))).size
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_day_that_has_not_begun() -> None:
    assert "The day has not begun." in markdown(of([], now=DAY.start - 1))


def test_a_day_without_anything() -> None:
    report = of([])
    assert "Nothing was recorded on this day." in markdown(report)
    assert draw(report).shape[2] == 3


def test_a_day_that_is_not_over() -> None:
    report = of([reading(second, 5.0) for second in range(100)], now=DAY.start + 200.0)
    assert "The day is not over: this is up to 00:03:20." in markdown(report)
    assert "| gate | 00:00:00 | 00:01:39 | 50.0 % | 0.0 % | 50.0 % |" in markdown(report)


def alarm(second: float, change: AlarmChange, level: Level = Level.NONE, **more: object) -> Event:
    return AlarmEvent(
        time=DAY.start + second, change=change, alarm="full", camera="gate", level=level, **more
    ).to_event()  # type: ignore[arg-type]


def test_alarms_from_when_they_were_raised_until_they_were_over() -> None:
    events = [
        alarm(-100, AlarmChange.RAISED, Level.AMBER),
        alarm(-50, AlarmChange.CLEARED),
        alarm(-20, AlarmChange.RAISED, Level.AMBER),
        alarm(10, AlarmChange.RAISED, Level.RED),
        alarm(20, AlarmChange.PASSED_ON, Level.RED),
        alarm(30, AlarmChange.ACKNOWLEDGED, Level.RED, who="Ann", note="gate | closed"),
        alarm(40, AlarmChange.LOWERED, Level.AMBER),
        alarm(50, AlarmChange.CLEARED),
        alarm(60, AlarmChange.CLEARED),  # of one nobody knows
        alarm(70, AlarmChange.RAISED, Level.RED),
        alarm(80, AlarmChange.WITHDRAWN),
        alarm(90, AlarmChange.RAISED, Level.CRITICAL),
        Event(DAY.start, "lost", "gate"),
    ]
    first, second, third = episodes_of(events, DAY.start, DAY.end)
    assert (first.start - DAY.start, first.end, first.level) == (-20, DAY.start + 50, Level.RED)
    assert (first.who, first.acknowledged_at, first.passed_on_at) == ("Ann", DAY.start + 30, DAY.start + 20)
    assert second.withdrawn
    assert (third.end, third.level) == (None, Level.CRITICAL)
    report = report_of(CONFIG, DAY, [reading(100, 5.0)], events, now=4e9, span=(DAY.start, DAY.start + 100))
    text = markdown(report)
    assert (
        "| full | gate | red | 2026-04-30 23:59:40 | 00:00:50 | 1 min 10 s | Ann at 00:00:30, after 50 s"
        in text
    )
    assert "gate \\| closed; passed on at 00:00:20 |" in text
    assert "| 00:01:20 * | 10 s | no |" in text
    assert "| still on | at least 10 s | no |" in text


def test_spot_checks_are_summed_up() -> None:
    checks = [
        SpotCheck(time=DAY.start + second, camera="gate", truth=100, count=96.0, who="Ann")
        for second in (0, 1000, 2000)
    ]
    report = report_of(CONFIG, DAY, [reading(1, 5.0)], [], checks, now=4e9, span=(DAY.start, DAY.start + 1))
    assert "| gate | whole picture | – | 3 | 100.0 | -4.0 ± 0.0 % | 4.0 people | 00:33:20 |" in markdown(
        report
    )


def test_names_are_no_markdown() -> None:
    assert "| gate / a\\|b |" in markdown(of([reading(0, 5.0), reading(1, 5.0)]))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (0.4, "0 s"),
        (59.6, "1 min"),
        (700, "11 min 40 s"),
        (3900, "1 h 5 min"),
        (7384, "2 h 3 min 4 s"),
    ],
)
def test_durations(seconds: float, words: str) -> None:
    assert span(seconds) == words


@given(st.lists(st.none() | st.floats(0, 1e4), max_size=200), st.floats(0.2, 100))
def test_what_is_counted_and_unknown_never_exceeds_what_passed(
    counts: list[float | None], step: float
) -> None:
    report = of([reading(step * place, count) for place, count in enumerate(counts)])
    for one in report.places:
        assert one.counted + one.unknown <= max(len(counts) * max(step, 2.0), 0.0) + 2.0
        known = [count for count in counts if count is not None]
        if one.camera is not None:
            assert one.peak == (max(known) if known else None)
        assert all(0.0 <= seconds <= one.counted + 1e-6 for seconds in one.above.values())


def test_the_plot_shows_gaps_as_gaps() -> None:
    counts = [50.0] * 1200 + [None] * 1200 + [50.0] * 1200
    picture = draw(of([reading(second, count, camera="north") for second, count in enumerate(counts)]))
    blue = (np.abs(picture.astype(int) - (20, 92, 158)).sum(axis=2) < 30).any(axis=0)
    xs = np.flatnonzero(blue[74:1288])
    third = (1288 - 74) / 3
    assert blue[74:1288].mean() == pytest.approx(2 / 3, abs=0.02)
    assert not ((xs > third + 4) & (xs < 2 * third - 4)).any()


def test_one_reading_and_hostile_names_are_drawn() -> None:
    config = parse("cameras: [{name: 'Größe 北', source: x.mp4}]", where="a.yaml")
    report = of([reading(0, 0.0, camera="Größe 北")], config=config)
    assert draw(report).shape[0] > 100
    assert "| Größe 北 | 0.0 |" in markdown(report)
