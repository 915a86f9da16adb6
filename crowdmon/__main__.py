"""The entry point: turns an error into one line on stderr and an exit code."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
import traceback
from collections.abc import Sequence

import click

from crowdmon import logs
from crowdmon.errors import CrowdmonError, redact

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code; the errors' own are drawn in ``errors.py``."""
    from crowdmon.commands.cli import cli

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            # The name of a file may hold what a terminal cannot show.
            stream.reconfigure(errors="backslashreplace")
    try:
        result = cli.main(args=argv, prog_name="crowdmon", standalone_mode=False)
    except CrowdmonError as error:
        return _say(str(error), error.exit_code)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "crowdmon"
        message = error.format_message()
        stop = "" if message.endswith((".", "?")) else "."
        return _say(f"{message}{stop} Try '{command} --help'", error.exit_code)
    except click.ClickException as error:
        return _say(error.format_message(), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        return _say("interrupted", INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has gone. Give stdout somewhere to flush to on the way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            return _unexpected(error)
        return _say(f"the file system takes no name as long as this one: {error.filename}", 2)
    except Exception as error:  # noqa: BLE001 - the last line of defence against a traceback
        return _unexpected(error)
    return result if isinstance(result, int) else 0


def _unexpected(error: Exception) -> int:
    what = f"{type(error).__name__}: {error}".rstrip(": ")
    return _say(f"unexpected {what}. This is a fault in crowdmon; run again with -v to see where", 1)


def _say(message: str, code: int) -> int:
    if logs.traced() and code != INTERRUPTED:
        sys.stderr.write(redact(traceback.format_exc()))
    with contextlib.suppress(OSError):  # a terminal that was closed
        sys.stderr.write(" ".join(f"crowdmon: {redact(message)}".split()) + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
