"""What a count has come to: rows written, people counted, and the last picture."""

from __future__ import annotations

import time

from crowdmon.record.csvlog import ReadingCsv
from crowdmon.values import DensityMap, Frame, Reading


class Rows:
    """A sink that counts the rows it passes on; without a file it drops them."""

    def __init__(self, file: ReadingCsv | None) -> None:
        self._file = file
        self.written = 0

    def write(self, reading: Reading) -> None:
        """Write one reading, or raise SinkError."""
        if self._file:
            self._file.write(reading)
            self.written += len(reading.rois)

    def flush(self) -> None:
        """Make what was written durable."""
        if self._file:
            self._file.flush()


class Tally:
    """What has been counted so far, and the last picture of it."""

    def __init__(self) -> None:
        self.counted = 0
        self.people = self.most = 0.0
        self.last: tuple[Frame, DensityMap, Reading] | None = None
        self._started = time.perf_counter()

    def add(self, frame: Frame | None, density: DensityMap | None, reading: Reading) -> None:
        """Take one reading in; one without a count changes nothing."""
        count = reading.roi().count
        if count is None:
            return
        self.counted += 1
        self.people += count
        self.most = max(self.most, count)
        if frame is not None and density is not None:
            self.last = frame, density, reading

    def line(self, name: str) -> str:
        """Return the summary of a run."""
        took = time.perf_counter() - self._started
        pictures = "1 picture" if self.counted == 1 else f"{self.counted} pictures"
        text = f"{name}: {pictures} counted in {took:.1f} s"
        if not self.counted:
            return text
        pace, mean = self.counted / took, self.people / self.counted
        return f"{text} ({pace:.1f} a second), {mean:.1f} people on average, {self.most:.1f} at most"
