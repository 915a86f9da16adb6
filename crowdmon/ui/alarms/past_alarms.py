"""Reads the events of alarms in the history, again and again: other programs may write to it too."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QObject

from crowdmon.errors import SourceError
from crowdmon.facts import AlarmChange, AlarmEvent, Event
from crowdmon.sinks.history.past import EVENTS_BACK
from crowdmon.sinks.history.pictures import alarm_words, folder_of
from crowdmon.sinks.history.query import HistoryReader
from crowdmon.sinks.history.selection import Selection
from crowdmon.ui.bridge import Bridge

EVERY_S = 0.5
"""Seconds between two looks. A program writes to its history once a second, so an acknowledgement is here
within two seconds."""

AGAIN_S = 600.0
"""Seconds that are read again each time: the clocks of two programs need not agree."""

_KINDS = frozenset(change.value for change in AlarmChange)

Stamp = tuple[tuple[int, int], ...]
Told = list[tuple[Event, AlarmEvent]]
Read = tuple[Stamp, Told, frozenset[str]]


class PastAlarms(QObject):
    """Asks one question at a time, in the background."""

    def __init__(self, bridge: Bridge, come: Callable[[Told, bool], object]) -> None:
        """``come`` is called with events in the order of recording, and whether this is the first reading."""
        super().__init__()
        self.pictures: frozenset[str] = frozenset()
        """The names of the files of the pictures that are kept with alarms."""
        self._bridge, self._come = bridge, come
        self._path: Path | None = None
        self._stamp: Stamp = ()
        self._first, self._busy = True, False
        self._looked_at = float("-inf")
        bridge.beat.connect(self.look)

    @property
    def path(self) -> Path | None:
        """The history file; None if nothing is recorded."""
        history = self._bridge.config.record.history
        return None if history is None else Path(history).expanduser()

    def look(self, now: float) -> None:
        """Read what is new, if it is time."""
        if self._busy or abs(now - self._looked_at) < EVERY_S or (path := self.path) is None:
            return
        if path != self._path:
            self._path, self._stamp, self._first = path, (), True
        self._looked_at, self._busy = now, True
        since = now - (EVENTS_BACK if self._first else AGAIN_S)
        known = self._stamp
        self._bridge.run_task(lambda _: read(path, since, known), self._done)

    def _done(self, found: Read | None, error: Exception | None) -> None:
        self._busy = False
        if found is None or error is not None or self.path != self._path:
            return  # it is not there yet, or somebody holds it: it is looked at again
        first, self._first = self._first, False
        self._stamp, told, self.pictures = found
        self._come(told, first)


def read(path: Path, since: float, known: Stamp) -> Read | None:
    """Return what tells this state of the file from others, and the events of alarms since a time.

    None if nothing was written since the state ``known``, or there is no history yet.
    """
    stamp = stamp_of(path)
    if not stamp or stamp == known:
        return None
    try:
        with HistoryReader(path) as history:
            events = history.events(Selection(since=since))
            told = ((one, AlarmEvent.of(one)) for one in events if one.kind in _KINDS)
            kept = folder_of(path).glob(f"*{alarm_words('*')}.png")
            return (
                stamp,
                [(one, alarm) for one, alarm in told if alarm is not None],
                frozenset(one.name for one in kept),
            )
    except SourceError:
        return None


def stamp_of(path: Path) -> Stamp:
    """Return times and sizes of a history file and of what is beside it; empty if there is none."""
    found = []
    for one in (path, path.with_name(f"{path.name}-wal"), folder_of(path)):
        with contextlib.suppress(OSError):
            at = one.stat()
            found.append((at.st_mtime_ns, at.st_size))
    return tuple(found)
