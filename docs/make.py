"""Write what of the documentation is generated: the command reference, from the words of the help.

Run by ``make docs``; a test compares the result with what is in the repository.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import click

from crowdmon.commands import manual
from crowdmon.commands.cli import cli

TARGET = Path(__file__).resolve().parent / "commands.md"


def reference() -> str:
    """Return the command reference as Markdown."""
    parts = [
        "# Commands",
        "",
        "Written by `make docs` from the words of `crowdmon --help`; change them there.",
        "",
    ]
    parts += ["## crowdmon", "", "```", manual.PAGE.rstrip(), "```", ""]
    for name, command in cli.commands.items():
        if not command.hidden:
            parts += [f"## crowdmon {name}", "", *_verb(name, command), ""]
    return "\n".join(parts)


def _verb(name: str, command: click.Command) -> Iterator[str]:
    arguments = [param.metavar or str(param.name).upper() for param in command.params if _is_argument(param)]
    yield f"`{' '.join(['crowdmon', name, '[OPTIONS]', *arguments])}`"
    yield ""
    yield inspect.cleandoc(command.help or "")
    yield ""
    yield "| option | meaning |"
    yield "|---|---|"
    for option in command.params:
        if isinstance(option, click.Option) and not option.hidden:
            takes = f" {option.metavar}" if option.metavar else ""
            yield f"| `{', '.join(option.opts)}{takes}` | {option.help} |"
    yield ""
    yield "```"
    yield manual.EPILOGS[name].strip()
    yield "```"


def _is_argument(param: click.Parameter) -> bool:
    return isinstance(param, click.Argument)


if __name__ == "__main__":
    TARGET.write_text(reference(), encoding="utf-8")
