"""Events as CSV: the header to the letter, alarms in columns, hostile words, files that say "nothing"."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.errors import SinkError
from crowdmon.facts import AlarmChange, AlarmEvent, Event, EventKind
from crowdmon.sinks.event_csv import EVENT_COLUMNS, EVENT_HEADER, EventCsv, encode_event
from crowdmon.values import Level
from tests.sinks.making import NOON
from tests.sinks.test_csv_file import reading

WORDS = st.text(max_size=12) | st.text(alphabet="'=+-@\t\r\n,\"; a", max_size=8)
ALARM = AlarmEvent(
    time=NOON,
    change=AlarmChange.RAISED,
    alarm="platform full",
    camera="gate",
    roi="platform",
    level=Level.RED,
    measure="per_m2",
    value=4.123456,
    limit=4.0,
    tell=("Ann", "control room"),
)


def cells(event: Event) -> dict[str, str]:
    text = (EVENT_HEADER + encode_event(event)).decode()
    (row,) = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    assert None not in row
    return row


def test_the_file_to_the_letter(tmp_path: Path) -> None:
    with EventCsv(tmp_path / "events.csv") as log:
        log.write(ALARM.to_event())
        log.write(Event(NOON, EventKind.LOST, "gate", detail="no route to host"))
    header, alarm, lost = (tmp_path / "events.csv").read_text().splitlines()
    assert header == (
        "time,kind,camera,roi,group,alarm,level,measure,value,limit,at_least,who,note,detail,tell"
    )
    assert alarm.split(",", 1)[1] == (
        "alarm-raised,gate,platform,,platform full,red,per_m2,4.1235,4.0000,,,,,Ann; control room"
    )
    assert lost.split(",", 1)[1] == "lost,gate,,,,,,,,,,,no route to host,"


def test_a_run_in_which_nothing_happened_leaves_a_file_that_says_so(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text("events of yesterday\n")
    with EventCsv(path) as log:
        assert path.read_text() == "events of yesterday\n"
        for number in range(3):
            log.write(reading(number))
    assert path.read_bytes() == EVENT_HEADER
    with EventCsv(tmp_path / "none.csv"):
        pass
    assert not (tmp_path / "none.csv").exists()
    with EventCsv(path, excel=True) as log:
        log.write(reading())
    assert path.read_bytes() == b"\xef\xbb\xbf" + EVENT_HEADER


@given(WORDS, WORDS, WORDS, st.lists(WORDS, max_size=3).map(tuple), st.booleans())
def test_what_an_alarm_says_stands_in_its_columns(
    name: str, who: str, note: str, tell: tuple[str, ...], at_least: bool
) -> None:
    one = AlarmEvent(
        time=NOON,
        change=AlarmChange.ACKNOWLEDGED,
        alarm=name,
        group="all",
        who=who or None,
        note=note or None,
        tell=tell,
        value=3.0,
        at_least=at_least,
    )
    row = cells(one.to_event())
    assert list(row) == list(EVENT_COLUMNS)
    for key, value in (("alarm", name), ("who", who), ("note", note), ("tell", "; ".join(tell))):
        assert row[key] in (value, f"'{value}")
        assert not row[key].startswith(("=", "+", "-", "@", "\t"))
    assert (row["group"], row["value"], row["limit"]) == ("all", "3.0000", "")
    assert row["at_least"] == ("yes" if at_least else "")


@given(st.text(max_size=20), st.text(max_size=20), st.none() | WORDS)
def test_any_event_is_one_row(kind: str, camera: str, detail: str | None) -> None:
    row = cells(Event(NOON, kind, camera, detail=detail))
    assert row["kind"] in (kind, f"'{kind}")
    assert row["camera"] in (camera, f"'{camera}")
    if AlarmEvent.of(Event(NOON, kind, camera, detail=detail)) is None:
        assert row["detail"] in (detail or "", f"'{detail}")


def test_what_no_file_can_hold_is_refused(tmp_path: Path) -> None:
    with EventCsv(tmp_path / "events.csv") as log, pytest.raises(SinkError, match="its time is nan"):
        log.write(Event(float("nan"), "lost", "gate"))
    with pytest.raises(SinkError, match="there is no folder"):
        EventCsv(tmp_path / "none" / "events.csv")
