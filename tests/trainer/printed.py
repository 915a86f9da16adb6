"""A tiny training, and what a printed table says, read back from its CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

Run = Callable[..., tuple[int, str, str]]

TINY = """\
batch: 1
crop: 32
steps: 4
warmup: 1
precision: f32
log_every: 1
network: {stem: 2, widths: [4, 4, 8], dilations: [[1], [1], [1]], msrf: 4, head: [4, 4, 4]}
"""

ONE = [(10.0, 20.0)]


def rows(out: str) -> list[dict[str, str]]:
    """Return the CSV of a printed table."""
    found = re.search(r"```csv\n(.*)```", out, re.DOTALL)
    assert found
    return list(csv.DictReader(io.StringIO(found[1])))


def row(out: str, *keys: str, measure: str = "MAE") -> dict[str, str]:
    return next(
        one
        for one in rows(out)
        if list(one.values())[: len(keys)] == list(keys) and one["measure"] == measure
    )
