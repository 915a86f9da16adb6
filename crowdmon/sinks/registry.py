"""What can be named under ``record:`` in the configuration, and what then writes there.

A new sink is one file, one key in ``RecordConfig`` and one line in :data:`SINKS`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from crowdmon.config import RecordConfig
from crowdmon.config.models import KEEP_MINUTES, KEEP_PICTURES, KEEP_RAW
from crowdmon.sinks.base import Sink
from crowdmon.sinks.daily import DailyCsv
from crowdmon.sinks.history.file import HistoryFile
from crowdmon.sinks.history.thinning import DAY, Keep

SINKS: dict[str, Callable[[Path, RecordConfig], Sink]] = {
    "history": lambda place, record: HistoryFile(place, keep=keep_of(record)),
    "csv_log": lambda place, record: DailyCsv(place),
}
"""Key of ``record:`` -> what opens the sink of the place named there. The history comes first: it is the
record, and the CSV log is a copy of it."""


def open_sinks(record: RecordConfig) -> dict[str, Sink]:
    """Return a sink for every place that is named, by its key.

    Nothing is opened before the first fact. Close the sinks when nothing writes any more.
    """
    places = {key: getattr(record, key) for key in SINKS}
    return {
        key: SINKS[key](Path(place).expanduser(), record)
        for key, place in places.items()
        if place is not None
    }


def keep_of(record: RecordConfig) -> Keep:
    """Return how long the history keeps what."""
    return Keep(
        raw=3600.0 * (record.keep_raw or KEEP_RAW),
        minutes=DAY * (record.keep_minutes or KEEP_MINUTES),
        pictures=DAY * (record.keep_pictures or KEEP_PICTURES),
        # What an older version recorded is only thinned by who says so: it had promised to keep it.
        older=record.keep_raw is not None,
    )
