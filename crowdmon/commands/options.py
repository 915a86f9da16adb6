"""What more than one verb needs: checks of option values, which say what they want instead, and an end."""

from __future__ import annotations

import contextlib
import errno
import math
import os
import signal
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from crowdmon import atomic, signals
from crowdmon.errors import ConfigError


def seconds(value: float | None, option: str) -> float | None:
    """Return a length of time as given; ConfigError unless it is a finite number above 0."""
    if value is not None and not (math.isfinite(value) and value > 0):
        raise ConfigError(f"{option} is {value:g}", "Give seconds above 0")
    return value


def moment(text: str | None, option: str) -> float | None:
    """Return ISO 8601 as epoch seconds, local time if it has no offset; ConfigError if it is none."""
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text.strip()).timestamp()
    except (ValueError, OverflowError, OSError) as error:
        raise ConfigError(
            f"{option} is {text!r}, which is not a date and time", "Write 2026-05-01T12:00:00+02:00"
        ) from error


def writable(path: Path | None, *, suffix: str = "") -> Path | None:
    """Return the path of a file to come; nothing is created.

    Raises:
        ConfigError: the name has another suffix.
        SinkError: its folder is missing or nothing can be written there.
    """
    if path is None:
        return None
    if suffix and path.suffix.lower() != suffix:
        raise ConfigError(f"{path} does not end in {suffix}", f"Give a name that ends in {suffix}")
    atomic.check_place(path)
    return path


@contextlib.contextmanager
def terminable() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end what is done as Ctrl+C does, so that files are closed whole.

    Of several only the first one counts: the shell, the terminal and a service manager each send their own,
    and what is being closed must not be interrupted. Ctrl+C again ends that, too.
    """
    asked = False

    def stop(number: int) -> None:
        nonlocal asked
        again, asked = asked, True
        if not again or number == signal.SIGINT:
            raise KeyboardInterrupt

    # A shell lets what it starts in the background ignore Ctrl+C, which then belongs to others.
    ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    numbers = tuple(n for n in signals.asking_to_end() if n != signal.SIGINT or not ignored)
    with signals.handled(stop, numbers):
        yield


@contextlib.contextmanager
def telling() -> Iterator[None]:
    """Let what is printed in the block be lost if the terminal has gone, and nothing else with it."""
    try:
        yield
        sys.stdout.flush()
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        # Or Python would fail at its end, too, when it empties what is left.
        for stream in (sys.stdout, sys.stderr):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
