"""Builds the history of a large site and says how quickly it answers.

    python -m tests.sinks.speed --days 400 --hours 48

Sixteen cameras with five ROIs each and the whole picture, one reading a second: readings of the last hours,
minutes of the last days. Both are made inside SQLite, so that it takes minutes and not weeks. The file of the
full size has about 6 GB; ``--file`` keeps it.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from crowdmon.sinks.bins import width_to_plot
from crowdmon.sinks.history.file import HistoryFile
from crowdmon.sinks.history.query import HistoryReader
from crowdmon.sinks.history.selection import Selection
from crowdmon.values import WHOLE_FRAME, Reading, RoiReading

CAMERAS = 16
ROIS = ("left", "right", "gate", "stairs", "platform")
END = 1_700_000_000 // 3600 * 3600
DAY = 86_400

RAW = """WITH RECURSIVE second(at) AS (SELECT :first UNION ALL SELECT at + 1 FROM second WHERE at < :last)
    INSERT INTO reading SELECT :series, at + 0.25, at - :first + 100, :place, abs(random()) % 1000 / 10.0,
        abs(random()) % 1000 / 10.0, abs(random()) % 1000 / 1000.0, NULL, 'ok', at - :first, at - :first,
        abs(random()) % 1000 / 500.0, NULL
    FROM second"""
SUMS = """WITH RECURSIVE stretch(at) AS (
        SELECT :first UNION ALL SELECT at + :width FROM stretch WHERE at < :last - :width)
    INSERT INTO {} SELECT :series, at, :width, 0, :width * (abs(random()) % 1000) / 10.0, 1.5, 97.5,
        abs(random()) % 1000 / 10.0, at - :first + 100, 1.5, 2.5
    FROM stretch"""


def build(path: Path, *, days: float, hours: float) -> None:
    """Make the file."""
    rois = tuple(RoiReading(name, 1.0) for name in (WHOLE_FRAME, *ROIS))
    with HistoryFile(path, clock=lambda: 0.0) as history:
        for camera in range(CAMERAS):
            history.write(Reading(END - days * DAY, f"camera {camera}", rois))
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    first, recent = int(END - days * DAY), int(END - hours * 3600)
    for series, camera, roi in connection.execute("SELECT id, camera, roi FROM series").fetchall():
        place = (WHOLE_FRAME, *ROIS).index(roi)
        if roi == ROIS[-1]:
            sys.stderr.write(f"{camera} of {CAMERAS}\n")
        values = {"series": series, "place": place}
        connection.execute("BEGIN")
        connection.execute("DELETE FROM reading WHERE series = ?", (series,))
        connection.execute(RAW, {**values, "first": recent, "last": END - 1})
        for table, width in (("minute", 60), ("hour", 3600)):
            connection.execute(SUMS.format(table), {**values, "first": first, "last": END, "width": width})
        connection.execute("COMMIT")
    connection.execute("UPDATE sequence SET last = 1000000000")
    connection.execute(
        "UPDATE summed SET minutes_until = ?, hours_until = ?, thinned_until = ?", (END, END, recent)
    )
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def took(answer: Callable[[], int], *, times: int = 7) -> str:
    """Return how many values came, and the middle and the slowest of some answers."""
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        found = answer()
        spent.append(1000 * (time.perf_counter() - began))
    return f"{found:>6} bins, median {statistics.median(spent):6.0f} ms, slowest {max(spent):6.0f} ms"


def plot(path: Path, selection: Selection) -> int:
    """Ask for a range as a plot does, with opening the file."""
    with HistoryReader(path) as history:
        width = width_to_plot(selection.until - selection.since)
        return sum(1 for _ in history.bins(width, selection))


def questions(path: Path, *, days: float, hours: float) -> list[str]:
    """Ask, and return what was found."""
    chance = random.Random(1)
    everywhere = frozenset(ROIS)

    def day(back: float, camera: int = 7) -> Selection:
        since = END - back * DAY
        return Selection(
            since=since, until=since + DAY, cameras=frozenset({f"camera {camera}"}), rois=everywhere
        )

    def any_day() -> int:
        return plot(path, day(1 + chance.random() * (days - 2), chance.randrange(CAMERAS)))

    one = Selection(
        since=END - days * DAY, until=END, cameras=frozenset({"camera 3"}), rois=frozenset({"gate"})
    )
    hour = Selection(since=END - 3600 - 77.5, until=END, cameras=frozenset({"camera 7"}), rois=everywhere)
    thirty = Selection(since=END - 1800, until=END, cameras=frozenset({"camera 7"}), rois=everywhere)
    return [
        f"any 24 h of 5 ROIs:       {took(any_day)}",
        f"the last 24 h of 5 ROIs:  {took(lambda: plot(path, day(1)))}",
        f"24 h over the seam:       {took(lambda: plot(path, day(hours / 24 + 0.501)))}",
        f"all {days:g} days of one ROI: {took(lambda: plot(path, one))}",
        f"the last hour of 5 ROIs:  {took(lambda: plot(path, hour))}",
        f"the last 30 min, 5 ROIs:  {took(lambda: plot(path, thirty))}",
    ]


def recording(path: Path) -> list[str]:
    """Record some minutes more, with all steps of thinning, and say how long each second takes."""
    spent: list[float] = []
    now = float(END)
    with HistoryFile(path, clock=lambda: now, ticks=lambda: now) as history:
        for second in range(900):
            now = END + second
            for camera in range(CAMERAS):
                rois = tuple(RoiReading(name, 3.0) for name in (WHOLE_FRAME, *ROIS))
                history.write(Reading(now + camera / 100, f"camera {camera}", rois, frame=second))
            began = time.perf_counter()
            history.flush()
            spent.append(1000 * (time.perf_counter() - began))
    spent.sort()
    return [
        f"a second of recording, with summing up and thinning: median {statistics.median(spent):.0f} ms, "
        f"99 % within {spent[int(0.99 * len(spent))]:.0f} ms, slowest {spent[-1]:.0f} ms"
    ]


def growth(path: Path, *, days: float, hours: float) -> list[str]:
    """Say what a day takes, from the pages of each table."""
    connection = sqlite3.connect(path)
    try:
        rows = dict(connection.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name").fetchall())
    except sqlite3.Error:  # a SQLite without that table
        return [f"{path.stat().st_size / 1e6:.0f} MB"]
    finally:
        connection.close()
    raw, minutes = rows["reading"] / hours * 24 / 1e6, (rows["minute"] + rows["hour"]) / days / 1e6
    return [
        f"{path.stat().st_size / 1e6:.0f} MB",
        f"readings: {raw:.0f} MB a day, {raw * hours / 24:.0f} MB for {hours:g} h; then no more",
        f"minutes and hours: {minutes:.1f} MB a day, {minutes * days:.0f} MB for {days:g} days; then no more",
    ]


def main() -> None:
    """Read the command line and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--days", type=float, default=400.0)
    parser.add_argument("--hours", type=float, default=48.0)
    parser.add_argument("--file", type=Path, help="keep the file there, or use the one that is there")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = asked.file or Path(folder) / "history.sqlite"
        if not path.exists():
            build(path, days=asked.days, hours=asked.hours)
        sizes = {"days": asked.days, "hours": asked.hours}
        for line in [*growth(path, **sizes), *questions(path, **sizes), *recording(path)]:
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
