"""``crowdmon bench``: the figures of this machine as a table and as JSON.

A part measures one thing and returns its rows and goals; :data:`PARTS` lists them, and a new one is
one more function in :mod:`crowdmon.commands.measuring`.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from crowdmon import __version__
from crowdmon.commands import measuring, options
from crowdmon.commands.measuring import Goal, Row
from crowdmon.errors import SinkError

PARTS: tuple[tuple[str, Callable[[list[Row]], tuple[list[Row], list[Goal]]]], ...] = (
    ("inference", measuring.inference),
    ("start", measuring.start),
    ("latency", measuring.latency),
)
"""What is measured, in this order; each part is given the rows of those before it."""


def run(target: Path | None) -> int:
    """Measure, print the table, write the JSON; return the exit code, which a missed goal leaves at 0."""
    options.writable(target)
    progress = Console(stderr=True)
    rows: list[Row] = []
    goals: list[Goal] = []
    for name, part in PARTS:
        with progress.status(f"measuring {name}"):
            new_rows, new_goals = part(rows)
        rows += new_rows
        goals += new_goals
    result = {"machine": machine(), "rows": rows, "goals": goals}
    show(result)
    if target:
        write(result, target)
    return 0


def machine() -> dict[str, Any]:
    """Return what the figures were measured on; no name of a person or a host."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "crowdmon": __version__,
    }


def _processor() -> str:
    if sys.platform == "linux":
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def show(result: dict[str, Any]) -> None:
    """Print the figures for people."""
    at = result["machine"]
    click.echo(f"{at['processor']}, {at['cores']} cores, {at['system']}, Python {at['python']}")
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else 100)
    table = Table("what", "of", "size", "median", "p95", box=None, pad_edge=False)
    for row in result["rows"]:
        of = " ".join(str(row[key]) for key in ("backend", "device", "precision", "command") if row.get(key))
        p95 = f"{row['p95_ms']:.1f} ms" if "p95_ms" in row else ""
        table.add_row(row["what"], of, row.get("size", ""), f"{row['median_ms']:.1f} ms", p95)
    console.print(table)
    verdicts = Table("goal", "of", "wanted", "measured", "", box=None, pad_edge=False)
    for goal in result["goals"]:
        wanted, measured = (f"{goal[key]:.2f} {goal['unit']}" for key in ("goal", "measured"))
        verdicts.add_row(
            goal["name"], goal["of"], f"at most {wanted}", measured, "ok" if goal["ok"] else "MISSED"
        )
    console.print(verdicts)


def write(result: dict[str, Any], target: Path) -> None:
    """Write the figures as JSON, whole or not at all; SinkError if it cannot be written."""
    part = target.with_name(f"{target.name}.part")
    try:
        part.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise SinkError(
            f"cannot write {target}: {error.strerror or error}", "Choose another place"
        ) from error
