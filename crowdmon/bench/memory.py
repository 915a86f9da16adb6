"""What ``crowdmon bench`` measures of memory: what the program holds while it works, seen from outside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from crowdmon.bench.harness import Bench, Figures, Row, goal
from crowdmon.bench.live import Cameras, cameras, clip
from crowdmon.errors import CrowdmonError

_STEP = 0.25

_START = 12.0
"""Seconds to load, connect and compile before what is held is looked at for as long as was asked."""


def memory(bench: Bench) -> Figures:
    """Resident memory of the program itself: one camera headless, four with the window."""
    rows: list[Row] = []
    with cameras(clip(bench)) as served:
        for of, words, limit in _programs(bench, served):
            bench.say(of)
            if (most := resident_mb(words, seconds=bench.seconds / 2, folder=bench.folder)) is not None:
                rows.append(
                    {"what": "memory", "command": of, "size": "720p", "resident_mb": most, "limit": limit}
                )
    return rows, [
        goal("memory", row["command"], limit=row.pop("limit"), measured=row["resident_mb"], unit="MB")
        for row in rows
    ]


def _programs(bench: Bench, served: Cameras) -> list[tuple[str, Sequence[str], float]]:
    config = bench.folder / "four.yaml"
    lines = [f"  - name: camera {number}\n    source: {served.source(f'w{number}')}\n" for number in range(4)]
    config.write_text("cameras:\n" + "".join(lines), encoding="utf-8")
    csv = str(bench.folder / "memory.csv")
    return [
        ("one camera headless", ["count", served.source("memory"), "--every", "0.2", "--csv", csv], 450.0),
        ("four cameras with window", ["--config", str(config)], 800.0),
    ]


def resident_mb(words: Sequence[str], *, seconds: float, folder: Path) -> float | None:
    """Run ``crowdmon`` with ``words``, off screen, and return the most memory it held, in MB.

    Args:
        words: a command line that goes on until it is interrupted.
        seconds: how long to look, after it has had time to start.
        folder: where the window keeps its settings, instead of the user's own.

    Returns:
        The largest resident set, in units of 10**6 bytes; None where the system does not tell.

    Raises:
        CrowdmonError: the program ended by itself.
    """
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": str(folder)}
    with (folder / "memory.err").open("w+", encoding="utf-8") as err:
        command = [sys.executable, "-m", "crowdmon", *words]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=err, env=env) as program:
            most, end = 0, time.monotonic() + _START + seconds
            while time.monotonic() < end and program.poll() is None:
                most = max(most, _resident(program.pid) or 0)
                time.sleep(_STEP)
            ended = program.poll()
            _stop(program)
        err.seek(0)
        if ended is not None:
            last = (err.read().strip().splitlines() or ["it said nothing"])[-1]
            raise CrowdmonError(f"crowdmon {' '.join(words[:1])} ended with {ended}: {last}")
    return most / 1e6 if most else None


def _resident(pid: int) -> int | None:
    """Return the bytes a process holds in memory; None where the system does not tell."""
    if sys.platform == "linux":
        pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()
        return int(pages[1]) * os.sysconf("SC_PAGE_SIZE") if len(pages) > 1 else None
    if sys.platform == "darwin":
        done = subprocess.run(
            ["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return 1024 * int(done.stdout) if done.stdout.strip() else None
    return None


def _stop(program: subprocess.Popen[bytes]) -> None:
    if program.poll() is None:
        program.send_signal(signal.SIGTERM if sys.platform == "win32" else signal.SIGINT)
    try:
        program.wait(10)
    except subprocess.TimeoutExpired:
        program.kill()
