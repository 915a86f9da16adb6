"""What every test gets: no display needed, no thread left behind, and real pictures only where it asks."""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# A shell has its background jobs ignore Ctrl+C, and nohup a hang-up. The programs that tests start would
# inherit that, and never end.
for _name in ("SIGINT", "SIGHUP"):
    _number = getattr(signal, _name, None)
    if _number is not None and signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, signal.default_int_handler if _name == "SIGINT" else signal.SIG_DFL)

DATA = "CROWDMON_DATA"
"""The variable that names the folder of real pictures and labels."""

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# What programs remember of a user is the tests' own.
os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp(prefix="crowdmon-tests-")
atexit.register(shutil.rmtree, os.environ["XDG_STATE_HOME"], ignore_errors=True)
if "PYTEST_XDIST_WORKER" in os.environ:
    # Several processes share the cores: threads of torch that wait for each other would only keep them busy.
    os.environ.setdefault("OMP_NUM_THREADS", "1")

if "CROWDMON_CACHE" not in os.environ:
    # What is measured of this machine is measured once a run of tests, and leaves nothing in anybody's home.
    os.environ["CROWDMON_CACHE"] = tempfile.mkdtemp(prefix="crowdmon-cache-")
    atexit.register(shutil.rmtree, os.environ["CROWDMON_CACHE"], ignore_errors=True)

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


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """Take back what a command set up: the next test would find its records on standard error."""
    root, named = logging.getLogger(), [logging.getLogger(name) for name in (None, "crowdmon", "trainer")]
    levels, handlers = [one.level for one in named], root.handlers[:]
    yield
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    for one, level in zip(named, levels, strict=True):
        one.setLevel(level)


def _why_no_data() -> str:
    """Say why the real pictures are not here; empty if they are."""
    root = os.environ.get(DATA)
    if not root:
        return f"{DATA} is not set: no real pictures here"
    return "" if Path(root).is_dir() else f"{DATA}={root} is not a folder: no real pictures here"


def _needs_data(item: pytest.Item) -> bool:
    return item.get_closest_marker("data") is not None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what is marked ``data`` where there is none; refuse a test that wants data and is not marked."""
    unmarked = [
        item.nodeid
        for item in items
        if "data_root" in getattr(item, "fixturenames", ()) and not _needs_data(item)
    ]
    if unmarked:
        raise pytest.UsageError(f"data_root is used without @pytest.mark.data by {', '.join(unmarked)}")
    if reason := _why_no_data():
        for item in filter(_needs_data, items):
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, bool, bool]:
    """Hide the real pictures from tests that are not marked ``data``.

    A reader that is called without a root looks at the variable. Such a test would pass where the data
    is and fail where it is not; hidden, it fails everywhere until it is marked. Fixtures of a module or a
    session are made within this hook too.
    """
    if _needs_data(item):
        return (yield)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(DATA, raising=False)
        return (yield)


@pytest.fixture
def data_root(request: pytest.FixtureRequest) -> Path:
    """Return the folder of real pictures and labels; only tests marked ``data`` may ask for it."""
    assert _needs_data(request.node), "data_root is used without @pytest.mark.data"
    return Path(os.environ[DATA])
