"""The command line: its group, how a verb is declared, and the options that several have.

Nothing that loads slowly is imported here, because ``crowdmon --help`` has to answer at once.
"""

from __future__ import annotations

from collections.abc import Callable
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
    "--backend", default="auto", metavar="NAME",
    help="What runs the network: auto, openvino, onnxruntime or torch; or openvino:GPU for another device.",
)  # fmt: skip
precision_option = click.option(
    "--precision", default="auto", metavar="NAME",
    help="What the network computes in: f32, bf16, f16 or int8. Default: what is quickest on this machine.",
)  # fmt: skip
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
