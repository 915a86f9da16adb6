"""Labelled frames of the synthetic camera, whose truth is exact, as people's own folder holds them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from crowdmon import resources
from crowdmon.counting.counter import Counter
from crowdmon.counting.weights import DEFAULT, Weights, load
from crowdmon.scene import Plaza
from crowdmon.values import Frame

SIZE = (480, 272)
SECONDS = (0.0, 7.0, 13.0, 21.0, 30.0, 38.0)

Heads = Sequence[tuple[float, float]]


@lru_cache(maxsize=32)
def picture(second: float, people: int = 30) -> tuple[np.ndarray, Heads]:
    """Return a picture of the square and its heads."""
    frame = Plaza(people=people, seed=3, width=SIZE[0], height=SIZE[1]).render(second)
    return frame.rgb.copy(), [(float(x), float(y)) for x, y in frame.heads]


def folder(root: Path, frames: Iterable[tuple[str, np.ndarray, Heads]]) -> Path:
    """Write pictures and ``points.csv``."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / "points.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("image", "x", "y"))
        for name, rgb, heads in frames:
            cv2.imwrite(str(root / name), rgb[:, :, ::-1])
            writer.writerows([(name, x, y) for x, y in heads] or [(name, "", "")])
    return root


def camera(root: Path, seconds: Sequence[float] = SECONDS) -> Path:
    """Write frames of the synthetic camera."""
    return folder(root, [(f"square_{n}.png", *picture(second)) for n, second in enumerate(seconds)])


@lru_cache(maxsize=1)
def right() -> Weights:
    """Return the bundled weights, made right on average for this camera."""
    base = load(resources.path(DEFAULT))
    counter = Counter(base, backend="torch")
    counts = sum(counter.count(Frame(picture(second)[0].copy())).count for second in SECONDS)
    truth = sum(len(picture(second)[1]) for second in SECONDS)
    return off_by(base, truth / counts)


def off_by(weights: Weights, factor: float) -> Weights:
    """Return weights that count ``factor`` times as many people."""
    scale = weights.preprocess.density_scale / factor
    return replace(weights, preprocess=replace(weights.preprocess, density_scale=scale))
