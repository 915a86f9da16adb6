"""``crowdmon check``: READY, or every reason why not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from crowdmon.capture.source import open_source
from crowdmon.commands.cameras import cameras_of
from crowdmon.commands.display import missing_display, missing_library
from crowdmon.config import CameraConfig
from crowdmon.errors import CrowdmonError, SourceError, redact
from crowdmon.values import Frame

Probe = tuple[str, Callable[[], str]]
"""What is checked, and how: returns what was found or raises a CrowdmonError."""


def run(sources: Sequence[str], config: Path | None) -> int:
    """Check everything, say what was found and return the exit code: 0, or the first reason's."""
    reasons: list[CrowdmonError] = []
    cameras = _cameras(sources, config, reasons)
    for what, probe in [("network", network), *(_camera(camera) for camera in cameras)]:
        try:
            _say("ok", what, probe())
        except CrowdmonError as error:
            reasons.append(error)
            _say("FAIL", what, str(error))
    # No reason against being ready: everything but the window works without one.
    obstacle = missing_display() or missing_library()
    _say(
        "note" if obstacle else "ok",
        "window",
        f"{obstacle}; count works without" if obstacle else "a display",
    )
    if reasons:
        click.echo(f"NOT READY: {len(reasons)} {'reason' if len(reasons) == 1 else 'reasons'}")
        return reasons[0].exit_code
    click.echo("READY")
    return 0


def network() -> str:
    """Load the bundled weights and count one picture of the demo camera with them."""
    from crowdmon.counting.counter import Counter

    counter = Counter()
    with open_source("synthetic:plaza?width=640&height=360") as source:
        picture = next(source.pictures())
        density = counter.count(Frame(picture.rgb()))
    return f"{counter.name} on {counter.device}, 640x360 in {density.took * 1000:.0f} ms"


def camera_answers(camera: CameraConfig) -> str:
    """Open a camera's source and take one picture."""
    with open_source(camera.source) as source:
        picture = next(iter(source.pictures()), None)
        if picture is None:
            raise SourceError(f"{source.info.label} holds no picture", "Give another source")
        picture.rgb()
        info = source.info
    rate = f", {info.fps:g} fps" if info.fps else ""
    rois = f", {len(camera.rois)} ROI{'' if len(camera.rois) == 1 else 's'}" if camera.rois else ""
    return f"{info.label}: {picture.size[0]}x{picture.size[1]}{rate}{rois}"


def _camera(camera: CameraConfig) -> Probe:
    return f"camera {camera.name}", lambda: camera_answers(camera)


def _cameras(
    sources: Sequence[str], config: Path | None, reasons: list[CrowdmonError]
) -> tuple[CameraConfig, ...]:
    try:
        cameras = cameras_of(sources, config)
    except CrowdmonError as error:
        reasons.append(error)
        _say("FAIL", "configuration" if config else "sources", str(error))
        return ()
    if config:
        _say(
            "ok", "configuration", f"{config}: {len(cameras)} {'camera' if len(cameras) == 1 else 'cameras'}"
        )
    return cameras


def _say(verdict: str, what: str, found: str) -> None:
    click.echo(redact(f"{verdict:<5} {what:<16} {found}"))
