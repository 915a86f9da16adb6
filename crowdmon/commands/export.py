"""``crowdmon export``: the network for other programs."""

from __future__ import annotations

from pathlib import Path

import click

from crowdmon import resources
from crowdmon.commands import options
from crowdmon.commands.places import check_outputs
from crowdmon.counting.export import SUFFIXES, bin_of, export
from crowdmon.counting.weights import DEFAULT, load


def run(form: str, target: Path, weights: Path | None) -> int:
    """Write the network in another format and return the exit code."""
    options.writable(target, suffix=SUFFIXES[form])
    parts = {f"OUT {target}:": bin_of(target)} if form == "openvino" else {}
    check_outputs({"OUT": target, **parts}, weights=weights)
    loaded = load(weights or resources.path(DEFAULT))
    written = export(loaded, target, form=form)
    click.echo(f"{loaded.name}: {', '.join(map(str, written))}")
    return 0
