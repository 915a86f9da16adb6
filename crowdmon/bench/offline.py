"""What ``crowdmon bench`` measures without live cameras: start-up, recordings, CPU time by part."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from crowdmon.bench import live as bench_live
from crowdmon.bench.clip import read_clip
from crowdmon.bench.estimate import FPS, RATE
from crowdmon.bench.harness import SCENE, Bench, Figures, Row, alternating, answer, goal, process
from crowdmon.capture.source import open_source
from crowdmon.counting.counter import Counter
from crowdmon.engine.offline import iterate
from crowdmon.scene import parse_scene
from crowdmon.sinks.video import Clip
from crowdmon.values import Frame

_STARTS: tuple[tuple[str, list[str], float], ...] = (
    ("crowdmon --help", ["--help"], 0.15),
    ("first count", ["count", SCENE, "--duration", "0.02"], 5.0),
    ("first count of a recording", ["count", "", "--duration", "0.02"], 2.0),
)
"""What is started, and the goal in seconds. The first count of the plaza includes drawing it, which takes as
long as all the rest; an empty word stands for the recording."""

_PICTURES = 50
"""Of the recording, two seconds."""
_KEPT = 10
"""Decoded pictures that are counted over and over."""


def start(bench: Bench) -> Figures:
    """How soon the program answers, each time as a fresh process."""
    path, _ = _recording(bench)
    runs = [_started([word or str(path) for word in words]) for _, words, _ in _STARTS]
    times = alternating(runs, rounds=max(3, bench.rounds // 2), say=bench.say)
    rows: list[Row] = [
        {"what": "start", "command": of, "median_ms": median(taken)}
        for (of, _, _), taken in zip(_STARTS, times, strict=True)
    ]
    return rows, [
        goal("start", of, limit=limit, measured=row["median_ms"] / 1000, unit="s")
        for (of, _, limit), row in zip(_STARTS, rows, strict=True)
    ]


def offline(bench: Bench) -> Figures:
    """A 720p recording: decoding alone, counting alone, and both, as ``crowdmon count`` does them."""
    bench.say("encoding a recording")
    path, frames = _recording(bench)
    counter = Counter()
    for frame in frames * 2:
        counter.count(frame)
    pictures = [frames[number % len(frames)] for number in range(_PICTURES)]

    def decode() -> None:
        with open_source(str(path)) as source:
            for picture in source.pictures():
                picture.rgb()

    def count() -> None:
        for frame in pictures:
            counter.count(frame)

    def both() -> None:
        with open_source(str(path)) as source:
            for _ in iterate(source, counter):
                pass

    times = alternating([decode, count, both], rounds=3 if not bench.long else 7, say=bench.say)
    names = ("decoding alone", "counting alone", "crowdmon count")
    rows: list[Row] = [
        {"what": "offline", "command": name, "size": "720p", "median_ms": median(taken) / _PICTURES}
        for name, taken in zip(names, times, strict=True)
    ]
    for row in rows:
        row["pictures_per_s"] = 1000 / row["median_ms"]
    alone = max(rows[0]["median_ms"], rows[1]["median_ms"])
    share = 100 * alone / rows[2]["median_ms"]
    of = "of the slower of decoding and counting alone, 720p"
    return rows, [goal("offline", of, limit=90.0, measured=share, unit="%", at_least=True)]


def cpu(bench: Bench) -> Figures:
    """CPU time of one 720p camera by part: what each costs a picture, and how often it is done."""
    units, _ = read_clip(bench_live.clip(bench))
    path = bench.folder / "plain.h264"
    path.write_bytes(b"".join(units))
    bench.say("one camera, part by part")
    costs: dict[str, Any] = answer("costs", source=str(path))
    often = {"decode": FPS, "convert to show": FPS, "paint": FPS}
    return [
        {
            "what": "CPU a camera", "part": part, "size": "720p", "median_ms": cost,
            "per_s": often.get(part, RATE),
            "percent_of_core": cost * often.get(part, RATE) / 10,
        }
        for part, cost in costs.items()
    ], []  # fmt: skip


def _started(words: list[str]) -> Callable[[], object]:
    return lambda: process(["-m", "crowdmon", *words])


def _recording(bench: Bench) -> tuple[Path, list[Frame]]:
    """Write a recording, once a bench; return it and some of its pictures."""
    path = bench.folder / "plaza.mp4"
    if not path.exists():
        scene = parse_scene(SCENE)
        with Clip(path) as clip:
            for number in range(_PICTURES):
                clip.write(scene.render(number / scene.fps).rgb, number / scene.fps)
    with open_source(str(path)) as source:
        return path, [Frame(one.rgb()) for one, _ in zip(source.pictures(), range(_KEPT), strict=False)]
