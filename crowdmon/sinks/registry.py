"""What can be named under ``record:`` in the configuration, and what then writes there.

A new sink is one file, one key in ``RecordConfig`` and one line in :data:`SINKS`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from crowdmon.config import RecordConfig
from crowdmon.sinks.base import Sink
from crowdmon.sinks.daily import DailyCsv
from crowdmon.sinks.history.file import HistoryFile

SINKS: dict[str, Callable[[Path], Sink]] = {
    "history": HistoryFile,
    "csv_log": DailyCsv,
}
"""Key of ``record:`` -> what writes to the place named there. The history comes first: it is the record, and
the CSV log is a copy of it."""


def open_sinks(record: RecordConfig) -> dict[str, Sink]:
    """Return a sink for every place that is named, by its key.

    Nothing is opened before the first fact. Close the sinks when nothing writes any more.
    """
    places = {key: getattr(record, key) for key in SINKS}
    return {key: SINKS[key](Path(place).expanduser()) for key, place in places.items() if place is not None}
