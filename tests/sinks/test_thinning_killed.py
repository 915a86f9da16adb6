"""A program that is killed while it thins leaves a whole file in which every reading still counts once."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crowdmon.sinks.history import thinning
from crowdmon.sinks.history.query import HistoryReader
from crowdmon.sinks.history.selection import Selection
from crowdmon.sinks.history.store import Store, connect
from crowdmon.sinks.history.thinning import DAY, STEADY, Keep
from tests.sinks.making import NOON, reading, slow_bins
from tests.sinks.test_migration import old_file
from tests.sinks.test_thinning import keyed, same

ROOT = Path(__file__).resolve().parents[2]


def thin(path: Path) -> None:
    """Do every step there is, until killed or done."""
    thinning.A_STEP = 300
    store = Store(path, connect, keep=Keep(raw=DAY, older=True))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    second = 0
    while True:
        second += 1
        if not store.tend(now=NOON + 30 * DAY + second, ticks=float(second)) and second > STEADY:
            break
    store.close()


@pytest.mark.slow
def test_a_kill_in_the_middle_loses_no_minute(tmp_path: Path) -> None:
    facts = [reading(n, time=NOON + 1.3 * n, rois=("left", "right")) for n in range(4_000)]
    path = old_file(tmp_path / "h.sqlite", 2, facts)
    truth = slow_bins(facts, 60, Selection())
    chance, kills = random.Random(3), 0
    while True:
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.sinks.test_thinning_killed", str(path)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )
        assert child.stdout is not None
        with child.stdout:
            child.stdout.readline()
            time.sleep(chance.uniform(0.0, 0.25))  # a kill comes when it comes
            child.kill()
            code = child.wait()
        kills += code != 0
        connection = sqlite3.connect(path)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        (left,) = connection.execute("SELECT count(*) FROM reading").fetchone()
        connection.close()
        with HistoryReader(path) as history:
            found = keyed(history.bins(60))
            counted = sum(one.n for one in history.bins(1))
        assert found.keys() == truth.keys()
        assert all(same(found[key], truth[key]) for key in truth)
        assert counted == 3 * len(facts)
        if not left:
            break
    assert kills >= 2


if __name__ == "__main__":
    thin(Path(sys.argv[1]))
