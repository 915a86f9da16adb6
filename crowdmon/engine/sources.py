"""The engine's way into ``capture/``; the video library is loaded when the first source is opened."""

from __future__ import annotations

from crowdmon.capture.source import Source, open_source
from crowdmon.capture.uri import parse_source
from crowdmon.config import expand_secrets


class CaptureSources:
    """The real :class:`~crowdmon.engine.seams.Sources`."""

    def live(self, uri: str) -> bool:
        """Whether a loss is to be followed by a new attempt; ConfigError for an unknown scheme."""
        return parse_source(expand_secrets(uri), label=uri).live

    def open(self, uri: str) -> Source:
        """Open a source; an error carries ``auth = True`` if a password was refused."""
        try:
            return open_source(uri)
        except OSError as error:
            from crowdmon.capture.faults import AccessRefusedError

            error.__dict__["auth"] = isinstance(error, AccessRefusedError)
            raise
