"""The picture that raised an alarm, kept beside the history if the configuration asks for it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from crowdmon import privacy
from crowdmon.config import AppConfig
from crowdmon.errors import SinkError
from crowdmon.facts import AlarmChange, AlarmEvent, Event, Fact
from crowdmon.sinks.base import Sink
from crowdmon.sinks.history.pictures import alarm_words, keep_picture
from crowdmon.values import DensityMap, Frame

LATE_S = 10.0
"""Seconds between an alarm and the picture counted last, at most: a later one shows something else."""

Look = Callable[[str], tuple[Frame, DensityMap] | None]

_log = logging.getLogger(__name__)


class AlarmPictures(Sink):
    """Writes a picture with each alarm that is raised. One that cannot be written is logged, and left out.

    It writes nothing unless ``record: {history: FILE, alarm_pictures: true}`` asks for it. People are made
    unrecognisable, unless ``display: {pixelate: false}`` says that they may be seen.
    """

    takes: ClassVar[tuple[type[Fact], ...]] = (Event,)

    def __init__(self, config: Callable[[], AppConfig], look: Look) -> None:
        """Nothing is written yet.

        Args:
            config: returns the configuration in use.
            look: returns what was counted last on a camera, the picture and its count; None before the first.
        """
        self._config, self._look = config, look

    def write(self, fact: Fact) -> None:
        """Keep the picture of an alarm that is raised; other events are ignored."""
        alarm = AlarmEvent.of(fact) if isinstance(fact, Event) else None
        config = self._config()
        history = config.record.history
        if alarm is None or alarm.change is not AlarmChange.RAISED or history is None:
            return
        if not config.record.alarm_pictures or alarm.measure == "unknown":  # where nothing is seen
            return
        seen = self._look(_camera_of(alarm, config))
        if seen is None or abs(seen[0].time - alarm.time) > LATE_S:
            return
        frame, density = seen
        rgb = frame.rgb
        if config.display.pixelate is not False:
            rgb = privacy.pixelate(rgb, density)
        place = Path(history).expanduser()
        try:
            keep_picture(place, rgb, camera=alarm_words(alarm.alarm), time=alarm.time)
        except SinkError as error:
            # Not raised: with the next attempt another picture would be taken for this one.
            _log.warning("the picture of the alarm '%s' is not kept: %s", alarm.alarm, error)

    def flush(self) -> None:
        """Nothing to do: a picture is written at once."""

    def close(self) -> None:
        """Nothing to do."""


def _camera_of(alarm: AlarmEvent, config: AppConfig) -> str:
    """Return the camera that is shown; of a group the first one."""
    group = next((one for one in config.groups if one.name == alarm.group), None)
    return group.members[0].camera if group is not None else alarm.camera or ""
