"""Two windows on one history, each with an engine of its own: both see the same alarms and answers."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from pytestqt.qtbot import QtBot

from crowdmon.config import AppConfig, parse
from crowdmon.engine import attach
from crowdmon.engine.monitor import Monitor
from crowdmon.engine.remote import RemoteMonitor
from crowdmon.engine.serving import Serving
from crowdmon.engine.sink_thread import FLUSH_EVERY
from crowdmon.sinks.history.past import recorded_past
from crowdmon.sinks.history.query import HistoryReader
from crowdmon.sinks.registry import open_sinks
from crowdmon.ui.alarms.past_alarms import EVERY_S
from crowdmon.ui.bridge import Bridge, MonitorLike
from crowdmon.ui.shell.main_window import MainWindow
from crowdmon.view.alarms import AlarmState
from tests.fakes import FakeCounter, FakeSource, FakeSources
from tests.ui.alarming import LEFT, dialog_of, press, strip_of

YAML = """\
record: {history: HISTORY}
cameras: [{name: hall, source: live hall, rate: 20}]
alarms: [{name: full, of: {camera: hall}, red: {above: 20, clear: 10}}]
"""

_log = logging.getLogger(__name__)
WAIT_MS = 20_000


class Crowd:
    """An engine whose crowd is as large as the test says."""

    def __init__(self, config: AppConfig) -> None:
        self.people = 12.0
        self.monitor = Monitor(
            config,
            counter_factory=lambda: FakeCounter(lambda frame: self.people),
            sources=FakeSources({"live hall": lambda: FakeSource(None, fps=20, live=True)}),
            open_sinks=open_sinks,
            past=recorded_past(config, time.time()),
        )


@contextmanager
def window_on(monitor: MonitorLike, config: AppConfig, qtbot: QtBot) -> Iterator[MainWindow]:
    bridge = Bridge(monitor, config)
    window = MainWindow(bridge, beep=lambda: None)
    qtbot.addWidget(window)
    window.resize(1024, 700)
    window.show()
    bridge.start()
    try:
        yield window
    finally:
        bridge.stop()


def state(window: MainWindow) -> AlarmState | None:
    """The state of the newest alarm that a window knows."""
    return next((one.state for one in window.alarm_desk.alarms), None)


def acknowledge(window: MainWindow, qtbot: QtBot, who: str) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    press(qtbot, window, Qt.Key.Key_A)
    dialog = dialog_of(window)
    qtbot.keyClicks(dialog.who, who)
    qtbot.keyClicks(dialog.note, "I am there")
    qtbot.mouseClick(dialog.go, LEFT)


def timed(what: str, qtbot: QtBot, done: Callable[[], bool]) -> None:
    """Wait for a state; how long it took is in the log, for a busy machine takes longer than any limit."""
    begun = time.monotonic()
    qtbot.waitUntil(done, timeout=WAIT_MS)
    _log.info("%s after %.2f s", what, time.monotonic() - begun)


def test_the_pauses_leave_less_than_two_seconds() -> None:
    assert FLUSH_EVERY + EVERY_S <= 1.5, "written once a second, read twice a second"


def test_two_engines_on_one_history(qtbot: QtBot, tmp_path: Path) -> None:
    config = parse(YAML.replace("HISTORY", str(tmp_path / "h.sqlite")), where="a.yaml")
    crowded, quiet = Crowd(config), Crowd(config)
    with window_on(crowded.monitor, config, qtbot) as one, window_on(quiet.monitor, config, qtbot) as two:
        qtbot.waitUntil((tmp_path / "h.sqlite").exists, timeout=WAIT_MS)
        crowded.people = 30.0
        qtbot.waitUntil(lambda: state(one) is AlarmState.OPEN, timeout=WAIT_MS)
        timed("alarm seen", qtbot, lambda: state(two) is AlarmState.OPEN)
        assert strip_of(two).isVisible()
        assert [a.key for a in one.alarm_desk.alarms] == [a.key for a in two.alarm_desk.alarms]

        acknowledge(two, qtbot, "Ann")  # whose own engine counts few people, and has no alarm on
        qtbot.waitUntil(lambda: state(two) is AlarmState.SEEN, timeout=WAIT_MS)
        timed("acknowledgement seen", qtbot, lambda: state(one) is AlarmState.SEEN)
        (alarm,) = one.alarm_desk.alarms
        assert alarm.answer is not None
        assert (alarm.answer.who, alarm.answer.note) == ("Ann", "I am there")
        assert not strip_of(one).isVisible()
        assert not crowded.monitor.acknowledge("full", who="Bo"), "the engine that raised it has heard"

        crowded.people = 3.0
        qtbot.waitUntil(lambda: state(two) is AlarmState.OVER, timeout=WAIT_MS)
        assert one.alarm_desk.alarms == two.alarm_desk.alarms
    with HistoryReader(tmp_path / "h.sqlite") as history:
        told = [event.kind for event in history.events() if event.kind.startswith("alarm-")]
    assert told == ["alarm-raised", "alarm-acknowledged", "alarm-cleared"]


def test_a_window_that_is_opened_later_knows_what_was(qtbot: QtBot, tmp_path: Path) -> None:
    config = parse(YAML.replace("HISTORY", str(tmp_path / "h.sqlite")), where="a.yaml")
    first = Crowd(config)
    with window_on(first.monitor, config, qtbot) as one:
        first.people = 30.0
        qtbot.waitUntil(lambda: state(one) is AlarmState.OPEN, timeout=WAIT_MS)
        before = one.alarm_desk.alarms
    second = Crowd(config)
    second.people = 30.0
    with window_on(second.monitor, config, qtbot) as two:
        qtbot.waitUntil(lambda: state(two) is AlarmState.OPEN, timeout=WAIT_MS)
        assert [a.key for a in two.alarm_desk.alarms] == [a.key for a in before]
        acknowledge(two, qtbot, "Bo")
        qtbot.waitUntil(lambda: state(two) is AlarmState.SEEN, timeout=WAIT_MS)


@pytest.mark.skipif(not attach.AVAILABLE, reason="this system has no such sockets")
def test_two_windows_attached_to_one_service(qtbot: QtBot, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("s")
    folder.chmod(0o700)
    config = parse(YAML.replace("HISTORY", str(folder / "h.sqlite")), where="a.yaml")
    service = Crowd(config)
    service.monitor.start()
    serving = Serving(service.monitor, lambda: service.monitor.config, folder / "s.sock")
    serving.start()
    try:
        remote = [RemoteMonitor(folder / "s.sock") for _ in range(2)]
        with window_on(remote[0], config, qtbot) as one, window_on(remote[1], config, qtbot) as two:
            service.people = 30.0
            qtbot.waitUntil(lambda: state(one) is state(two) is AlarmState.OPEN, timeout=WAIT_MS)
            acknowledge(one, qtbot, "Ann")
            timed("attached", qtbot, lambda: state(two) is AlarmState.SEEN)
            assert not service.monitor.acknowledge("full", who="Bo")
            qtbot.waitUntil(lambda: state(one) is AlarmState.SEEN, timeout=WAIT_MS)
            assert one.alarm_desk.alarms == two.alarm_desk.alarms
    finally:
        serving.stop()
        service.monitor.stop()
