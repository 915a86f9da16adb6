"""What was measured of this machine, remembered in the user's cache folder. Losing it costs a second."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import platform
import sys
from pathlib import Path
from typing import Any

from crowdmon import __version__
from crowdmon.atomic import write_whole
from crowdmon.counting.instruction_limit import limit

log = logging.getLogger(__name__)

VARIABLE = "CROWDMON_CACHE"
"""The variable that names the folder instead."""

_MOST = 64
"""Choices that are kept; the oldest make room."""


def folder() -> Path:
    """Return the folder of what can be computed again; it may not be there."""
    if named := os.environ.get(VARIABLE):
        return Path(named)
    if sys.platform == "win32" and (local := os.environ.get("LOCALAPPDATA")):
        return Path(local) / "crowdmon" / "cache"
    if sys.platform == "darwin":
        return Path("~/Library/Caches/crowdmon").expanduser()
    xdg = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(xdg) if Path(xdg).is_absolute() else Path("~/.cache").expanduser()) / "crowdmon"


def key(*facts: Any) -> str:
    """Return the name of a choice: of the machine, the version of crowdmon and what is given.

    A process with limited instructions is another machine.
    """
    machine = (platform.machine(), processor(), limit(), usable_cores(), __version__)
    return hashlib.sha256(json.dumps([*machine, *facts], sort_keys=True).encode()).hexdigest()[:24]


def get(name: str) -> str | None:
    """Return what was remembered under a name; None if nothing was, or nothing can be read."""
    value = _all().get(name)
    return value if isinstance(value, str) else None


def put(name: str, value: str) -> None:
    """Remember a choice; if that cannot be written it is measured again next time."""
    known = {old: what for old, what in _all().items() if old != name}
    kept = dict(list(known.items())[-(_MOST - 1) :])
    try:
        folder().mkdir(parents=True, exist_ok=True)
        write_whole(_file(), (json.dumps({**kept, name: value}, indent=1) + "\n").encode())
    except (OSError, RuntimeError) as error:  # RuntimeError: a user without a home folder
        log.info("the choice is not remembered: %s", error)


def processor() -> str:
    """Return the name of the processor, as the system tells it."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith(("model name", "Model", "CPU part")):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor()


def usable_cores() -> int:
    """Return how many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def _file() -> Path:
    return folder() / "forms.json"


def _all() -> dict[str, Any]:
    try:
        found = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError, RuntimeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
