from __future__ import annotations

import socket
import tempfile
from pathlib import Path

import pytest

from crowdmon.commands import display


@pytest.mark.parametrize(
    ("env", "platform", "reason"),
    [
        ({}, "linux", "there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)"),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", ""),
        ({"QT_QPA_PLATFORM": "offscreen"}, "linux", ""),
        ({}, "darwin", ""),
        ({}, "win32", ""),
        ({"DISPLAY": ":63999"}, "linux", "the display :63999 does not answer"),
        ({"DISPLAY": "nonsense"}, "linux", "the display nonsense does not answer"),
    ],
)
def test_why_no_window_can_open(env: dict[str, str], platform: str, reason: str) -> None:
    assert display.missing_display(env, platform=platform) == reason


def test_a_display_that_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1] - 6000
        assert display.missing_display({"DISPLAY": f"127.0.0.1:{number}.0"}, platform="linux") == ""


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no unix sockets here")
def test_a_display_that_answers_on_a_unix_socket() -> None:
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as server:
        path = str(Path(folder) / "X1")
        server.bind(path)
        server.listen()
        assert display._connects(socket.AF_UNIX, path)
        assert not display._connects(socket.AF_UNIX, f"{path}0")


def test_libraries_matter_on_x11_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "_loads", lambda name: False)
    assert display.missing_library({"DISPLAY": ":0"}, platform="linux") == "libxcb-cursor.so.0"
    assert display.missing_library({"WAYLAND_DISPLAY": "w"}, platform="linux") == ""
    assert display.missing_library({"QT_QPA_PLATFORM": "offscreen"}, platform="linux") == ""
    assert display.missing_library({}, platform="win32") == ""


def test_a_library_that_is_not_there_does_not_load() -> None:
    assert not display._loads("libno-such-thing.so.7")
