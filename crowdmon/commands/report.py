"""``crowdmon report``: what a day came to, as Markdown with a plot."""

from __future__ import annotations

import re
import time
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path

import click

from crowdmon import atomic
from crowdmon.commands import options
from crowdmon.commands.places import check_outputs
from crowdmon.config import AppConfig, load
from crowdmon.engine.day_facts import day_facts
from crowdmon.errors import ConfigError, SinkError
from crowdmon.picture import write_png
from crowdmon.view.report import report_of
from crowdmon.view.report_day import Day, Report
from crowdmon.view.report_plot import draw
from crowdmon.view.report_text import markdown


def run(*, config: Path, day: str, markdown_file: Path | None) -> int:
    """Say what a day came to, or write it, and return the exit code."""
    known = load(config)
    if known.record.history is None:
        raise ConfigError(f"{config} keeps no history", "Add 'record: {history: FILE}' to it")
    path = Path(known.record.history).expanduser()
    zone = known.zone
    now = time.time()
    bounds = Day.of(_day(day, zone, now), zone)
    plot = markdown_file.with_suffix(".png") if markdown_file else None
    if plot is not None and plot == markdown_file:
        raise ConfigError(f"{markdown_file} is the name of its plot", "Give a name such as report.md")
    for one in (markdown_file, plot):
        options.writable(one)
    check_outputs({"--markdown": markdown_file, "the plot": plot}, known=known, config=config)
    with options.terminable():
        report = _read(path, known, bounds, now)
        if markdown_file is None or plot is None:
            with options.telling():
                click.echo(markdown(report), nl=False)
            return 0
        write_png(draw(report), plot)
        _write(markdown_file, markdown(report, plot=plot.name))
    with options.telling():
        click.echo(f"{markdown_file} and {plot}")
    return 0


def _day(text: str, zone: tzinfo | None, now: float) -> date:
    """Return a typed day; ConfigError if it is none."""
    today = datetime.fromtimestamp(now, zone).date()
    words = text.strip().lower()
    if words in ("today", "yesterday"):
        return today - timedelta(days=1 if words == "yesterday" else 0)
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", words):
            raise ValueError(words)
        found = date.fromisoformat(words)
        bounds = Day.of(found, zone)
    except (ValueError, OverflowError, OSError) as error:
        raise ConfigError(
            f"--day is {text!r:.60}, which is not a day", "Write 2026-05-01, today or yesterday"
        ) from error
    if bounds.end <= bounds.start:
        raise ConfigError(
            f"--day is {words}, which the calendar of {bounds.clock} leaves out", "Take another day"
        )
    return found


def _read(path: Path, known: AppConfig, day: Day, now: float) -> Report:
    with day_facts(path, day.start, day.end) as facts:
        return report_of(known, day, facts.readings, facts.events, facts.checks, now=now, span=facts.span)


def _write(path: Path, text: str) -> None:
    try:
        with atomic.replacing(path) as part:
            part.write_text(text, encoding="utf-8")
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise SinkError(f"cannot write {path}: {why}", "Check that the disk has room") from error
