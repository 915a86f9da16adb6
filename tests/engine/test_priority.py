"""Counting steps back behind the window, and only counting."""

from __future__ import annotations

import os
import sys
import threading

import pytest

from crowdmon.engine.counting_thread import CountingThread
from crowdmon.engine.priority import step_back
from tests.fakes import FakeCounter, ManualClock

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="a single thread has a priority on Linux only"
)


def urgency() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


@pytest.mark.parametrize("behind", [0, 3])
def test_the_counter_and_its_threads_are_built_as_urgent_as_they_will_run(behind: int) -> None:
    seen: dict[str, int] = {}

    def factory() -> FakeCounter:
        seen["built"] = urgency()
        worker = threading.Thread(target=lambda: seen.update(worker=urgency()))
        worker.start()
        worker.join()
        return FakeCounter()

    here = urgency()
    counting = CountingThread(factory, dict, clock=ManualClock(), bell=threading.Event(), behind=behind)
    counting.thread.start()
    while not counting.settled:
        counting.thread.join(0.01)
    counting.stop()
    counting.thread.join(5)
    expected = min(here + behind, 19)
    assert seen == {"built": expected, "worker": expected}
    assert urgency() == here


def test_a_system_that_refuses_leaves_the_thread_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "setpriority", refuse)
    here = urgency()
    step_back(5)
    assert urgency() == here
