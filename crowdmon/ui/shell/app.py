"""Starts Qt, shows the window, and ends both cleanly: by the window, by Ctrl+C, by signals."""

from __future__ import annotations

import contextlib
import gc
import sys
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from PyQt6.QtCore import QCoreApplication, QEvent, Qt, QTimer
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QApplication

from crowdmon import __version__, resources, signals
from crowdmon.config import AppConfig
from crowdmon.counting.weights import DEFAULT
from crowdmon.engine.protocols import CounterFactory
from crowdmon.engine.view_files import ViewFiles
from crowdmon.ui.bridge import Bridge, MonitorLike, make_monitor
from crowdmon.ui.shell.main_window import MainWindow
from crowdmon.ui.shell.settings import Settings, on_disk

_COLLECT_MS = 500
"""Milliseconds between two looks whether garbage is to be collected."""


def run_window(
    config: AppConfig,
    monitor: MonitorLike | None = None,
    *,
    path: Path | None = None,
    settings: Settings | None = None,
    counter_factory: CounterFactory | None = None,
    weights: Path | None = None,
) -> int:
    """Show the window until it is closed; return the exit code.

    Args:
        config: the cameras; without any the window asks what to open.
        monitor: the engine, made for the same configuration; a new one if None. It is started here, and
            stopped here.
        path: the file the cameras are from and are saved to; None if there is none.
        settings: what the window remembers; the user's own on disk if None.
        counter_factory: builds the counter of a new engine; one with the bundled weights if None.
        weights: the file that ``counter_factory`` reads, which nothing is written over.
    """
    app = application()
    with collected_here(app), _interruptible(app), _failing_aloud(app) as failures:
        views = ViewFiles(path)
        monitor = monitor or make_monitor(config, counter_factory, views=views)
        bridge = Bridge(monitor, config)
        bridge.views = views
        bridge.reads["the weights"] = weights or resources.path(DEFAULT)
        window = MainWindow(bridge, settings=settings or on_disk(), path=path)
        window.spot_checks.counters = counter_factory
        window.show()
        bridge.start()
        try:
            code = app.exec()
        finally:
            # The window has gone by now: nobody watches the threads end.
            bridge.stop()
            window.remember()
            window.deleteLater()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    if failures:
        raise failures[0]
    return code


def application() -> QApplication:
    """Return the one QApplication of this process, made if there is none yet."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    # Fractional screen scales (125 %, 150 %) are taken as they are instead of being rounded.
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    app = QApplication(sys.argv[:1])
    app.setApplicationName("crowdmon")
    app.setApplicationVersion(__version__)
    app.setStyle("Fusion")
    return app


@contextlib.contextmanager
def collected_here(app: QApplication) -> Iterator[None]:
    """Have Python's cyclic garbage collected in this thread alone, by a timer.

    Otherwise the collector runs in whichever thread allocates. A Qt object that is freed in another thread
    than the window's can end the process.
    """
    enabled = gc.isenabled()
    gc.disable()
    timer = QTimer(app)
    timer.setInterval(_COLLECT_MS)
    timer.timeout.connect(_collect)
    timer.start()
    try:
        yield
    finally:
        timer.stop()
        timer.deleteLater()
        if enabled:
            gc.enable()


def _collect() -> None:
    """Collect the oldest generation whose threshold is reached, as the collector itself decides."""
    due = [count > limit for count, limit in zip(gc.get_count(), gc.get_threshold(), strict=True)]
    if any(due):
        gc.collect(max(generation for generation, reached in enumerate(due) if reached))


@contextlib.contextmanager
def _failing_aloud(app: QApplication) -> Iterator[list[BaseException]]:
    """Collect what goes wrong in Qt's callbacks, and close the window for it.

    PyQt aborts the whole process instead: without a word to the user, and before the engine has written
    what it holds. A window that goes on half broken could show an old number as new.
    """
    failures: list[BaseException] = []

    def fail(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        failures.append(error.with_traceback(trace))
        app.exit(1)

    before, sys.excepthook = sys.excepthook, fail
    try:
        yield failures
    finally:
        sys.excepthook = before


@contextlib.contextmanager
def _interruptible(app: QApplication) -> Iterator[None]:
    """Let Ctrl+C and signals end the window, unasked; the bridge's timer lets Python see them in time."""
    with signals.handled(lambda _: app.exit(), signals.asking_to_end()):
        yield
