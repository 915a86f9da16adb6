"""What happened, beside what was counted: the value that the event table keeps."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Happening(StrEnum):
    """The kinds of events that the program writes down by itself."""

    CONNECTED = "connected"
    LOST = "lost"
    RECONNECTING = "reconnecting"
    FAILED = "failed"
    ENDED = "ended"
    FROZEN = "frozen"
    MOVING = "moving"
    RESIZED = "resized"
    COUNTING_STOPPED = "counting-stopped"
    RECORDING_FAILED = "recording-failed"
    RECORDING_WORKS = "recording-works"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened; kept for ever and never changed.

    Attributes:
        time: epoch seconds.
        kind: a short word for what happened: a :class:`Happening`, or another such as ``acknowledged``.
        camera, roi: what it is about; None for the whole site, the whole camera.
        who: the person who did it; None for the program.
        detail: what else is known, for people or as JSON; secrets redacted.
    """

    time: float
    kind: str
    camera: str | None = None
    roi: str | None = None
    who: str | None = None
    detail: str | None = None
