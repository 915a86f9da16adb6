"""What ``crowdmon bench`` measures of the window: how soon it is there, and whether it ever stands still.

Each figure comes from a process of its own, off screen, that opens the window as a user does.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from crowdmon.bench.harness import SCENE, Goal, Row, goal
from crowdmon.errors import CrowdmonError
from crowdmon.scene import parse_scene
from crowdmon.sinks.video import Clip

_PICTURES, _TIMES = 50, 16
"""Drawn pictures, and how often the recording shows them, to and fro: half a minute."""

_EMPTY = "synthetic:empty"

_WITHIN_S = 180.0


def window(_before: Sequence[Row], *, rounds: int = 3, seconds: float = 10.0) -> tuple[list[Row], list[Goal]]:
    """Process to first painting, process to a file's first picture, and the heartbeat of a 10 ms timer.

    The heartbeat is the window's own thread while a 720p recording plays at its own speed and is counted:
    it is decoded and converted as a camera's stream is.
    """
    with tempfile.TemporaryDirectory(prefix="crowdmon-bench-") as folder:
        clip = film(Path(folder) / "plaza.mp4")
        ups, pictures = [], []
        for number in range(rounds + 1):
            up = child("up", _EMPTY, folder=folder)["ms"]
            picture = child("picture", str(clip), folder=folder)["ms"]
            if number:  # the first round finds nothing in the disk's cache
                ups.append(up)
                pictures.append(picture)
        beat = child("beat", str(clip), folder=folder, seconds=seconds)
    return _figures(ups, pictures, beat)


def _figures(
    ups: Sequence[float], pictures: Sequence[float], beat: dict[str, Any]
) -> tuple[list[Row], list[Goal]]:
    gaps = beat["gaps"]
    if len(gaps) < 2 or not beat["counted"]:
        raise CrowdmonError(f"the window's heartbeat: {len(gaps)} beats, {beat['counted']} readings")
    cut = quantiles(gaps, n=100)
    rows: list[Row] = [
        {"what": "window", "command": "first painting", "median_ms": median(ups)},
        {
            "what": "window", "command": "a file's first picture", "size": "720p",
            "median_ms": median(pictures),
        },
        {
            "what": "window", "command": "heartbeat of 10 ms", "size": "720p", "median_ms": cut[49],
            "p95_ms": cut[94], "p99_ms": cut[98], "max_ms": max(gaps), "beats": len(gaps),
            "readings": beat["counted"],
        },
    ]  # fmt: skip
    return rows, [
        goal("start", "window, first painting", limit=1.0, measured=rows[0]["median_ms"] / 1000, unit="s"),
        goal("window", "a file's first picture", limit=2.0, measured=rows[1]["median_ms"] / 1000, unit="s"),
        goal("window", "heartbeat p99", limit=25.0, measured=cut[98], unit="ms"),
    ]


def film(path: Path, *, pictures: int = _PICTURES, times: int = _TIMES) -> Path:
    """Write a recording of the plaza: ``pictures`` of it, shown ``times`` times to and fro."""
    scene = parse_scene(SCENE)
    shown = [scene.render(i / scene.fps).rgb for i in range(pictures)]
    with Clip(path) as clip:
        for turn in range(times):
            for rgb in reversed(shown) if turn % 2 else shown:
                clip.write(rgb, clip.pictures / scene.fps)
    return path


def child(kind: str, source: str, *, folder: str, seconds: float = 0.0) -> dict[str, Any]:
    """Have a process open the window on a source and return what was seen.

    What :class:`~crowdmon.ui.shell.paint_watch.PaintWatch` sees, and ``ms`` from the start of the process
    to the painting.

    Raises:
        CrowdmonError: it failed, or saw nothing in time.
    """
    started = time.time()
    done = subprocess.run(
        [sys.executable, "-m", "crowdmon.bench.window_child", kind, str(seconds), folder, source],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
        timeout=_WITHIN_S + seconds,
    )
    last = (done.stdout.strip().splitlines() or ["{}"])[-1]
    seen: dict[str, Any] = json.loads(last) if last.startswith("{") else {}
    if done.returncode or "at" not in seen or (kind == "beat" and "gaps" not in seen):
        why = (done.stderr.strip().splitlines() or ["it saw nothing in time"])[-1]
        raise CrowdmonError(f"the window under observation ({kind}) ended with {done.returncode}: {why}")
    return {**seen, "ms": 1000 * (seen["at"] - started)}
