"""Which webcams are plugged in."""

from __future__ import annotations

import sys
from pathlib import Path

_SYSFS = Path("/sys/class/video4linux")


def list_webcams(*, platform: str = sys.platform, sysfs: Path = _SYSFS) -> list[tuple[str, str]]:
    """Return the webcams as (SOURCE to open it with, name for people); empty if none is found.

    Args:
        platform: as ``sys.platform``.
        sysfs: where Linux lists its cameras.
    """
    if platform.startswith("linux"):
        return _linux(sysfs)
    import av

    devices = "avfoundation" if platform == "darwin" else "dshow"
    try:
        found = [one for one in av.enumerate_input_devices(devices) if "video" in one.media_types]
    except (av.FFmpegError, ValueError):  # this build of FFmpeg cannot list them
        return []
    if platform == "darwin":
        return [(one.name, one.description) for one in found]
    # DirectShow opens a camera by its name, not by a number.
    return [(f"video={one.description or one.name}", one.description or one.name) for one in found]


def _linux(sysfs: Path) -> list[tuple[str, str]]:
    """Read the cameras from sysfs; a camera's second node, index 1 and up, carries no pictures."""
    found = []
    for node in sysfs.glob("video*"):
        try:
            number = int(node.name.removeprefix("video"))
            index = int((node / "index").read_text())
            name = (node / "name").read_text().strip()
        except (OSError, ValueError):  # unplugged this moment, or no camera
            continue
        if index == 0:
            found.append((number, name))
    return [(str(number), name) for number, name in sorted(found)]
