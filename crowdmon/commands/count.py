"""``crowdmon count``: a source in, CSV out, no window."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from crowdmon.capture.source import Source, open_source
from crowdmon.capture.uri import WEB_SCHEMES, parse_source
from crowdmon.commands import options
from crowdmon.commands.cameras import cameras_of
from crowdmon.commands.progress import Meter, Scale
from crowdmon.commands.tally import Rows, Tally
from crowdmon.config import CameraConfig
from crowdmon.counting.counter import Counter
from crowdmon.engine.live import iterate_live
from crowdmon.engine.offline import iterate
from crowdmon.errors import ConfigError, CrowdmonError, SourceError
from crowdmon.picture import paint, write_png
from crowdmon.record.csvlog import ReadingCsv
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
        csv, snapshot: files to write; None for none.
        backend, weights: as on the command line.
    """

    camera: CameraConfig
    every: float | None = None
    duration: float | None = None
    start: float | None = None
    csv: Path | None = None
    snapshot: Path | None = None
    backend: str = "auto"
    weights: Path | None = None


def run(
    *,
    source: str,
    config: Path | None,
    csv: Path | None,
    every: float | None,
    duration: float | None,
    start: str | None,
    snapshot: Path | None,
    backend: str,
    weights: Path | None,
) -> int:
    """Count as the command line says; return the exit code."""
    (camera,) = cameras_of([source], config)
    plan = Plan(
        camera=camera,
        every=options.seconds(every, "--every"),
        duration=options.seconds(duration, "--duration"),
        start=options.moment(start, "--start"),
        csv=csv,
        snapshot=options.writable(snapshot, suffix=".png"),
        backend=backend,
        weights=weights,
    )
    return carry_out(plan)


def carry_out(plan: Plan) -> int:
    """Count, write and say what came of it; return the exit code.

    Raises:
        CrowdmonError: what was written until then stays, whole, and the hint says so.
    """
    tally = Tally()
    code = 0
    with ExitStack() as stack:
        sink = Rows(stack.enter_context(ReadingCsv(plan.csv)) if plan.csv else None)
        try:
            _count(plan, tally, sink, stack)
        except KeyboardInterrupt:
            code = INTERRUPTED
        except CrowdmonError as error:
            if sink.written:
                kept = f"The {sink.written} rows counted until then are in {plan.csv}"
                error.hint = f"{error.hint.rstrip('.')}. {kept}" if error.hint else kept
            raise
    if plan.snapshot and tally.last:
        write_png(_picture(plan, tally.last), plan.snapshot)
    click.echo("; ".join([tally.line(plan.camera.name), *_files(plan, tally, sink)]))
    return code


def _files(plan: Plan, tally: Tally, sink: Rows) -> Iterator[str]:
    if sink.written:
        yield f"{sink.written} rows in {plan.csv}"
    if plan.snapshot and tally.last:
        yield f"the last picture in {plan.snapshot}"


def _count(plan: Plan, tally: Tally, sink: Rows, stack: ExitStack) -> None:
    source = _recording(plan)
    if source:
        stack.enter_context(source)
        readings = _offline(plan, source, sink)
        scale = Scale(source.info, plan.duration)
    else:
        if plan.start is not None:
            raise ConfigError("--start is for files; a live source has its own time", "Leave --start out")
        readings = iterate_live(
            plan.camera,
            counter_factory=lambda: _counter(plan),
            every=plan.every,
            duration=plan.duration,
            sinks=[sink],
        )
        scale = Scale(None, plan.duration)
    with Meter(plan.camera.name, scale.total) as meter:
        for frame, density, reading in readings:
            tally.add(frame, density, reading)
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


def _offline(plan: Plan, source: Source, sink: Rows) -> Iterator[Counted]:
    readings = iterate(
        source,
        _counter(plan),
        rois=plan.camera.to_rois(),
        every=plan.every,
        duration=plan.duration,
        start_time=plan.start,
        camera=plan.camera.name,
    )
    for frame, density, reading in readings:
        sink.write(reading)
        yield frame, density, reading


def _counter(plan: Plan) -> Counter:
    return Counter(plan.weights, backend=plan.backend)


def _picture(plan: Plan, last: tuple[Frame, DensityMap, Reading]) -> NDArray[np.uint8]:
    frame, density, reading = last
    moment = datetime.fromtimestamp(frame.time).strftime("%Y-%m-%d %H:%M:%S")
    return paint(frame, density, reading, plan.camera.to_rois(), title=f"{plan.camera.name}  {moment}")
