"""Facts: what was counted, and what happened. Every sink gets the same facts, in the same order."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from crowdmon.errors import SinkError
from crowdmon.values import WHOLE_FRAME, Level, Reading


class EventKind(StrEnum):
    """The kinds of events that the program records by itself. The values are stored: never change one."""

    CONNECTED = "connected"
    LOST = "lost"
    RECONNECTING = "reconnecting"
    FAILED = "failed"
    ENDED = "ended"
    FROZEN = "frozen"
    MOVING = "moving"
    RESIZED = "resized"
    VIEW_CHANGED = "view-changed"
    VIEW_COVERED = "view-covered"
    VIEW_CLEAR = "view-clear"
    VIEW_CONFIRMED = "view-confirmed"
    COUNTING_STOPPED = "counting-stopped"
    SINK_FAILED = "recording-failed"
    SINK_WORKS = "recording-works"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. An event is kept for ever and never changed.

    Attributes:
        time: epoch seconds.
        kind: a short word for what happened: a :class:`EventKind`, or another such as ``acknowledged``.
        camera, roi: what it is about; None for the whole site, the whole camera.
        who: the person who did it; None for the program.
        detail: what else is known, for people or as JSON; secrets redacted.
        camera_id, roi_id: what they are called for ever; empty for the same as the name.
    """

    time: float
    kind: str
    camera: str | None = None
    roi: str | None = None
    who: str | None = None
    detail: str | None = None
    camera_id: str = ""
    roi_id: str = ""

    @property
    def camera_key(self) -> str | None:
        """What the camera is kept by; see :attr:`Reading.camera_key`. None for the whole site."""
        return self.camera_id or self.camera

    @property
    def roi_key(self) -> str | None:
        """What the ROI is kept by; None for the whole camera."""
        return self.roi_id or self.roi


