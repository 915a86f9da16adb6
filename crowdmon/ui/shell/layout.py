"""Where the window and its panels were, kept apart for one camera and for several."""

from __future__ import annotations

from PyQt6.QtWidgets import QMainWindow

from crowdmon.ui.shell.settings import Settings

_VERSION = 1
"""Raised when panels come or go, so that an old layout is not forced upon new panels."""


def keep(window: QMainWindow, settings: Settings, *, cameras: int) -> None:
    """Remember size and panels; without a camera there are no panels to remember."""
    settings.keep("geometry", window.saveGeometry())
    if cameras > 0:
        settings.keep(_name(cameras), window.saveState(_VERSION))


def restore(window: QMainWindow, settings: Settings, *, cameras: int) -> None:
    """Bring panels back to where they were; they stay where they are if nothing was remembered."""
    state = settings.blob(_name(cameras))
    if cameras > 0 and not state.isEmpty():
        window.restoreState(state, _VERSION)


def restore_size(window: QMainWindow, settings: Settings) -> None:
    """Give the window the size and place it had, if that was remembered and is on a screen."""
    geometry = settings.blob("geometry")
    if not geometry.isEmpty():
        window.restoreGeometry(geometry)


def _name(cameras: int) -> str:
    return "layout/one" if cameras == 1 else "layout/several"
