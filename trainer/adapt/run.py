"""From labelled frames to adapted weights: candidates are tried on held-out frames, one is adopted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from crowdmon.counting.counter import Counter
from crowdmon.counting.preprocess import Preprocess
from crowdmon.counting.weights import Weights
from crowdmon.values import Frame
from trainer.adapt import curve, factors, gate
from trainer.adapt.budget import Budget
from trainer.adapt.choose import NOTHING, Trial, ranked, regions
from trainer.adapt.factors import Maps
from trainer.adapt.folds import folds, others
from trainer.adapt.frames import Frames
from trainer.adapt.report import Outcome
from trainer.adapt.tune import NAME, Tuned, tune

FEWEST = 3
"""Frames without which nothing can be held out."""
FINISH = 0.05
"""Share of the time that is kept for writing, beside the last checks."""
DOUBT = 0.15
"""How much the count of one frame of a camera scatters around its usual error, as a share."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """A trial, and how its weights are made once it is adopted."""

    trial: Trial
    weights: Callable[[], Weights]
    learned: bool = False


def adapt(
    base: Weights, frames: Frames, *, budget: Budget, steps: int | None = None, seed: int = 0
) -> tuple[Weights, Outcome]:
    """Try all candidates and return the weights to use, with what was found.

    Args:
        base: the weights in use until now.
        frames: labelled frames of one camera.
        budget: the time there is.
        steps: of learning at most; as the time allows if None.
        seed: of all that is drawn.
    """
    began = budget.now()
    people, each = _count(base, frames, budget)
    last = FINISH * budget.seconds + each * _checks_a_count(frames)
    counts = people.sum((1, 2), dtype=np.float64)
    labelled = np.stack([one.cells * one.share for one in frames.samples])
    before = Trial(NOTHING, frames.truth, counts, places=regions(people - labelled), maps=people)
    if len(frames) < FEWEST:
        found, weights = _from_few(base, frames, before)
        return weights, replace(found, seconds=budget.now() - began)
    parts = folds(len(frames))
    candidates = _closed_forms(base, people, labelled, before, size=frames.samples[0].rgb.shape[:2])
    made: list[Tuned] = []
    if (seconds := budget.left() - last) > 0:
        made = tune(base, frames, parts, budget=budget, seconds=seconds, steps=steps, seed=seed)
    candidates += [Candidate(one.trial, _tuned(base, one.tensors), learned=True) for one in made]
    skipped = [] if made else [(NAME, "there was no time for it")]
    chosen, refused, weights = _adopt(base, candidates, before, budget)
    course = curve.of_factor(frames.truth, counts)
    return weights, Outcome(
        base=base.name,
        names=[one.name for one in frames.samples],
        chosen=chosen.name,
        before=before,
        after=chosen,
        trials=[one.trial for one in candidates],
        folds=parts,
        refused=refused,
        skipped=skipped,
        curve=course,
        advice=curve.words(course, len(frames)),
        notes=frames.notes,
        seconds=budget.now() - began,
    )


def _checks_a_count(frames: Frames) -> float:
    """Return how often as long as counting a frame the checks of a network take, by their pixels."""
    height, width = frames.samples[0].rgb.shape[:2]
    return 2 * gate.PICTURES * gate.HEIGHT * gate.WIDTH / float(height * width)


def _count(base: Weights, frames: Frames, budget: Budget) -> tuple[Maps, float]:
    """Return people per cell of each frame inside the ROI, as the application counts; seconds a frame."""
    counter = Counter(base, precision="f32")
    found, took = [], []
    budget.tell("counts the frames", always=True)
    for frame in frames.samples:
        density = counter.count(Frame(frame.rgb.copy()))
        found.append(density.people * frame.share)
        took.append(density.took)
        budget.tell("counts the frames")
    return np.stack(found), float(np.median(took))


def _closed_forms(
    base: Weights, people: Maps, truth: Maps, before: Trial, *, size: tuple[int, ...]
) -> list[Candidate]:
    """Return the factor and the factor by row, each frame counted with what the others say."""
    grid = base.preprocess.grid(height=size[0], width=size[1])
    one, rows = people.copy(), people.copy()
    for held in folds(len(people), len(people)):
        seen = list(others(len(people), held))
        one[list(held)] *= factors.factor(before.truth[seen], before.counts[seen])
        rows[list(held)] *= factors.row_map(factors.by_row(truth[seen], people[seen]), grid)
    whole = factors.factor(before.truth, before.counts)
    by_row = factors.by_row(truth, people)
    said = ", ".join(f"{value:.2f}" for value in by_row)
    return [
        Candidate(
            _trial("factor", before, one, truth, f"times {whole:.2f}"),
            _changed(base, factors.with_factor(base.preprocess, whole)),
        ),
        Candidate(
            _trial("factor by row", before, rows, truth, f"times {said} from top to bottom"),
            _changed(base, factors.with_rows(base.preprocess, by_row)),
        ),
    ]


def _trial(name: str, before: Trial, people: Maps, truth: Maps, note: str) -> Trial:
    counts = people.sum((1, 2), dtype=np.float64)
    return Trial(name, before.truth, counts, note, regions(people - truth), people)


def _changed(base: Weights, preprocess: Preprocess) -> Callable[[], Weights]:
    return lambda: replace(base, preprocess=preprocess)


def _tuned(base: Weights, tensors: dict[str, Any]) -> Callable[[], Weights]:
    # The network learned without the base's own gains.
    preprocess = replace(base.preprocess, gains=())
    # Other tensors need other scales; without them nobody counts with these weights in int8.
    return lambda: replace(base, tensors=tensors, preprocess=preprocess, scales=None)


def _adopt(
    base: Weights, candidates: list[Candidate], before: Trial, budget: Budget
) -> tuple[Trial, list[tuple[str, str]], Weights]:
    """Return the trial that is adopted, what was refused and why, and the weights."""
    by_name = {one.trial.name: one for one in candidates}
    refused: list[tuple[str, str]] = []
    sane = None
    for trial in ranked([one.trial for one in candidates], before):
        candidate = by_name[trial.name]
        weights = candidate.weights()
        if not candidate.learned:
            return trial, refused, weights
        budget.tell("looks at pictures without people", always=True)
        sane = sane or gate.look(base)
        why = gate.worse(gate.look(weights), sane)
        if not why:
            return trial, refused, weights
        refused.append((trial.name, why))
    return before, refused, base


def _from_few(base: Weights, frames: Frames, before: Trial) -> tuple[Outcome, Weights]:
    """Return a factor from one or two frames, where it is plain enough."""
    value = factors.factor(before.truth, before.counts)
    plain = _is_plain(value, before)
    after = Trial("factor", before.truth, before.counts * value, f"times {value:.2f}")
    many = "one frame" if len(frames) == 1 else "two frames"
    outcome = Outcome(
        base=base.name,
        names=[one.name for one in frames.samples],
        chosen="factor" if plain else NOTHING,
        before=before,
        after=after if plain else before,
        trials=[after],
        folds=[],
        skipped=[(name, f"{many} are too few") for name in ("factor by row", NAME)],
        advice=curve.words([], len(frames)),
        notes=(*frames.notes, f"from {many} only a factor is possible, and it cannot be checked"),
        checked=False,
    )
    return outcome, replace(base, preprocess=factors.with_factor(base.preprocess, value)) if plain else base


def _is_plain(value: float, before: Trial) -> bool:
    """Tell whether a factor is more than chance: counts of a camera scatter, and few heads say little."""
    heads = max(float(before.truth.sum()), 1.0)
    error = float(np.sqrt(DOUBT**2 / len(before.truth) + 1 / heads))
    return abs(float(np.log(value))) > 2 * error
