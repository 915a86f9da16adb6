"""Scoring a benchmark with the application's own counter.

What is printed here is the application's error: pictures go through the same :class:`Counter`,
pre-processing and tiles. Where a benchmark has a ROI, the truth is the number of heads in it and
the count is the sum of the density times the share of each cell inside.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np

from crowdmon.atomic import write_whole
from crowdmon.errors import DatasetError, SinkError
from crowdmon.values import DensityMap, Frame
from trainer.data.datasets import Dataset, Sample
from trainer.data.datasets.rois import cover
from trainer.data.datasets.ucf_cc_50 import SHARED_WITH_PART_A
from trainer.data.sources import MAX_SIDE
from trainer.scores import (
    Scored,
    by_category,
    by_range,
    by_scene,
    log_ratio,
    mean_of,
    nae,
    over_cameras,
    summary,
    without_mask,
    worst,
)

log = logging.getLogger(__name__)

Progress = Callable[[str], None]


class CountsPeople(Protocol):
    """The part of :class:`crowdmon.counting.counter.Counter` that scoring needs."""

    def count(self, frame: Frame) -> DensityMap:
        """Count one frame."""
        ...


def score(
    dataset: Dataset,
    counter: CountsPeople,
    *,
    done: Progress | None = None,
    left_out: list[DatasetError] | None = None,
) -> list[Scored]:
    """Count every picture of a dataset.

    Args:
        dataset: a split.
        counter: counts a frame.
        done: called with the name of each picture once it is counted.
        left_out: takes why pictures could not be read, which are then not scored; None to raise.

    Raises:
        DatasetError: a picture cannot be read, or with ``left_out`` none can.
        CountingError: the network failed.
    """
    scored = []
    for index, sample in enumerate(dataset.samples):
        try:
            frame = frame_of(sample, camera=dataset.name, index=index)
        except DatasetError as error:
            if left_out is None:
                raise
            left_out.append(error)
            log.warning("left out: %s", error)
            continue
        density = counter.count(frame)
        scored.append(_scored(sample, density))
        if done is not None:
            done(sample.name)
    if left_out and not scored:
        raise left_out[0]
    return scored


def score_readable(
    part: Dataset, counter: CountsPeople, left_out: list[DatasetError], *, done: Progress | None = None
) -> tuple[Dataset, list[Scored]]:
    """Count every picture that can be read; the others are named in the notes of the split returned.

    Args:
        part: a split.
        counter: counts a frame.
        left_out: takes why pictures could not be read.
        done: as for :func:`score`.
    """
    bad: list[DatasetError] = []
    scored = score(part, counter, done=done, left_out=bad)
    left_out += bad
    notes = (*part.notes, *(f"left out: {error.message}" for error in bad))
    return replace(part, notes=notes), scored


def frame_of(sample: Sample, *, camera: str = "", index: int = 0) -> Frame:
    """Return a picture as it is counted: no larger than those that are trained on and validated."""
    rgb = sample.read()
    height, width = rgb.shape[:2]
    scale = MAX_SIDE / max(height, width)
    if scale < 1:
        small = cv2.resize(rgb, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
        rgb = np.asarray(small, np.uint8)
    return Frame(rgb=rgb, camera=camera, index=index, size=(width, height))


def _scored(sample: Sample, density: DensityMap) -> Scored:
    share = cover(sample, density.grid)
    whole = density.count
    count = whole if share is None else float((density.people * share).sum(dtype=np.float64))
    return Scored(sample.name, sample.count, count, sample.scene, whole, sample.categories)


def report(dataset: Dataset, scored: Sequence[Scored], *, weights: str, backend: str) -> dict[str, Any]:
    """Return the scores of one dataset as ``crowdmon-eval --json`` writes them.

    With scenes, ``mae`` and ``mse`` are the plain means of the scenes' values, and ``no_mask`` holds
    the same means of counts that ignore the ROI, for comparison with code that does.
    """
    total = summary(scored)
    extra: dict[str, Any] = {"log_ratio": log_ratio(scored)}
    if any(one.scene for one in scored):
        extra["per_scene"] = by_scene(scored)
        total.update(mean_of(extra["per_scene"]))
        extra["log_ratio_of_scenes"] = over_cameras(scored)
        extra["no_mask"] = mean_of(by_scene(without_mask(scored)))
    if dataset.categories:
        extra["by_category"] = by_category(scored, dataset.categories)
    if dataset.name == "nwpu":
        extra["nae"] = nae(scored)
    if dataset.fold:
        extra["fold"] = dataset.fold
    return {
        "dataset": dataset.name,
        "split": dataset.split,
        **total,
        "by_range": by_range(scored),
        **extra,
        "worst": [_row(one) for one in worst(scored)],
        "per_image": [_row(one) for one in scored],
        "weights": weights,
        "backend": backend,
        "notes": [*dataset.notes, *_shrunk(dataset)],
    }


def _shrunk(dataset: Dataset) -> list[str]:
    large = sum(one.size is not None and max(one.size) > MAX_SIDE for one in dataset.samples)
    return [f"{large} pictures longer than {MAX_SIDE:,} pixels were counted at that size"] if large else []


def over_folds(reports: Sequence[dict[str, Any]], folds: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Return one report of several folds: ``mae`` and ``mse`` are the plain means of the folds'.

    Args:
        reports: of each fold, in order.
        folds: the test pictures of each fold.
    """
    rows = [row for one in reports for row in one["per_image"]]
    scored = [Scored(row["image"], row["truth"], row["count"]) for row in rows]
    keys = ("fold", "images", "truth", "mae", "mse", "bias", "bias_percent", "weights")
    return {
        "dataset": reports[0]["dataset"],
        "split": reports[0]["split"],
        **summary(scored),
        **mean_of(reports),
        "log_ratio": log_ratio(scored),
        "by_range": by_range(scored),
        "per_fold": [{key: one[key] for key in keys} for one in reports],
        "folds": [list(fold) for fold in folds],
        "worst": [_row(one) for one in worst(scored)],
        "per_image": rows,
        "weights": reports[0]["weights"] if len({one["weights"] for one in reports}) == 1 else "one a fold",
        "backend": reports[0]["backend"],
        "notes": list(dict.fromkeys(note for one in reports for note in one["notes"])),
    }


