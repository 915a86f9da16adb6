"""Tries a source once: opens it, takes its first picture, lets go of it."""

from __future__ import annotations

from dataclasses import dataclass

from crowdmon.capture.source import SourceInfo, open_source
from crowdmon.errors import SourceError
from crowdmon.values import Frame

SIDE = 640
"""Pixels; the picture is made no larger than this each way."""


@dataclass(frozen=True, eq=False, slots=True)
class Look:
    """What a source is like, and its first picture."""

    info: SourceInfo
    frame: Frame


def look(source: str, *, patience: float = 10.0) -> Look:
    """Open a source and take one picture; may last as long as ``patience`` seconds, twice.

    Args:
        source: with ``${NAME}`` where secrets are.
        patience: seconds to wait for it to open, and for its picture.

    Raises:
        ConfigError, SourceError: as :func:`~crowdmon.capture.source.open_source` does.
    """
    with open_source(source, timeout=(patience, patience)) as opened:
        picture = next(opened.pictures(), None)
        if picture is None:
            raise SourceError(f"{opened.info.label} holds no picture", "Try another source")
        width, height = picture.size
        scale = min(1.0, SIDE / max(width, height))
        rgb = picture.rgb((max(round(width * scale), 1), max(round(height * scale), 1)))
        return Look(opened.info, Frame(rgb, time=picture.time, pts=picture.pts, size=(width, height)))
