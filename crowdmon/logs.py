"""The one place that sets up logging; modules only call ``logging.getLogger(__name__)``."""

from __future__ import annotations

import logging
import sys
from typing import TextIO

from crowdmon.errors import redact

_LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)
_OURS = ("crowdmon", "trainer")


class RedactingFormatter(logging.Formatter):
    """Redacts the finished text, so that arguments and tracebacks are covered as well."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as text without secrets."""
        return redact(super().format(record))


class _StderrHandler(logging.StreamHandler[TextIO]):
    """Writes to what ``sys.stderr`` is at that moment, which progress bars and tests exchange."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        return sys.stderr


def setup(verbosity: int = 0) -> None:
    """Send log records to standard error, with the secrets in them redacted.

    May be called again; the last call counts.

    Args:
        verbosity: 0 warnings, 1 what the house does (INFO), 2 its details (DEBUG) and what other
            packages say from INFO up; -1 errors only.
    """
    handler = _StderrHandler()
    handler.setFormatter(RedactingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s", "%H:%M:%S"))
    root = logging.getLogger()
    for old in [one for one in root.handlers if isinstance(one, _StderrHandler)]:
        root.removeHandler(old)
    root.addHandler(handler)
    level = logging.ERROR if verbosity < 0 else _LEVELS[min(verbosity, 2)]
    root.setLevel(logging.INFO if verbosity >= 2 else max(level, logging.WARNING))
    for name in _OURS:
        logging.getLogger(name).setLevel(level)
    logging.captureWarnings(True)