def seen_before(dataset: Dataset, provenance: Mapping[str, Any]) -> list[str]:
    """Return notes on pictures that the weights were trained or selected with.

    Args:
        dataset: what is scored.
        provenance: of the weights; ``data`` names the benchmarks, ``fold`` the fold left out.
    """
    used = benchmarks_of(provenance)
    said = []
    if dataset.name in used and dataset.split == "val":
        said.append("these weights were selected by these pictures: this is no measure of new ones")
    elif dataset.name in used and (
        dataset.split != "test" or (dataset.fold and provenance.get("fold") != dataset.fold)
    ):
        said.append("these weights were trained on pictures of this split: this is no measure of new ones")
    shared = any(sample.name in SHARED_WITH_PART_A for sample in dataset.samples)
    if dataset.name == "ucf_cc_50" and "shanghaitech_a" in used and shared:
        names = ", ".join(sorted(SHARED_WITH_PART_A))
        said.append(f"these weights were trained on ShanghaiTech Part A, which holds {names} too")
    return said


def benchmarks_of(provenance: Mapping[str, Any]) -> set[str]:
    """Return the benchmarks that weights, those they started from and their teacher were trained on."""
    data = provenance.get("data", ())
    used = set(data) if isinstance(data, (Mapping, Sequence)) else set()
    return used.union(*(benchmarks_of(one) for one in forebears(provenance)))


def forebears(provenance: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the provenance of the weights that these started from and of their teacher, if any."""
    return [one for key in ("start", "guide") if isinstance(one := provenance.get(key), Mapping)]


def write_json(result: dict[str, Any], path: Path) -> None:
    """Write a report, whole or not at all; SinkError if it cannot be written."""
    _write(json.dumps(result, indent=2, allow_nan=False) + "\n", path, what="scores")


def write_submission(scored: Sequence[Scored], path: Path) -> None:
    """Write ``id count`` lines, as NWPU-Crowd's server takes them; SinkError if they cannot be written."""
    _write("".join(f"{one.image} {one.count:.3f}\n" for one in scored), path, what="submission")


def _write(text: str, path: Path, *, what: str) -> None:
    try:
        write_whole(path, text.encode())
    except OSError as error:
        raise SinkError(f"cannot write the {what} to {path}: {error.strerror or error}") from error


def fingerprint(path: Path) -> str:
    """Return the first twelve digits of a file's SHA-256, to tell weights of one name apart."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def _row(one: Scored) -> dict[str, Any]:
    row = {"image": one.image, "truth": one.truth, "count": round(one.count, 3)}
    return {**row, "scene": one.scene} if one.scene else row
