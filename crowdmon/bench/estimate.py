"""How many cameras a machine counts: searched for with real ones, or estimated from two measurements."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from crowdmon.bench.clip import access_units
from crowdmon.bench.harness import SCENE, cores
from crowdmon.capture.source import open_source
from crowdmon.counting.counter import Counter
from crowdmon.values import Frame

RATE = 2.0
"""Counts a second of each camera."""

FPS, GOP, MEGABITS = 25.0, 50, 4.0
"""Pictures a second of a camera, pictures from one key frame to the next, and megabits a second, for 720p."""

MOST_CPU = 0.95
"""Share of the machine that cameras may take."""

_WITHIN = 4.0
"""Seconds in which the time of a count is measured, at most."""

_ENCODING = 1.5
"""Seconds in which pictures are encoded that are decoded then, at most."""

_WARM, _TIMES, _DECODED = 17, 5, 25


def most_held(holds: Callable[[int], bool], *, first: int, most: int = 64) -> int:
    """Return the largest number of cameras that are held, to an eighth of it.

    Args:
        holds: tries a number of cameras. More are never easier than fewer.
        first: the number to begin with, at least 1.
        most: the largest number to try.
    """
    good, bad = 0, most + 1
    number = min(max(first, 1), most)
    while bad - good > max(1, good // 8):
        if holds(number):
            good = number
        else:
            bad = number
        higher = good + max(1, good // 2)
        number = min(higher, most) if bad > most else (good + bad) // 2
        if number in (good, bad):
            break
    return good


def cameras_for(*, count_s: float, decode_s: float, cores: int) -> float:
    """Return how many cameras of 720p a machine counts :data:`RATE` times a second.

    Args:
        count_s: seconds for the count of one picture, by all cores together.
        decode_s: seconds of one core for decoding one picture.
        cores: how many there are.
    """
    return MOST_CPU / (RATE * count_s + FPS * decode_s / cores)


def sentence(number: int | None, only: int | None = None) -> str:
    """Return what that means, for a person who buys a machine.

    Args:
        number: cameras whose whole pictures are counted; None if not measured.
        only: cameras of which only a ROI of a tenth of the picture is counted; None if not measured.
    """
    said = "This machine does not count a camera of 720p twice a second"
    if number or (number is None and only):
        cameras = number or only
        said = f"This machine counts {cameras} camera{'' if cameras == 1 else 's'} of 720p twice a second"
    part = "of which only a ROI of a tenth of the picture is counted"
    if number is None and only:
        return f"{said}, {part}."
    if only:
        said += f", {'or' if number else 'but'} {only} {part}"
    return f"{said}."


def estimated(counter: Counter) -> tuple[float, float, float]:
    """Measure one count and one decoding for a few seconds; for ``crowdmon check``.

    Returns:
        Cameras of 720p; seconds of a count; seconds of decoding a picture.
    """
    # Drawn small and enlarged: at full size, drawing the plaza takes a second, and no time depends on it.
    with open_source(f"{SCENE}&width=640&height=360") as source:
        rgb = np.ascontiguousarray(next(source.pictures()).rgb().repeat(2, 0).repeat(2, 1))
    count_s = _counting(counter, rgb)
    decode_s = _decoding(rgb)
    return cameras_for(count_s=count_s, decode_s=decode_s, cores=cores()), count_s, decode_s


def _counting(counter: Counter, rgb: NDArray[np.uint8]) -> float:
    """Return the seconds of a count, once the network is compiled for this size, or time is up."""
    end = time.monotonic() + _WITHIN
    taken: list[float] = []
    for number in count():
        taken.append(counter.count(Frame(rgb)).took)
        if number >= _WARM + _TIMES or time.monotonic() > end:
            return median(taken[-_TIMES:])
    raise AssertionError  # count() has no end


def _decoding(rgb: NDArray[np.uint8]) -> float:
    """Return the seconds that a core takes to decode one picture of a camera."""
    with TemporaryDirectory(prefix="crowdmon-check-") as folder:
        path = Path(folder) / "camera.h264"
        path.write_bytes(b"".join(access_units(_moving(rgb), fps=FPS, gop=GOP, megabits=MEGABITS)))
        began = time.process_time()
        with open_source(str(path)) as source:
            number = sum(1 for _ in source.pictures())
        return (time.process_time() - began) / max(number, 1)


def _moving(rgb: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    """Yield pictures of which a third moves: about what people who walk are to an encoder."""
    noise = np.random.default_rng(1).integers(0, 4, rgb.shape, np.uint8)
    third = rgb.shape[0] // 3
    end = time.monotonic() + _ENCODING
    for number in range(_DECODED):
        if number > 4 and time.monotonic() > end:
            return
        shown = rgb + np.minimum(np.roll(noise, 7 * number, axis=1), 255 - rgb)
        shown[third : 2 * third] = np.roll(shown[third : 2 * third], 2 * number, axis=1)
        yield shown


def whole(cameras: float) -> int:
    """Return how many whole cameras that is; a hair below a number is that number."""
    return math.floor(cameras + 0.05)
