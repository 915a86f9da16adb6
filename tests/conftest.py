"""What every test gets: no display needed, no thread left behind."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# Speed is for benchmarks: an example that is slow on a busy machine is not a wrong one.
settings.register_profile("crowdmon", deadline=None)
settings.load_profile("crowdmon")

_LINGERING = ("pydevd", "asyncio_", "ThreadPoolExecutor", "OpenCV", "tmonitor")
"""Names of threads that belong to tools and libraries, which keep them on purpose."""


@pytest.fixture(autouse=True)
def no_leaked_thread() -> Iterator[None]:
    """Fail a test that leaves a thread behind; one that is just ending gets two seconds."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + 2.0
    while (left := _left(before)) and time.monotonic() < deadline:
        left[0].join(0.05)
    assert not left, f"threads left behind: {[thread.name for thread in left]}"


def _left(before: set[threading.Thread]) -> list[threading.Thread]:
    return [
        thread
        for thread in threading.enumerate()
        if thread not in before and thread.is_alive() and not thread.name.startswith(_LINGERING)
    ]


@pytest.fixture
def data_root() -> Path:
    """Return the folder of real pictures and labels; skips where there is none."""
    root = os.environ.get("CROWDMON_DATA")
    if not root:
        pytest.skip("CROWDMON_DATA is not set: no real pictures here")
    path = Path(root)
    assert path.is_dir(), f"CROWDMON_DATA={root} is no folder"
    return path
