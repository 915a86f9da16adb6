"""Work that somebody wants done once, elsewhere: writing a file, trying an address. Results are collected."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")

_LOOK = 0.1
"""Seconds between two looks at a job that is waited for; there are systems where a wait sees no signal."""


@dataclass(eq=False)
class BackgroundTask:
    """One piece of work.

    Attributes:
        result: what the job returned, once it has.
        error: what it raised instead.
        over: whether it has ended, either way.
        cancelled: nobody waits for it any more; a long job looks at this and gives up.
        told: how far the job says it is.
    """

    result: Any = None
    error: Exception | None = None
    done: threading.Event = field(default_factory=threading.Event)
    cancelled: threading.Event = field(default_factory=threading.Event)
    progress: int = 0


Job = Callable[[BackgroundTask], Any]


class BackgroundTasks:
    """Runs each job in a thread of its own, so that one that hangs in a network holds up no other."""

    def __init__(self) -> None:
        self._running: dict[BackgroundTask, threading.Thread] = {}

    def run(self, job: Job) -> BackgroundTask:
        """Start a job, which is given its task; ask :attr:`BackgroundTask.done` whether it has ended."""
        task = BackgroundTask()
        thread = threading.Thread(target=_work, args=(task, job), name="task", daemon=True)
        self._running = {one: t for one, t in self._running.items() if t.is_alive()}
        self._running[task] = thread
        thread.start()
        return task

    def stop(self, timeout: float) -> bool:
        """Tell all that nobody waits any more; return whether they ended within ``timeout`` seconds.

        One that is stuck is left behind as a daemon without effect.
        """
        for task in self._running:
            task.cancelled.set()
        for thread in self._running.values():
            thread.join(timeout / len(self._running))
        return not any(thread.is_alive() for thread in self._running.values())


def wait_for(job: Callable[[BackgroundTask], T], *, within: float | None = None) -> T:
    """Do a job in another thread and return its result.

    For what waits inside of a library that sees no Ctrl+C: here a signal ends the wait at once. The job goes
    on without effect; it should look at :attr:`BackgroundTask.cancelled` and give away nothing then.

    Args:
        job: what to do.
        within: seconds to wait for it at most.

    Raises:
        TimeoutError: it did not end in time. What the job raises is raised here.
    """
    return wait_for_all([job], within=within)[0]


def wait_for_all(jobs: Sequence[Callable[[BackgroundTask], T]], *, within: float | None = None) -> list[T]:
    """Do several jobs at the same time and return their results; see :func:`wait_for`."""
    tasks = BackgroundTasks()
    running = [tasks.run(job) for job in jobs]
    until = math.inf if within is None else time.monotonic() + within
    try:
        while not all(task.done.wait(_LOOK / 2) for task in running):
            if time.monotonic() >= until:
                raise TimeoutError
    finally:
        for task in running:
            task.cancelled.set()
    for task in running:
        if task.error is not None:
            raise task.error
    return [task.result for task in running]


def _work(task: BackgroundTask, job: Job) -> None:
    try:
        task.result = job(task)
    except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to who asked
        task.error = error
    finally:
        task.done.set()
