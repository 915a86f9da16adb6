"""A window's engine in another process: the same snapshot, verbs and facts; and a service that goes away."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crowdmon.config import AppConfig, CameraConfig
from crowdmon.engine import attach
from crowdmon.engine.monitor import Monitor
from crowdmon.engine.remote import RemoteMonitor
from crowdmon.engine.ring import VIEW_RATE
from crowdmon.engine.serving import Serving
from crowdmon.errors import ConfigError, CrowdmonError, SinkError, SourceError
from crowdmon.facts import SpotCheck
from crowdmon.values import CameraState
from tests.fakes import FakeCounter, FakeSource, FakeSources, until

pytestmark = pytest.mark.skipif(not attach.AVAILABLE, reason="this system has no such sockets")

HALL = CameraConfig(name="hall", source="live hall", rate=20.0)
DOOR = CameraConfig(name="door", source="live door", rate=20.0)


def stream() -> FakeSource:
    return FakeSource(None, fps=50, live=True)


class Running:
    """A monitor that is served."""

    def __init__(self, place: Path, *cameras: CameraConfig) -> None:
        self.config = AppConfig(cameras=cameras or (HALL,))
        sources = FakeSources({"live hall": stream, "live door": stream})
        self.monitor = Monitor(self.config, counter_factory=FakeCounter, sources=sources)
        self.serving = Serving(self.monitor, lambda: self.config, place)
        self.monitor.start()
        self.serving.start()

    def apply(self, config: AppConfig) -> None:
        self.monitor.apply(config)
        self.config = config

    def stop(self) -> None:
        self.serving.stop()
        self.monitor.stop()


def news(remote: RemoteMonitor) -> AppConfig:
    """Wait for what the service got from elsewhere."""
    got: list[AppConfig] = []

    def look() -> bool:
        if (found := remote.news()) is not None:
            got.append(found)
        return bool(got)

    until(look)
    return got[0]


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("s")
    return attach.place_of(base / "site.yaml", {"XDG_RUNTIME_DIR": str(base)})


@pytest.fixture
def running(place: Path) -> Iterator[Running]:
    one = Running(place)
    yield one
    one.stop()


@pytest.fixture
def remote(running: Running, place: Path) -> Iterator[RemoteMonitor]:
    one = RemoteMonitor(place)
    one.start()
    yield one
    assert one.stop()


def test_it_has_the_services_configuration(remote: RemoteMonitor, running: Running) -> None:
    assert remote.config == running.config
    assert remote.pid == os.getpid()


def test_every_fact_arrives_once_and_in_order(remote: RemoteMonitor, running: Running) -> None:
    seen, number = [], 0
    end = time.monotonic() + 20
    while len(seen) < 20:
        assert time.monotonic() < end
        shown = remote.snapshot(number)
        number = shown.number
        seen += shown.facts
    _, facts = running.monitor._outlet.since(0)
    assert tuple(seen) == facts[: len(seen)]
    assert remote.query(0, time.time() + 1)[0] == next(one for one in seen if hasattr(one, "rois"))


def test_pictures_come_when_somebody_looks(remote: RemoteMonitor) -> None:
    until(lambda: remote.snapshot().cameras.get("hall"))
    assert remote.snapshot().cameras["hall"].view is None
    remote.view("hall", (32, 32))
    until(lambda: remote.snapshot().cameras["hall"].view)
    first = remote.snapshot().cameras["hall"].view
    until(lambda: remote.snapshot().cameras["hall"].view.index > first.index)  # type: ignore[union-attr]
    until(lambda: remote.snapshot().cameras["hall"].density)
    remote.view("hall", None)
    until(lambda: remote.snapshot().cameras["hall"].view is None)


def test_the_largest_of_two_windows_decides_and_one_that_goes_takes_its_wish_along(
    remote: RemoteMonitor, running: Running, place: Path
) -> None:
    other = RemoteMonitor(place)
    other.start()
    remote.view("hall", (10, 10))
    other.view("hall", (40, 20))
    camera = running.monitor._cameras["hall"]
    until(lambda: camera.view_size == (40, 20))
    assert other.stop()
    until(lambda: camera.view_size == (10, 10))


def test_the_quickest_of_two_windows_decides_how_often(
    remote: RemoteMonitor, running: Running, place: Path
) -> None:
    other = RemoteMonitor(place)
    other.start()
    camera = running.monitor._cameras["hall"]
    remote.view("hall", (10, 10), rate=5.0)
    until(lambda: camera.view_rate == 5.0)
    other.view("hall", (40, 20))
    until(lambda: camera.view_rate == VIEW_RATE)
    assert other.stop()
    until(lambda: camera.view_rate == 5.0)


def test_another_configuration(remote: RemoteMonitor) -> None:
    remote.apply(AppConfig(cameras=(HALL, DOOR)))
    until(lambda: set(remote.snapshot().cameras) == {"hall", "door"})
    until(lambda: remote.snapshot().cameras["door"].status.state is CameraState.LIVE)


def test_errors_of_the_service_arrive_as_what_they_are(remote: RemoteMonitor) -> None:
    with pytest.raises(CrowdmonError):
        remote.acknowledge("no such alarm", who="Ann")


def test_a_spot_check_goes_through_the_service(remote: RemoteMonitor, running: Running) -> None:
    check = SpotCheck(time=1.0, camera="hall", truth=1, count=0.5, heads=((0.25, 0.5),), size=(32, 32))
    remote.record(check)
    _, facts = running.monitor._outlet.since(0)
    assert check in facts
    with pytest.raises(SinkError, match="its count is inf"):
        remote.record(SpotCheck(time=1.0, camera="hall", truth=1, count=float("inf")))


def test_a_service_that_ends_is_shown_as_stale_and_one_that_returns_goes_on(place: Path) -> None:
    first = Running(place)
    remote = RemoteMonitor(place)
    remote.start()
    try:
        until(lambda: remote.snapshot().number >= 3)
        first.stop()
        until(lambda: "does not answer" in remote.snapshot().error)
        assert remote.snapshot().cameras["hall"].status.state is CameraState.STALE
        number = remote.snapshot().number
        second = Running(place)
        try:
            until(lambda: remote.snapshot().error == "")
            until(lambda: remote.snapshot().number >= number + 3)
            assert remote.snapshot().cameras["hall"].status.state is CameraState.LIVE
            times = [fact.time for fact in remote.snapshot(number).facts]
            assert times == sorted(times)
        finally:
            second.stop()
    finally:
        assert remote.stop()


def test_a_service_that_returns_with_another_configuration_is_shown_with_that(place: Path) -> None:
    first = Running(place)
    remote = RemoteMonitor(place)
    remote.start()
    try:
        until(lambda: remote.snapshot().number > 0)
        first.stop()
        until(lambda: "does not answer" in remote.snapshot().error)
        second = Running(place, HALL, DOOR)
        try:
            assert news(remote) == second.config
            until(lambda: remote.snapshot().error == "")
        finally:
            second.stop()
    finally:
        assert remote.stop()


def test_without_a_service(place: Path) -> None:
    with pytest.raises(SourceError, match="no service answers"):
        RemoteMonitor(place)


def test_two_services_in_one_place(running: Running, place: Path) -> None:
    with pytest.raises(CrowdmonError, match="another service listens"):
        attach.listen(place)


def test_a_socket_that_a_killed_service_left_is_replaced(place: Path) -> None:
    attach.listen(place).close()
    assert place.exists()
    one = Running(place)
    one.stop()
    assert not place.exists()


def test_a_folder_that_others_can_enter_is_refused(place: Path) -> None:
    place.parent.mkdir(mode=0o755)
    place.parent.chmod(0o755)
    with pytest.raises(CrowdmonError, match="not a folder of yours alone"):
        attach.listen(place)
    place.parent.rmdir()
    place.parent.symlink_to(place.parent.parent)
    with pytest.raises(CrowdmonError, match="not a folder of yours alone"):
        attach.listen(place)


def test_only_its_user_can_reach_it(running: Running, place: Path) -> None:
    assert place.stat().st_mode & 0o777 == 0o600
    assert place.parent.stat().st_mode & 0o777 == 0o700


def test_a_stranger_who_sends_rubbish_does_no_harm(remote: RemoteMonitor, place: Path) -> None:
    for rubbish in (b"", b"\0" * 8, b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 100):
        connection = attach.connected(place)
        assert connection is not None
        connection.sendall(rubbish)
        connection.close()
    number = remote.snapshot().number
    until(lambda: remote.snapshot().number > number)


def test_a_change_that_is_based_on_an_old_configuration_is_refused(
    remote: RemoteMonitor, running: Running, place: Path
) -> None:
    running.serving.apply = running.apply
    other = RemoteMonitor(place)
    other.start()
    try:
        other.apply(AppConfig(cameras=(HALL, DOOR)))
        until(lambda: len(running.config.cameras) == 2)
        remote.apply(AppConfig(cameras=(HALL.model_copy(update={"rate": 1.0}),)))
        until(lambda: "did not take the change" in remote.snapshot().error)
        assert "make the change again" in remote.snapshot().error
        assert [one.rate for one in running.config.cameras] == [20.0, 20.0]
        assert other.snapshot().error == ""
        assert other.news() is None
        other.apply(AppConfig(cameras=(DOOR,)))
        until(lambda: running.config.cameras == (DOOR,))
        assert other.snapshot().error == ""
        assert other.news() is None
    finally:
        assert other.stop()


def test_what_the_service_got_from_elsewhere_is_news_once_and_changes_go_on_from_there(
    remote: RemoteMonitor, running: Running
) -> None:
    running.serving.apply = running.apply
    until(lambda: remote.snapshot().number > 0)
    assert remote.news() is None
    running.apply(AppConfig(cameras=(HALL, DOOR)))
    assert news(remote) == running.config
    assert remote.config == running.config
    assert remote.news() is None
    remote.apply(AppConfig(cameras=(DOOR,)))
    until(lambda: running.config.cameras == (DOOR,))
    until(lambda: set(remote.snapshot().cameras) == {"door"})
    assert remote.news() is None
    assert remote.snapshot().error == ""


def test_no_camera_is_seen_before_the_configuration_that_it_is_from(
    remote: RemoteMonitor, running: Running
) -> None:
    until(lambda: remote.snapshot().cameras)
    running.apply(AppConfig(cameras=(HALL, DOOR)))
    until(lambda: "door" in remote.snapshot().cameras)
    assert remote.news() == running.config


def test_no_picture_of_the_camera_before_is_shown_for_another_one(
    remote: RemoteMonitor, running: Running
) -> None:
    remote.view("hall", (32, 32), keep=1.0)
    until(lambda: len(remote.snapshot().cameras["hall"].pictures) > 1 if remote.snapshot().cameras else False)
    running.apply(AppConfig(cameras=(HALL.model_copy(update={"source": "live door"}),)))
    applied = time.time()
    news(remote)
    until(lambda: remote._rings["hall"].pictures())
    assert all(one.time > applied - 0.02 for one in remote._rings["hall"].pictures())


def test_why_a_change_is_refused_is_shown(remote: RemoteMonitor, running: Running) -> None:
    def refuse(_config: AppConfig) -> None:
        raise ConfigError("a service keeps its history", "Stop it first")

    running.serving.apply = refuse
    remote.apply(AppConfig(cameras=(DOOR,)))
    until(lambda: "a service keeps its history. Stop it first" in remote.snapshot().error)


def test_another_version_is_told_from_no_service(
    running: Running, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = RemoteMonitor(place)
    older.start()
    try:
        until(lambda: older.snapshot().number > 0)
        monkeypatch.setattr("crowdmon.engine.serving.__version__", "99.0")
        with pytest.raises(SourceError, match=r"the service is crowdmon 99\.0"):
            RemoteMonitor(place)
        running.serving.stop()
        running.serving = Serving(running.monitor, lambda: running.config, place)
        running.serving.start()
        until(lambda: "the service is crowdmon 99.0" in older.snapshot().error)
    finally:
        assert older.stop()


def test_a_window_finds_the_service_whatever_its_environment_says(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = tmp_path_factory.mktemp("s")
    (base / "login").mkdir()
    monkeypatch.setattr(attach, "UNIT_FOLDER", str(base))
    config = base / "site.yaml"
    one = Running(attach.place_of(config, {"XDG_RUNTIME_DIR": str(base)}))
    try:
        assert attach.found_at(config, {"XDG_RUNTIME_DIR": str(base / "login")}) is not None
        assert attach.found_at(config, {}) is not None
        (base / "link.yaml").symlink_to(config)
        assert attach.found_at(base / "link.yaml", {}) is not None
        assert attach.found_at(base / "other.yaml", {}) is None
    finally:
        one.stop()
    assert attach.found_at(config, {}) is None


def test_a_folder_with_a_name_too_long_for_a_socket_is_passed_over(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 120)
    deep.mkdir()
    for named in (str(deep), "", "relative", str(tmp_path / "nowhere")):
        place = attach.place_of(tmp_path / "site.yaml", {"XDG_RUNTIME_DIR": named})
        assert len(os.fsencode(place)) < attach.LONGEST
        assert place.parent.parent.is_dir()


def test_a_service_in_a_folder_that_others_can_enter_is_no_service(running: Running, place: Path) -> None:
    place.parent.chmod(0o777)
    try:
        assert attach.connected(place) is None
    finally:
        place.parent.chmod(0o700)
