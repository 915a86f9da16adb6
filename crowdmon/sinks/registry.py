"""From the configuration's places to what writes there."""

from __future__ import annotations

from pathlib import Path

from crowdmon.config import RecordConfig
from crowdmon.sinks.daily import DailyCsv
from crowdmon.sinks.history.file import HistoryFile


def open_sinks(record: RecordConfig) -> list[HistoryFile | DailyCsv]:
    """Return a sink for every place that is named; nothing is opened before the first reading.

    The history comes first: it is the record, the CSV its copy. Close them once nothing writes any more.
    """
    sinks: list[HistoryFile | DailyCsv] = []
    if record.history is not None:
        sinks.append(HistoryFile(Path(record.history).expanduser()))
    if record.csv_log is not None:
        sinks.append(DailyCsv(Path(record.csv_log).expanduser()))
    return sinks
