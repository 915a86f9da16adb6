"""What a history holds of a day, as a report needs it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crowdmon.facts import Event, SpotCheck
from crowdmon.sinks.history.past import EVENTS_BACK
from crowdmon.sinks.history.query import HistoryReader
from crowdmon.sinks.history.selection import Selection
from crowdmon.values import Reading


@dataclass(frozen=True, slots=True)
class DayFacts:
    """Facts of a day; they are read while somebody goes through them.

    Attributes:
        readings: of the day, in the order of recording.
        events: up to its end, so far back that alarms which were on at its start are known.
        checks: spot checks up to its end.
        span: first and last time of the readings; None without any.
    """

    readings: Iterable[Reading]
    events: Iterable[Event]
    checks: Iterable[SpotCheck]
    span: tuple[float, float] | None


@contextmanager
def day_facts(history: Path, start: float, end: float) -> Iterator[DayFacts]:
    """Open a history for what it holds between two times, epoch seconds.

    Raises:
        SourceError: it cannot be read.
    """
    chosen = Selection(since=start, until=end)
    with HistoryReader(history) as reader:
        yield DayFacts(
            reader.readings(chosen),
            reader.events(Selection(since=start - EVENTS_BACK, until=end)),
            reader.spot_checks(Selection(until=end)),
            reader.span(chosen),
        )
