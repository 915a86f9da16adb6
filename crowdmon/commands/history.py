"""``crowdmon history``: what was recorded, as CSV, and spot checks as a folder for training."""

from __future__ import annotations

import math
import time
from datetime import tzinfo
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from crowdmon.capture.local import database_places
from crowdmon.commands import options
from crowdmon.commands.places import check_outputs
from crowdmon.commands.times import when
from crowdmon.config import AppConfig, RecordConfig, load
from crowdmon.errors import ConfigError
from crowdmon.places import Place, check_apart
from crowdmon.sinks.bins import BINS
from crowdmon.sinks.csv_rows import local_time
from crowdmon.sinks.history.export import export_bins, export_events, export_readings
from crowdmon.sinks.history.pictures import delete_picture
from crowdmon.sinks.history.points_folder import export_points
from crowdmon.sinks.history.query import HistoryReader, listed
from crowdmon.sinks.history.selection import Selection


def run(
    *,
    config: Path | None,
    history: Path | None,
    since: str | None,
    until: str | None,
    bins: str | None,
    cameras: tuple[str, ...],
    rois: tuple[str, ...],
    events: bool,
    csv: Path | None,
    csv_for_excel: bool,
    spot_checks: Path | None,
    delete_pictures: bool,
) -> int:
    """Write what was asked for, or say what is there, and return the exit code."""
    if events and bins is not None:
        raise ConfigError("--events and --bin do not go together: events are not counted", "Leave one out")
    if csv is None and (events or bins is not None or csv_for_excel):
        raise ConfigError("no file is given for what is asked", "Add --csv FILE")
    known = load(config) if config else AppConfig()
    path = _history(history, known, config)
    chosen = _selection(since, until, cameras, rois, zone=known.zone)
    options.writable(csv)
    outputs = {"--csv": csv, "--spot-checks": spot_checks}
    check_outputs(outputs, known=known, config=config)
    named = [Place(option, one) for option, one in outputs.items() if one is not None]
    check_apart(named, database_places(path, "the history"))
    with HistoryReader(path) as reader, options.terminable():
        reader.check(chosen)
        if csv is not None:
            _export(reader, csv, chosen, bins=bins, events=events, excel=csv_for_excel)
        if spot_checks is not None:
            _export_checks(reader, spot_checks, chosen)
        if delete_pictures:
            _delete_pictures(reader, chosen)
        if csv is None and spot_checks is None and not delete_pictures:
            _show(reader, chosen)
    return 0


def _history(given: Path | None, known: AppConfig, config: Path | None) -> Path:
    """Return the history file: the one that was typed, or that of the configuration."""
    if given is not None:
        return given.expanduser()
    record: RecordConfig = known.record
    if record.history is not None:
        return Path(record.history).expanduser()
    if config is None:
        raise ConfigError("no history is named", "Give --config FILE, or --history FILE")
    raise ConfigError(
        f"{config} keeps no history", "Add 'record: {history: FILE}' to it, or give --history FILE"
    )


def _selection(
    since: str | None,
    until: str | None,
    cameras: tuple[str, ...],
    rois: tuple[str, ...],
    *,
    zone: tzinfo | None,
) -> Selection:
    now = time.time()
    first, last = (
        when(since, "--from", now=now, zone=zone),
        when(until, "--to", now=now, end=True, zone=zone),
    )
    if first is not None and last is not None and first >= last:
        raise ConfigError(
            f"--to {until} is not after --from {since}", "Give a time that begins before it ends"
        )
    return Selection(
        since=-math.inf if first is None else first,
        until=math.inf if last is None else last,
        cameras=frozenset(cameras) or None,
        rois=frozenset(rois) or None,
    )


def _export(
    reader: HistoryReader, csv: Path, chosen: Selection, *, bins: str | None, events: bool, excel: bool
) -> None:
    with _Rows(csv.name) as tell:
        if events:
            rows = export_events(reader, csv, chosen, progress=tell.rows, excel=excel)
        elif bins is not None:
            rows = export_bins(reader, csv, BINS[bins], chosen, progress=tell.rows, excel=excel)
        else:
            rows = export_readings(reader, csv, chosen, progress=tell.rows, excel=excel)
    click.echo(f"{_some(rows, 'row')} written to {csv}")


def _export_checks(reader: HistoryReader, folder: Path, chosen: Selection) -> None:
    done = export_points(reader.path, reader.spot_checks(chosen), folder)
    click.echo(
        f"{_some(done.checks, 'spot check')} and {_some(done.pictures, 'picture')} written to {folder}"
    )
    if done.rois:
        click.echo(f"of a ROI alone, in spot_checks.csv only, for they are no points: {done.rois}")
    if done.gone:
        click.echo(f"without a picture, because none was kept or it is gone by now: {done.gone}")


def _delete_pictures(reader: HistoryReader, chosen: Selection) -> None:
    named = {check.picture for check in reader.spot_checks(chosen) if check.picture}
    gone = sum(delete_picture(reader.path, name) for name in named)
    click.echo(f"{_some(gone, 'picture')} of spot checks deleted; the numbers stay")


def _show(reader: HistoryReader, chosen: Selection) -> None:
    """Print what is there."""
    span = reader.span(chosen)
    click.echo(f"{reader.path}, {reader.path.stat().st_size / 1e6:.1f} MB")
    if span is None:
        click.echo("no readings in that time")
    else:
        click.echo(f"from {local_time(span[0])} to {local_time(span[1])}")
    for camera, found in reader.cameras().items():
        wanted = [roi for roi in found if chosen.takes(camera, roi)]
        if wanted:
            click.echo(f"  {listed([camera])}: {listed(wanted)}")
    events, checks = (sum(1 for _ in found) for found in (reader.events(chosen), reader.spot_checks(chosen)))
    click.echo(f"{_some(events, 'event')}\n{_some(checks, 'spot check')}")


def _some(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


class _Rows:
    """Shows on a terminal how many rows are written; silent where there is none."""

    def __init__(self, name: str) -> None:
        console = Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            TextColumn("{task.completed:.0f} rows"),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
            refresh_per_second=4,
        )
        self._task = self._bar.add_task(name, total=None)

    def rows(self, number: int) -> None:
        self._bar.update(self._task, completed=number)

    def __enter__(self) -> _Rows:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()
