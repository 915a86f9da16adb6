"""One source counted to its end or for a time: what ``crowdmon count`` does with each of its sources."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from crowdmon.capture.source import ForgivingSource, Source, open_source
from crowdmon.capture.uri import WEB_SCHEMES, parse_source
from crowdmon.commands.painting import PLAIN, PaintStyle, Video
from crowdmon.commands.progress import ProgressBar, Scale
from crowdmon.commands.tally import Rows, Tally, people_of
from crowdmon.config import AppConfig, CameraConfig
from crowdmon.engine.background import BackgroundTask, wait_for
from crowdmon.engine.counters import counter_for
from crowdmon.engine.live import CONNECT_WITHIN, iterate_live
from crowdmon.engine.offline import iterate_with_gaps
from crowdmon.engine.protocols import CounterFactory
from crowdmon.engine.view_files import ViewFiles
from crowdmon.errors import ConfigError, SourceError
from crowdmon.locks import only_writer
from crowdmon.sinks.csv_file import ReadingCsv
from crowdmon.sinks.event_csv import EventCsv
from crowdmon.track.site import Site
from crowdmon.values import DensityMap, Frame, Reading

INTERRUPTED = 130
"""The exit code after Ctrl+C."""

_AT_ONCE = 0.5
"""Seconds in which nothing was waited for."""

Counted = tuple[Frame | None, DensityMap | None, Reading]
"""What counting yields; no picture and density where nothing new was counted."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to count and where to put it, checked before anything is opened.

    Attributes:
        camera: name, source and ROIs.
        every, duration: seconds; None for the default, and for no end.
        start: epoch seconds of a file's media time 0; None for now.
        csv, events, snapshot, video: files to write; None for none.
        excel: begin the CSV with the mark by which Excel knows UTF-8.
        style: how snapshot and video are painted.
        known: the configuration; its groups and alarm rules are watched, see
            :func:`~crowdmon.commands.watching.watched`.
        views: where is kept what live cameras see.
    """

    camera: CameraConfig
    every: float | None = None
    duration: float | None = None
    start: float | None = None
    csv: Path | None = None
    events: Path | None = None
    excel: bool = False
    snapshot: Path | None = None
    video: Path | None = None
    style: PaintStyle = PLAIN
    views: ViewFiles | None = None
    known: AppConfig = field(default_factory=AppConfig)


def opened_rows(plan: Plan, stack: ExitStack) -> Rows:
    """Open the CSV of readings and that of events, until the stack is left."""
    for path in filter(None, (plan.csv, plan.events)):
        stack.enter_context(only_writer(path))
    csv = stack.enter_context(ReadingCsv(plan.csv, excel=plan.excel)) if plan.csv else None
    events = stack.enter_context(EventCsv(plan.events, excel=plan.excel)) if plan.events else None
    return Rows(csv, events)


def count_source(
    plan: Plan,
    tally: Tally,
    rows: Rows,
    *,
    counter: CounterFactory,
    video: Video | None = None,
    caption: str = "",
) -> None:
    """Count one source to its end, into ``tally``, ``rows`` and ``video``.

    Args:
        plan: the source; its files are opened and closed by the caller.
        tally, rows, video: what is filled.
        counter: builds the counter.
        caption: what the progress bar says; the camera's name by default.

    Raises:
        CrowdmonError, KeyboardInterrupt: what was counted before is in ``tally``, ``rows`` and ``video``.
    """
    with ExitStack() as stack:
        began = time.monotonic()
        source = open_recorded(plan.camera.source, within=plan.duration)
        if source:
            stack.enter_context(source)
            if isinstance(source, ForgivingSource):
                stack.callback(_note_left_out, source, tally)
            readings = _offline(plan, source, rows, counter)
            scale = Scale(source.info, plan.duration)
        else:
            readings = _live(plan, rows, counter, spent=time.monotonic() - began)
            scale = Scale(None, plan.duration)
        with ProgressBar(caption or plan.camera.name, scale.total) as bar:
            for frame, density, reading in readings:
                tally.add(frame, density, reading)
                if video:
                    video.add(frame, density, reading)
                bar.show(scale.done(frame), counted=tally.counted, people=people_of(reading))


def _note_left_out(source: ForgivingSource, tally: Tally) -> None:
    tally.left_out = source.left_out


def check_live(plan: Plan) -> None:
    """Refuse what makes no sense for a live source; ConfigError says what."""
    if plan.start is not None:
        raise ConfigError("--start is for files; a live source has its own time", "Leave --start out")


def connect_within(duration: float | None, spent: float) -> float:
    """Return the seconds in which a live source has to give its first picture.

    Args:
        duration: how long to count; an address that hangs must not take longer than that.
        spent: what has gone of it already, to find out what the source is.
    """
    if duration is None or spent < _AT_ONCE:
        return CONNECT_WITHIN
    return min(CONNECT_WITHIN, round(max(duration - spent, 0.0), 1))


def is_web(text: str) -> bool:
    """Return whether a source is a web address: only opening tells whether it is a clip or a camera."""
    return parse_source(text).scheme in WEB_SCHEMES


def is_live(text: str, *, within: float | None = None) -> bool:
    """Return whether a source is counted in real time; a web address is opened to find out."""
    spec = parse_source(text)
    if spec.scheme not in WEB_SCHEMES:
        return spec.live
    try:
        source = open_recorded(text, within=within)
    except SourceError:
        return True
    if source is None:
        return True
    source.close()
    return False


def open_recorded(text: str, *, within: float | None = None) -> Source | None:
    """Open a source if it can be counted by its media time; None for a live one.

    Of a web address only opening tells. One that does not answer counts as live, because it may be, and is
    then tried again like any camera.

    Args:
        text: the source.
        within: seconds that a web address has for it; no more are left then to try it again.

    Raises:
        ConfigError, SourceError: as :func:`~crowdmon.capture.source.open_source` does.
    """
    spec = parse_source(text)
    if spec.scheme not in WEB_SCHEMES:
        source = None if spec.live else open_source(text)
    else:
        try:
            # In another thread: FFmpeg waits for a host without seeing that Ctrl+C was pressed.
            source = wait_for(lambda task: _open_web(text, task), within=within)
        except TimeoutError:
            raise SourceError(
                f"{spec.label}: no answer within {within:g} s", "Check the network and that the source is on"
            ) from None
        except SourceError:
            return None
    if source is None or not source.info.live:
        return source
    source.close()
    return None


def _open_web(text: str, task: BackgroundTask) -> Source:
    source = open_source(text)
    if task.cancelled.is_set():
        source.close()
    return source


def _offline(plan: Plan, source: Source, rows: Rows, counter: CounterFactory) -> Iterator[Counted]:
    rules = plan.known.to_rules()
    site = Site(rules)
    rows.watch(rules)
    readings = iterate_with_gaps(
        source,
        counter_for(counter, plan.camera),
        rois=plan.camera.to_rois(),
        every=plan.every,
        duration=plan.duration,
        start_time=plan.start,
        camera=plan.camera.name,
        limits=plan.camera.to_limits(),
        unknown_after=plan.camera.unknown_after,
        whole=plan.camera.counts_whole,
    )
    for frame, density, reading in readings:
        rows.write(reading)
        for fact in site.step([reading], reading.time)[1:]:
            rows.write(fact)
        yield frame, density, reading


def _live(plan: Plan, rows: Rows, counter: CounterFactory, *, spent: float) -> Iterator[Counted]:
    """Count a live source; ``spent`` seconds have gone already to find out that it is one."""
    check_live(plan)
    rows.watch(plan.known.to_rules())
    return iterate_live(
        [plan.camera],
        counter_factory=counter,
        every=plan.every,
        duration=plan.duration,
        sinks=[rows],
        watching=plan.known,
        connect_within=connect_within(plan.duration, spent),
        views=plan.views,
    )
