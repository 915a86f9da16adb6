"""The engine's way into ``capture/``; the video library is loaded when the first source is opened."""

from __future__ import annotations

from crowdmon.capture.source import Source, open_source
from crowdmon.capture.uri import parse_source
from crowdmon.config import expand_secrets

OPEN_WITHIN = 5.0
"""Seconds a source has to answer; a thread that waits for it can be stopped within as many."""

_FILE_WITHIN = (10.0, 10.0)
"""Seconds for opening a file and for each picture: a sleeping disk has to wake."""


class CaptureSources:
    """The real :class:`~crowdmon.engine.seams.Sources`."""

    def live(self, uri: str) -> bool:
        """Whether a loss is to be followed by a new attempt; ConfigError for an unknown scheme."""
        return parse_source(expand_secrets(uri), label=uri).live

    def open(self, uri: str, *, patience: float) -> Source:
        """Open a source, see the protocol; an error has ``auth = True`` if a password was refused."""
        try:
            return open_source(uri, timeout=(OPEN_WITHIN, patience) if self.live(uri) else _FILE_WITHIN)
        except OSError as error:
            from crowdmon.capture.faults import AccessRefusedError

            error.__dict__["auth"] = isinstance(error, AccessRefusedError)
            raise
