"""What more than one verb needs: checks of option values, which say what they want instead, and an end."""

from __future__ import annotations

import contextlib
import math
import signal
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from crowdmon import atomic
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
    """Let SIGTERM end what is done as Ctrl+C does, so that files are closed whole."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, stop)
    except ValueError:  # not the main thread, which alone gets signals
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
