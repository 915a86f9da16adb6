"""Whether a window can open here. Qt aborts the whole program where it cannot, so this asks first."""

from __future__ import annotations

import ctypes
import os
import socket
import sys
from collections.abc import Mapping

APT = "On Debian or Ubuntu: apt install libegl1 libgl1 libxkbcommon-x11-0 libxcb-cursor0"

# What the X11 plug-in of Qt needs of the system; a wheel cannot bring them along.
_XCB = ("libxcb-cursor.so.0", "libxkbcommon-x11.so.0")


def missing_display(env: Mapping[str, str] | None = None, *, platform: str = sys.platform) -> str:
    """Return why no window can open, or an empty text.

    Args:
        env: the environment to look at; the process's own if None.
        platform: as ``sys.platform``.
    """
    env = os.environ if env is None else env
    if env.get("QT_QPA_PLATFORM") or platform in ("darwin", "win32"):
        return ""
    if env.get("WAYLAND_DISPLAY"):
        return ""
    display = env.get("DISPLAY", "")
    if not display:
        return "there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)"
    if not _answers(display):
        return f"the display {display} does not answer"
    return ""


def missing_library(env: Mapping[str, str] | None = None, *, platform: str = sys.platform) -> str:
    """Return the name of a system library that Qt's X11 plug-in lacks, or an empty text."""
    env = os.environ if env is None else env
    if platform != "linux" or env.get("QT_QPA_PLATFORM") or env.get("WAYLAND_DISPLAY"):
        return ""
    return next((name for name in _XCB if not _loads(name)), "")


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _answers(display: str) -> bool:
    """Whether an X server accepts connections on ``[host]:number[.screen]``."""
    host, _, number = display.rpartition(":")
    number = number.partition(".")[0]
    if not number.isdigit():
        return False
    if host and host != "unix":
        return _connects(socket.AF_INET, (host, 6000 + int(number)))
    path = f"/tmp/.X11-unix/X{number}"
    return _connects(socket.AF_UNIX, path) or _connects(socket.AF_UNIX, f"\0{path}")


def _connects(family: socket.AddressFamily, address: str | tuple[str, int]) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.settimeout(2.0)
        try:
            probe.connect(address)
        except OSError:
            return False
        return True
