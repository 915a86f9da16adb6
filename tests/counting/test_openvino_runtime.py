"""One OpenVINO for the whole process: what it lends a thread must still be there when it is needed."""

from __future__ import annotations

import ctypes
import gc
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from crowdmon.counting.openvino_backend import OpenVinoBackend
from crowdmon.counting.openvino_runtime import core
from tests.counting.test_counter import some_weights

DISABLED = 2
"""``SS_DISABLE``: the thread has no stack of its own for signals."""


class SignalStack(ctypes.Structure):
    """``stack_t`` of the C library."""

    _fields_ = (("start", ctypes.c_void_p), ("flags", ctypes.c_int), ("size", ctypes.c_size_t))


def signal_stack() -> tuple[int, int] | None:
    """Return start and size of this thread's stack for signals, if it has one."""
    found = SignalStack()
    assert ctypes.CDLL(None).sigaltstack(None, ctypes.byref(found)) == 0
    return None if found.flags & DISABLED or not found.start else (found.start, found.size)


def is_mapped(start: int, size: int) -> bool:
    """Return whether all of this memory belongs to the process."""
    for line in Path("/proc/self/maps").read_text().splitlines():
        low, high = (int(one, 16) for one in line.split()[0].split("-"))
        if low <= start < high:
            return high >= start + size or is_mapped(high, start + size - high)
    return False


def left_behind() -> None:
    """Make two back ends, and close them in the order that took the stack away from under the thread."""
    first, second = OpenVinoBackend(some_weights()), OpenVinoBackend(some_weights())
    del first
    gc.collect()
    del second
    gc.collect()
    stack = signal_stack()
    assert stack is None or is_mapped(*stack)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_signal_after_back_ends_were_closed_finds_its_stack() -> None:
    # A process of its own: pytest's fault handler has a stack for signals, too.
    words = "from tests.counting.test_openvino_runtime import left_behind; left_behind()"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_every_thread_gets_the_same_core() -> None:
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(core())) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(found) == 4
    assert all(one is core() for one in found)
