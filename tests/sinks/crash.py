"""Kills a recording program at random moments and looks at what it leaves.

    python -m tests.sinks.crash --kills 200

The program is the recording thread of the engine with a history and a daily CSV, four cameras with three
ROIs at ten readings a second each. It says on a pipe what it recorded and when, and what it knows to be
durable; the pipe outlives it. All kills hit the same two files, each run carrying on what the last left.
"""

from __future__ import annotations

import argparse
import random
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from crowdmon.errors import CrowdmonError
from crowdmon.facts import Fact
from crowdmon.sinks.csv_rows import HEADER, decode
from crowdmon.sinks.history.query import HistoryReader
from crowdmon.values import WHOLE_FRAME, Reading, RoiReading

CAMERAS = 4
ROIS = ("left", "right", "far corner")
RATE = 10.0
LONGEST = 3.0
"""Seconds within which a run is killed."""

ROOT = Path(__file__).resolve().parents[2]


def fact(number: int, now: float) -> Reading:
    """Reading ``number`` of all; its counts can be known from it again."""
    rois = tuple(RoiReading(roi, number / 7 + place) for place, roi in enumerate((WHOLE_FRAME, *ROIS)))
    return Reading(now, f"camera {number % CAMERAS}", rois, frame=number, pts=number / RATE)


def record(folder: Path, first: int) -> None:
    """Record until killed."""
    from crowdmon.engine.protocols import SystemClock
    from crowdmon.engine.sink_thread import SinkThread
    from crowdmon.sinks.daily import DailyCsv
    from crowdmon.sinks.history.file import HistoryFile

    class Telling(HistoryFile):
        def flush(self) -> None:
            super().flush()
            if taken:
                say("durable", taken[-1])

        def write(self, fact: Fact) -> None:
            super().write(fact)
            assert isinstance(fact, Reading)
            assert fact.frame is not None
            taken.append(fact.frame)

    def say(word: str, number: int) -> None:
        sys.stdout.write(f"{word} {number} {time.monotonic()}\n")
        sys.stdout.flush()

    taken: list[int] = []
    sinks = [Telling(folder / "history.sqlite"), DailyCsv(folder)]
    sink_thread = SinkThread(sinks, clock=SystemClock(), look=lambda: None)
    say("ready", first)
    sink_thread.thread.start()
    number, due = first, time.monotonic()
    while True:
        sink_thread.push(fact(number, time.time()))
        say("recorded", number)
        number += 1
        due += 1.0 / (RATE * CAMERAS)
        time.sleep(max(0.0, due - time.monotonic()))


@dataclass
class SourceFigures:
    """What many kills came to.

    Attributes:
        kills: so many.
        recorded, kept: readings that the program said it recorded, and those of them in the history.
        bad: kills after which something was wrong, with what: a file that does not open or is not whole, a
            reading that is lost though it was durable, doubled, changed or out of order.
        ages: of the oldest reading that each kill cost, in seconds; 0 where none was lost.
        rows: whole rows in the daily CSV.
        cut: kills that left a CSV with its last row cut short, for the next run to mend.
        size: bytes of the history in the end.
    """

    kills: int = 0
    recorded: int = 0
    kept: int = 0
    bad: list[str] = field(default_factory=list)
    ages: list[float] = field(default_factory=list)
    rows: int = 0
    cut: int = 0
    size: int = 0

    def text(self) -> str:
        within = sum(age <= 1.0 for age in self.ages)
        ages = sorted(self.ages)
        lines = [
            ("kills", f"{self.kills}"),
            ("kills after which all was well", f"{self.kills - len(self.bad)} of {self.kills}"),
            ("  database opens, integrity_check ok, readings once, in order, to the digit", ""),
            ("  nothing lost that was reported durable, CSV rows whole", ""),
            ("kills that cost nothing older than 1 s", f"{within} of {self.kills}"),
            ("age of the oldest reading lost, median", f"{ages[len(ages) // 2]:.2f} s"),
            ("age of the oldest reading lost, worst", f"{ages[-1]:.2f} s"),
            ("readings made, of these in the history", f"{self.recorded}, {self.kept}"),
            ("whole rows in the CSV", f"{self.rows}"),
            ("kills that cut the CSV's last row short", f"{self.cut} (mended by the next start)"),
            ("history", f"{self.size / 1e6:.1f} MB"),
        ]
        return "\n".join([*(f"{name:<42} {value}".rstrip() for name, value in lines), *self.bad])


def one_kill(folder: Path, first: int, delay: float) -> tuple[list[tuple[str, int, float]], float]:
    """Run the program, kill it ``delay`` seconds after it is ready; return what it said, and when it died."""
    command = [sys.executable, "-m", "tests.sinks.crash", "--record", str(folder), "--first", str(first)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT)
    assert child.stdout is not None
    said = b""
    try:
        killed_at = time.monotonic() + 60.0
        while (left := killed_at - time.monotonic()) > 0:
            if select.select([child.stdout], [], [], left)[0]:
                if not (piece := child.stdout.read1(1 << 16)):
                    raise RuntimeError(f"the recorder ended by itself: {child.wait()}")
                if not said:
                    killed_at = time.monotonic() + delay
                said += piece
        killed_at = time.monotonic()
    finally:
        child.send_signal(signal.SIGKILL)
        rest = child.stdout.read()
        child.stdout.close()
        child.wait()
    whole = (said + rest).rpartition(b"\n")[0].decode().splitlines()
    lines = [line.split() for line in whole]
    return [(word, int(number), float(moment)) for word, number, moment in lines], killed_at


