"""What a wall of cameras says and how its tiles lie. No Qt, no state."""

from __future__ import annotations

from dataclasses import dataclass

from crowdmon.track.alarms import Measure
from crowdmon.values import CameraState, Level, Reading, ReadingState, Status
from crowdmon.view import wording
from crowdmon.view.alarms import Alarm, AlarmState
from crowdmon.view.camera_values import FRESH, CameraValues

LEAST = (240, 135)
"""The least (width, height) of a tile."""

GAP = 8
"""Pixels between tiles, and around them."""

STRIP = 44
"""Height of the words below a tile's picture."""

_SHAPE = (16, 9)
_LOST = (CameraState.STALE, CameraState.RECONNECTING, CameraState.FAILED)

LEVEL_WORDS = {
    Level.NONE: "Normal",
    Level.AMBER: "Amber",
    Level.RED: "Red",
    Level.CRITICAL: "Critical",
}


@dataclass(frozen=True, slots=True)
class TileFacts:
    """What one tile says.

    Attributes:
        name: of the camera.
        state: what the camera is doing.
        word: that, as a word.
        lost: no picture comes that should come.
        since: for how long, and what is being done; empty unless it is lost.
        count: as shown; a dash while it is not known.
        level: the highest level of its ROIs, now or when it was last known; None if it never was.
        known: whether the level is that of now.
        level_word: the level as words, with its age if it is an old one; empty without levels.
        alarm: the level of the most urgent alarm that is on; None without one.
        alarm_open: nobody has acknowledged it.
        alarm_known: what it is about is known now; otherwise the alarm is as it was last known.
        alarm_word: the alarm as words, with its age if it is an old one; empty without one.
    """

    name: str
    state: CameraState = CameraState.CONNECTING
    word: str = wording.WORDS[CameraState.CONNECTING]
    lost: bool = False
    since: str = ""
    count: str = wording.NO_COUNT
    level: Level | None = None
    known: bool = False
    level_word: str = ""
    alarm: Level | None = None
    alarm_open: bool = False
    alarm_known: bool = True
    alarm_word: str = ""

    def spoken(self) -> str:
        """Return the tile as a sentence for a screen reader."""
        counted = {wording.NO_COUNT: "no count", wording.ROIS_ONLY: wording.ROIS_ONLY}
        people = counted.get(self.count, f"about {self.count} people")
        parts = (
            self.name, self.alarm_word, self.word.lower(), self.since, people, self.level_word.lower(),
        )  # fmt: skip
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Tiles:
    """How tiles lie: ``columns`` of them in a row, each (width, height) pixels large."""

    columns: int
    width: int
    height: int

    def box(self, place: int) -> tuple[int, int, int, int]:
        """Return (left, top, width, height) of the tile at a place, from 0."""
        row, column = divmod(place, self.columns)
        return (
            GAP + column * (self.width + GAP),
            GAP + row * (self.height + GAP),
            self.width,
            self.height,
        )

    def total(self, count: int) -> int:
        """Return the height of so many tiles with what is around them."""
        rows = -(-count // self.columns)
        return GAP + rows * (self.height + GAP)


def arrange(count: int, room: tuple[int, int]) -> Tiles:
    """Return how ``count`` tiles lie in ``room`` (width, height): with the largest pictures that fit.

    If not all fit at their least size, they reach below the room.
    """
    best, largest = Tiles(1, max(room[0] - 2 * GAP, LEAST[0]), LEAST[1]), 0.0
    for columns in range(1, max(count, 1) + 1):
        width = (room[0] - GAP) // columns - GAP
        if width < LEAST[0] and columns > 1:
            break
        width = max(width, LEAST[0])
        rows = -(-max(count, 1) // columns)
        height = min((room[1] - GAP) // rows - GAP, width * _SHAPE[1] // _SHAPE[0] + STRIP)
        fits = height >= LEAST[1]
        height = max(height, LEAST[1])
        # What needs no scrolling comes first; of what does, the one with the fewest rows.
        picture = min(width / _SHAPE[0], (height - STRIP) / _SHAPE[1])
        size = 1000.0 + picture if fits else float(columns)
        if size > largest:
            best, largest = Tiles(columns, width, height), size
    return best


def tile_facts(camera: CameraValues, now: float, alarm: Alarm | None = None) -> TileFacts:
    """Return what a camera's tile says.

    Args:
        camera: what is known of it.
        now: epoch seconds.
        alarm: the most urgent alarm about it that is on; None without one.
    """
    status = camera.status or Status(CameraState.CONNECTING, since=now)
    lost = is_lost(status)
    fresh = status.state in FRESH and camera.reading is not None and camera.reading.state is ReadingState.OK
    level = highest(camera.reading if fresh else camera.last_ok)
    return TileFacts(
        name=camera.config.name,
        state=status.state,
        word=wording.word(status, recording=camera.recording),
        lost=lost,
        since=_since(status, now) if lost else "",
        count=wording.people(camera.count()) if camera.config.counts_whole else wording.ROIS_ONLY,
        level=level,
        known=fresh,
        level_word=_level_word(camera, level, now, fresh=fresh),
        alarm=alarm.level if alarm is not None else None,
        alarm_open=alarm is not None and alarm.state is AlarmState.OPEN,
        alarm_known=fresh or (alarm is not None and _of_silence(alarm)),
        alarm_word=_alarm_word(camera, alarm, now, fresh=fresh) if alarm is not None else "",
    )


def is_lost(status: Status) -> bool:
    """Whether pictures should come and do not."""
    return status.state in _LOST or (status.state is CameraState.CONNECTING and status.attempt > 1)


def highest(reading: Reading | None) -> Level | None:
    """Return the highest level of a reading; None if it has none."""
    order = list(Level)
    found = [one.level for one in reading.rois if one.level is not None] if reading is not None else []
    return max(found, key=order.index, default=None)


def _level_word(camera: CameraValues, level: Level | None, now: float, *, fresh: bool) -> str:
    if not camera.config.to_limits():
        return ""
    if level is None:
        return "Level unknown"
    if fresh:
        return LEVEL_WORDS[level]
    ago = now - camera.last_ok.time if camera.last_ok is not None else 0.0
    return f"Was {LEVEL_WORDS[level].lower()} {wording.span(ago, tenths=False)} ago"


def _of_silence(alarm: Alarm) -> bool:
    """Whether it says that nothing is known: that is true now, and not a level of long ago."""
    return alarm.cause.measure == Measure.UNKNOWN.value


def _alarm_word(camera: CameraValues, alarm: Alarm, now: float, *, fresh: bool) -> str:
    """Return level, state and age of an alarm, short enough for the smallest tile."""
    level = LEVEL_WORDS[alarm.level].lower()
    is_open = alarm.state is AlarmState.OPEN
    if fresh or _of_silence(alarm):
        return f"Alarm: {level}" if is_open else f"Alarm seen: {level}"
    known = camera.last_ok.time if camera.last_ok is not None else alarm.raised
    said = f"Alarm: {level}" if is_open else f"Seen: {level}"
    return f"{said} {wording.span(now - known, tenths=False)} ago"


def _since(status: Status, now: float) -> str:
    """Return since when a camera is lost, and what is being done, in one short line."""
    silent = wording.span(status.age if status.age is not None else now - status.since, tenths=False)
    attempt = f", attempt {status.attempt}" if status.attempt > 1 else ""
    match status.state:
        case CameraState.FAILED:
            return f"Since {wording.clock(status.since)}"
        case CameraState.CONNECTING:
            return f"No picture yet{attempt}"
        case CameraState.STALE if status.message:
            return status.message
        case _:
            return f"No picture for {silent}{attempt}"
