"""``crowdmon-train --list``: which benchmarks are there."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from crowdmon.errors import DatasetError
from crowdmon.formats.perspective import read_perspective
from trainer.commands.pictures import progress
from trainer.data.datasets import BENCHMARKS
from trainer.data.datasets.find import VARIABLE
from trainer.data.datasets.listing import Found, survey


def run(root: Path | None, *, verify: bool = False) -> None:
    """Print a row for each benchmark.

    Args:
        root: where to look.
        verify: read every picture once, too, and name those that cannot be read.

    Raises:
        DatasetError: with ``verify``, if pictures, or all labels of a benchmark, cannot be read.
    """
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
        table.add_row(*cells(row, root))
    console.print(table)
    where = str(root) if root is not None else os.environ.get(VARIABLE, "")
    said = f"Looked in {where}." if where else f"Nowhere to look: set {VARIABLE}, or give --root DIR."
    console.print(said, highlight=False, soft_wrap=True)
    console.print(
        '"points" is your own folder of pictures with points.csv (image,x,y): --dataset points --root DIR.'
    )

    if verify:
        _verify(rows, console)


def _verify(rows: Sequence[Found], console: Console) -> None:
    samples = {sample.image: sample for row in rows for sample in row.samples}
    damaged = 0
    with progress(Console(stderr=True)) as bar:
        task = bar.add_task("reading", total=len(samples))
        for sample in samples.values():
            try:
                sample.read()
                if sample.perspective is not None:
                    read_perspective(sample.perspective)
            except DatasetError as error:
                damaged += 1
                console.print(f"Damaged: {error}", highlight=False, soft_wrap=True, markup=False)
            bar.advance(task)
    console.print(f"{len(samples):,} pictures read, {damaged:,} cannot be.", highlight=False, soft_wrap=True)
    unreadable = [row.name for row in rows if row.root is not None and row.problem]
    if damaged or unreadable:
        labels = f"; the labels of {', '.join(unreadable)} cannot be read" if unreadable else ""
        raise DatasetError(f"{damaged} of {len(samples)} pictures are damaged{labels}", "Copy them again")


def cells(row: Found, root: Path | None) -> list[str]:
    """Return a table row's cells; ``root`` is where the search began."""
    if row.root is None:
        return [row.name, "not found", "", "", "", ""]
    folder = _below(row.root, root)
    if row.problem:
        return [row.name, "unreadable", "", "", row.problem, folder]
    pictures = " + ".join(
        f"{number} {split}" if split != "all" else str(number) for split, number in row.pictures
    )
    said = "; ".join(row.deviations) or ("as published" if BENCHMARKS[row.name].official else "")
    return [row.name, pictures, f"{row.heads:,}", f"{row.largest:,}", said, folder]


def _below(folder: Path, root: Path | None) -> str:
    start = Path(root or os.environ.get(VARIABLE, "")).resolve()
    return str(folder.relative_to(start)) if folder.is_relative_to(start) else str(folder)
