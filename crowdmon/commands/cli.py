"""The command line: what counts, and what is about this machine. What a verb does is in its own file.

Nothing that loads slowly is imported here, because ``crowdmon --help`` has to answer at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from crowdmon.commands import site_verbs
from crowdmon.commands.group import (
    backend_option,
    cli,
    config_option,
    pixels_option,
    precision_option,
    verb,
    weights_option,
)

__all__ = ["cli", "site_verbs"]


@verb("window")
@click.argument("sources", nargs=-1, metavar="[SOURCE ...]")
@config_option
@pixels_option
@backend_option
@precision_option
@weights_option
def window(sources: tuple[str, ...], config: Path | None, **options: Any) -> int:
    """Open the window on the sources, or on the cameras of a configuration.

    This is what happens without a verb: "crowdmon clip.mp4" is "crowdmon window clip.mp4".
    Without any camera the window asks what to open.
    """
    from crowdmon.commands.window import run

    return run(sources, config, **options)


@verb("count")
@click.argument("sources", nargs=-1, metavar="[SOURCE ...]")
@config_option
@click.option(
    "--csv", "csv", type=click.Path(path_type=Path), metavar="FILE", help="Write the readings here."
)
@click.option(
    "--events", type=click.Path(path_type=Path), metavar="FILE",
    help="Write the events here, as CSV: what happens to alarms of --config, and to live cameras.",
)  # fmt: skip
@click.option(
    "--csv-for-excel",
    is_flag=True,
    help="Begin the CSV with a UTF-8 byte order mark, without which Excel garbles names such as Größe.",
)
@click.option(
    "--every", type=float, metavar="S",
    help="Seconds between counts: media time for files and synthetic cameras (default: every frame), "
    "wall time for live sources (default: 1).",
)  # fmt: skip
@click.option("--duration", type=float, metavar="S", help="Stop this long after the first frame.")
@click.option(
    "--start", metavar="ISO",
    help="When a file was recorded, such as 2026-05-01T12:00:00+02:00. Default: now.",
)  # fmt: skip
@click.option(
    "--snapshot", type=click.Path(path_type=Path), metavar="FILE.png",
    help="Paint the last counted picture with heatmap, ROIs and counts.",
)  # fmt: skip
@click.option(
    "--video", type=click.Path(path_type=Path), metavar="FILE.mp4",
    help="Paint every counted picture and write them as a video (.mp4, .mkv, .mov).",
)  # fmt: skip
@click.option(
    "--rois-only", is_flag=True,
    help="Count the ROIs only, not the whole picture, which is quicker; as 'whole_picture: false' does.",
)  # fmt: skip
@click.option(
    "--pixelate", is_flag=True,
    help="Make people unrecognisable in snapshot and video, as 'display: {pixelate: true}' does.",
)  # fmt: skip
@pixels_option
@backend_option
@precision_option
@weights_option
def count(**options: Any) -> int:
    """Count people in SOURCE, or in all cameras of a configuration, without a window.

    A file is counted frame by frame as fast as the machine can; a live source in real time, until
    --duration has passed or Ctrl+C. The rows written so far are always whole. Several files
    are counted one after the other, several live sources at the same time; all go into one CSV,
    and a table sums them up.
    """
    if not options["sources"] and options["config"] is None:
        # Not required=True: the cameras of a configuration need no SOURCE.
        raise click.MissingParameter(
            ctx=click.get_current_context(), param_hint="'SOURCE ...'", param_type="argument"
        )
    from crowdmon.commands.count import run

    return run(**options)


@verb("check")
@click.argument("sources", nargs=-1, metavar="[SOURCE ...]")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object, for programs.")
@pixels_option
def check(sources: tuple[str, ...], config: Path | None, as_json: bool) -> int:
    """Say READY, or every reason why not.

    Loads the network, counts with it, and estimates within ten seconds how many cameras this machine
    counts. Reads the configuration, opens every source and takes one picture from each, and looks
    whether the folders of "record" can be written, whether publishers can be reached, and at clock and disk.
    """
    from crowdmon.commands.check import run

    return run(sources, config, as_json=as_json)


@verb("bench")
@click.option(
    "--json", "json", type=click.Path(path_type=Path), metavar="FILE", help="Write the figures here too."
)
@click.option(
    "--markdown", type=click.Path(path_type=Path), metavar="FILE", help="Write the tables here as Markdown."
)
@click.option("--long", is_flag=True, help="More rounds, and cameras watched for longer.")
@click.option(
    "--profile",
    is_flag=True,
    help="Instead of all that, show where the time of one picture goes, layer by layer.",
)
def bench(json: Path | None, markdown: Path | None, long: bool, profile: bool) -> int:
    """Measure this machine: how fast it counts, how soon a reading is there, how many cameras it holds.

    Each goal is printed with what was measured and a verdict, for the class of machine that this one
    belongs to, and in the end how many cameras that is. Use the machine for nothing else meanwhile.
    """
    from crowdmon.bench.run import run, show_profile

    return show_profile() if profile else run(json, markdown=markdown, long=long)


@verb("export")
@click.argument("out", type=click.Path(path_type=Path), metavar="OUT")
@click.option(
    "--format", "form", type=click.Choice(["onnx", "openvino"]), required=True, help="Format of the file."
)
@weights_option
def export(form: str, out: Path, weights: Path | None) -> int:
    """Write the network for other programs, with its pre-processing and its origin.

    OUT ends in .onnx, or in .xml for OpenVINO, which puts the weights next to it in a .bin.
    """
    from crowdmon.commands.export import run

    return run(form, out, weights)


@verb("demo", hidden=True)
@click.option("--out", type=click.Path(path_type=Path), default=Path("out"), metavar="DIR", show_default=True)
@click.option("--seconds", type=float, default=20.0, metavar="S", show_default=True)
def demo(out: Path, seconds: float) -> int:
    """Open the window on the synthetic plaza; without a display, count it and leave CSV and picture."""
    from crowdmon.commands.demo import run

    return run(out, seconds)
