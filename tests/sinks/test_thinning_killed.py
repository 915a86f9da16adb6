"""A program that is killed while it thins leaves a whole file in which every reading still counts once."""

from __future__ import annotations

import itertools
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
    """Do every step there is, each when told to on standard input and answered on standard output."""
    thinning.A_STEP = 300
    store = Store(path, connect, keep=Keep(raw=DAY, older=True))
    seconds = itertools.count()
    did = True
    while did:
        sys.stdin.readline()
        for second in seconds:
            did = store.tend(now=NOON + 30 * DAY + second, ticks=float(second))
            if did or second > STEADY:  # before that, nothing is deleted
                break
        sys.stdout.write("done\n" if did else "nothing left\n")
        sys.stdout.flush()
    store.close()


def some_steps_and_a_kill(path: Path, *, chance: random.Random) -> bool:
    """A few whole steps, and a kill at some moment of the next. Whether nothing was left to do."""
    command = [sys.executable, "-m", "tests.sinks.test_thinning_killed", str(path)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        for _ in range(chance.randint(5, 30)):  # a new process looks a few times before it finds its place
            child.stdin.write("a step\n")
            child.stdin.flush()
            if child.stdout.readline() == "nothing left\n":
                return True
        child.stdin.write("a step\n")
        child.stdin.flush()
        time.sleep(chance.uniform(0.0, 0.002))  # a step takes about half a millisecond
        child.kill()
    return False


@pytest.mark.slow
def test_a_kill_in_the_middle_loses_no_minute(tmp_path: Path) -> None:
    facts = [reading(n, time=NOON + 1.3 * n, rois=("left", "right")) for n in range(4_000)]
    path = old_file(tmp_path / "h.sqlite", 2, facts)
    truth = slow_bins(facts, 60, Selection())
    chance, kills, over = random.Random(3), 0, False
    while not over:
        over = some_steps_and_a_kill(path, chance=chance)
        kills += not over
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
    assert left == 0
    assert kills >= 2


if __name__ == "__main__":
    thin(Path(sys.argv[1]))
