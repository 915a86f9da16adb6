"""``crowdmon count``: sources in, CSV and video out, no window."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import click

from crowdmon.capture.source import Source, open_source
from crowdmon.capture.uri import WEB_SCHEMES, parse_source
from crowdmon.commands import options
from crowdmon.commands.cameras import config_of
from crowdmon.commands.painting import PLAIN, Look, Video, painted
from crowdmon.commands.progress import Meter, Scale
from crowdmon.commands.tally import Rows, Tally
from crowdmon.config import CameraConfig
from crowdmon.counting.counter import Counter
from crowdmon.engine.live import iterate_live
from crowdmon.engine.offline import iterate
from crowdmon.errors import ConfigError, CrowdmonError, SourceError
from crowdmon.picture import write_png
from crowdmon.sinks.csv_file import ReadingCsv
from crowdmon.sinks.video import Clip
from crowdmon.values import DensityMap, Frame, Reading

INTERRUPTED = 130

Counted = tuple[Frame | None, DensityMap | None, Reading]
"""What counting yields; no picture and density where nothing new was counted."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to count and where to put it, checked before anything is opened.

    Attributes:
        camera: name, source and ROIs.
        every, duration: seconds; None for the default, and for no end.
        start: epoch seconds of a file's media time 0; None for now.
        csv, snapshot, video: files to write; None for none.
        look: how snapshot and video are painted.
        backend, weights: as on the command line.
    """

    camera: CameraConfig
    every: float | None = None
    duration: float | None = None
    start: float | None = None
    csv: Path | None = None
    snapshot: Path | None = None
    video: Path | None = None
    look: Look = PLAIN
    backend: str = "auto"
    weights: Path | None = None


def run(
    *,
    sources: Sequence[str],
    config: Path | None,
    csv: Path | None,
    every: float | None,
    duration: float | None,
    start: str | None,
    snapshot: Path | None,
    video: Path | None,
    pixelate: bool,
    backend: str,
    weights: Path | None,
) -> int:
    """Count as the command line says; return the exit code."""
    known = config_of(sources, config)
    plans = [
        Plan(
            camera=camera,
            every=options.seconds(every, "--every"),
            duration=options.seconds(duration, "--duration"),
            start=options.moment(start, "--start"),
            csv=csv,
            snapshot=options.writable(snapshot, suffix=".png"),
            video=video,
            look=Look.of(known.display, pixelate=pixelate),
            backend=backend,
            weights=weights,
        )
        for camera in known.cameras
    ]
    if len(plans) == 1:
        return carry_out(plans[0])
    from crowdmon.commands import several

    return several.carry_out(plans)


def carry_out(plan: Plan) -> int:
    """Count, write and say what came of it; return the exit code.

    Raises:
        CrowdmonError: what was written until then stays, whole, and the hint says so.
    """
    tally = Tally()
    code = 0
    with options.terminable(), ExitStack() as stack:
        sink = Rows(stack.enter_context(ReadingCsv(plan.csv)) if plan.csv else None)
        clip = stack.enter_context(Clip(plan.video)) if plan.video else None
        video = Video(clip, plan.camera.to_rois(), plan.look) if clip else None
        try:
            count(plan, tally, sink, counter=lambda: counter_of(plan), video=video)
        except KeyboardInterrupt:
            code = INTERRUPTED
        except CrowdmonError as error:
            kept = f"The {sink.written} rows counted until then are in {plan.csv}" if sink.written else ""
            error.hint = ". ".join(filter(None, [error.hint.rstrip("."), kept]))
            raise
    if plan.snapshot and tally.last:
        write_png(painted(*tally.last, plan.camera.to_rois(), plan.look), plan.snapshot)
    click.echo("; ".join([tally.line(plan.camera.name), *_files(plan, tally, sink, clip)]))
    return code


def _files(plan: Plan, tally: Tally, sink: Rows, clip: Clip | None) -> Iterator[str]:
    if sink.written:
        yield f"{sink.written} rows in {plan.csv}"
    if clip and clip.pictures:
        yield f"the video in {plan.video}"
    if plan.snapshot and tally.last:
        yield f"the last picture in {plan.snapshot}"


def count(
    plan: Plan,
    tally: Tally,
    sink: Rows,
    *,
    counter: Callable[[], Counter],
    video: Video | None = None,
    caption: str = "",
) -> None:
    """Count one source to its end, into ``tally``, ``sink`` and ``video``; ``caption`` is the progress bar's.

    Raises:
        CrowdmonError, KeyboardInterrupt: what came before is in them.
    """
    with ExitStack() as stack:
        source = _recording(plan)
        if source:
            stack.enter_context(source)
            readings = _offline(plan, source, sink, counter)
            scale = Scale(source.info, plan.duration)
        else:
            readings = _live(plan, sink, counter)
            scale = Scale(None, plan.duration)
        with Meter(caption or plan.camera.name, scale.total) as meter:
            for frame, density, reading in readings:
                tally.add(frame, density, reading)
                if video:
                    video.add(frame, density, reading)
                meter.show(scale.done(frame), counted=tally.counted, people=reading.roi().count)


def _recording(plan: Plan) -> Source | None:
    """Open the source if it can be counted by its media time; None for a live one."""
    spec = parse_source(plan.camera.source)
    if spec.live and spec.scheme not in WEB_SCHEMES:
        return None
    try:
        source = open_source(plan.camera.source)
    except SourceError:
        if spec.live:  # what answers later may well be live, and is tried again like any camera
            return None
        raise
    if not source.info.live:
        return source
    source.close()
    return None


def _offline(plan: Plan, source: Source, sink: Rows, counter: Callable[[], Counter]) -> Iterator[Counted]:
    readings = iterate(
        source,
        counter(),
        rois=plan.camera.to_rois(),
        every=plan.every,
        duration=plan.duration,
        start_time=plan.start,
        camera=plan.camera.name,
    )
    for frame, density, reading in readings:
        sink.write(reading)
        yield frame, density, reading


def _live(plan: Plan, sink: Rows, counter: Callable[[], Counter]) -> Iterator[Counted]:
    if plan.start is not None:
        raise ConfigError("--start is for files; a live source has its own time", "Leave --start out")
    return iterate_live(
        [plan.camera], counter_factory=counter, every=plan.every, duration=plan.duration, sinks=[sink]
    )


def counter_of(plan: Plan) -> Counter:
    """Return what counts, as the plan says."""
    return Counter(plan.weights, backend=plan.backend)