class Inspector:
    """Looks at the files after each kill and leaves them as they were, for the next run to find."""

    def __init__(self, folder: Path, scratch: Path) -> None:
        self.folder, self.scratch = folder, scratch
        self.figures = SourceFigures()
        self.first = 0
        self._ever: list[int] = []
        self._ends: dict[Path, int] = {}

    def look(self, said: list[tuple[str, int, float]], killed_at: float) -> None:
        """Take in one kill."""
        figures, made = self.figures, {n: moment for word, n, moment in said if word == "recorded"}
        durable = max((n for word, n, _ in said if word == "durable"), default=self.first - 1)
        figures.kills += 1
        figures.recorded += len(made)
        try:
            found = self._history(self._copy())
            assert found == list(range(self.first, self.first + len(found))), f"not in order: {found[:9]}"
            assert len(found) >= durable + 1 - self.first, (
                f"lost {durable + 1 - self.first - len(found)} durable"
            )
            in_csv = self._csv()
            assert in_csv == list(range(self.first, self.first + len(in_csv))), f"CSV: {in_csv[:9]}"
        except (AssertionError, CrowdmonError, sqlite3.Error, ValueError) as error:
            figures.bad.append(f"kill {figures.kills}: {error}")
            found = []
        lost = [moment for n, moment in made.items() if n >= self.first + len(found)]
        figures.ages.append(killed_at - min(lost) if lost else 0.0)
        figures.kept += len(made) - len(lost)
        self._ever += found
        self.first = max([self.first, *found, *made]) + 2  # one may have been recorded before it was said

    def finish(self) -> SourceFigures:
        """Look at the whole history once more, where it lies."""
        path = self.folder / "history.sqlite"
        self.first = 0
        if self._history(path) != self._ever:
            self.figures.bad.append("what one kill left was not there after a later one")
        self.figures.size = path.stat().st_size
        return self.figures

    def _copy(self) -> Path:
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir()
        for path in self.folder.glob("history.sqlite*"):
            if not path.name.endswith("-shm"):
                shutil.copy(path, self.scratch)
        return self.scratch / "history.sqlite"

    def _history(self, path: Path) -> list[int]:
        """Return the readings from the first of this run on; they are compared to the digit."""
        if not path.exists() or (not path.stat().st_size and not path.with_name(f"{path.name}-wal").exists()):
            return []  # killed before its first transaction
        connection = sqlite3.connect(path)
        try:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            if connection.execute("PRAGMA user_version").fetchone() == (0,):
                return []
        finally:
            connection.close()
        with HistoryReader(path) as history:
            kept = [one for one in history.readings() if one.frame is not None and one.frame >= self.first]
        assert all(one == fact(one.frame, one.time) for one in kept if one.frame is not None), "changed"
        return [one.frame for one in kept if one.frame is not None]

    def _csv(self) -> list[int]:
        """Return the readings of this run of which there is a row."""
        frames: list[int] = []
        for path in sorted(self.folder.glob("*.csv")):
            data = path.read_bytes()
            end = data.rfind(b"\n") + 1
            self.figures.cut += end < len(data)
            start = self._ends.get(path, len(HEADER))
            assert data[: len(HEADER)] == HEADER[: len(data)], "no header"
            rows = decode((HEADER + data[start:end]).decode().splitlines(keepends=True))
            for row in rows:
                assert row["frame"] is not None
                true = fact(row["frame"], row["time"]).roi(row["roi"])
                assert row["count"] == round(true.count or 0.0, 2), f"CSV row {row}"
            self._ends[path] = max(end, len(HEADER))
            self.figures.rows += len(rows)
            frames += [row["frame"] for row in rows if row["roi"] == WHOLE_FRAME and row["frame"] is not None]
        return frames


def crash(folder: Path, kills: int, *, seed: int, longest: float = LONGEST) -> SourceFigures:
    """Kill so many times, each within ``longest`` seconds of the start; return what came of it."""
    chance = random.Random(seed)
    (folder / "log").mkdir()
    inspector = Inspector(folder / "log", folder / "copy")
    for _ in range(kills):
        inspector.look(*one_kill(inspector.folder, inspector.first, chance.uniform(0.0, longest)))
    return inspector.finish()


def main() -> int:
    """Read the command line; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--record", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--first", type=int, default=0, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.record:
        record(given.record, given.first)
    with tempfile.TemporaryDirectory() as folder:
        figures = crash(Path(folder), given.kills, seed=given.seed)
    sys.stdout.write(f"{figures.text()}\n")
    return 1 if figures.bad else 0


if __name__ == "__main__":
    sys.exit(main())
