"""A table of the paper: its figure, ours and the difference, as Markdown and as CSV. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from crowdmon.errors import CrowdmonError, DatasetError

WIDE = 3
"""Measures that fit beside each other."""


@dataclass(frozen=True)
class Pair:
    """One figure, as the paper prints it and as it is here; None where there is none."""

    paper: float | None = None
    ours: float | None = None

    @property
    def difference(self) -> float | None:
        """Ours less the paper's; None unless there are both."""
        return None if self.paper is None or self.ours is None else self.ours - self.paper


@dataclass(frozen=True)
class Line:
    """One line of a table.

    Attributes:
        keys: what the line is about, one for each of the table's ``keys``.
        values: figures by measure; a measure that is missing has none.
        note: why there is no figure of ours, or what is to be known about it.
    """

    keys: tuple[str, ...]
    values: Mapping[str, Pair] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class Table:
    """A whole table.

    Attributes:
        name: the paper's Roman number; a word in small letters for a table that the paper does not have.
        title: in words.
        keys: headings of the leading columns.
        measures: name and decimals of each figure.
        lines: in the paper's order.
        notes: said below the table.
        alone: those of the measures that the paper does not print: one column each, ours.
    """

    name: str
    title: str
    keys: tuple[str, ...]
    measures: Mapping[str, int]
    lines: Sequence[Line]
    notes: Sequence[str] = ()
    alone: Sequence[str] = ()


def markdown(table: Table) -> str:
    """Return a Markdown table: for each measure the paper's figure, ours, the difference.

    Measures stand side by side, or below each other where there are many.
    """
    rows = _wide(table) if len(table.measures) - len(table.alone) <= WIDE else _long(table)
    body = "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in row) + " |" for row in rows)
    notes = "".join(f"\n- {note}" for note in table.notes)
    return f"## {heading(table)}\n\n{body}\n" + (f"{notes}\n" if notes else "")


def heading(table: Table) -> str:
    """Return what stands above a table; one that is not the paper's has no number."""
    return f"Table {table.name}. {table.title}" if table.name.isupper() else table.title


def as_csv(table: Table) -> str:
    """Return CSV with one row for each line and measure: keys, measure, paper, ours, difference, note."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*table.keys, "measure", "paper", "ours", "difference", "note"])
    for line in table.lines:
        for measure, decimals in table.measures.items():
            pair = line.values.get(measure, Pair())
            figures = (_plain(value, decimals) for value in (pair.paper, pair.ours, pair.difference))
            writer.writerow([*line.keys, measure, *figures, line.note])
    return text.getvalue()


def _wide(table: Table) -> list[list[str]]:
    head = [*table.keys]
    for measure in table.measures:
        head += [measure] if measure in table.alone else [f"{measure}, paper", "ours", "difference"]
    align = ["---"] * len(table.keys) + ["---:"] * (len(head) - len(table.keys)) + ["---"]
    rows = [[*head, "note"], align]
    for line in table.lines:
        figures = []
        for measure in table.measures:
            printed, ours, difference = _figures(table, line, measure)
            figures += [ours] if measure in table.alone else [printed, ours, difference]
        rows.append([*line.keys, *figures, line.note])
    return rows


def _long(table: Table) -> list[list[str]]:
    rows = [
        [*table.keys, "", "paper", "ours", "difference", "note"],
        ["---"] * (len(table.keys) + 1) + ["---:"] * 3 + ["---"],
    ]
    for line in table.lines:
        for number, measure in enumerate(table.measures):
            lead = [*line.keys] if not number else [""] * len(line.keys)
            figures = _figures(table, line, measure)
            rows.append([*lead, measure, *figures, line.note if not number else ""])
    return rows


def _figures(table: Table, line: Line, measure: str) -> list[str]:
    decimals, pair = table.measures[measure], line.values.get(measure, Pair())
    return [
        _grouped(pair.paper, decimals),
        _grouped(pair.ours, decimals),
        _grouped(pair.difference, decimals, sign="+"),
    ]


def _grouped(value: float | None, decimals: int, sign: str = "") -> str:
    return "" if value is None else f"{value:{sign}z,.{decimals}f}"


def _plain(value: float | None, decimals: int) -> str:
    return "" if value is None else f"{value:z.{decimals}f}"


def missing(error: CrowdmonError) -> str:
    """Return a line's note for data or weights that are not there, without where data was looked for."""
    text = error.message.partition(": looked for")[0]
    if isinstance(error, DatasetError):
        # Tables are shown to others, who have other folders.
        text = re.sub(r" in \S*/.*", " in the data", text)
    return f"missing: {text}"
