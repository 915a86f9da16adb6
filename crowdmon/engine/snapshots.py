"""What the engine shows of itself: frozen values, safe to keep and to pass on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from crowdmon.facts import Fact
from crowdmon.values import DensityMap, Frame, Reading, Status


@dataclass(frozen=True, eq=False, slots=True)
class CameraSnapshot:
    """One camera at one moment.

    Attributes:
        status: how it is doing.
        view: its newest picture, at most as large as was asked for; None while nobody watches it.
        density: what was counted last; its time tells how old it is.
        counted: the picture ``density`` belongs to, in full size.
        reading: its newest reading; without a number when nothing new was counted.
        interval: seconds within which a count is expected.
        busy: a picture waits to be counted or is being counted.
        position: media seconds of the picture shown last; None for a live camera.
        duration: media seconds of a recording; None if unknown, without end, or live.
        seekable: a recording that can move to any position and step back.
        pictures: the newest pictures, oldest first, if they were asked for; ``view`` is the last of them.
    """

    status: Status
    view: Frame | None = None
    density: DensityMap | None = None
    counted: Frame | None = None
    reading: Reading | None = None
    interval: float = 1.0
    busy: bool = False
    position: float | None = None
    duration: float | None = None
    seekable: bool = False
    pictures: tuple[Frame, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class Snapshot:
    """The engine at one moment.

    Attributes:
        time: epoch seconds.
        cameras: by name, in the order of the configuration.
        device: where the network runs, empty until it is there.
        weights: their name, empty until they are loaded.
        error: what keeps the engine from counting or writing, one line; empty when all is well.
        unwritten: readings and events that wait for a sink.
        lost: those no sink will get, because more had to wait than there is room for.
        number: the number of the newest fact, from 1 without holes.
        facts: those above the number that was asked for, in order; see :meth:`Monitor.snapshot`.
    """

    time: float
    cameras: Mapping[str, CameraSnapshot] = field(default_factory=dict)
    device: str = ""
    weights: str = ""
    error: str = ""
    unwritten: int = 0
    lost: int = 0
    number: int = 0
    facts: tuple[Fact, ...] = ()
