"""How often a good view is taken for a bad one, and what is noticed: ``python -m tests.track.view_figures``.

Looks at one picture a second: of the clips and of Mall in ``CROWDMON_DATA`` (repeated), and of the rendered
plaza by day, by night and through a dusk of ten minutes.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path

import cv2
import numpy as np

from crowdmon.scene import parse_scene
from crowdmon.track.view_check import View, ViewCheck, small_grey
from tests.track.test_view_check import black, defocus, fog, hand, moved, one_colour, spray, white

Grey = np.ndarray

CHANGES: dict[str, Callable[[Grey], Grey]] = {
    "black": black,
    "white": white,
    "one colour": one_colour,
    "hand": hand,
    "spray": spray,
    "defocus": defocus,
    "fog": fog,
    "shift 2 %": lambda grey: moved(grey, x=3.2),
    "shift 5 %": lambda grey: moved(grey, x=8.0),
    "shift 5 % down": lambda grey: moved(grey, y=4.5),
    "shift 20 %": lambda grey: moved(grey, x=32.0),
    "rotation 3": lambda grey: moved(grey, turn=3.0),
    "rotation 5": lambda grey: moved(grey, turn=5.0),
    "rotation 15": lambda grey: moved(grey, turn=15.0),
}


def clip(path: Path) -> Iterator[Grey]:
    """Yield one picture a second of media time."""
    video = cv2.VideoCapture(str(path))
    fps, due = video.get(cv2.CAP_PROP_FPS) or 25.0, 0.0
    number = 0
    while video.grab():
        if number / fps >= due:
            due += 1.0
            yield small_grey(np.ascontiguousarray(video.retrieve()[1][:, :, ::-1]))
        number += 1


def plaza(scene: str, seconds: int) -> list[Grey]:
    """Return one rendered picture a second."""
    drawn = parse_scene(f"{scene}?people=120&seed=2&width=640&height=360")
    return [small_grey(drawn.render(float(second)).rgb) for second in range(seconds)]


def dusk(day: list[Grey], night: list[Grey], seconds: int = 600) -> list[Grey]:
    """Return pictures that turn from day to night, with a minute of each at the ends."""
    share = np.clip((np.arange(seconds + 120) - 60) / seconds, 0, 1)
    pairs = zip(cycle(day), cycle(night), share, strict=False)
    return [(a * (1 - s) + b * s).astype(np.uint8) for a, b, s in islice(pairs, len(share))]


def alarms(pictures: list[Grey], seconds: int) -> int:
    """Return for how many seconds something was said of a good view."""
    check = ViewCheck()
    return sum(
        check.step(one, float(second)) is not None
        for second, one in enumerate(islice(cycle(pictures), seconds))
    )


def noticed(
    pictures: list[Grey], change: Callable[[Grey], Grey], *, within: int = 60
) -> tuple[View, int] | None:
    """Return what is said of a change, and after how many seconds."""
    check = ViewCheck()
    stream = cycle(pictures)
    for second in range(40):
        check.step(next(stream), float(second))
    for second in range(within):
        view = check.step(change(next(stream)), 40.0 + second)
        if view is not None:
            return view, second + 1
    return None


def main() -> None:
    """Print a line a view, and what was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=900, help="of rendered day, and of night")
    seconds = parser.parse_args().seconds
    views: dict[str, list[Grey]] = {}
    data = Path(os.environ.get("CROWDMON_DATA", ""))
    if os.environ.get("CROWDMON_DATA"):
        views |= {path.name: list(clip(path)) for path in sorted((data / "videos").glob("*.*"))}
        frames = sorted((data / "mall_dataset" / "frames").glob("*.jpg"))
        views["mall"] = [
            small_grey(np.ascontiguousarray(cv2.imread(str(path))[:, :, ::-1])) for path in frames
        ]
    views["plaza"], views["plaza-night"] = plaza("plaza", seconds), plaza("plaza-night", seconds)
    views["dusk"] = dusk(views["plaza"], views["plaza-night"])
    total = false = 0
    for name, pictures in views.items():
        if not pictures:
            continue
        long = max(len(pictures), 300)
        wrong = alarms(pictures, long)
        total, false = total + long, false + wrong
        found = {change: noticed(pictures, make) for change, make in CHANGES.items()}
        said = ", ".join(f"{key} {one[1]} s" for key, one in found.items() if one)
        missed = ", ".join(key for key, one in found.items() if one is None) or "nothing"
        sys.stdout.write(f"{name}: {long} s, {wrong} s wrong; noticed {said}; missed {missed}\n")
        sys.stdout.flush()
    sys.stdout.write(f"all: {total} s, {false} s wrong\n")


if __name__ == "__main__":
    main()
