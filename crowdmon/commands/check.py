"""``crowdmon check``: READY, or every reason why not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crowdmon.atomic import check_place
from crowdmon.capture.probe import probe
from crowdmon.capture.source import open_source
from crowdmon.commands.cameras import config_of
from crowdmon.commands.check_notes import roi_notes, rule_notes
from crowdmon.commands.check_publish import machine_checks, publisher_checks, readable_secrets
from crowdmon.commands.display import missing_display, missing_library
from crowdmon.commands.places import check_record
from crowdmon.config import AppConfig, CameraConfig, RecordConfig
from crowdmon.engine.background import wait_for
from crowdmon.errors import ConfigError, CrowdmonError, redact
from crowdmon.sinks.daily import check_folder
from crowdmon.track.ground import camera_of, feet_to_heads, region_of
from crowdmon.track.ground_fit import residual
from crowdmon.values import Frame

if TYPE_CHECKING:
    from crowdmon.counting.counter import Counter

Check = tuple[str, Callable[[], str]]
"""What is checked, and how: returns what was found or raises a CrowdmonError."""


class _Said:
    """What was found, said as it comes, or as one JSON object in the end."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._found: list[dict[str, str]] = []

    def say(self, verdict: str, what: str, found: str) -> None:
        """Say one verdict: ok, FAIL or note."""
        found = redact(found)
        self._found.append({"what": what, "verdict": verdict.lower(), "found": found})
        if not self._as_json:
            click.echo(redact(f"{verdict:<5} {what:<16} {found}"))

    def end(self, verdict: str, *, ready: bool) -> None:
        """Say whether all is ready."""
        if self._as_json:
            click.echo(json.dumps({"ready": ready, "checks": self._found}, ensure_ascii=False, indent=2))
        else:
            click.echo(verdict)


def run(sources: Sequence[str], config: Path | None, *, as_json: bool = False) -> int:
    """Check everything, say what was found and return the exit code: 0, or the first reason's."""
    reasons: list[CrowdmonError] = []
    notes: dict[str, list[str]] = {}
    said = _Said(as_json=as_json)
    known = _configuration(sources, config, reasons, said)
    for what, check in chain(
        network_checks(),
        ((f"camera {camera.name}", _answers(camera, notes)) for camera in known.cameras),
        own_weights(known.cameras),
        record_places(known.record),
        publisher_checks(known),
        machine_checks(known),
    ):
        try:
            said.say("ok", what, check())
        except CrowdmonError as error:
            reasons.append(error)
            said.say("FAIL", what, str(error))
        for note in notes.get(what, ()):
            said.say("note", what, note)
    for note in rule_notes(known):
        said.say("note", "alarms", note)
    # No reason against being ready: everything but the window works without one.
    obstacle = missing_display() or missing_library()
    said.say(
        "note" if obstacle else "ok",
        "window",
        f"{obstacle}; count works without" if obstacle else "a display",
    )
    if reasons:
        number = f"{len(reasons)} {'reason' if len(reasons) == 1 else 'reasons'}"
        said.end(f"NOT READY: {number}", ready=False)
        return reasons[0].exit_code
    said.end("READY" if known.cameras else "READY to count; no camera named", ready=True)
    return 0


def network_checks() -> Iterator[Check]:
    """Yield what is checked of the network: that it counts, and if it does, how fast."""
    made: list[Counter] = []

    def counts() -> str:
        from crowdmon.counting.counter import Counter

        counter = Counter()
        said = network_counts(counter)
        made.append(counter)
        return said

    yield "network", counts
    for counter in made:
        yield "speed", partial(speed, counter)


def network_counts(counter: Counter) -> str:
    """Count one picture of the demo camera with the bundled weights."""
    with open_source("synthetic:plaza?width=640&height=360") as source:
        picture = next(source.pictures())
        density = counter.count(Frame(picture.rgb()))
    return f"{counter.name} on {counter.device}, 640x360 in {density.took * 1000:.0f} ms"


def speed(counter: Counter) -> str:
    """Estimate, in some seconds, how many cameras this machine counts."""
    from crowdmon.bench import estimate
    from crowdmon.bench.harness import cores
    from crowdmon.bench.processor import processor
    from crowdmon.counting.backends import card_counts

    cameras, count_s, decode_s = estimate.estimated(counter)
    number = estimate.whole(cameras)
    about = f"about {number} camera{'' if number == 1 else 's'}" if number else "less than one camera"
    took = f"{1000 * count_s:.0f} ms to count a picture, {1000 * decode_s:.1f} ms to decode one"
    kind = processor(card=card_counts()).kind
    return f"{about} of 720p twice a second ({kind}, {cores()} cores; {took})"


