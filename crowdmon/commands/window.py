"""``crowdmon [SOURCE ...]``: the window."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from crowdmon.commands.cameras import config_of
from crowdmon.commands.display import APT, missing_display, missing_library
from crowdmon.config import AppConfig
from crowdmon.errors import CrowdmonError


def run(sources: Sequence[str], config: Path | None) -> int:
    """Open the window on what the command line means; return when it is closed."""
    cameras = config_of(sources, config)
    if reason := missing_display():
        raise CrowdmonError(reason, "Count without a window: crowdmon count SOURCE")
    # With sources of their own the cameras are no longer what the file says, and must not replace it.
    return show(cameras, path=None if sources else config)


def show(config: AppConfig, *, path: Path | None = None) -> int:
    """Open the window on a configuration, kept in the file ``path``; CrowdmonError if Qt cannot start."""
    if library := missing_library():
        raise CrowdmonError(f"the window needs the system library {library}", APT)
    try:
        from crowdmon.ui.shell.app import run_window
    except ImportError as error:
        raise CrowdmonError(f"the window cannot start ({error})", APT) from error
    return run_window(config, path=path)
