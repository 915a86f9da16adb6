"""What a count has come to: rows written, people counted, the peaks, and the last picture."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from crowdmon.facts import Fact
from crowdmon.sinks.base import Sink
from crowdmon.sinks.csv_file import ReadingCsv
from crowdmon.values import WHOLE_FRAME, DensityMap, Frame, Reading


class Rows(Sink):
    """A sink that counts the rows it passes on; without a file it drops them."""

    def __init__(self, file: ReadingCsv | None) -> None:
        self._file = file
        self.written = 0

    def write(self, fact: Fact) -> None:
        """Write one reading, or raise SinkError."""
        if self._file and isinstance(fact, Reading):
            self._file.write(fact)
            self.written += len(fact.rois)

    def flush(self) -> None:
        """Make what was written durable."""
        if self._file:
            self._file.flush()

    def close(self) -> None:
        """Close the file."""
        if self._file:
            self._file.close()


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


class Tally:
    """What has been counted so far, and the last picture of it."""

    def __init__(self) -> None:
        self.rois: dict[str, Sum] = {}
        """By the ROI's name, the whole picture first."""
        self.last: tuple[Frame, DensityMap, Reading] | None = None
        self._started = time.perf_counter()

    @property
    def counted(self) -> int:
        """How many pictures were counted."""
        return self.rois[WHOLE_FRAME].pictures if self.rois else 0

    def add(self, frame: Frame | None, density: DensityMap | None, reading: Reading) -> None:
        """Take one reading in; one without a count changes nothing."""
        for one in reading.rois:
            if one.count is not None:
                self.rois.setdefault(one.roi, Sum()).add(one.count, reading)
        if reading.roi().count is not None and frame is not None and density is not None:
            self.last = frame, density, reading

    def took(self) -> float:
        """Return the seconds since it began."""
        return time.perf_counter() - self._started

    def line(self, name: str) -> str:
        """Return the summary of a run."""
        took = self.took()
        pictures = "1 picture" if self.counted == 1 else f"{self.counted} pictures"
        text = f"{name}: {pictures} counted in {took:.1f} s"
        if not self.counted:
            return text
        whole = self.rois[WHOLE_FRAME]
        pace = f"{self.counted / took:.1f} a second"
        return f"{text} ({pace}), {whole.mean:.1f} people on average, {whole.most:.1f} at most"
