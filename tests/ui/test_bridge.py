from __future__ import annotations

import time
from dataclasses import replace
from itertools import pairwise

from pytestqt.qtbot import QtBot

from crowdmon.ui.bridge import POLL_MS, Bridge
from crowdmon.values import CameraState
from crowdmon.view.changes import BEAT_S, EngineNote
from tests.ui.fakes import NOON, Clock, FakeMonitor, FakeSnapshot, camera, config, frame


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


def test_the_engine_is_looked_at_as_often_as_video_shows_pictures(qtbot: QtBot) -> None:
    looks: list[float] = []

    class Watched(FakeMonitor):
        def snapshot(self, after: int = 0) -> FakeSnapshot:
            looks.append(time.monotonic())
            return super().snapshot(after)

    monitor = Watched(config(camera("north")))
    bridge = Bridge(monitor, monitor.config)
    bridge.start()
    qtbot.waitUntil(lambda: len(looks) > 20, timeout=20_000)
    bridge.stop()
    gaps = sorted(b - a for a, b in pairwise(looks))
    # The quickest half, for a busy machine may hold up any of them.
    assert gaps[len(gaps) // 2 - 5] < 0.1
    assert POLL_MS <= 1000 / 25


def test_readings_between_two_looks_all_reach_the_window(qtbot: QtBot) -> None:
    cameras = config(camera("north"))
    monitor = FakeMonitor(cameras)
    bridge = Bridge(monitor, cameras, clock=Clock())
    told: list[float] = []
    bridge.reading_changed.connect(lambda _, one: told.append(one.time - NOON))
    for step in range(5):
        monitor.live("north", time=NOON + step)
    bridge.poll()
    assert told == [0, 1, 2, 3, 4]


def test_another_source_under_the_same_name_shows_nothing_of_the_old_one(qtbot: QtBot) -> None:
    cameras = config(camera("north"), camera("south"))
    monitor = FakeMonitor(cameras)
    bridge = Bridge(monitor, cameras, clock=Clock())
    told: list[str] = []
    bridge.reading_changed.connect(lambda name, _: told.append(name))
    monitor.live("north")
    monitor.live("south")
    bridge.apply(config(camera("north", source="synthetic:empty"), camera("south")))
    assert told == ["south"], "what stays misses nothing"
    bridge.poll()
    assert told == ["south"]
