"""A stand-in for the engine, and values to show: nothing here opens a source or counts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from crowdmon.config import AppConfig, CameraConfig, RoiConfig
from crowdmon.facts import AlarmChange, AlarmEvent, Event, Fact, SpotCheck
from crowdmon.values import (
    WHOLE_FRAME,
    CameraState,
    DensityMap,
    Frame,
    Grid,
    Level,
    Reading,
    ReadingState,
    RoiReading,
    Status,
)

NOON = 1_780_000_000.0
WIDTH, HEIGHT, CELL = 640, 360, 8

GATE = RoiConfig(name="gate", polygon=((0.1, 0.2), (0.45, 0.2), (0.45, 0.8), (0.1, 0.8)))
STAIRS = RoiConfig(name="stairs", polygon=((0.55, 0.3), (0.9, 0.4), (0.8, 0.9), (0.6, 0.7)))


def camera(name: str = "north", *rois: RoiConfig, source: str = "synthetic:plaza") -> CameraConfig:
    return CameraConfig(name=name, source=source, rois=rois)


def config(*cameras: CameraConfig) -> AppConfig:
    return AppConfig(cameras=cameras)


@dataclass
class Clock:
    """A clock that goes when told."""

    time: float = NOON

    def __call__(self) -> float:
        return self.time


@dataclass
class FakeCamera:
    status: Status = field(default_factory=lambda: Status(CameraState.CONNECTING, since=NOON))
    view: Frame | None = None
    density: DensityMap | None = None
    reading: Reading | None = None
    counted: Frame | None = None
    position: float | None = None
    duration: float | None = None
    seekable: bool = False
    pictures: tuple[Frame, ...] = ()


@dataclass
class FakeSnapshot:
    cameras: dict[str, FakeCamera]
    device: str = "torch cpu f32"
    weights: str = "default"
    error: str = ""
    number: int = 0
    facts: tuple[Fact, ...] = ()


class FakeMonitor:
    """Gives out whatever a test puts into it, and remembers what it was asked."""

    def __init__(self, config: AppConfig) -> None:
        self.config = config
        self.now = FakeSnapshot({one.name: FakeCamera() for one in config.cameras})
        self.calls: list[str] = []
        self.readings: list[Reading] = []
        self.facts: list[Fact] = []
        self.watched: dict[str, tuple[int, int] | None] = {}
        self.elsewhere: AppConfig | None = None
        self.rates: dict[str, float] = {}

    def start(self) -> None:
        self.calls.append("start")

    def stop(self, timeout: float = 6.0) -> None:
        self.calls.append("stop")

    def snapshot(self, after: int = 0) -> FakeSnapshot:
        return replace(self.now, number=len(self.facts), facts=tuple(self.facts[after:]))

    def apply(self, config: AppConfig) -> None:
        self.calls.append("apply")
        self.config = config
        known = self.now.cameras
        self.now = replace(
            self.now, cameras={one.name: known.get(one.name, FakeCamera()) for one in config.cameras}
        )

    def news(self) -> AppConfig | None:
        """What somebody else gave the engine, once."""
        found, self.elsewhere = self.elsewhere, None
        return found

    def given(self, config: AppConfig) -> None:
        """Have somebody else give the engine a configuration."""
        self.apply(config)
        self.elsewhere = config

    def restart(self, camera: str) -> None:
        self.calls.append(f"restart {camera}")

    def view(
        self, camera: str, size: tuple[int, int] | None, *, keep: float = 0.0, rate: float = 30.0
    ) -> None:
        self.watched[camera] = size
        self.rates[camera] = rate

    def pause(self, camera: str) -> None:
        self.calls.append(f"pause {camera}")

    def resume(self, camera: str) -> None:
        self.calls.append(f"resume {camera}")

    def seek(self, camera: str, pts: float) -> None:
        self.calls.append(f"seek {camera} {pts:.1f}")

    def step(self, camera: str, by: int = 1) -> None:
        self.calls.append(f"step {camera} {by}")

    def record(self, fact: SpotCheck | Event) -> None:
        self.facts.append(fact)

    def acknowledge(self, alarm: str, *, who: str, note: str = "") -> bool:
        """As the engine does; the level is that of the last event of the alarm."""
        self.calls.append(f"acknowledge {alarm} {who}")
        told = [one for fact in self.facts if isinstance(fact, Event) and (one := AlarmEvent.of(fact))]
        last = next((one for one in reversed(told) if one.alarm == alarm), None)
        if last is None or last.level is Level.NONE or last.change is AlarmChange.ACKNOWLEDGED:
            return False
        change = AlarmChange.ACKNOWLEDGED
        self.facts.append(replace(last, change=change, who=who, note=note, time=last.time + 5.0).to_event())
        return True

    def hear(self, event: Event) -> None:
        self.calls.append(f"hear {event.kind}")

    def query(self, since: float, until: float) -> list[Reading]:
        return [one for one in self.readings if since <= one.time < until]

    def put(self, name: str, **values: object) -> None:
        """Change what is known of one camera; a new reading is a fact."""
        if isinstance(made := values.get("reading"), Reading) and made != self.now.cameras[name].reading:
            self.facts.append(made)
        self.now.cameras[name] = replace(self.now.cameras[name], **values)  # type: ignore[arg-type]

    def live(self, name: str, *, time: float = NOON, count: float = 12.4, age: float = 0.04) -> None:
        """A camera that is well, with one more picture counted."""
        rois = {
            r.name: 3.0 + i for one in self.config.cameras if one.name == name for i, r in enumerate(one.rois)
        }
        self.put(
            name,
            status=Status(CameraState.LIVE, since=NOON, fps_in=25.0, fps_counted=4.1, age=age, skipped=7),
            view=frame(name, time=time),
            density=density(name, time=time - 0.2),
            reading=reading(name, time=time, frame=count, **rois),
        )

    def state(self, name: str, state: CameraState, **values: object) -> None:
        """A camera in some state; what it showed before stays known."""
        self.put(name, status=Status(state, **{"since": NOON, **values}))  # type: ignore[arg-type]


def frame(name: str = "north", *, time: float = NOON, index: int = 0) -> Frame:
    """A picture with a horizon, red to the right and green downwards."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    rgb = np.stack([x * 255 // WIDTH, y * 255 // HEIGHT, np.full_like(x, 90)], axis=-1).astype(np.uint8)
    return Frame(rgb, camera=name, index=index, time=time)


def density(name: str = "north", *, time: float = NOON, at: tuple[int, int] = (20, 40)) -> DensityMap:
    """One group of people at a cell (row, column), nobody elsewhere."""
    grid = Grid(HEIGHT // CELL, WIDTH // CELL, CELL, CELL, WIDTH, HEIGHT)
    people = np.zeros((grid.rows, grid.columns), np.float32)
    people[at[0] - 2 : at[0] + 3, at[1] - 2 : at[1] + 3] = 0.5
    return DensityMap(people, grid, camera=name, time=time)


def reading(
    name: str = "north",
    *,
    time: float = NOON,
    state: ReadingState = ReadingState.OK,
    **counts: float | None,
) -> Reading:
    known = state is ReadingState.OK
    rois = tuple(
        RoiReading(roi, count if known else None, count if known else None)
        for roi, count in {WHOLE_FRAME: counts.pop("frame", 12.4), **counts}.items()
    )
    return Reading(time=time, camera=name, rois=rois, state=state, frame=0 if known else None)
