"""What the window knows of alarms, from its engine and from the history, and the verbs of an operator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QApplication

from crowdmon.errors import CrowdmonError, describe
from crowdmon.facts import AlarmChange, AlarmEvent, Event
from crowdmon.sinks.history.pictures import alarm_picture, folder_of
from crowdmon.ui.alarms.past_alarms import PastAlarms, Told
from crowdmon.ui.alarms.sound import Sounder
from crowdmon.ui.bridge import Bridge
from crowdmon.view.alarms import Alarm, AlarmBook


class AlarmDesk(QObject):
    """One a window. Everything that shows alarms asks it, and is told by it.

    Signals:
        changed(): there are other alarms, or one is in another state.
        muted(float): seconds for which the sound stays muted, 0 if it is not; with each beat while it is.
    """

    changed = pyqtSignal()
    muted = pyqtSignal(float)

    def __init__(self, bridge: Bridge, *, beep: Callable[[], object] | None = None) -> None:
        """Listen.

        Args:
            bridge: the way to the engine.
            beep: makes one short sound; the system's if None.
        """
        super().__init__()
        self._bridge = bridge
        self._book = AlarmBook()
        self._live: list[AlarmEvent] = []
        self._left = 0.0
        self._pictures: frozenset[str] = frozenset()
        self._history = bridge.config.record.history
        self.sounder = Sounder(beep or QApplication.beep)
        self.past = PastAlarms(bridge, self._read)
        bridge.event_happened.connect(self._happened)
        bridge.config_changed.connect(lambda _config: self._follow())
        bridge.beat.connect(self._beat)

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """All that are known, the newest first."""
        return self._book.alarms

    @property
    def open(self) -> tuple[Alarm, ...]:
        """Those that are on and not acknowledged, the most urgent first."""
        return self._book.open

    @property
    def on(self) -> tuple[Alarm, ...]:
        """Those that are not over, the most urgent first."""
        return self._book.on

    def find(self, key: tuple[str, float] | None) -> Alarm | None:
        """Return an alarm by its key, as it is now."""
        return self._book.find(key)

    def of(self, camera: str) -> Alarm | None:
        """Return the most urgent alarm that is on and about a camera, or about a group that it is in."""
        return self._book.of(camera, self.groups_of(camera))

    def groups_of(self, camera: str) -> frozenset[str]:
        """Return the names of the groups that a camera is in."""
        groups = self._bridge.config.groups
        return frozenset(one.name for one in groups if any(m.camera == camera for m in one.members))

    def camera_of(self, alarm: Alarm) -> str:
        """Return the camera that shows what an alarm is about; of a group its first one. Empty if gone."""
        config = self._bridge.config
        wanted = alarm.cause.camera
        if alarm.cause.group is not None:
            group = next((one for one in config.groups if one.name == alarm.cause.group), None)
            wanted = group.members[0].camera if group is not None else None
        return next((one.name for one in config.cameras if one.name == wanted), "")

    def picture_of(self, alarm: Alarm) -> Path | None:
        """Return where the picture that was kept with an alarm is; None if there is none."""
        times = (alarm.cause.time, alarm.raised)
        names = (alarm_picture(alarm.name, time) for time in times) if self._pictures else ()
        name = next((one for one in names if one in self._pictures), None)
        return folder_of(self.past.path) / name if name is not None and self.past.path is not None else None

    def acknowledge(
        self, alarm: Alarm, *, who: str, note: str, done: Callable[[CrowdmonError | None], object]
    ) -> None:
        """Have an acknowledgement written to the history; ``done`` is told what went wrong, or None."""
        acknowledge, record, now = self._bridge.acknowledge, self._bridge.record, self._bridge.now()
        answer = answered(alarm, who=who, note=note, time=now)

        def job(_task: object) -> None:
            try:
                taken = alarm.over is None and acknowledge(alarm.name, who=who, note=note)
            except KeyError:
                taken = False
            if not taken:
                # It is over, or another program on the same history has raised it.
                record(answer.to_event())

        def ended(_result: None, error: Exception | None) -> None:
            known = isinstance(error, CrowdmonError)
            done(error if known or error is None else CrowdmonError(describe(error)))  # type: ignore[arg-type]

        self._bridge.run_task(job, ended)

    def mute(self, on: bool) -> None:
        """Mute the sound for a while, or turn it on again."""
        now = self._bridge.now()
        if on:
            self.sounder.mute(now)
        else:
            self.sounder.unmute()
        self._tell_muted(now)

    def _follow(self) -> None:
        """Forget the alarms of another history: they belong to another site."""
        if self._bridge.config.record.history != self._history:
            self._history = self._bridge.config.record.history
            self._book, self._live, self._pictures = AlarmBook(), [], frozenset()
            self.changed.emit()

    def _happened(self, event: Event) -> None:
        if (alarm := AlarmEvent.of(event)) is not None:
            self._live.append(alarm)
            self._add([alarm])

    def _read(self, told: Told, first: bool) -> None:
        """Take what the history has; of acknowledgements by another program the engine is told."""
        by_event = {alarm: event for event, alarm in told}
        if self.past.pictures != self._pictures:
            self._pictures = self.past.pictures
            self.changed.emit()
        if first:
            self._book = AlarmBook()
            self._add([*by_event, *(one for one in self._live if one not in by_event)])
            return
        for alarm in self._add(list(by_event)):
            if alarm.change is AlarmChange.ACKNOWLEDGED and any(
                one.over is None and one.answer is not None and one.answer.time == alarm.time
                for one in self.alarms
                if one.name == alarm.alarm
            ):
                self._bridge.hear(by_event[alarm])

    def _add(self, events: Sequence[AlarmEvent]) -> list[AlarmEvent]:
        new = self._book.add(events)
        if new:
            self.sounder.look(self.open, self._bridge.now())
            self.changed.emit()
        return new

    def _beat(self, now: float) -> None:
        self.sounder.look(self.open, now)
        self._tell_muted(now)

    def _tell_muted(self, now: float) -> None:
        left = self.sounder.left(now)
        if left or self._left:
            self._left = left
            self.muted.emit(left)


def answered(alarm: Alarm, *, who: str, note: str, time: float) -> AlarmEvent:
    """Return the acknowledgement of an alarm that no engine has on any more."""
    level = alarm.highest if alarm.over is not None else alarm.level
    return replace(
        alarm.cause,
        time=time,
        change=AlarmChange.ACKNOWLEDGED,
        level=level,
        value=None,
        limit=None,
        at_least=False,
        who=who.strip(),
        note=note.strip() or None,
    )
