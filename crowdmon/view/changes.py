"""What changed since the last look at the engine, as a list of values. No Qt, no thread.

Pictures and states are compared with those of the last look, because only the newest ones matter. Readings
and events come from the facts that are new since then, so that none is missed between two looks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Protocol

from crowdmon.facts import Event, Fact
from crowdmon.values import DensityMap, Frame, Reading, Status
from crowdmon.view.in_step import InStep, Showing

BEAT_S = 0.25
"""Seconds after which ages and rates are reported again while nothing else changes."""


class CameraSnapshotLike(Protocol):
    """What is read from one camera."""

    @property
    def status(self) -> Status: ...  # noqa: D102
    @property
    def view(self) -> Frame | None: ...  # noqa: D102
    @property
    def pictures(self) -> tuple[Frame, ...]: ...  # noqa: D102
    @property
    def density(self) -> DensityMap | None: ...  # noqa: D102
    @property
    def counted(self) -> Frame | None: ...  # noqa: D102
    @property
    def reading(self) -> Reading | None: ...  # noqa: D102
    @property
    def position(self) -> float | None: ...  # noqa: D102
    @property
    def duration(self) -> float | None: ...  # noqa: D102
    @property
    def seekable(self) -> bool: ...  # noqa: D102


class SnapshotLike(Protocol):
    """What is read from the engine at one moment."""

    @property
    def cameras(self) -> Mapping[str, Any]: ...  # noqa: D102
    @property
    def device(self) -> str: ...  # noqa: D102
    @property
    def weights(self) -> str: ...  # noqa: D102
    @property
    def error(self) -> str: ...  # noqa: D102
    @property
    def number(self) -> int: ...  # noqa: D102
    @property
    def facts(self) -> tuple[Fact, ...]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class EngineNote:
    """What runs the network, and its errors; empty texts if unknown or if there is no error."""

    device: str = ""
    weights: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Position:
    """Position in a recording: media seconds, None if unknown; not ``seekable`` if it is live."""

    position: float | None = None
    duration: float | None = None
    seekable: bool = False


class What(Enum):
    """What a change is about. The comment gives the type of the value."""

    STATUS = auto()  # Status
    PICTURE = auto()  # Sight
    DENSITY = auto()  # DensityMap
    READING = auto()  # Reading
    EVENT = auto()  # Event
    POSITION = auto()  # Position
    ENGINE = auto()  # EngineNote
    BEAT = auto()  # float: epoch seconds


@dataclass(frozen=True, eq=False, slots=True)
class Change:
    """One change.

    Attributes:
        what: what it is about.
        value: the new value.
        camera: whose; empty for the whole engine.
    """

    what: What
    value: object
    camera: str = ""


class Changes:
    """Remembers what was reported, and finds what is new."""

    def __init__(self) -> None:
        self.number = 0
        """The number of the last reported fact."""
        self.showing = Showing()
        """How pictures and their counts are shown together."""
        self._seen: dict[str, dict[What, object]] = {}
        self._in_step: dict[str, InStep] = {}
        self._note = EngineNote()
        self._next_beat = 0.0

    def of(self, snapshot: SnapshotLike, now: float) -> list[Change]:
        """Return what is new in a snapshot, camera by camera, with the beat last.

        Args:
            snapshot: with the facts above :attr:`number`.
            now: epoch seconds.
        """
        beat = now >= self._next_beat or now < self._next_beat - 2 * BEAT_S
        found: list[Change] = []
        for name, camera in snapshot.cameras.items():
            found += self._camera(name, camera, beat=beat)
        found += self.readings(snapshot)
        note = EngineNote(str(snapshot.device or ""), str(snapshot.weights or ""), str(snapshot.error or ""))
        if note != self._note:
            self._note = note
            found.append(Change(What.ENGINE, note))
        if beat:
            self._next_beat = now + BEAT_S
            found.append(Change(What.BEAT, now))
        return found

    def readings(self, snapshot: SnapshotLike, *, without: Collection[str] = ()) -> list[Change]:
        """Return the new readings of the present cameras, except those in ``without``, and all new events."""
        self.number = snapshot.number
        found: list[Change] = []
        for fact in snapshot.facts:
            if isinstance(fact, Event):
                found.append(Change(What.EVENT, fact))
            elif isinstance(fact, Reading) and fact.camera in snapshot.cameras and fact.camera not in without:
                found.append(Change(What.READING, fact, fact.camera))
        return found

    def keep(self, cameras: Iterable[str]) -> None:
        """Forget what was reported about all other cameras."""
        names = set(cameras)
        self._seen = {name: seen for name, seen in self._seen.items() if name in names}
        self._in_step = {name: one for name, one in self._in_step.items() if name in names}

    def forget(self, camera: str) -> None:
        """Forget what was reported about one camera, so that it starts again."""
        self._seen.pop(camera, None)
        self._in_step.pop(camera, None)

    def _camera(self, name: str, camera: CameraSnapshotLike, *, beat: bool) -> Iterator[Change]:
        seen = self._seen.setdefault(name, {})
        status = camera.status
        gist = (status.state, status.message, status.attempt, status.since)
        if beat or seen.get(What.STATUS) != gist:
            seen[What.STATUS] = gist
            yield Change(What.STATUS, status, name)
        sight = self._in_step.setdefault(name, InStep()).see(
            camera.pictures or ((camera.view,) if camera.view is not None else ()),
            camera.density,
            camera.counted,
            state=status.state,
            showing=self.showing,
        )
        if sight is not None and seen.get(What.PICTURE) is not sight:
            seen[What.PICTURE] = sight
            yield Change(What.PICTURE, sight, name)
        position = Position(camera.position, camera.duration, camera.seekable)
        if seen.get(What.POSITION) != position:
            seen[What.POSITION] = position
            yield Change(What.POSITION, position, name)
        if camera.density is not None and seen.get(What.DENSITY) is not camera.density:
            seen[What.DENSITY] = camera.density
            yield Change(What.DENSITY, camera.density, name)
