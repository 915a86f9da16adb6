"""What ``crowdmon bench`` measures of live cameras: latency, and how many are held.

The cameras are real ones as far as the program can tell: RTSP, 720p, 25 pictures a second, H.264 that was
encoded before and is sent by a process of its own (:mod:`crowdmon.bench.rtsp_server`). What watches them is a
process of its own as well.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from crowdmon.bench.clip import access_units, write_clip
from crowdmon.bench.estimate import FPS, GOP, MEGABITS, MOST_CPU, RATE, most_held
from crowdmon.bench.harness import SCENE, Bench, Figures, Row, answer, cores, goal
from crowdmon.bench.inference import ROI
from crowdmon.errors import CountingError, CrowdmonError
from crowdmon.scene import parse_scene
from crowdmon.values import Box

_PICTURES = 150
"""Of the clip; longer than what a camera is taken for frozen for."""

_HELD = 0.95
"""Share of the counts that makes a camera held."""


class Cameras:
    """The server's addresses, and when each client got its first picture."""

    def __init__(self, port: int, log: Path) -> None:
        self._port, self._log = port, log

    def source(self, name: str) -> str:
        """Return the address of a camera; every name is one."""
        return f"rtsp://127.0.0.1:{self._port}/{name}"

    def first_pictures(self) -> dict[str, float]:
        """Return the epoch seconds at which each camera's first picture was sent to its last client."""
        lines = self._log.read_text(encoding="utf-8").splitlines()[1:]
        return {name: float(moment) for name, _, moment in (line.partition(" ") for line in lines)}


def clip(bench: Bench) -> Path:
    """Return a clip of the plaza as a camera would send it, encoded once a bench."""
    path = bench.folder / "camera.h264"
    if not path.exists():
        bench.say("encoding a clip")
        scene = parse_scene(SCENE)
        pictures = (scene.render(number / FPS).rgb for number in range(_PICTURES))
        write_clip(path, access_units(pictures, fps=FPS, gop=GOP, megabits=MEGABITS), fps=FPS)
    return path


@contextlib.contextmanager
def cameras(clip: Path) -> Iterator[Cameras]:
    """Serve a clip as any number of cameras."""
    log = clip.with_suffix(".log")
    words = [sys.executable, "-m", f"{__package__}.rtsp_server", str(clip)]
    with log.open("w", encoding="utf-8") as out, subprocess.Popen(words, stdout=out) as server:
        try:
            port = _port(server, log)
            with socket.create_connection(("127.0.0.1", port)):
                yield Cameras(port, log)
        finally:
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(5)
            server.kill()


def _port(server: subprocess.Popen[bytes], log: Path) -> int:
    end = time.monotonic() + 30
    while not (said := log.read_text(encoding="utf-8")).endswith("\n"):
        if server.poll() is not None or time.monotonic() > end:
            raise CrowdmonError("the server of the bench's cameras did not start")
        time.sleep(0.02)
    return int(said.split()[0])


def latency(bench: Bench) -> Figures:
    """From a picture to its reading: one live 720p camera through the whole engine.

    Twice: from when the picture is there, decoded, as the reading's own time says; and from when the
    camera sent its first byte, which adds the network, decoding, and that FFmpeg knows the end of a
    picture only when the next one begins.
    """
    with cameras(clip(bench)) as served:
        bench.say("one camera")
        seen = answer("watch", sources=[served.source("gate")], rate=None, seconds=bench.seconds + 2)
        first = served.first_pictures()["gate"]
    if len(seen["counts"]) < 2:
        raise CountingError(f"one camera gave {len(seen['counts'])} readings", _why(seen))
    ages = {
        "arrival to reading": [1000 * (now - taken) for _, now, taken, _ in seen["counts"]],
        "sent to reading": [1000 * (now - first - media) for _, now, _, media in seen["counts"]],
    }
    rows: list[Row] = [
        {"what": "latency", "command": of, "size": "720p", "median_ms": median(some), "p95_ms": _p95(some)}
        for of, some in ages.items()
    ]
    counted = [row["median_ms"] for row in bench.found(what="inference", model="ssr-hef", size="720p")]
    if not counted:
        return rows, []
    fastest, measured = min(counted), rows[0]["p95_ms"]
    of, times = "p95 of arrival to reading, 720p", (measured / fastest, "inference")
    return rows, [goal("latency", of, limit=2.5 * fastest, measured=measured, unit="ms", times=times)]


def held(bench: Bench) -> Figures:
    """How many cameras are counted as often as requested, without a window."""
    return _held(bench, wanted=bench.wanted_cameras(bench.wanted.cameras))


def held_rois_only(bench: Bench) -> Figures:
    """The same with cameras of which only a ROI of about a tenth of the picture is counted."""
    return _held(bench, wanted=bench.wanted_cameras(bench.wanted.only), roi=ROI)


def _held(bench: Bench, *, wanted: int, roi: Box | None = None) -> Figures:
    rows: list[Row] = []
    part = {} if roi is None else {"part": "ROIs only"}
    with cameras(clip(bench)) as served:

        def holds(number: int) -> bool:
            bench.say(f"{number} cameras")
            sources = [served.source(f"{one}") for one in range(number)]
            seen = answer("watch", sources=sources, rate=RATE, seconds=bench.seconds, roi=roi)
            rows.append({**_verdict(seen), **part})
            return bool(rows[-1]["held"])

        most = most_held(holds, first=wanted)
    only = "" if roi is None else "ROIs only, "
    of = f"{only}720p, {FPS:g} pictures/s, {RATE:g} counts/s each, CPU below {100 * MOST_CPU:g} %"
    return rows, [goal("cameras", of, limit=wanted, measured=most, unit="cameras", at_least=True)]


def _verdict(seen: dict[str, Any]) -> Row:
    """Say of one run whether its cameras were held."""
    moments = {name: [now for one, now, *_ in seen["counts"] if one == name] for name in seen["cameras"]}
    slowest = min(_per_second(some, seconds=seen["seconds"]) for some in moments.values())
    share = 100 * seen["cpu"] / seen["seconds"] / cores()
    return {
        "what": "cameras",
        "size": "720p",
        "cameras": len(seen["cameras"]),
        "counts_per_s": slowest,
        "percent_of_machine": share,
        "skipped": sum(one["skipped"] for one in seen["cameras"].values()),
        "held": slowest >= _HELD * RATE and share < 100 * MOST_CPU,
        "why": _why(seen),
    }


def _per_second(moments: Sequence[float], *, seconds: float) -> float:
    """Return counts a second of a camera, from the moments of its counts in a time of ``seconds``.

    That time begins and ends anywhere between two counts: divided by it, a few seconds of twice a
    second would be off by a twentieth. A camera that fell silent is divided by all of it.
    """
    span = moments[-1] - moments[0] if moments else 0.0
    return (len(moments) - 1) / span if span > 0.8 * seconds else len(moments) / seconds


def _why(seen: dict[str, Any]) -> str:
    said = [seen["error"], *(one["message"] for one in seen["cameras"].values())]
    return next((text for text in said if text), "")


def _p95(values: Sequence[float]) -> float:
    return quantiles(values, n=20)[-1]
