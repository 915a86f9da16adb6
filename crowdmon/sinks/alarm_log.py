"""What happens to alarms, in the log: a sentence each."""

from __future__ import annotations

import logging
from typing import ClassVar

from crowdmon.facts import AlarmEvent, Event, Fact
from crowdmon.sinks.base import Sink
from crowdmon.track.alarm_words import sentence

_log = logging.getLogger(__name__)


class AlarmLog(Sink):
    """Logs the events of alarms as warnings."""

    takes: ClassVar[tuple[type[Fact], ...]] = (Event,)

    def write(self, fact: Fact) -> None:
        """Log an event of an alarm; others are ignored."""
        if isinstance(fact, Event) and (alarm := AlarmEvent.of(fact)) is not None:
            _log.warning("%s", sentence(alarm))

    def flush(self) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing to do."""
