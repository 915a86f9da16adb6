"""The window on the real engine, with a network of the test's own."""

from __future__ import annotations

from collections.abc import Callable

from pytestqt.qtbot import QtBot

from crowdmon.config import AppConfig
from crowdmon.engine.monitor import Monitor
from crowdmon.engine.protocols import CounterLike
from crowdmon.engine.view_files import ViewFiles
from crowdmon.ui.bridge import Bridge
from crowdmon.ui.shell.main_window import MainWindow


def opened(
    qtbot: QtBot,
    cameras: AppConfig,
    counter: Callable[[], CounterLike],
    *,
    views: ViewFiles | None = None,
) -> tuple[Monitor, Bridge, MainWindow]:
    """Return engine, bridge and window, shown and started; the test stops the bridge."""
    monitor = Monitor(cameras, counter_factory=counter, views=views)
    bridge = Bridge(monitor, cameras)
    window = MainWindow(bridge)
    qtbot.addWidget(window)
    window.show()
    bridge.start()
    return monitor, bridge, window
