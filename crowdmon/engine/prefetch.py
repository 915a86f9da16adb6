"""Makes the next values while the last one is worked on: one thread, a short queue, nothing left behind."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Generator, Iterable
from typing import TypeVar

T = TypeVar("T")

DEPTH = 2
"""Values that wait at most; one more is being made."""

_PATIENCE = 4.0
"""Seconds to wait at the end for a value that is still being made: a host may be silent for longer, and the
program has to end. The thread is then left behind without effect."""


class _End:
    """The last thing in the queue, with what ended it."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def ahead(values: Iterable[T], *, depth: int = DEPTH) -> Generator[T, None, None]:
    """Yield ``values`` in order, made by a thread that is up to ``depth`` + 1 of them ahead.

    Args:
        values: iterated in that thread and nowhere else; begins with the first ``next``.
        depth: how many may wait.

    Raises:
        Whatever ``values`` raised, after all it had given before.
    """
    ready: queue.Queue[T | _End] = queue.Queue(maxsize=depth)
    stop = threading.Event()
    thread = threading.Thread(target=_make, args=(values, ready, stop), name="decoding ahead", daemon=True)
    thread.start()
    try:
        while not isinstance(one := ready.get(), _End):
            yield one
        if one.error is not None:
            raise one.error
    finally:
        stop.set()
        _drain(ready, thread)


def _make(values: Iterable[T], ready: queue.Queue[T | _End], stop: threading.Event) -> None:
    end = _End()
    try:
        for value in values:
            if stop.is_set():
                return
            ready.put(value)
    except BaseException as error:  # noqa: BLE001 - it is raised where the values are used
        end = _End(error)
    ready.put(end)


def _drain(ready: queue.Queue[T | _End], thread: threading.Thread) -> None:
    """Take what nobody wants any more, so that a thread that waits for room can end."""
    until = time.monotonic() + _PATIENCE
    while thread.is_alive() and time.monotonic() < until:
        try:
            ready.get(timeout=0.02)
        except queue.Empty:
            continue
