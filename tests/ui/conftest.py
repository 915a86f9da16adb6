"""One window on a stand-in engine, on a clock that goes when told; and a watch for what is left behind."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PyQt6 import sip
from PyQt6.QtCore import QCoreApplication, QEvent, QSettings, QTimer
from PyQt6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from crowdmon.config import AppConfig
from crowdmon.ui.bridge import Bridge
from crowdmon.ui.shell.app import application
from crowdmon.ui.shell.main_window import MainWindow
from crowdmon.ui.shell.settings import Settings
from tests.ui.fakes import Clock, FakeMonitor

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    application()  # with the style and scaling of the real one
    return QApplication


@pytest.fixture(scope="session", autouse=True)
def settings_of_nobody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep what windows remember away from the settings of whoever runs the tests."""
    folder = tmp_path_factory.mktemp("settings")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(folder))
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(folder))
        yield folder


@pytest.fixture(scope="module", autouse=True)
def only_new_objects() -> Iterator[None]:
    """Keep what was imported and made before out of the collector's sight.

    Every test of the window has the collector look at all objects several times, and torch and OpenVINO
    bring a million of them. What a test makes comes later, and is looked at.

    The collector runs in whatever thread allocates, also in those of the test runner. A Qt object that it
    frees there can end the process, so it runs only where a test asks for it.
    """
    gc.collect()
    gc.freeze()
    gc.disable()
    yield
    gc.collect()
    gc.enable()
    gc.unfreeze()


@pytest.fixture(autouse=True)
def nothing_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a widget or a running timer behind; threads are watched for all tests alike."""
    if not {"qtbot", "qapp"} & set(request.fixturenames):
        yield
        return
    widgets, timers = set(map(id, _widgets())), set(map(id, _timers()))
    yield
    if _left(_widgets(), widgets) or _left(_timers(), timers):
        let_go()
        QApplication.processEvents()
        let_go()
    left = _left(_widgets(), widgets)
    assert left == [], f"widgets were left: {[type(one).__name__ for one in left]}"
    running = _left(_timers(), timers)
    assert running == [], f"timers are left running: {[one.parent() for one in running]}"


def _left(now: list[Any], before: set[int]) -> list[Any]:
    return [one for one in now if id(one) not in before]


def _widgets() -> list[QWidget]:
    return QApplication.topLevelWidgets() if QApplication.instance() is not None else []


def _timers() -> list[QTimer]:
    """Every timer that runs, whoever its parent is."""
    found = (one for one in gc.get_objects() if type(one) is QTimer)
    return [one for one in found if not sip.isdeleted(one) and one.isActive()]


@dataclass
class Gui:
    """A window with everything a test needs to drive it."""

    window: MainWindow
    bridge: Bridge
    monitor: FakeMonitor
    clock: Clock
    beeps: list[float] = field(default_factory=list)

    def step(self, seconds: float = 0.5) -> None:
        """Let time pass and have the window look at the engine once."""
        self.clock.time += seconds
        self.bridge.poll()
        QApplication.processEvents()


@pytest.fixture
def gui(qtbot: QtBot) -> Iterator[Callable[..., Gui]]:
    """Opens windows; closes them, and shows that nothing of them is left."""
    opened: list[Gui] = []
    let_go()
    before = len(QApplication.topLevelWidgets())

    def open_gui(config: AppConfig, *, settings: Settings | None = None, path: Path | None = None) -> Gui:
        clock, monitor = Clock(), FakeMonitor(config)
        bridge = Bridge(monitor, config, clock=clock)
        beeps: list[float] = []
        window = MainWindow(bridge, settings=settings, path=path, beep=lambda: beeps.append(clock.time))
        window.resize(1024, 700)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        opened.append(Gui(window, bridge, monitor, clock, beeps))
        return opened[-1]

    yield open_gui
    for one in opened:
        one.bridge.stop()
        one.window.close()
        one.window.deleteLater()
        one.bridge.deleteLater()
    one = None  # a name of a loop outlives it, and holds the last window
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()
    assert all(sip.isdeleted(one.window) for one in opened), "a window outlived its closing"
    assert len(QApplication.topLevelWidgets()) <= before, "a menu or a dialog outlived its window"
    opened.clear()
    let_go()


def let_go() -> None:
    """Drop what Python still holds of windows that are gone.

    It would be taken for whatever Qt next puts in their place. What signals were connected to is let go
    of in a second round of deletions, which the first one asks for.
    """
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
