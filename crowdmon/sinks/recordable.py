"""What can be written down, and what would stop a file for ever. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator

from crowdmon.errors import SinkError
from crowdmon.facts import Event
from crowdmon.values import Reading

Fact = Reading | Event
"""What happened: something was counted or could not be, or something else took place."""

EARLIEST, LATEST = -62_135_500_000.0, 253_402_200_000.0
"""Epoch seconds that a calendar has a date for, in every time zone: the years 1 to 9999."""


def check(fact: Fact) -> None:
    """Raise SinkError, naming the camera, if a fact holds a number that no file can hold.

    A database takes a count that is not a number for one that is not known, and a time that is none for
    a mistake: it refuses the whole transaction, again and again, and everything behind waits for ever.
    """
    for what, value in _numbers(fact):
        if not math.isfinite(value) or (what == "time" and not EARLIEST <= value <= LATEST):
            kind = "a reading" if isinstance(fact, Reading) else f"the event '{fact.kind}'"
            whose = fact.camera or "the whole site"
            raise SinkError(f"{whose}: {kind} was not recorded, its {what} is {value:g}")


def _numbers(fact: Fact) -> Iterator[tuple[str, float]]:
    yield "time", fact.time
    if isinstance(fact, Event):
        return
    if fact.pts is not None:
        yield "media time", fact.pts
    for roi in fact.rois:
        for what, value in (
            ("count", roi.count),
            ("smoothed count", roi.count_smoothed),
            ("density per m2", roi.density_per_m2),
        ):
            if value is not None:
                yield f"{what} in '{roi.roi}'", value
