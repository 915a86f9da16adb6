"""What happens to alarms is logged as a sentence; other facts are not."""

from __future__ import annotations

import pytest

from crowdmon.facts import Event, EventKind
from crowdmon.sinks.alarm_log import AlarmLog
from tests.sinks.making import NOON
from tests.sinks.test_csv_file import reading
from tests.sinks.test_event_csv import ALARM


def test_a_sentence_for_each_event_of_an_alarm(caplog: pytest.LogCaptureFixture) -> None:
    with AlarmLog() as log:
        for fact in (reading(), Event(NOON, EventKind.LOST, "gate"), ALARM.to_event()):
            log.write(fact)
        log.flush()
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert record.getMessage() == (
        "'platform full' is red: 4.12 people per m2 in platform of gate, above 4. "
        "To be told: Ann, control room"
    )
