"""``crowdmon-train --list``: which benchmarks are there."""

from __future__ import annotations

import os
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from trainer.datasets import BENCHMARKS
from trainer.datasets.find import VARIABLE
from trainer.datasets.listing import Found, survey


def run(root: Path | None) -> None:
    """Print a row for each benchmark."""
    console = Console()
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("benchmark")
    table.add_column("pictures")
    table.add_column("heads", justify="right")
    table.add_column("largest", justify="right")
    table.add_column("against the published figures")
    table.add_column("folder", overflow="fold")
    rows = [survey(benchmark, root) for benchmark in BENCHMARKS.values()]
    for row in rows:
        table.add_row(*cells(row))
    console.print(table)
    where = str(root) if root is not None else os.environ.get(VARIABLE, "")
    console.print(f"Looked in {where}." if where else f"Nowhere to look: set {VARIABLE}, or give --root DIR.")
    console.print(
        '"points" is your own folder of pictures with points.csv (image,x,y): --dataset points --root DIR.'
    )


def cells(row: Found) -> list[str]:
    """Return a table row's cells."""
    if row.root is None:
        return [row.name, "not found", "", "", "", ""]
    if row.problem:
        return [row.name, "unreadable", "", "", row.problem, str(row.root)]
    pictures = " + ".join(
        f"{number} {split}" if split != "all" else str(number) for split, number in row.pictures
    )
    said = "; ".join(row.deviations) or ("as published" if BENCHMARKS[row.name].official else "")
    return [row.name, pictures, f"{row.heads:,}", f"{row.largest:,}", said, str(row.root)]
