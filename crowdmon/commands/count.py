"""``crowdmon count``: sources in, CSV and video out, no window."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from crowdmon.commands import options
from crowdmon.commands.cameras import config_of
from crowdmon.commands.count_several import count_cameras, count_files
from crowdmon.commands.count_source import (
    INTERRUPTED,
    Plan,
    count_source,
    is_live,
    is_web,
    opened_rows,
)
from crowdmon.commands.painting import PaintStyle, Video, painted
from crowdmon.commands.places import check_outputs
from crowdmon.commands.tally import Rows, Tally, add_kept
from crowdmon.commands.watching import watched
from crowdmon.config import CameraConfig
from crowdmon.counting.factory import make_counter_factory
from crowdmon.engine.background import BackgroundTask, wait_for_all
from crowdmon.engine.protocols import CounterFactory
from crowdmon.engine.view_files import ViewFiles
from crowdmon.errors import ConfigError, CrowdmonError, SourceError, redact
from crowdmon.locks import only_writer
from crowdmon.picture import write_png
from crowdmon.sinks.video import Clip


def run(
    *,
    sources: Sequence[str],
    config: Path | None,
    csv: Path | None,
    events: Path | None = None,
    csv_for_excel: bool = False,
    every: float | None,
    duration: float | None,
    start: str | None,
    snapshot: Path | None,
    video: Path | None,
    pixelate: bool,
    rois_only: bool = False,
    backend: str,
    precision: str = "auto",
    weights: Path | None,
) -> int:
    """Count as the command line says; return the exit code."""
    if csv_for_excel and csv is None and events is None:
        raise ConfigError("--csv-for-excel says how --csv is written", "Give --csv FILE, too")
    known = config_of(sources, config)
    cameras = _rois_only(known.counted_cameras()) if rois_only else known.counted_cameras()
    outputs = {"--csv": csv, "--events": events, "--snapshot": snapshot, "--video": video}
    check_outputs(outputs, known=known, sources=sources, config=config, weights=weights)
    plans = [
        Plan(
            camera=camera,
            every=options.seconds(every, "--every"),
            duration=options.seconds(duration, "--duration"),
            start=options.moment(start, "--start"),
            csv=csv,
            events=options.writable(events),
            excel=csv_for_excel,
            snapshot=options.writable(snapshot, suffix=".png"),
            video=video,
            style=PaintStyle.of(known.display, pixelate=pixelate),
            views=ViewFiles(config),
            known=known.model_copy(update={"cameras": tuple(cameras)}),
        )
        for camera in cameras
    ]
    if not plans:
        raise ConfigError(f"{config} names no camera", "Add one under cameras:, or give a SOURCE")
    counter = make_counter_factory(weights, backend, precision)
    with options.terminable():
        return _carry_out_all(plans, counter)


def _rois_only(cameras: Sequence[CameraConfig]) -> list[CameraConfig]:
    for camera in cameras:
        if not camera.rois:
            raise ConfigError(
                f"--rois-only: the camera '{camera.name}' has no ROI", "Give it one with --config FILE"
            )
    return [camera.model_copy(update={"whole_picture": False}) for camera in cameras]


def _carry_out_all(plans: Sequence[Plan], counter: CounterFactory) -> int:
    if len(plans) == 1:
        return carry_out(plans[0], counter)
    began = time.monotonic()
    # At the same time: several addresses that hang must not add up.
    web = {plan.camera.name: plan for plan in plans if is_web(plan.camera.source)}
    answers = wait_for_all([partial(_is_live, plan) for plan in web.values()])
    found = dict(zip(web, answers, strict=True))
    live = [
        plan.camera.source
        for plan in plans
        if (found[plan.camera.name] if plan.camera.name in web else is_live(plan.camera.source))
    ]
    if len(live) == len(plans):
        return count_cameras(plans, counter, spent=time.monotonic() - began)
    if live:
        raise ConfigError(
            f"{redact(live[0])} is live, and several sources are counted one after the other",
            "Count live cameras together, and files apart from them",
        )
    return count_files(plans, counter)


def _is_live(plan: Plan, _: BackgroundTask) -> bool:
    return is_live(plan.camera.source, within=plan.duration)


def carry_out(plan: Plan, counter: CounterFactory) -> int:
    """Count one source, write its files and say what came of it; return the exit code.

    It is SourceError's if pictures of a folder could not be read, though the others were counted.

    Raises:
        CrowdmonError: what was written until then stays, whole, and the hint says so.
    """
    tally = Tally()
    plan = replace(plan, known=watched(plan.known, together=True))
    code = 0
    with ExitStack() as stack:
        rows = opened_rows(plan, stack)
        if plan.video:
            stack.enter_context(only_writer(plan.video))
        clip = stack.enter_context(Clip(plan.video)) if plan.video else None
        video = Video(clip, plan.camera.to_rois(), plan.style) if clip else None
        try:
            count_source(plan, tally, rows, counter=counter, video=video)
        except KeyboardInterrupt:
            code = INTERRUPTED
        except CrowdmonError as error:
            add_kept(error, rows, plan.csv)
            raise
    if plan.snapshot and tally.last:
        write_png(painted(*tally.last, plan.camera.to_rois(), plan.style), plan.snapshot)
    with options.telling():
        click.echo("; ".join([tally.line(plan.camera.name), *_files(plan, tally, rows, clip)]))
    return code or (SourceError.exit_code if tally.left_out else 0)


def _files(plan: Plan, tally: Tally, rows: Rows, clip: Clip | None) -> Iterator[str]:
    yield from rows.files(plan.csv, plan.events)
    if clip and clip.pictures:
        yield f"the video in {plan.video}"
    if plan.snapshot and tally.last:
        yield f"the last picture in {plan.snapshot}"
