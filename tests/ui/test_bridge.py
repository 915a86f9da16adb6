from __future__ import annotations

from dataclasses import replace

from pytestqt.qtbot import QtBot

from crowdmon.ui.bridge import Bridge
from crowdmon.values import CameraState
from crowdmon.view.changes import BEAT_S, EngineNote
from tests.ui.fakes import NOON, Clock, FakeMonitor, camera, config, frame


def test_only_what_is_new_is_told(qtbot: QtBot) -> None:
    cameras = config(camera("north"))
    monitor, clock = FakeMonitor(cameras), Clock()
    bridge = Bridge(monitor, cameras, clock=clock)
    told: list[str] = []
    bridge.picture_changed.connect(lambda name, _: told.append(f"picture {name}"))
    bridge.density_changed.connect(lambda name, _: told.append(f"density {name}"))
    bridge.reading_changed.connect(lambda name, _: told.append(f"reading {name}"))
    bridge.poll()
    assert told == []
    monitor.live("north")
    bridge.poll()
    assert told == ["picture north", "density north", "reading north"]
    bridge.poll()
    assert len(told) == 3
    monitor.put("north", view=frame("north", time=NOON + 1))
    bridge.poll()
    assert told[3:] == ["picture north"]


def test_a_state_is_told_at_once_and_ages_at_every_beat(qtbot: QtBot) -> None:
    cameras = config(camera("north"))
    monitor, clock = FakeMonitor(cameras), Clock()
    bridge = Bridge(monitor, cameras, clock=clock)
    states: list[CameraState] = []
    beats: list[float] = []
    bridge.status_changed.connect(lambda _, status: states.append(status.state))
    bridge.beat.connect(beats.append)
    bridge.poll()
    bridge.poll()
    assert (len(states), len(beats)) == (1, 1)
    monitor.state("north", CameraState.FAILED)
    bridge.poll()
    assert states[-1] is CameraState.FAILED
    clock.time += BEAT_S
    bridge.poll()
    assert (len(states), len(beats)) == (3, 2)
    clock.time -= 3600  # a clock set back must not silence the window for an hour
    bridge.poll()
    assert len(beats) == 3


def test_the_engine_is_told_when_it_changes(qtbot: QtBot) -> None:
    monitor = FakeMonitor(config())
    bridge = Bridge(monitor, config(), clock=Clock())
    notes: list[EngineNote] = []
    bridge.engine_changed.connect(notes.append)
    bridge.poll()
    bridge.poll()
    monitor.now = replace(monitor.now, error="The disk is full.")
    bridge.poll()
    assert [note.error for note in notes] == ["", "The disk is full."]


def test_the_timer_polls_and_stops_with_the_engine(qtbot: QtBot) -> None:
    monitor = FakeMonitor(config(camera("north")))
    bridge = Bridge(monitor, monitor.config)
    with qtbot.waitSignal(bridge.beat, timeout=5000):
        bridge.start()
    bridge.stop()
    assert monitor.calls == ["start", "stop"]
    with qtbot.assertNotEmitted(bridge.beat, wait=100):
        pass


def test_new_cameras_reach_the_engine_first(qtbot: QtBot) -> None:
    monitor = FakeMonitor(config())
    bridge = Bridge(monitor, config(), clock=Clock())
    seen: list[int] = []
    bridge.config_changed.connect(lambda c: seen.append(len(c.cameras)))
    bridge.apply(config(camera("north")))
    bridge.restart("north")
    bridge.restart("nowhere")
    assert monitor.calls == ["apply", "restart north"]
    assert seen == [1]
    assert bridge.config.cameras[0].name == "north"
