"""``crowdmon count`` over several files: one CSV, a table, and one that fails does not stop the others."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from functools import cache
from pathlib import PurePath

import click
from rich.console import Console
from rich.table import Table

from crowdmon.capture.uri import WEB_SCHEMES, parse_source
from crowdmon.commands import options
from crowdmon.commands.count_source import INTERRUPTED, Plan, count_source
from crowdmon.commands.tally import Rows, Sum, Tally
from crowdmon.engine.protocols import CounterFactory
from crowdmon.errors import ConfigError, CountingError, SourceError
from crowdmon.sinks.csv_file import ReadingCsv
from crowdmon.values import WHOLE_FRAME


def carry_out(plans: Sequence[Plan], counter: CounterFactory) -> int:
    """Count one after the other and sum them up; return the exit code, that of the first that failed.

    Raises:
        CrowdmonError: what would fail for all of them; rows written until then stay, whole.
    """
    check(plans)
    built_once = cache(counter)
    tallies: list[tuple[Plan, Tally]] = []
    code = 0
    with options.terminable(), ExitStack() as stack:
        csv = plans[0].csv
        rows = Rows(stack.enter_context(ReadingCsv(csv)) if csv else None)
        for number, plan in enumerate(plans, 1):
            tallies.append((plan, Tally()))
            try:
                caption = f"{number}/{len(plans)} {plan.camera.name}"
                count_source(plan, tallies[-1][1], rows, counter=built_once, caption=caption)
            except KeyboardInterrupt:
                code = INTERRUPTED
                break
            except (SourceError, CountingError) as error:
                click.echo(" ".join(f"crowdmon: {error}".split()), err=True)
                code = code or error.exit_code
    show(tallies)
    counted = sum(tally.counted for _, tally in tallies)
    written = f"; {rows.written} rows in {csv}" if rows.written else ""
    click.echo(f"{counted} pictures of {len(tallies)} sources counted{written}")
    return code


def check(plans: Sequence[Plan]) -> None:
    """Refuse what makes no sense for several sources; ConfigError says what."""
    for option, given in (("--snapshot", plans[0].snapshot), ("--video", plans[0].video)):
        if given:
            raise ConfigError(f"{option} takes one picture's or video's SOURCE, and there are {len(plans)}",
                              f"Leave {option} out, or count them one by one")  # fmt: skip
    for plan in plans:
        spec = parse_source(plan.camera.source)
        if spec.live and spec.scheme not in WEB_SCHEMES:
            raise ConfigError(f"{spec.label} is live, and several sources are counted one after the other",
                              "Count it by itself, or watch several in the window")  # fmt: skip
        if spec.kind == "synthetic" and plan.duration is None:
            raise ConfigError(f"{spec.label} has no end, and others wait for it", "Give --duration")


def show(tallies: Sequence[tuple[Plan, Tally]]) -> None:
    """Print a row a ROI of each source: pictures, average, peak, and when that was."""
    table = Table("source", "camera", "ROI", box=None, pad_edge=False)
    for heading in ("pictures", "mean", "peak", "peak at"):
        table.add_column(heading, justify="right")
    for plan, tally in tallies:
        source = _short(plan.camera.source)
        if not tally.rois:
            table.add_row(source, plan.camera.name, WHOLE_FRAME, "0", "", "", "")
        for place, (roi, total) in enumerate(tally.rois.items()):
            who = ("", "") if place else (source, plan.camera.name)
            figures = (str(total.pictures), f"{total.mean:.1f}", f"{total.most:.1f}", moment(total))
            table.add_row(*who, roi, *figures)
    Console(file=sys.stdout, width=None if sys.stdout.isatty() else 100, markup=False).print(table)


def moment(total: Sum) -> str:
    """Return when the peak was: media time as ``h:mm:ss.s``, or the local time of day."""
    if total.pts is None:
        return datetime.fromtimestamp(total.at).strftime("%Y-%m-%d %H:%M:%S")
    tenths = round(10 * total.pts)
    return f"{tenths // 36_000}:{tenths // 600 % 60:02}:{tenths // 10 % 60:02}.{tenths % 10}"


def _short(source: str) -> str:
    """Return how a source is called in a table: a file's name without its folders, nothing secret."""
    spec = parse_source(source)
    return PurePath(spec.label).name if spec.kind in ("file", "folder") else spec.label