def camera_answers(camera: CameraConfig, notes: list[str] | None = None) -> str:
    """Open a camera's source, take one picture and describe it; ``notes`` gets what is pointed out."""
    # In another thread: FFmpeg waits for a host without seeing that Ctrl+C was pressed.
    found = wait_for(lambda _: probe(camera.source))
    width, height = found.frame.size
    if notes is not None:
        notes += roi_notes(camera, width=width, height=height)
    rate = f", {found.info.fps:g} fps" if found.info.fps else ""
    rois = f", {len(camera.rois)} ROI{'' if len(camera.rois) == 1 else 's'}" if camera.rois else ""
    rois += " only" if not camera.counts_whole else ""
    ground = "".join(f", {words}" for words in ground_found(camera, width=width, height=height))
    return f"{found.info.label}: {width}x{height}{rate}{rois}{ground}"


def ground_found(camera: CameraConfig, *, width: int, height: int) -> Iterator[str]:
    """Describe what a camera's ground plane gives in a picture of this size; nothing without one."""
    if camera.ground is None:
        return
    plane, points = camera.ground.to_plane(), camera.ground.to_points()
    if len(points) > 4:
        off = residual(plane, points, width=width, height=height)
        yield f"ground off by {off.pixels:.1f} px or {off.centimetres:.0f} cm, most at point {off.worst}"
    seen = camera_of(plane, width / height)
    if seen is None or feet_to_heads(plane, width / height) is None:
        # The configuration was checked for usual shapes of a picture; this one has another.
        yield "no people per m2: the ground does not tell how high the camera hangs, add camera_height"
        return
    about = "about " if plane.estimated else ""
    if plane.estimated:
        yield "ground estimated from a perspective map"
    yield f"camera {about}{seen.height:.1f} m above the ground"
    for roi in camera.to_rois():
        region = region_of(roi, width / height)
        if region.area_m2 is None or region.floor is None:
            yield f"{roi.name} reaches above the horizon or its heads are out of the picture"
        elif region.entered:
            yield f"{roi.name} {_m2(region.area_m2)} as entered"
        else:
            missing = region.area_m2 - (region.counted_m2 or 0.0)
            lost = f", {_m2(missing)} of them with heads out of the picture" if missing > 0.01 else ""
            yield f"{roi.name} {about}{_m2(region.area_m2)}{lost}"


def _m2(area: float) -> str:
    """Return square metres as people write them: four digits, and never a power of ten."""
    return f"{area:.4g} m2" if area < 9999.5 else f"{area:,.0f} m2"


def own_weights(cameras: Sequence[CameraConfig]) -> Iterator[Check]:
    """Yield a check for each weights file of a single camera; WeightsError if it cannot be used."""
    from crowdmon.engine.counters import weights_file

    for camera in cameras:
        if (path := weights_file(camera)) is not None:
            yield f"weights {camera.name}", partial(_weights_fit, path)


def _weights_fit(path: Path) -> str:
    from crowdmon.counting.counter import Counter

    counter = Counter(path)
    return f"{path} on {counter.device}"


def record_places(record: RecordConfig) -> Iterator[Check]:
    """Yield a check for each place of ``record`` in the configuration; nothing is written there.

    Each raises SinkError if its folder is missing or nothing can be written in it.
    """
    if record.history is not None:
        history = Path(record.history).expanduser()
        yield "record history", lambda: _history_fits(history)
    if record.csv_log is not None:
        folder = Path(record.csv_log).expanduser()
        yield "record csv_log", lambda: _folder_fits(folder)


def _history_fits(path: Path) -> str:
    # SQLite writes further files beside the history, so the folder has to take files too.
    check_place(path, kind="history file", replaced=True)
    return str(path)


def _folder_fits(folder: Path) -> str:
    check_folder(folder)
    return str(folder)


def _answers(camera: CameraConfig, notes: dict[str, list[str]]) -> Callable[[], str]:
    """Return the check of a camera, which puts what it has to point out into ``notes``."""
    return lambda: camera_answers(camera, notes.setdefault(f"camera {camera.name}", []))


def _configuration(
    sources: Sequence[str], config: Path | None, reasons: list[CrowdmonError], said: _Said
) -> AppConfig:
    """Read the configuration and say what was found; an empty one if it is wrong."""
    try:
        known = config_of(sources, config)
        check_record(known, sources=sources, config=config)
        if config and not known.cameras:
            raise ConfigError(f"{config} names no camera", "Add one under cameras:, or give a SOURCE")
    except CrowdmonError as error:
        reasons.append(error)
        said.say("FAIL", "configuration" if config else "sources", str(error))
        return AppConfig()
    if config:
        number = len(known.cameras)
        said.say("ok", "configuration", f"{config}: {number} {'camera' if number == 1 else 'cameras'}")
        if reason := readable_secrets(config, known):
            said.say("note", "passwords", reason)
    return known
