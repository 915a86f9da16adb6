"""``crowdmon bench``: the figures of this machine as tables, as JSON and as Markdown.

A part measures one thing and returns its rows and goals; :data:`PARTS` lists them, and a new one is
one more function in a file beside this one.
"""

from __future__ import annotations

import json
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from crowdmon import __version__
from crowdmon.atomic import write_whole
from crowdmon.bench import deciding, history, inference, live, memory, offline, tables, window
from crowdmon.bench.estimate import sentence
from crowdmon.bench.harness import Bench, Figures, Row, cores
from crowdmon.bench.processor import processor
from crowdmon.commands import options
from crowdmon.commands.places import check_outputs
from crowdmon.errors import CrowdmonError, SinkError

PARTS: tuple[tuple[str, Callable[[Bench], Figures]], ...] = (
    ("inference", inference.inference),
    ("card", inference.card),
    ("start", offline.start),
    ("window", lambda bench: window.window(bench.rows)),
    ("latency", live.latency),
    ("cameras", live.held),
    ("ROIs only", live.held_rois_only),
    ("memory", memory.memory),
    ("offline", offline.offline),
    ("CPU a camera", offline.cpu),
    ("levels and alarms", deciding.deciding),
    ("history", history.history),
)
"""What is measured, in this order; each part sees the rows of those before it."""

_LIBRARIES = ("torch", "openvino", "onnxruntime", "av")


def run(target: Path | None = None, *, markdown: Path | None = None, long: bool = False) -> int:
    """Measure, print the tables, write the files.

    A missed goal leaves the exit code at 0; a part that could not be measured makes it 1, and the
    others are there all the same.
    """
    options.writable(target)
    options.writable(markdown)
    check_outputs({"--json": target, "--markdown": markdown})
    with options.terminable():
        result = measure(long=long)
    show(result)
    if target:
        write(json.dumps(result, indent=2) + "\n", target)
    if markdown:
        write(tables.markdown(result), markdown)
    return 1 if result["failed"] else 0


def show_profile() -> int:
    """Print where the time of one picture goes in each back end."""
    from crowdmon.bench.profile import HEAD, profiles

    at = machine()
    click.echo(tables.machine(at))
    click.echo(tables.kind(at))
    for title, lines in profiles():
        click.echo(f"\n{title}")
        _print(HEAD, lines)
    return 0


def measure(*, long: bool = False) -> dict[str, Any]:
    """Run every part; return machine, rows, goals, and what could not be measured."""
    progress = Console(stderr=True)
    failed: list[dict[str, str]] = []
    goals: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="crowdmon-bench-") as folder:
        at = machine()
        bench = Bench(Path(folder), long=long, kind=at["class"])
        for number, (name, part) in enumerate(PARTS, start=1):
            started = time.monotonic()
            with progress.status(f"{number} of {len(PARTS)}: {name}") as status:
                bench.say = _saying(status.update, f"{number} of {len(PARTS)}: {name}")
                try:
                    rows, more = part(bench)
                except CrowdmonError as error:
                    failed.append({"part": name, "why": str(error)})
                    progress.print(f"{name} could not be measured: {error}", highlight=False)
                    continue
            bench.rows += rows
            goals += more
            progress.print(f"{name}: {time.monotonic() - started:.0f} s", highlight=False)
        command = "crowdmon bench --long" if long else "crowdmon bench"
        return {
            "machine": at, "command": command, "rows": bench.rows, "goals": goals, "failed": failed,
            "sentence": said_of(bench.rows),
        }  # fmt: skip


def said_of(rows: Sequence[Row]) -> str:
    """Return what the cameras that were held mean, in a sentence; empty if that was not measured."""
    found: list[int | None] = []
    for part in (False, True):
        tried = [row for row in rows if row["what"] == "cameras" and bool(row.get("part")) is part]
        held = max((row["cameras"] for row in tried if row["held"]), default=0)
        found.append(held if tried else None)
    return "" if found == [None, None] else sentence(*found)


def _saying(update: Callable[[str], object], name: str) -> Callable[[str], object]:
    return lambda text: update(f"{name}, {text}")


def machine() -> dict[str, Any]:
    """Return what the figures were measured on; no name of a person or a host."""
    from crowdmon.counting import backends

    found = processor(card=backends.card_counts())
    return {
        "processor": found.name,
        "class": found.kind,
        "flags": None if found.flags is None else list(found.flags),
        "cores": cores(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "crowdmon": __version__,
        **{name: version for name in _LIBRARIES if (version := _version(name))},
    }


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def show(result: Mapping[str, Any]) -> None:
    """Print the figures for people."""
    click.echo(tables.machine(result["machine"]))
    click.echo(tables.kind(result["machine"]))
    _print(tables.FIGURES, tables.figures(result["rows"]))
    _print(tables.VERDICTS, tables.verdicts(result["goals"]))
    for one in result["failed"]:
        click.echo(f"not measured: {one['part']}. {one['why']}")
    if result.get("sentence"):
        click.echo(result["sentence"])


def _print(head: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else 140)
    table = Table(*head, box=None, pad_edge=False)
    for line in lines:
        table.add_row(*line)
    console.print(table)


def write(text: str, target: Path) -> None:
    """Write a text, whole or not at all; SinkError if it cannot be written."""
    try:
        write_whole(target, text.encode())
    except OSError as error:
        raise SinkError(
            f"cannot write {target}: {error.strerror or error}", "Choose another place"
        ) from error
