"""What a count has come to: rows written, people, peaks, the last picture; and the table that sums it up."""

from __future__ import annotations

import contextlib
import math
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePath

import click
from rich.console import Console
from rich.table import Table

from crowdmon.capture.uri import parse_source
from crowdmon.config import CameraConfig
from crowdmon.errors import CrowdmonError, redact
from crowdmon.facts import AlarmChange, AlarmEvent, Event, Fact
from crowdmon.sinks.base import Sink
from crowdmon.sinks.csv_file import ReadingCsv
from crowdmon.sinks.event_csv import EventCsv
from crowdmon.track.alarm_words import sentence
from crowdmon.track.alarms import Rule
from crowdmon.track.outlook import Outlooks, words
from crowdmon.values import WHOLE_FRAME, DensityMap, Frame, Level, Reading, ReadingState

_SHOWN = 3
"""ROIs that the summary of a run names, where only ROIs are counted."""


class Rows(Sink):
    """A sink that counts the rows and events it passes on, and says what happens to alarms on stderr.

    Without a file it drops them.
    """

    def __init__(self, file: ReadingCsv | None, events: EventCsv | None = None) -> None:
        self._file, self._events = file, events
        self._outlooks = Outlooks(())
        self.written = self.happened = 0

    def watch(self, rules: Sequence[Rule]) -> None:
        """Follow what alarm rules measure, to say how long it takes from amber to red."""
        self._outlooks = Outlooks(rules)

    def write(self, fact: Fact) -> None:
        """Write one fact, or raise SinkError."""
        if self._file and isinstance(fact, Reading):
            self._file.write(fact)
            self.written += len(fact.rois)
        if self._events:
            self._events.write(fact)
        if isinstance(fact, Reading):
            self._outlooks.take(fact)
        elif isinstance(fact, Event):
            self.happened += 1
            if (alarm := AlarmEvent.of(fact)) is not None:
                _tell(alarm, self._outlooks)

    def flush(self) -> None:
        """Make what was written durable."""
        for file in filter(None, (self._file, self._events)):
            file.flush()

    def close(self) -> None:
        """Close the files."""
        for file in filter(None, (self._file, self._events)):
            file.close()

    def files(self, csv: Path | None, events: Path | None) -> Iterator[str]:
        """Return what a summary says of them."""
        if self.written:
            yield f"{self.written} rows in {csv}"
        if events and events.exists():
            yield f"{'1 event' if self.happened == 1 else f'{self.happened} events'} in {events}"


def _tell(alarm: AlarmEvent, outlooks: Outlooks) -> None:
    at = datetime.fromtimestamp(alarm.time).astimezone().isoformat(" ", "seconds")
    rises = alarm.change is AlarmChange.RAISED and alarm.level is Level.AMBER
    ahead = outlooks.until_red(alarm.alarm, alarm.time) if rises else None
    more = f". {words(ahead).capitalize()}" if ahead else ""
    with contextlib.suppress(OSError):  # the terminal may have been closed
        click.echo(
            redact(f"crowdmon: {at} {sentence(alarm)}{more}"),
            err=True,
        )


@dataclass(slots=True)
class Sum:
    """The counts of one ROI: how many, together, the most, and when that was first.

    Attributes:
        pictures: readings with a count.
        people: their counts together.
        most: the highest; ``at`` its epoch time, ``pts`` its media seconds, if there are any.
    """

    pictures: int = 0
    people: float = 0.0
    most: float = -math.inf
    at: float = 0.0
    pts: float | None = None

    def add(self, count: float, reading: Reading) -> None:
        """Take one count in."""
        self.pictures += 1
        self.people += count
        if count > self.most:
            self.most, self.at, self.pts = count, reading.time, reading.pts

    @property
    def mean(self) -> float:
        """The average count; not to be asked before the first."""
        return self.people / self.pictures


def people_of(reading: Reading) -> float | None:
    """Return the people to show while counting: those of the whole picture, or of the first ROI."""
    return reading.rois[0].count if reading.rois else None


