"""The engine's way into ``capture/``; the video library is loaded when the first source is opened."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from crowdmon.capture.source import Source, open_source
from crowdmon.capture.uri import parse_source
from crowdmon.config import expand_secrets

_FILE_WITHIN = (10.0, 10.0)
"""Seconds for opening a file and for each picture: a sleeping disk has to wake."""

_PLAYLIST = ".m3u8"
_SEGMENT = 15.0
"""Seconds for each picture of a live playlist, whose pictures come by the segment, many at once."""


class CaptureSources:
    """The real :class:`~crowdmon.engine.protocols.Sources`."""

    def live(self, uri: str) -> bool:
        """Whether a loss is to be followed by a new attempt; ConfigError for an unknown scheme."""
        return parse_source(expand_secrets(uri), label=uri).live

    def open(
        self, uri: str, *, within: float, timeout: float, stopped: Callable[[], bool] | None = None
    ) -> Source:
        """Open a source, see the protocol; an error has ``auth = True`` if a password was refused."""
        try:
            if not self.live(uri):
                return open_source(uri, timeout=_FILE_WITHIN)
            if urlsplit(uri).path.endswith(_PLAYLIST):
                timeout = max(timeout, _SEGMENT)
            return open_source(uri, timeout=(within, timeout), stopped=stopped)
        except OSError as error:
            from crowdmon.capture.faults import AccessRefusedError

            error.__dict__["auth"] = isinstance(error, AccessRefusedError)
            raise
