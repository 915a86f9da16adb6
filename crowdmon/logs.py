"""The one place that sets up logging; modules only call ``logging.getLogger(__name__)``."""

from __future__ import annotations

import json
import logging
import logging.handlers
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from crowdmon.errors import SinkError, redact
from crowdmon.places import is_there

LOG_BYTES = 10_000_000
LOG_FILES = 5

_LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)
_asked = 0
_OURS = ("crowdmon", "trainer")


class RedactingFormatter(logging.Formatter):
    """Redacts the finished text, so that arguments and tracebacks are covered as well."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as text without secrets."""
        return redact(super().format(record))


class JsonFormatter(RedactingFormatter):
    """Writes one JSON object a line: ``time`` (ISO 8601, UTC), ``level``, ``logger``, ``message``."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of JSON without secrets."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields = {"time": moment, "level": record.levelname.lower(), "logger": record.name}
        message = redact(record.getMessage())
        if record.exc_info:
            message = f"{message}\n{redact(self.formatException(record.exc_info))}"
        return json.dumps({**fields, "message": message}, ensure_ascii=False)


class _StderrHandler(logging.StreamHandler[TextIO]):
    """Writes to what ``sys.stderr`` is at that moment, which progress bars and tests exchange."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        return sys.stderr


def traced() -> bool:
    """Whether an error shows where it came from: if the user asked for more messages."""
    return _asked >= 1


def setup(verbosity: int = 0, *, least: int = -1, as_json: bool = False, file: Path | None = None) -> None:
    """Send log records to standard error, with the secrets in them redacted.

    May be called again; the last call counts.

    Args:
        verbosity: 0 warnings, 1 what the house does (INFO), 2 its details (DEBUG) and what other
            packages say from INFO up; -1 errors only.
        least: what is shown even if the user did not ask for it; it brings no tracebacks.
        as_json: one JSON object a line instead of text.
        file: write to this file instead. At :data:`LOG_BYTES` it is renamed, and :data:`LOG_FILES` old ones
            are kept.

    Raises:
        SinkError: the file cannot be written.
    """
    global _asked
    _asked, verbosity = verbosity, max(verbosity, least)
    handler = _StderrHandler() if file is None else _rotated(file)
    days = "%H:%M:%S" if file is None else "%Y-%m-%d %H:%M:%S"
    text = RedactingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s", days)
    handler.setFormatter(JsonFormatter() if as_json else text)
    root = logging.getLogger()
    for old in [one for one in root.handlers if isinstance(one, (_StderrHandler, _RotatedFile))]:
        root.removeHandler(old)
        if isinstance(old, _RotatedFile):
            old.close()
    root.addHandler(handler)
    level = logging.ERROR if verbosity < 0 else _LEVELS[min(verbosity, 2)]
    root.setLevel(logging.INFO if verbosity >= 2 else max(level, logging.WARNING))
    for name in _OURS:
        logging.getLogger(name).setLevel(level)
    logging.captureWarnings(True)


class _RotatedFile(logging.handlers.RotatingFileHandler):
    """A log file that is renamed when it is full. A disk that is full stops no service."""

    def reopen(self) -> None:
        """Close the file; the next line opens what then has its name."""
        self.acquire()
        try:
            if self.stream is not None:
                self.stream.close()
            self.stream = None
        finally:
            self.release()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Leave the record out: standard error is read by nobody, and counting goes on."""


def reopen() -> None:
    """Write to a log file by its name again, after another program has moved it away."""
    for one in logging.getLogger().handlers:
        if isinstance(one, _RotatedFile):
            one.reopen()


def former(file: Path) -> list[Path]:
    """Return where a log file's former contents go, the newest first."""
    return [file.with_name(f"{file.name}.{number}") for number in range(1, LOG_FILES + 1)]


def _rotated(file: Path) -> _RotatedFile:
    if is_there(file) and not file.is_file() and not file.is_dir():
        raise SinkError(f"cannot write the log {file}: it is no file", "Leave --log out to write to stderr")
    try:
        return _RotatedFile(file, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8")
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise SinkError(f"cannot write the log {file}: {why}", "Choose another file for --log") from error
