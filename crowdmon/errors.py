"""What can go wrong, as a user can act on it.

    CrowdmonError(message, hint)                 exit 1
    |- ConfigError    (also ValueError)          exit 2   file, key path, value, what is allowed
    |- SourceError    (also OSError)             exit 3   cannot open or read a source
    |- WeightsError   (also ValueError)          exit 4   no header, wrong format, shape mismatch
    |- DatasetError   (also ValueError)          exit 5   what was looked for, and where
    |- SinkError      (also OSError)             exit 6   cannot write
    `- CountingError  (also RuntimeError)        exit 7   the network failed while counting

``message`` says what happened and where, ``hint`` what to do; both are shown as they are, on one
line. An error knows its own exit code, so the entry point needs no table. Secrets never enter a
message: pass every URI through :func:`redact` first.
"""

from __future__ import annotations

from crowdmon.address import redact

__all__ = [
    "ConfigError",
    "CountingError",
    "CrowdmonError",
    "DatasetError",
    "SinkError",
    "SourceError",
    "WeightsError",
    "redact",
]


class CrowdmonError(Exception):
    """An error the user can act on.

    Args:
        message: what happened and where, one sentence without a final full stop.
        hint: what to do about it; may be empty.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        text = f"{self.message}. {self.hint}" if self.hint else self.message
        # One line, whatever a name or a file brought into it: what cannot be shown is written out.
        return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in " ".join(text.split()))


class ConfigError(CrowdmonError, ValueError):
    """A setting, an option or a configuration file is wrong."""

    exit_code = 2


class SourceError(CrowdmonError, OSError):
    """A source cannot be opened or read."""

    exit_code = 3


class WeightsError(CrowdmonError, ValueError):
    """A weights file cannot be used."""

    exit_code = 4


class DatasetError(CrowdmonError, ValueError):
    """A benchmark is not where, or not what, it should be."""

    exit_code = 5


class SinkError(CrowdmonError, OSError):
    """Something cannot be written."""

    exit_code = 6


class CountingError(CrowdmonError, RuntimeError):
    """The network failed while counting; nothing falls back silently."""

    exit_code = 7


def describe(error: BaseException) -> str:
    """Return what happened in one line, without secrets, also for the error of a library."""
    if isinstance(error, CrowdmonError):
        return redact(str(error))
    if isinstance(error, MemoryError):
        return "Memory ran out"
    return redact(f"{type(error).__name__}: {error}") if str(error) else type(error).__name__
