"""``crowdmon demo``, behind ``make run``: the window on the built-in plaza, or the same without one."""

from __future__ import annotations

from pathlib import Path

import click

from crowdmon import config, resources
from crowdmon.commands import options, window
from crowdmon.commands.count import carry_out
from crowdmon.commands.count_source import Plan
from crowdmon.commands.display import missing_display
from crowdmon.commands.places import check_outputs
from crowdmon.counting.factory import make_counter_factory
from crowdmon.errors import SinkError

CONFIG = "configs/demo.yaml"
EVERY = 0.5
"""Media seconds between counts without a window: quick enough on two cores to keep up with the plaza."""


def run(out: Path, seconds: float) -> int:
    """Open the window; without a display, count for a while and leave ``demo.csv`` and ``demo.png``."""
    options.seconds(seconds, "--seconds")
    demo = config.load(resources.path(CONFIG))
    reason = missing_display()
    if not reason:
        return window.show(demo)
    click.echo(f"{reason[0].upper()}{reason[1:]}, so no window opens.")
    click.echo(f"The demo camera {demo.cameras[0].source} is counted for {seconds:g} s instead.")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SinkError(
            f"cannot make the folder {out}: {error.strerror}", "Choose another with --out"
        ) from error
    csv, snapshot = out / "demo.csv", out / "demo.png"
    outputs: dict[str, Path | None] = {f"--out {out}:": csv, "the picture": snapshot}
    check_outputs(outputs, known=demo, config=resources.path(CONFIG))
    plan = Plan(camera=demo.counted_cameras()[0], every=EVERY, duration=seconds, csv=csv, snapshot=snapshot)
    with options.terminable():
        return carry_out(plan, make_counter_factory())
