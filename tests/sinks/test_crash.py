"""kill -9 at random moments; see :mod:`tests.sinks.crash`. CROWDMON_KILLS=200 for the long form."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.sinks.crash import crash

KILLS = int(os.environ.get("CROWDMON_KILLS", "8"))

LATE = 3.0
"""Seconds: how much a machine that is busy with other things may be late. The promise is one second, and
`python -m tests.sinks.crash` says how well it is kept; here a recorder that keeps no time at all fails."""


@pytest.mark.skipif(os.name != "posix", reason="there is no SIGKILL here")
@pytest.mark.timeout(60 + 20 * KILLS)
@pytest.mark.slow
def test_a_killed_recorder_leaves_all_but_the_last_moment(tmp_path: Path) -> None:
    figures = crash(tmp_path, KILLS, seed=1, longest=1.7)
    assert figures.bad == [], figures.text()
    assert figures.kills == KILLS
    assert figures.kept > 3 * KILLS
    assert figures.rows >= 4 * figures.kept
    assert max(figures.ages) < LATE, figures.text()
