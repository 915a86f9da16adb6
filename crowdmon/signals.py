"""How a program is asked to end: Ctrl+C, SIGTERM, and SIGHUP of a terminal that was closed."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator
from typing import Any


def asking_to_end() -> tuple[signal.Signals, ...]:
    """Return the signals that this system has for it; SIGHUP not where it is ignored, as ``nohup`` wants."""
    found = [signal.SIGINT, signal.SIGTERM]
    hangup = getattr(signal, "SIGHUP", None)
    if hangup is not None and signal.getsignal(hangup) is not signal.SIG_IGN:
        found.append(hangup)
    return tuple(found)


@contextlib.contextmanager
def handled(handler: Callable[[int], object], numbers: tuple[signal.Signals, ...]) -> Iterator[None]:
    """Call ``handler`` with a signal's number inside of the block; a thread that gets no signals does not."""
    before: dict[signal.Signals, Any] = {}
    try:
        for number in numbers:
            try:
                before[number] = signal.signal(number, lambda number, _frame: handler(number))
            except ValueError:  # not the main thread, which alone gets signals
                break
        yield
    finally:
        for number, old in before.items():
            # None is a handler that another language has set, and only that can bring it back.
            signal.signal(number, signal.SIG_DFL if old is None else old)
