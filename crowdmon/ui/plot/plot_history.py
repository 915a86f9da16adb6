"""Reads the history behind the plot: in the background, one question at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QObject

from crowdmon.errors import SourceError
from crowdmon.sinks.history.query import HistoryReader
from crowdmon.sinks.history.selection import Selection
from crowdmon.ui.bridge import Bridge
from crowdmon.view.past import EMPTY, Line, Past, Wish, past_of

AGAIN_S = 60.0
"""Seconds after which what was read is read again, if it reaches to now."""


class PlotHistory(QObject):
    """Holds what was read last, and asks for what is missing."""

    def __init__(self, bridge: Bridge, come: Callable[[], object]) -> None:
        """``come`` is called when something was read."""
        super().__init__()
        self._bridge, self._come = bridge, come
        self._past: Past | None = None
        self._wanted: Wish | None = None
        self._failed: Wish | None = None
        self._busy = False
        self._read_at = 0.0

    @property
    def path(self) -> Path | None:
        """The history file; None if nothing is recorded."""
        history = self._bridge.config.record.history
        return None if history is None else Path(history).expanduser()

    def want(self, wish: Wish | None) -> None:
        """Say what the plot needs now; what is here already is not read again."""
        self._wanted = wish
        if wish is None or self._busy or self.path is None or wish == self._failed:
            return
        old = self._bridge.now() - self._read_at > max(AGAIN_S, 2.0 * wish.width)
        if self._past is not None and self._past.wish.covers(wish) and not old:
            return
        path = self.path
        self._busy = True
        self._bridge.run_task(lambda _: read(path, wish), self._done)

    def line(self, camera: str, roi: str) -> Line:
        """Return what was read of a ROI; an empty line if nothing was."""
        past = self._past
        return past.line(roi) if past is not None and past.wish.camera == camera else EMPTY

    def _done(self, past: Past | None, error: Exception | None) -> None:
        self._busy = False
        if past is None or error is not None:
            self._failed = self._wanted  # a file that is not there yet is asked again for another time
            return
        self._past, self._read_at = past, self._bridge.now()
        self._come()


def read(path: Path, wish: Wish) -> Past:
    """Read the bins of one camera; nothing if the file is not there yet, or knows no such camera."""
    chosen = Selection(since=wish.since, until=wish.until, cameras=frozenset({wish.camera}))
    try:
        with HistoryReader(path) as history:
            return past_of(wish, history.bins(wish.width, chosen))
    except SourceError:
        return Past(wish)
