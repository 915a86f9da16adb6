"""The command line: every verb, option and help text. What a verb does is in its own file.

Nothing that loads slowly is imported here, because ``crowdmon --help`` has to answer at once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click

from crowdmon import __version__
from crowdmon.commands import manual

DEFAULT_VERB = "window"


class Verbs(click.Group):
    """A group whose first word may be a SOURCE: then the verb is :data:`DEFAULT_VERB`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default verb before the first word that is none of ours."""
        own = {name for option in self.get_params(ctx) for name in option.opts}
        at = 0
        while at < len(args) and (args[at] in own or args[at].strip("v") == "-"):
            at += 1
        asked = {"--help", "-h", "--version"} & set(args[:at])
        if not asked and (at == len(args) or args[at] not in self.commands):
            args = [*args[:at], DEFAULT_VERB, *args[at:]]
        return super().parse_args(ctx, args)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the manual page instead of click's listing."""
        formatter.write(manual.PAGE)


class Verb(click.Command):
    """A verb whose help ends with examples as they are typed."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples and how the verb ends."""
        formatter.write(manual.EPILOGS.get(self.name or "", ""))


def _say_more(ctx: click.Context, _param: click.Parameter, value: int) -> None:
    """Set up logging; called for the program and again for the verb, and each may say -v."""
    from crowdmon import logs

    words = ctx.find_root().meta
    words["verbosity"] = words.get("verbosity", 0) + value
    logs.setup(words["verbosity"])


verbose = click.option(
    "-v", "--verbose", count=True, expose_value=False, callback=_say_more,
    help="Say more; an error shows where it came from. Twice for all messages.",
)  # fmt: skip
config_option = click.option(
    "--config", "config", type=click.Path(path_type=Path), metavar="FILE",
    help="Cameras and their ROIs, YAML.",
)  # fmt: skip

backend_option = click.option(
    "--backend", default="auto", metavar="NAME", help="What runs the network. Default: auto."
)
weights_option = click.option(
    "--weights", type=click.Path(path_type=Path), metavar="FILE",
    help="Weights for cameras without weights: of their own. Default: the bundled ones.",
)  # fmt: skip


def _allow_pixels(_ctx: click.Context, _param: click.Parameter, value: float | None) -> None:
    from crowdmon.capture import limits

    limits.allow(megapixels=limits.MEGAPIXELS if value is None else value)


pixels_option = click.option(
    "--max-megapixels", type=float, metavar="N", expose_value=False, callback=_allow_pixels,
    help="Read picture files of up to N million pixels. Default: 50.",
)  # fmt: skip

_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(cls=Verbs, context_settings=_SETTINGS)
@click.version_option(__version__, message="crowdmon %(version)s")
@verbose
def cli() -> None:
    """Count people in live video."""


def verb(name: str, *, hidden: bool = False) -> Callable[[Callable[..., int]], click.Command]:
    """Declare a verb; its options stand below this decorator."""

    def declare(function: Callable[..., int]) -> click.Command:
        settings: dict[str, Any] = {"context_settings": _SETTINGS, "hidden": hidden}
        return cli.command(name, cls=Verb, **settings)(verbose(function))

    return declare


@verb("window")
@click.argument("sources", nargs=-1, metavar="[SOURCE ...]")
@config_option
@pixels_option
@backend_option
@weights_option
def window(sources: tuple[str, ...], config: Path | None, backend: str, weights: Path | None) -> int:
    """Open the window on the sources, or on the cameras of a configuration.

    This is what happens without a verb: "crowdmon clip.mp4" is "crowdmon window clip.mp4".
    Without any camera the window asks what to open.
    """
    from crowdmon.commands.window import run

    return run(sources, config, backend=backend, weights=weights)


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


@verb("watch")
@click.option(
    "--config", "config", type=click.Path(path_type=Path), metavar="FILE", required=True,
    help="Cameras, ROIs, alarms and what is recorded, YAML.",
)  # fmt: skip
@click.option("--log", type=click.Path(path_type=Path), metavar="FILE", help="Write messages here, rotated.")
@click.option("--json", "as_json", is_flag=True, help="Write each message as a line of JSON.")
@backend_option
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
