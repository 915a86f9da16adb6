"""What to export, and how it is written. No widgets: this runs in a background thread."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from crowdmon.engine.background import BackgroundTask
from crowdmon.engine.memory import MemoryHistory
from crowdmon.errors import CrowdmonError
from crowdmon.sinks.bins import BINS
from crowdmon.sinks.history.export import export_bins, export_readings
from crowdmon.sinks.history.query import HistoryReader
from crowdmon.sinks.history.selection import EVERYTHING, Selection
from crowdmon.values import Reading

Ask = Callable[[float, float], Sequence[Reading]]

WIDTHS = {"Every reading": 0, "1 s": BINS["1s"], "1 min": BINS["1min"], "15 min": BINS["15min"]}
"""Seconds of a bin by its name; 0 for none."""

RANGES = ("Everything", "Last 10 minutes", "Last hour", "Today", "From … to …")


class GivenUpError(CrowdmonError):
    """The user cancelled the export."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Export:
    """What to write, and where.

    Attributes:
        path: the CSV file; an existing one is replaced when the new one is whole.
        selection: which readings.
        width: seconds of a bin, 0 for every reading as it was.
        history: the history file to ask; None for what the engine remembers.
        excel: begin with the mark by which Excel knows UTF-8.
    """

    path: Path
    selection: Selection = field(default=EVERYTHING)
    width: int = 0
    history: Path | None = None
    excel: bool = False


def range_of(name: str, now: float) -> tuple[float, float]:
    """Return (since, until) of one of :data:`RANGES` but the last, epoch seconds."""
    if name == "Today":
        midnight = datetime.fromtimestamp(now).replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight.timestamp(), math.inf
    spans = {"Last 10 minutes": 600.0, "Last hour": 3600.0}
    return (now - spans[name], math.inf) if name in spans else (-math.inf, math.inf)


def write(export: Export, ask: Ask, task: BackgroundTask) -> int:
    """Write the file, through the same writer as ``crowdmon count``; return the rows.

    Raises:
        ConfigError, SourceError, SinkError: as the writers of ``sinks/`` do.
        GivenUpError: the user cancelled; the file is unchanged.
    """

    def progress(rows: int) -> None:
        task.progress = rows
        if task.cancelled.is_set():
            raise GivenUpError("the export was given up")

    chosen = export.selection
    source = (
        nullcontext(MemoryHistory(ask(chosen.since, chosen.until)))
        if export.history is None
        else HistoryReader(export.history)
    )
    with source as history:
        how: dict[str, Any] = {"progress": progress, "excel": export.excel}
        if export.width:
            return export_bins(history, export.path, export.width, chosen, **how)
        return export_readings(history, export.path, chosen, **how)
