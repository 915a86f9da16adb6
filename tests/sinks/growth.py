"""Fills a history as a large site would and says how it grows and how fast it answers.

    python -m tests.sinks.growth --hours 24

Sixteen cameras with five ROIs each and the whole picture, one reading a second a camera.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from crowdmon.sinks.history.file import HistoryFile
from crowdmon.sinks.history.query import HistoryReader
from crowdmon.sinks.history.selection import Selection
from crowdmon.values import WHOLE_FRAME, Reading, RoiReading

CAMERAS = 16
ROIS = ("left", "right", "gate", "stairs", "platform")
START = 1_700_000_000.0


def second(number: int, chance: random.Random) -> Iterator[Reading]:
    """One second of all cameras."""
    for camera in range(CAMERAS):
        counts = ((name, chance.gammavariate(4, 8)) for name in (WHOLE_FRAME, *ROIS))
        rois = tuple(RoiReading(name, count, count * 1.01, count / 120) for name, count in counts)
        moment = START + number + camera / CAMERAS + chance.random() / 50
        yield Reading(moment, f"camera {camera}", rois, frame=25 * number, pts=moment - START)


def fill(path: Path, hours: float) -> tuple[int, int]:
    """Write a history; return its size, and the bytes that go to the disk in a second of recording."""
    chance = random.Random(1)
    end = int(hours * 3600)
    with HistoryFile(path) as history:
        for number in range(end):
            for one in second(number, chance):
                history.write(one)
    size = path.stat().st_size
    with HistoryFile(path) as history:
        for number in range(end, end + 8):
            for one in second(number, chance):
                history.write(one)
            history.flush()
        return size, path.with_name(f"{path.name}-wal").stat().st_size // 8


def took(history: HistoryReader, width: int, selection: Selection) -> str:
    """Ask for bins three times; return how many there are and the quickest answer."""
    times = []
    for _ in range(3):
        began = time.perf_counter()
        found = sum(1 for _ in history.bins(width, selection))
        times.append(time.perf_counter() - began)
    return f"{found} bins of {width} s in {min(times) * 1000:.0f} ms"


def main() -> None:
    """Read the command line and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--hours", type=float, default=24.0)
    hours = parser.parse_args().hours
    one = Selection(cameras=frozenset({"camera 7"}), rois=frozenset(ROIS))
    many = Selection(rois=frozenset({"gate"}), cameras=frozenset(f"camera {n}" for n in range(5)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "history.sqlite"
        size, each = fill(path, hours)
        rows = int(hours * 3600) * CAMERAS * (len(ROIS) + 1)
        with HistoryReader(path) as history:
            lines = [
                f"{hours:g} h of {CAMERAS} x {len(ROIS)} ROIs at 1 Hz: {rows} rows, {size / 1e6:.0f} MB",
                f"a row: {size / rows:.1f} bytes; a day: {size / hours * 24 / 1e6:.0f} MB",
                f"written to the disk: {each / 1e3:.0f} kB a second",
                f"5 ROIs of one camera:       {took(history, 60, one)}",
                f"a ROI of each of 5 cameras: {took(history, 60, many)}",
            ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
