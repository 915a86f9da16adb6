"""``crowdmon --config FILE`` beside a service: it attaches, and both mean the same files."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from crowdmon.commands import window
from crowdmon.config import AppConfig, load
from crowdmon.engine import attach
from crowdmon.engine.remote import RemoteMonitor
from crowdmon.errors import CrowdmonError
from tests.commands.test_watch import configured, started, wait

pytestmark = pytest.mark.skipif(not attach.AVAILABLE, reason="this system has no such sockets")


def test_names_of_files_mean_the_same_in_the_window_as_in_the_service(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service runs in one folder, the window is started in another, by a link to the configuration."""
    base = tmp_path_factory.mktemp("w")
    (base / "service").mkdir()
    (base / "elsewhere").mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(base))
    config = configured(base, "gate")
    config.write_text(config.read_text().replace(f"{base / 'h.sqlite'}", "h.sqlite"))
    (base / "elsewhere" / "link.yaml").symlink_to(config)
    seen: list[tuple[Path, Path]] = []

    def run_window(shown: AppConfig, service: RemoteMonitor, *, path: Path) -> int:
        assert shown.record.history is not None
        seen.append((Path(shown.record.history).resolve(), path.resolve()))
        return 0

    monkeypatch.setattr("crowdmon.ui.shell.app.run_window", run_window)
    monkeypatch.setattr(window, "missing_display", lambda: None)
    monkeypatch.chdir(base / "service")
    with started(config) as run:
        try:
            monkeypatch.chdir(base / "elsewhere")
            wait(lambda: attach.found_at(config) is not None)
            assert window.run([], Path("link.yaml")) == 0
        finally:
            run.send_signal(signal.SIGTERM)
            run.communicate(timeout=20)
    assert seen == [(base / "service" / "h.sqlite", config)]
    assert Path.cwd() == base / "service"


def test_a_window_takes_what_the_service_reads_at_a_hangup(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = tmp_path_factory.mktemp("w")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(base))
    config = configured(base, "gate")
    with started(config) as run:
        wait(lambda: attach.found_at(config) is not None)
        place = attach.found_at(config)
        assert place is not None
        shown = RemoteMonitor(place)
        shown.start()
        try:
            wait(lambda: shown.snapshot().number >= 3)
            assert shown.news() is None
            configured(base, "gate", "north")
            run.send_signal(signal.SIGHUP)
            wait(lambda: shown.news() is not None)
            assert shown.config == load(config)
            wait(lambda: "north" in shown.snapshot().cameras)
            assert shown.snapshot().error == ""
            config.write_text("cameras: [{name: gate}]")
            run.send_signal(signal.SIGHUP)
            number = shown.snapshot().number
            wait(lambda: shown.snapshot().number >= number + 10)
            assert shown.news() is None, "one that is not valid is not used"
        finally:
            assert shown.stop()
            run.send_signal(signal.SIGTERM)
            run.communicate(timeout=20)
    assert run.returncode == 0


def test_a_service_that_answers_wrongly_is_said_and_no_camera_is_opened_twice(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = tmp_path_factory.mktemp("w")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(base))
    monkeypatch.setattr(window, "missing_display", lambda: None)
    monkeypatch.setattr("crowdmon.engine.remote._ANSWER", 0.2)
    monkeypatch.setattr(window, "show", lambda *_args, **_more: pytest.fail("it opened the cameras"))
    config = configured(base, "gate")
    silent = attach.listen(attach.place_of(config, {**os.environ, "XDG_RUNTIME_DIR": str(base)}))
    try:
        with pytest.raises(CrowdmonError, match="the service does not answer"):
            window.run([], config)
    finally:
        silent.close()
