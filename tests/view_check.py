"""How often a good view is taken for a bad one, and what is noticed: ``python -m tests.view_check``.

Looks at one picture a second: of the clips, of Mall and of the stills of Beijing-BRT in ``CROWDMON_DATA``
(clips repeated, stills held for 40 s each), and of the rendered plaza by day, by night, with a crowd that
fills it, and through dusk and dawn. Then it spoils or turns each view, and says after how many seconds that
was noticed, while the program runs and across a restart.
"""

from __future__ import annotations

import argparse
import copy
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import cycle, islice
from pathlib import Path

import cv2
import numpy as np

from crowdmon.track.view_check import View, ViewCheck
from crowdmon.track.view_edges import small_grey
from tests.track.test_view_check import black, defocus, fog, hand, one_colour, spray, white
from tests.view_views import Picture, clip, dusk, held, part, plaza, same_views, stills

HELD_S = 40
STILL = (180, 320)
LEARNED_S = 40
ANGLES = (3.0, 5.0, 8.0, 15.0)

SPOILT = {
    "black": black,
    "washed out": white,
    "one flat colour": one_colour,
    "hand before the lens": hand,
    "spray": spray,
    "strong defocus": defocus,
    "fog": fog,
}
TURNED = {
    f"{axis} {sign * angle:+g}": {axis: sign * angle}
    for axis in ("yaw", "pitch", "roll")
    for angle in ANGLES
    for sign in (1, -1)
}

Grey = np.ndarray
Views = dict[str, list[Picture]]


def good_views(seconds: int) -> Views:
    """Return pictures of fixed cameras, one a second."""
    views: Views = {}
    if os.environ.get("CROWDMON_DATA"):
        data = Path(os.environ["CROWDMON_DATA"])
        views |= {path.stem: clip(path) for path in sorted((data / "videos").glob("*.*"))}
        views["Mall"] = stills(data / "mall_dataset" / "frames")
    views["plaza"], views["plaza by night"] = plaza("plaza", seconds), plaza("plaza-night", seconds)
    views["plaza, 500 people"] = plaza("plaza", seconds // 2, people=500)
    return {name: pictures for name, pictures in views.items() if pictures}


def said_wrongly(pictures: Iterable[Picture]) -> tuple[int, int]:
    """Return for how many seconds a good view was watched, and for how many something was said of it."""
    check = ViewCheck()
    said = [check.step(small_grey(one), float(second)) for second, one in enumerate(pictures)]
    return len(said), sum(one is not None for one in said)


def noticed(
    known: ViewCheck, bad: Callable[[Picture], Grey], pictures: list[Picture], *, restarted: bool = False
) -> tuple[View, int] | None:
    """Return what is said of a view that becomes bad, and after how many seconds; None if nothing is.

    Args:
        known: what has learned the good view, for :data:`LEARNED_S`.
        bad: what is seen then instead of a picture.
        pictures: one a second, repeated.
        restarted: the program was started again between them.
    """
    check = ViewCheck(known.memory()) if restarted else copy.deepcopy(known)
    for second, picture in enumerate(islice(cycle(pictures), LEARNED_S, LEARNED_S + 60)):
        view = check.step(bad(picture), float(LEARNED_S + second))
        if view is not None:
            return view, second + 1
    return None


def learned(good: Callable[[Picture], Grey], pictures: list[Picture]) -> ViewCheck:
    """Return what knows a good view."""
    check = ViewCheck()
    for second, picture in enumerate(islice(cycle(pictures), LEARNED_S)):
        check.step(good(picture), float(second))
    return check


def false_alarms(views: Views, seconds: int) -> Iterator[tuple[str, int, int]]:
    """Yield (view, seconds, seconds in which something was said)."""
    for name, pictures in views.items():
        yield name, *said_wrongly(islice(cycle(pictures), max(len(pictures), seconds)))
    yield "dusk and dawn", *said_wrongly(dusk(views["plaza"], views["plaza by night"]))
    if os.environ.get("CROWDMON_DATA"):
        folder = Path(os.environ["CROWDMON_DATA"]) / "Beijing-BRT" / "train" / "frame"
        runs = [[cv2.resize(one, STILL) for one in run] for run in same_views(stills(folder))]
        sums = np.array([said_wrongly(held(run, HELD_S)) for run in runs]).sum(axis=0)
        number = sum(map(len, runs))
        yield f"Beijing-BRT, {number} stills of {len(runs)} views, {HELD_S} s each", *map(int, sums)


def seen_by(picture: Picture, **turned: float) -> Grey:
    """Return what a camera that sees a part of a picture sees when it is turned by degrees."""
    return small_grey(part(picture, **turned))


def changes() -> Iterator[tuple[str, Callable[[Picture], Grey], Callable[[Picture], Grey]]]:
    """Yield (name, good, bad): what is seen of a picture before and after."""
    for name, spoil in SPOILT.items():
        yield name, small_grey, partial(_spoilt, spoil)
    for name, turned in TURNED.items():
        yield name, seen_by, partial(seen_by, **turned)


def _spoilt(spoil: Callable[[Grey], Grey], picture: Picture) -> Grey:
    return spoil(small_grey(picture))


def detections(views: Views) -> Iterator[tuple[str, list[int], int, set[str]]]:
    """Yield (change, seconds after which it was noticed, views noticed after a restart, what was said)."""
    known = {good: {n: learned(good, p) for n, p in views.items()} for good in (small_grey, seen_by)}
    for name, good, bad in changes():
        found = [noticed(known[good][n], bad, p) for n, p in views.items()]
        again = [noticed(known[good][n], bad, p, restarted=True) for n, p in views.items()]
        words = {one[0].value for one in found if one}
        yield name, sorted(one[1] for one in found if one), sum(one is not None for one in again), words


def main() -> None:
    """Print both tables; exit status 1 if anything is wrong or missed."""
    cv2.setNumThreads(1)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=900, help="of each clip and each rendered view")
    seconds = parser.parse_args().seconds
    views = good_views(seconds)
    bad = 0
    _say("| good view | seconds | false alarms, s |", "|---|---|---|")
    total = wrong = 0
    for name, long, said in false_alarms(views, seconds):
        total, wrong = total + long, wrong + said
        _say(f"| {name} | {long} | {said} |")
    _say(f"| **all** | {total} ({total / 3600:.1f} h) | {wrong} |", "")
    _say("| change | noticed | after, s | also at a restart | said |", "|---|---|---|---|---|")
    for name, after, again, words in detections(views):
        bad += 2 * len(views) - len(after) - again
        times = f"{after[0]} to {after[-1]}" if after else "-"
        said = "; ".join(sorted(words))
        _say(f"| {name} | {len(after)} of {len(views)} | {times} | {again} of {len(views)} | {said} |")
    sys.exit(bool(bad or wrong))


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
