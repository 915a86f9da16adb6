"""Tests a source: opens it, takes its first picture, closes it."""

from __future__ import annotations

from dataclasses import dataclass

from crowdmon.capture.source import SourceInfo, open_source
from crowdmon.capture.taps import frame_from
from crowdmon.errors import SourceError
from crowdmon.values import Frame

SIDE = 640
"""Pixels; the picture is made no larger than this each way."""


@dataclass(frozen=True, eq=False, slots=True)
class ProbeResult:
    """What a source is like, and its first picture."""

    info: SourceInfo
    frame: Frame


def probe(source: str, *, timeout: float = 10.0) -> ProbeResult:
    """Open a source and take one picture; may last as long as ``timeout`` seconds, twice.

    Args:
        source: with ``${NAME}`` where secrets are.
        timeout: seconds to wait for it to open, and for its picture.

    Raises:
        ConfigError, SourceError: as :func:`~crowdmon.capture.source.open_source` does.
    """
    with open_source(source, timeout=(timeout, timeout)) as opened:
        picture = next(iter(opened.pictures()), None)
        if picture is None:
            raise SourceError(f"{opened.info.label} holds no picture", "Give another source")
        return ProbeResult(opened.info, frame_from(picture, "", (SIDE, SIDE)))
