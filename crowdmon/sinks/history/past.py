"""What a new run of the program has to know of the last one, so that alarms go on."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

from crowdmon.config import AppConfig, CameraConfig
from crowdmon.errors import CrowdmonError
from crowdmon.facts import Fact
from crowdmon.sinks.history.query import HistoryReader
from crowdmon.sinks.history.selection import Selection
from crowdmon.track.alarms import VALID
from crowdmon.values import Reading

EVENTS_BACK = 30 * 86_400.0
"""Seconds: an alarm about which nothing happened for longer is raised again."""

READINGS_BACK = 600.0
"""Seconds, at most, of readings: they tell how long a value has been above a level already."""

_log = logging.getLogger(__name__)


def recorded_past(config: AppConfig, now: float) -> list[Fact]:
    """Return the events and the last readings of the history that a configuration names, by time.

    Nothing if it has no history, or none that can be read: that is logged, and alarms start fresh.

    Args:
        config: with ``record``; alarms of the past are over if it has no rules any more.
        now: epoch seconds.
    """
    if config.record.history is None:
        return []
    path = Path(config.record.history).expanduser()
    holds = [stage.hold for rule in config.to_rules() for stage in rule.stages]
    back = min(READINGS_BACK, max(holds, default=0.0) + VALID)
    names = {camera.key: camera for camera in config.cameras}
    try:
        if not path.exists():
            return []
        with HistoryReader(path) as history:
            events = list(history.events(Selection(since=now - EVENTS_BACK)))
            readings = [
                _as_called(reading, names[reading.camera_key])
                for reading in history.readings(Selection(since=now - back))
                if reading.camera_key in names
            ]
    except (CrowdmonError, OSError) as error:
        _log.warning("alarms start without a past: %s", error)
        return []
    # An event of an alarm has the time of its reading, and comes behind it.
    found: list[Fact] = [*readings, *events]
    return sorted(found, key=lambda fact: fact.time)


def _as_called(reading: Reading, camera: CameraConfig) -> Reading:
    """Return a reading by the names in the configuration: they may be newer than those in the file."""
    rois = {roi.key: roi.name for roi in camera.rois}
    named = tuple(replace(one, roi=rois.get(one.key, one.roi)) for one in reading.rois)
    return replace(reading, camera=camera.name, rois=named)
