"""The verbs of a site that is watched: service, alarms, history, reports, views."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click

from crowdmon.commands.group import backend_option, config_option, precision_option, verb, weights_option


@verb("watch")
@click.option(
    "--config", "config", type=click.Path(path_type=Path), metavar="FILE", required=True,
    help="Cameras, ROIs, alarms and what is recorded, YAML.",
)  # fmt: skip
@click.option("--log", type=click.Path(path_type=Path), metavar="FILE", help="Write messages here, rotated.")
@click.option("--json", "as_json", is_flag=True, help="Write each message as a line of JSON.")
@backend_option
@precision_option
@weights_option
def watch(as_json: bool, log: Path | None, **options: Any) -> int:
    """Watch the cameras of a configuration as a service, without a window.

    Counts, records and raises alarms until SIGTERM or Ctrl+C. SIGHUP reads the configuration again: cameras
    that did not change go on without a gap, and a configuration that is not valid is not used.
    """
    from crowdmon import logs
    from crowdmon.commands.watch import run

    verbosity = click.get_current_context().find_root().meta.get("verbosity", 0)
    logs.setup(verbosity, least=1, as_json=as_json)
    return run(**options, log=log, logged=partial(logs.setup, verbosity, least=1, as_json=as_json))


@verb("alarm")
@click.argument("what", type=click.Choice(["test"]), metavar="test")
@click.option(
    "--config", "config", type=click.Path(path_type=Path), metavar="FILE", required=True,
    help="The configuration whose publishers are tried, YAML.",
)  # fmt: skip
def alarm(what: str, config: Path) -> int:
    """Send a test alarm to all people and brokers of a configuration, and say which took it.

    The message says that it is a test. Nothing is counted and nothing is recorded.
    """
    from crowdmon.commands.alarm import run

    del what
    return run(config)


@verb("history")
@config_option
@click.option(
    "--history", "history", type=click.Path(path_type=Path), metavar="FILE",
    help="The history file. Default: the one the configuration names.",
)  # fmt: skip
@click.option("--from", "since", metavar="TIME", help="Only from then on. Default: all there is.")
@click.option("--to", "until", metavar="TIME", help="Only until then; a date alone is the end of that day.")
@click.option(
    "--bin", "bins", type=click.Choice(["1s", "1min", "15min"]),
    help="Write mean, least, most and last of every second, minute or quarter of an hour.",
)  # fmt: skip
@click.option("--camera", "cameras", multiple=True, metavar="NAME", help="Only this camera; may be repeated.")
@click.option(
    "--roi", "rois", multiple=True, metavar="NAME",
    help="Only this ROI, 'frame' for the whole picture; may be repeated.",
)  # fmt: skip
@click.option("--events", is_flag=True, help="Write the events instead: alarms, acknowledgements, outages.")
@click.option("--csv", "csv", type=click.Path(path_type=Path), metavar="FILE", help="Write it here.")
@click.option("--csv-for-excel", is_flag=True, help="Begin the CSV with the mark by which Excel knows UTF-8.")
@click.option(
    "--spot-checks", type=click.Path(path_type=Path), metavar="DIR",
    help="Write spot checks to a new folder: all numbers, and the kept pictures as points for training.",
)  # fmt: skip
@click.option(
    "--delete-pictures",
    is_flag=True,
    help="Delete the kept pictures of these spot checks; their numbers stay.",
)
def history(**options: Any) -> int:
    """Say what was recorded, or write it as CSV.

    Reads the history file while it is being written. Without --csv and --spot-checks it only says what is
    there.
    """
    from crowdmon.commands.history import run

    return run(**options)


@verb("report")
@click.option(
    "--config", type=click.Path(path_type=Path), metavar="FILE", required=True,
    help="YAML with cameras, levels, groups, time zone, and the history.",
)  # fmt: skip
@click.option(
    "--day", default="yesterday", metavar="DAY", show_default=True,
    help="A day in the time zone of the configuration: 2026-05-01, today or yesterday.",
)  # fmt: skip
@click.option(
    "--markdown", "markdown_file", type=click.Path(path_type=Path), metavar="FILE",
    help="Write it here, and a plot (.png) beside it. Default: to the terminal, without a plot.",
)  # fmt: skip
def report(**options: Any) -> int:
    """Say what a day came to: peaks, time above each level, alarms, gaps, spot checks.

    Reads the history of the configuration while it is being written.
    """
    from crowdmon.commands.report import run

    return run(**options)


@verb("views")
@click.option(
    "--config", "config", type=click.Path(path_type=Path), metavar="FILE", required=True,
    help="The configuration whose cameras are meant.",
)  # fmt: skip
@click.option(
    "--confirm", multiple=True, metavar="CAMERA",
    help="Take what this camera sees from now on for right. May be given several times.",
)  # fmt: skip
def views(config: Path, confirm: tuple[str, ...]) -> int:
    """Say what is known of the view of each live camera, or confirm one.

    A camera that was turned is not counted, because its ROIs no longer lie where they should. Look at its
    picture first. Then move the ROIs, turn the camera back, or confirm that all is right.
    """
    from crowdmon.commands.views import run

    return run(config, confirm)
