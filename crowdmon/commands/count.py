"""``crowdmon count``: a source in, CSV out, no window."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from crowdmon.capture.source import open_source
from crowdmon.capture.uri import parse_source
from crowdmon.commands import options
from crowdmon.commands.cameras import cameras_of
from crowdmon.commands.progress import Meter, Scale
from crowdmon.config import CameraConfig
from crowdmon.counting.counter import Counter
from crowdmon.engine import offline
from crowdmon.errors import CrowdmonError
from crowdmon.picture import paint, write_png
from crowdmon.record.csvlog import ReadingCsv
from crowdmon.values import DensityMap, Frame, Reading

INTERRUPTED = 130


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to count and where to put it, checked before anything is opened.

    Attributes:
        camera: name, source and ROIs.
        live: whether the source is one that does not end.
        every, duration: seconds; None for the default and for no end.
        start: epoch seconds of a file's media time 0; None for now.
        csv, snapshot: files to write, None for none.
        backend, weights: as on the command line.
    """

    camera: CameraConfig
    live: bool = False
    every: float | None = None
    duration: float | None = None
    start: float | None = None
    csv: Path | None = None
    snapshot: Path | None = None
    backend: str = "auto"
    weights: Path | None = None


class Tally:
    """What has been counted so far, and the last picture of it."""

    def __init__(self) -> None:
        self.readings = self.rows = self.counted = 0
        self.people = self.most = 0.0
        self.last: tuple[Frame, DensityMap, Reading] | None = None
        self.started = time.perf_counter()

    def add(self, frame: Frame | None, density: DensityMap | None, reading: Reading) -> None:
        """Take one reading in."""
        self.readings += 1
        self.rows += len(reading.rois)
        count = reading.roi().count
        if frame is None or density is None or count is None:
            return
        self.counted += 1
        self.people += count
        self.most = max(self.most, count)
        self.last = frame, density, reading

    def line(self, plan: Plan) -> str:
        """Return the summary of a run."""
        took = time.perf_counter() - self.started
        text = f"{plan.camera.name}: {self.counted} pictures counted in {took:.1f} s"
        if self.counted:
            text += f" ({self.counted / took:.1f} a second), "
            text += f"{self.people / self.counted:.1f} people on average, {self.most:.1f} at most"
        files = [f"{self.rows} rows in {plan.csv}"] if plan.csv and self.rows else []
        files += [f"last picture in {plan.snapshot}"] if plan.snapshot and self.last else []
        return "; ".join([text, *files])


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
        live=parse_source(camera.source).live,
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
    """Count, write and say what came of it; return the exit code."""
    tally = Tally()
    code = 0
    with ExitStack() as stack:
        sink = stack.enter_context(ReadingCsv(plan.csv)) if plan.csv else None
        try:
            _count(plan, tally, sink, stack)
        except KeyboardInterrupt:
            code = INTERRUPTED
        except CrowdmonError as error:
            if sink and tally.rows:
                kept = f"The {tally.rows} rows counted until then are in {plan.csv}"
                error.hint = f"{error.hint.rstrip('.')}. {kept}" if error.hint else kept
            raise
    if plan.snapshot and tally.last:
        write_png(_picture(plan, tally.last), plan.snapshot)
    click.echo(tally.line(plan))
    return code


def _count(plan: Plan, tally: Tally, sink: ReadingCsv | None, stack: ExitStack) -> None:
    source = stack.enter_context(open_source(plan.camera.source))
    counter = Counter(plan.weights, backend=plan.backend)
    readings = offline.iterate(
        source,
        counter,
        rois=plan.camera.to_rois(),
        every=plan.every,
        duration=plan.duration,
        start_time=plan.start,
        camera=plan.camera.name,
    )
    scale = Scale(source.info, plan.duration)
    with Meter(plan.camera.name, scale.total) as meter:
        for frame, density, reading in readings:
            if sink:
                sink.write(reading)
            tally.add(frame, density, reading)
            meter.show(scale.done(frame), counted=tally.counted, people=reading.roi().count)


def _picture(plan: Plan, last: tuple[Frame, DensityMap, Reading]) -> NDArray[np.uint8]:
    """Return the snapshot of the last picture counted."""
    frame, density, reading = last
    moment = datetime.fromtimestamp(frame.time).strftime("%Y-%m-%d %H:%M:%S")
    return paint(frame, density, reading, plan.camera.to_rois(), title=f"{plan.camera.name}  {moment}")
