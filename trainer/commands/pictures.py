"""What goes through many pictures: a progress bar, and an end that tells of those that could not be read."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from crowdmon.errors import DatasetError


def progress(console: Console) -> Progress:
    """Return a bar that counts pictures."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("pictures"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def report_left_out(errors: Sequence[DatasetError]) -> None:
    """Raise DatasetError, whose exit status tells, if pictures were left out of what was done."""
    if errors:
        more = f", and {len(errors) - 1} more" if len(errors) > 1 else ""
        pictures = "1 picture was" if len(errors) == 1 else f"{len(errors)} pictures were"
        raise DatasetError(
            f"{pictures} left out: {errors[0].message}{more}",
            "crowdmon-train --list --verify names all that are damaged",
        )