class AlarmChange(StrEnum):
    """What happened to an alarm; the kind of its event. The values are stored: never change one."""

    RAISED = "alarm-raised"
    LOWERED = "alarm-lowered"
    CLEARED = "alarm-cleared"
    REPEATED = "alarm-repeated"
    PASSED_ON = "alarm-passed-on"
    ACKNOWLEDGED = "alarm-acknowledged"
    WITHDRAWN = "alarm-withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmEvent:
    """What an alarm's :class:`Event` says. The event is the fact that sinks get; this is how it is read.

    Attributes:
        time: epoch seconds, of the reading that brought it about, or of the acknowledgement.
        change: what happened; passed on: nobody acknowledged it, and further people are to be told;
            withdrawn: its rule was taken out of the configuration while it was on.
        alarm: the rule's name.
        camera, roi: what the rule is about; None for a group, ``roi`` also for the whole picture.
        group: the name of the group, else None.
        level: of the alarm from now on; none once it is over.
        measure: what is compared: ``count``, ``per_m2``, ``local_per_m2`` or ``unknown``.
        value: what was measured; None where nothing was.
        limit: what it was compared with: people, people per m2, or seconds for ``unknown``.
        at_least: a member of the group is unknown, so ``value`` is the least it may be.
        who, note: of an acknowledgement.
        tell: names of people who are to be told of it, for whatever tells them; an event sends nothing.
    """

    time: float
    change: AlarmChange
    alarm: str
    camera: str | None = None
    roi: str | None = None
    group: str | None = None
    level: Level = Level.NONE
    measure: str = "count"
    value: float | None = None
    limit: float | None = None
    at_least: bool = False
    who: str | None = None
    note: str | None = None
    tell: tuple[str, ...] = ()

    def to_event(self) -> Event:
        """Return it as a fact."""
        more = {
            "alarm": self.alarm,
            "group": self.group,
            "level": self.level.value,
            "measure": self.measure,
            "value": self.value,
            "limit": self.limit,
            "at_least": self.at_least or None,
            "note": self.note,
            "tell": list(self.tell) or None,
        }
        detail = json.dumps({key: one for key, one in more.items() if one is not None}, ensure_ascii=False)
        return Event(self.time, self.change.value, self.camera, self.roi, self.who, detail)

    @classmethod
    def of(cls, event: Event) -> Self | None:
        """Read an event; None if it is not one of an alarm, or one that cannot be read."""
        try:
            change = AlarmChange(event.kind)
            more = json.loads(event.detail or "")
            return cls(
                time=event.time,
                change=change,
                alarm=more["alarm"],
                camera=event.camera,
                roi=event.roi,
                group=more.get("group"),
                level=Level(more["level"]),
                measure=more["measure"],
                value=more.get("value"),
                limit=more.get("limit"),
                at_least=more.get("at_least", False),
                who=event.who,
                note=more.get("note"),
                tell=tuple(str(name) for name in more.get("tell", ())),
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotCheck:
    """A person counted the heads in a picture, to compare them with the program's count. Kept for ever.

    Attributes:
        time: epoch seconds of the picture.
        camera, camera_id: as in a :class:`Reading`.
        roi, roi_id: the ROI that was checked, :data:`WHOLE_FRAME` for the picture; the id as in a reading.
        truth: heads that the person found.
        count: people that the program counted in the same picture.
        weights: the short name of the weights that counted.
        who, note: the person, and what the person says about it.
        heads: the points (x, y) that the person clicked, in fractions 0..1 of the picture.
        size: (width, height) of the picture, in pixels.
        picture: the name of its file in the folder of kept pictures; None unless it is wanted there.
    """

    time: float
    camera: str
    camera_id: str = ""
    roi: str = WHOLE_FRAME
    roi_id: str = ""
    truth: int
    count: float
    weights: str = ""
    who: str = ""
    note: str = ""
    heads: tuple[tuple[float, float], ...] = ()
    size: tuple[int, int] = (0, 0)
    picture: str | None = None

    @property
    def camera_key(self) -> str:
        """What the camera is kept by; see :attr:`Reading.camera_key`."""
        return self.camera_id or self.camera

    @property
    def roi_key(self) -> str:
        """What the ROI is kept by."""
        return self.roi_id or self.roi


Fact = Reading | Event | SpotCheck
"""What a sink gets: something was counted or could not be, something else happened, or somebody checked."""

EARLIEST, LATEST = -62_135_500_000.0, 253_402_200_000.0
"""Epoch seconds that a calendar has a date for, in every time zone: the years 1 to 9999."""


def check_recordable(fact: Fact) -> None:
    """Refuse a fact that holds a number which no file can hold.

    A database takes a count that is not a number for one that is not known. It refuses a time that is not a
    number, and with it the whole transaction, again and again, while everything behind it waits.

    Raises:
        SinkError: names the camera and the value.
    """
    for what, value in _numbers(fact):
        if not math.isfinite(value) or (what == "time" and not EARLIEST <= value <= LATEST):
            whose = fact.camera or "the whole site"
            raise SinkError(f"{whose}: {_called(fact)} was not recorded, its {what} is {value:g}")


def _called(fact: Fact) -> str:
    if isinstance(fact, Event):
        return f"the event '{fact.kind}'"
    return "a reading" if isinstance(fact, Reading) else "a spot check"


def _numbers(fact: Fact) -> Iterator[tuple[str, float]]:
    yield "time", fact.time
    if isinstance(fact, Event):
        return
    if isinstance(fact, SpotCheck):
        yield "count", fact.count
        yield from (("place of a head", value) for head in fact.heads for value in head)
        return
    if fact.pts is not None:
        yield "media time", fact.pts
    for roi in fact.rois:
        for what, value in (
            ("count", roi.count),
            ("smoothed count", roi.count_smoothed),
            ("density per m2", roi.density_per_m2),
            ("local density per m2", roi.local_per_m2),
        ):
            if value is not None:
                yield f"{what} in '{roi.roi}'", value
