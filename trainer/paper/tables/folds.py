"""UCF_CC_50 fold by fold: five runs, from nothing or from given weights, and their mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from crowdmon.counting.weights import load as load_weights
from trainer.data.datasets.ucf_cc_50 import SHARED_WITH_PART_A, folds
from trainer.data.sources import EMPTY
from trainer.evaluate import benchmarks_of, forebears
from trainer.paper.runs import Runs
from trainer.paper.tables import ablation
from trainer.paper.tables import published as paper
from trainer.paper.tables.layout import Line, Pair, Table
from trainer.paper.variants import VARIANTS, from_start

BENCHMARK = "ucf_cc_50"
CHANCE = "Ten pictures a fold: another seed, or other folds, move the mean."
OURS = ("bias", "val MAE", "new", "new MAE", "new MSE")
MEASURES = {"MAE": 1, "MSE": 1, "bias": 1, "val MAE": 1, "new": 0, "new MAE": 1, "new MSE": 1}


@dataclass(frozen=True)
class _Fold:
    """A fold's errors of count, by picture, and the reports they are from."""

    errors: Mapping[str, float]
    test: Mapping[str, Any]
    val: Mapping[str, Any]


def table(runs: Runs, start: Path | None = None) -> Table:
    """Return the folds' errors, training those that are not trained yet.

    Args:
        runs: with the budget of each fold.
        start: weights that every fold begins with; None begins with none, as Table VII does.

    Raises:
        ConfigError: ``start`` is no network of this kind. WeightsError: it cannot be read.
    """
    variant = from_start(start) if start is not None else VARIANTS["ssr-hef"]
    seen = _seen(start, runs.folds)
    wanted = ablation.jobs(variant, BENCHMARK)
    failed = runs.finish_all(wanted, score=True)
    lines, done = [], []
    for job, names in zip(wanted, folds(runs.folds), strict=True):
        kept = runs.kept(job) if runs.done(job) else None
        if kept is None or "test" not in kept:
            lines.append(Line((str(job.fold),), {}, ablation.why_not(runs, [job], failed)))
            continue
        found = _fold(kept)
        done.append(found)
        lines.append(
            Line((str(job.fold),), _values([found], seen), _said(names, seen, runs.spent(job).steps))
        )
    mae, mse = paper.TABLE_VI[paper.OURS][0] or (None, None)
    values = _values(done, seen)
    for key, printed in (("MAE", mae), ("MSE", mse)):
        values[key] = Pair(printed, values[key].ours if key in values else None)
    lines.append(Line(("mean",), values, f"of {len(done)} of {len(wanted)} folds"))
    title = f"UCF_CC_50, the {runs.folds} folds, {variant.title}"
    return Table(
        "folds", title, ("fold",), MEASURES, lines, (*ablation.notes(runs), *_notes(start, seen)), OURS
    )


def seen_pictures(provenance: Mapping[str, Any]) -> frozenset[str]:
    """Return the pictures of UCF_CC_50 that weights were trained or selected with, as their header tells.

    Weights that started from others, or had a teacher, carry the headers of those.
    """
    data = provenance.get("data", ())
    used = set(data) if isinstance(data, (Mapping, list, tuple)) else set()
    seen = set(SHARED_WITH_PART_A) if "shanghaitech_a" in used else set()
    if BENCHMARK in used:
        fold, kind = int(provenance.get("fold", 0)), str(provenance.get("folds", "pfdnet"))
        kept_out = set(folds(kind)[fold - 1]) if fold else set()
        seen |= {name for one in folds(kind) for name in one} - kept_out
    return frozenset(seen).union(*(seen_pictures(one) for one in forebears(provenance)))


def _seen(start: Path | None, kind: str) -> frozenset[str]:
    """Return the pictures that are not known to be new to a start."""
    if start is None:
        return frozenset()
    provenance = load_weights(start).provenance
    if not benchmarks_of(provenance):
        return frozenset(name for one in folds(kind) for name in one)
    return seen_pictures(provenance)


def _fold(kept: Mapping[str, Mapping[str, Any]]) -> _Fold:
    test = kept["test"]
    errors = {row["image"]: row["count"] - row["truth"] for row in test["per_image"]}
    return _Fold(errors, test, kept.get("val", {}))


def _values(found: list[_Fold], seen: frozenset[str]) -> dict[str, Pair]:
    """Return the plain means over folds; those of new pictures over the folds that have some."""
    if not found:
        return {}
    new = [np.array([error for name, error in one.errors.items() if name not in seen]) for one in found]
    some = [errors for errors in new if len(errors)]
    values = {
        "MAE": ablation.mean([one.test for one in found], "mae"),
        "MSE": ablation.mean([one.test for one in found], "mse"),
        "bias": ablation.mean([one.test for one in found], "bias"),
        "val MAE": ablation.mean([one.val for one in found if one.val], "mae"),
        "new": float(sum(map(len, new))),
        "new MAE": float(np.mean([np.abs(one).mean() for one in some])) if some else None,
        "new MSE": float(np.mean([np.sqrt((one**2).mean()) for one in some])) if some else None,
    }
    return {key: Pair(None, value) for key, value in values.items()}


def _said(names: tuple[str, ...], seen: frozenset[str], steps: int) -> str:
    known = [name for name in names if name in seen]
    said = f"{steps:,} steps"
    if len(known) == len(names):
        return f"{said}; none of its pictures is known to be new to the start"
    return f"{said}; the start has seen {', '.join(known)}" if known else said


def _notes(start: Path | None, seen: frozenset[str]) -> list[str]:
    if start is None:
        return [CHANCE, "Every fold begins with nothing: all its pictures are new."]
    used = sorted(benchmarks_of(load_weights(start).provenance) - {"plaza", EMPTY})
    trained = ", ".join(used) or "data that its header does not name"
    said = [
        CHANCE,
        f"Every fold begins with {start.name}, trained on {trained}; new: pictures it has not seen.",
    ]
    if seen >= SHARED_WITH_PART_A:
        both = ", ".join(sorted(SHARED_WITH_PART_A, key=int))
        said.append(
            f"{both} are photos of ShanghaiTech Part A too (45 of its test split); they count as seen."
        )
    return said
