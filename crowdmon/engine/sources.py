"""The engine's way into ``capture/``; the video library is loaded when the first source is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crowdmon.config import expand_secrets

if TYPE_CHECKING:
    from crowdmon.capture.source import Source


class CaptureSources:
    """The real :class:`~crowdmon.engine.seams.Sources`."""

    def live(self, uri: str) -> bool:
        """Whether a loss is to be followed by a new attempt; ConfigError for an unknown scheme."""
        from crowdmon.capture.uri import parse_source

        return parse_source(expand_secrets(uri), label=uri).live

    def open(self, uri: str) -> Source:
        """Open a source; an error carries ``auth = True`` if a password was refused."""
        from crowdmon.capture.source import open_source

        try:
            return open_source(uri)
        except OSError as error:
            from crowdmon.capture.faults import AccessRefused

            error.__dict__["auth"] = isinstance(error, AccessRefused)
            raise
