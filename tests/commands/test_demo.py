"""``make run``: a window, or the same demo without one."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest

from crowdmon import config, resources
from crowdmon.__main__ import main
from crowdmon.commands import demo
from crowdmon.errors import CrowdmonError
from crowdmon.sinks.csv_file import read_csv
from tests.fakes import FakeCounter


def test_without_a_display_csv_and_picture_are_left(monkeypatch, capsys, tmp_path: Path) -> None:
    monkeypatch.setattr("crowdmon.commands.demo.missing_display", lambda: "there is no display")
    monkeypatch.setattr("crowdmon.commands.demo.make_counter_factory", lambda *_: lambda: FakeCounter(40.0))
    assert main(["demo", "--out", str(tmp_path / "out"), "--seconds", "2"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("There is no display, so no window opens.\n")
    rows = read_csv(tmp_path / "out" / "demo.csv")
    assert len(rows) == 4 * 3
    assert [row["roi"] for row in rows[:3]] == ["frame", "fountain", "foreground"]
    assert cv2.imread(str(tmp_path / "out" / "demo.png")).shape[:2] > (720, 1000)


def test_with_a_display_the_window_opens_on_the_plaza(monkeypatch) -> None:
    shown = []
    monkeypatch.setattr("crowdmon.commands.demo.missing_display", lambda: "")
    monkeypatch.setattr("crowdmon.commands.window.show", lambda config: shown.append(config) or 0)
    assert main(["demo"]) == 0
    (camera,) = shown[0].cameras
    assert camera.source.startswith("synthetic:plaza")


def test_the_bundled_configuration_is_sound() -> None:
    (camera,) = config.load(resources.path(demo.CONFIG)).cameras
    assert len(camera.rois) == 2


def test_a_window_without_a_display_is_refused_with_a_way_out(monkeypatch, capsys) -> None:
    monkeypatch.setattr("crowdmon.commands.window.missing_display", lambda: "there is no display")
    assert main(["clip.mp4"]) == CrowdmonError.exit_code
    line = "crowdmon: there is no display. Count without a window: crowdmon count SOURCE\n"
    assert capsys.readouterr().err == line


def test_a_missing_system_library_is_named_with_its_package(monkeypatch, capsys) -> None:
    monkeypatch.setattr("crowdmon.commands.window.missing_display", lambda: "")
    monkeypatch.setattr("crowdmon.commands.window.missing_library", lambda: "libxcb-cursor.so.0")
    assert main(["clip.mp4"]) == 1
    err = capsys.readouterr().err
    assert "libxcb-cursor.so.0" in err
    assert "apt install" in err


@pytest.mark.parametrize("seconds", ["0", "-5", "nan"])
def test_impossible_lengths_are_refused(capsys, seconds: str) -> None:
    assert main(["demo", "--seconds", seconds]) == 2
    assert "--seconds" in capsys.readouterr().err