class Tally:
    """What has been counted so far, and the last picture of it."""

    def __init__(self) -> None:
        self.counted = 0
        """How many pictures were counted."""
        self.rois: dict[str, Sum] = {}
        """By the ROI's name, the whole picture first."""
        self.last: tuple[Frame, DensityMap, Reading] | None = None
        self.left_out = 0
        """Pictures that could not be read; each was named when it was come by."""
        self._started = time.perf_counter()

    def add(self, frame: Frame | None, density: DensityMap | None, reading: Reading) -> None:
        """Take one reading in; one without a count changes nothing."""
        for one in reading.rois:
            if one.count is not None:
                self.rois.setdefault(one.roi, Sum()).add(one.count, reading)
        known = reading.state is ReadingState.OK
        self.counted += known
        if known and frame is not None and density is not None:
            self.last = frame, density, reading

    def took(self) -> float:
        """Return the seconds since it began."""
        return time.perf_counter() - self._started

    def line(self, name: str) -> str:
        """Return the summary of a run."""
        took = self.took()
        pictures = "1 picture" if self.counted == 1 else f"{self.counted} pictures"
        text = f"{name}: {pictures} counted{left_out(self.left_out)} in {took:.1f} s"
        if not self.counted:
            return text
        text = f"{text} ({self.counted / took:.1f} a second)"
        whole = self.rois.get(WHOLE_FRAME)
        if whole is not None:
            return f"{text}, {whole.mean:.1f} people on average, {whole.most:.1f} at most"
        rois = [f"{total.mean:.1f} people in {roi}" for roi, total in self.rois.items()]
        more = f" and {len(rois) - _SHOWN} more ROIs" if len(rois) > _SHOWN else ""
        return f"{text}, ROIs only: {', '.join(rois[:_SHOWN])}{more} on average"


def show_table(tallies: Sequence[tuple[CameraConfig, Tally]], *, live: bool = False) -> None:
    """Print a row a ROI of each source: pictures, average, peak, and when that was.

    Args:
        tallies: the cameras and what was counted of each.
        live: tell peaks by the time of day, not by the time since the source's start.
    """
    table = Table("source", "camera", "ROI", box=None, pad_edge=False)
    for heading in ("pictures", "mean", "peak", "peak at"):
        table.add_column(heading, justify="right")
    for camera, tally in tallies:
        source = _short(camera.source)
        if not tally.rois:
            table.add_row(source, camera.name, WHOLE_FRAME, "0", "", "", "")
        for place, (roi, total) in enumerate(tally.rois.items()):
            who = ("", "") if place else (source, camera.name)
            at = moment(replace(total, pts=None) if live else total)
            table.add_row(*who, roi, str(total.pictures), f"{total.mean:.1f}", f"{total.most:.1f}", at)
    Console(file=sys.stdout, width=None if sys.stdout.isatty() else 100, markup=False).print(table)


def sum_line(
    tallies: Sequence[Tally], rows: Rows, what: str, csv: Path | None, events: Path | None = None
) -> str:
    """Return the summary of a run over several ``what``, such as sources."""
    written = "".join(f"; {one}" for one in rows.files(csv, events))
    counted, bad = sum(tally.counted for tally in tallies), sum(tally.left_out for tally in tallies)
    return f"{counted} pictures of {len(tallies)} {what} counted{left_out(bad)}{written}"


def left_out(pictures: int) -> str:
    """Return what a summary adds where pictures could not be read; empty where all could."""
    return f", {pictures} that cannot be read left out" if pictures else ""


def add_kept(error: CrowdmonError, rows: Rows, csv: Path | None) -> None:
    """Say in an error's hint which rows were written before it."""
    kept = f"The {rows.written} rows counted until then are in {csv}" if rows.written else ""
    error.hint = ". ".join(filter(None, [error.hint.rstrip("."), kept]))


def moment(total: Sum) -> str:
    """Return when the peak was: media time as ``h:mm:ss.s``, or the local time of day."""
    if total.pts is None:
        return datetime.fromtimestamp(total.at).strftime("%Y-%m-%d %H:%M:%S")
    tenths = round(10 * total.pts)
    return f"{tenths // 36_000}:{tenths // 600 % 60:02}:{tenths // 10 % 60:02}.{tenths % 10}"


def _short(source: str) -> str:
    """Return how a source is called in a table: a file's name without its folders, nothing secret."""
    spec = parse_source(source)
    return PurePath(spec.label).name if spec.kind in ("file", "folder") else spec.label
