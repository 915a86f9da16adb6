"""The window's own way in and out, in a process of its own."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QApplication

from crowdmon.ui.shell.app import _interruptible, application, collected_here, run_window
from tests.ui.fakes import FakeMonitor, FakeSnapshot, camera, config

ROOT = Path(__file__).resolve().parents[2]

PROGRAM = """
import os, signal, sys, threading
from PyQt6.QtCore import QTimer
from crowdmon.ui.shell.app import application, run_window
from crowdmon.ui.shell.main_window import MainWindow
from tests.ui.fakes import FakeMonitor, camera, config

app = application()
monitor = FakeMonitor(config(camera("north")))

def leave():
    {leave}

QTimer.singleShot(200, leave)
code = run_window(monitor.config, monitor)
left = f"{{len(app.topLevelWidgets())}} {{threading.active_count()}}"
sys.stdout.write(f"{{code}} {{' '.join(monitor.calls)}} {{left}}")
"""

WAYS = {
    "close": "[w.close() for w in app.topLevelWidgets() if isinstance(w, MainWindow)]",
    "interrupt": "os.kill(os.getpid(), signal.SIGINT)",
    "terminate": "os.kill(os.getpid(), signal.SIGTERM)",
    "hang up": "os.kill(os.getpid(), signal.SIGHUP)",
}


def test_a_fault_in_a_callback_ends_the_window_with_that_fault(qapp: object) -> None:
    class Broken(FakeMonitor):
        def snapshot(self, after: int = 0) -> FakeSnapshot:
            raise RuntimeError("the engine is gone")

    before = sys.excepthook
    monitor = Broken(config(camera("north")))
    with pytest.raises(RuntimeError, match="the engine is gone"):
        run_window(monitor.config, monitor)
    assert monitor.calls[-1] == "stop"
    assert sys.excepthook is before


@pytest.mark.skipif(os.name == "nt", reason="signals of this kind are not sent on Windows")
@pytest.mark.parametrize("way", WAYS)
def test_the_window_ends_cleanly(way: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(leave=WAYS[way])],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "0 start stop 0 1"), done.stderr
    assert done.stderr == ""


def test_the_old_signal_handlers_come_back(qapp: object) -> None:
    before = signal.getsignal(signal.SIGINT)
    with _interruptible(application()):
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


def test_qt_objects_are_freed_in_the_thread_of_the_window_only(qapp: QApplication) -> None:
    """The collector would free them in whichever thread allocates, and that can end the process."""
    freed: list[str] = []

    class Noted(QObject):
        def __del__(self) -> None:
            freed.append(threading.current_thread().name)

    def cycle() -> None:
        one = Noted()
        one.me = one  # type: ignore[attr-defined]

    def allocate() -> None:
        for _ in range(200):
            [[] for _ in range(2000)]
            [{"a": []} for _ in range(2000)]

    gc.enable()  # these tests have it switched off
    with collected_here(qapp):
        cycle()
        worker = threading.Thread(target=allocate, name="worker")
        worker.start()
        worker.join()
        assert freed == []
        gc.collect()
    assert freed == ["MainThread"]
    gc.disable()
