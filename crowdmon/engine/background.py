"""Work that somebody wants done once, elsewhere: writing a file, trying an address. Results are collected."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(eq=False)
class Errand:
    """One piece of work.

    Attributes:
        result: what the job returned, once it has.
        error: what it raised instead.
        over: whether it has ended, either way.
        unwanted: nobody waits for it any more; a long job looks at this and gives up.
        told: how far the job says it is.
    """

    result: Any = None
    error: Exception | None = None
    over: threading.Event = field(default_factory=threading.Event)
    unwanted: threading.Event = field(default_factory=threading.Event)
    told: int = 0


Job = Callable[[Errand], Any]


class Errands:
    """Runs each job in a thread of its own, so that one that hangs in a network holds up no other."""

    def __init__(self) -> None:
        self._running: dict[Errand, threading.Thread] = {}

    def run(self, job: Job) -> Errand:
        """Start a job, which is given its errand; ask :attr:`Errand.over` whether it has ended."""
        errand = Errand()
        thread = threading.Thread(target=_work, args=(errand, job), name="errand", daemon=True)
        self._running = {one: t for one, t in self._running.items() if t.is_alive()}
        self._running[errand] = thread
        thread.start()
        return errand

    def stop(self, timeout: float) -> bool:
        """Tell all that nobody waits any more; return whether they ended within ``timeout`` seconds.

        One that is stuck is left behind as a daemon without effect.
        """
        for errand in self._running:
            errand.unwanted.set()
        for thread in self._running.values():
            thread.join(timeout / len(self._running))
        return not any(thread.is_alive() for thread in self._running.values())


def _work(errand: Errand, job: Job) -> None:
    try:
        errand.result = job(errand)
    except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to who asked
        errand.error = error
    finally:
        errand.over.set()
