"""The figures of ``crowdmon bench`` for people: tables in the terminal, and the same as Markdown. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crowdmon.bench.harness import Goal, Row

FIGURES = ("what", "of", "size", "median", "p95", "more")
VERDICTS = ("goal", "of", "wanted", "measured", "verdict")

_OF = ("model", "backend", "device", "precision", "command", "part", "cameras", "batch")
_MORE = (
    ("gflop_per_s", "{:.0f} GFLOP/s"),
    ("p99_ms", "p99 {:.1f} ms"),
    ("max_ms", "longest {:.1f} ms"),
    ("percent_of_core", "{:.1f} % of a core"),
    ("percent_of_machine", "{:.0f} % of the machine"),
    ("counts_per_s", "{:.2f} counts/s the slowest camera"),
    ("resident_mb", "{:.0f} MB"),
    ("percent_of_peak", "{:.0f} % of a matrix product's"),
    ("pictures_per_s", "{:.1f} pictures/s"),
)


def figures(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    """Return a line of words for each row, under :data:`FIGURES`."""
    return [
        (
            row["what"],
            " ".join(_named(key, row[key]) for key in _OF if row.get(key) not in (None, "")),
            row.get("size", ""),
            f"{row['median_ms']:.1f} ms" if "median_ms" in row else "",
            f"{row['p95_ms']:.1f} ms" if "p95_ms" in row else "",
            ", ".join(text.format(row[key]) for key, text in _MORE if key in row),
        )
        for row in rows
    ]


def verdicts(goals: Sequence[Goal]) -> list[tuple[str, ...]]:
    """Return a line of words for each goal, under :data:`VERDICTS`."""
    return [
        (
            one["name"],
            one["of"],
            f"{one['bound']} {one['goal']:.4g} {one['unit']}",
            f"{one['measured']:.4g} {one['unit']}{_times(one)}",
            "ok" if one["ok"] else "MISSED",
        )
        for one in goals
    ]


def _times(one: Goal) -> str:
    return f" ({one['times']:.2f} x {one['times_of']})" if "times" in one else ""


def machine(at: Mapping[str, Any]) -> str:
    """Return what the figures were measured on, on one line."""
    return f"{at['processor']}, {at['cores']} cores, {at['system']}, Python {at['python']}"


def kind(at: Mapping[str, Any]) -> str:
    """Return the class of the machine, whose goals are used, and what it multiplies with, on one line."""
    flags = at.get("flags")
    told = "the system does not tell its flags" if flags is None else f"flags: {' '.join(flags) or 'none'}"
    return f"class: {at.get('class', 'unknown')}; {told}"


def markdown(result: Mapping[str, Any]) -> str:
    """Return all of it as Markdown: the goals with their verdicts, then every figure."""
    parts = [
        f"{machine(result['machine'])}; `{result['command']}`.",
        f"{kind(result['machine']).capitalize()}.",
        "",
        *_table(VERDICTS, verdicts(result["goals"])),
        "",
        *_table(FIGURES, figures(result["rows"])),
        "",
        *(f"Not measured: {one['part']}. {one['why']}" for one in result["failed"]),
        result.get("sentence", ""),
    ]
    return "\n".join(parts).rstrip() + "\n"


def _table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> list[str]:
    rows = [head, ["---"] * len(head), *lines]
    return ["| " + " | ".join(cell.replace("|", "/") for cell in row) + " |" for row in rows]


def _named(key: str, value: object) -> str:
    if key == "cameras":
        return f"{value} camera{'' if value == 1 else 's'}"
    return f"{value} pictures a call" if key == "batch" else str(value)
