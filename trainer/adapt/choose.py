"""Which candidate is adopted: the one that is better on frames it has not seen, beyond chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NOTHING = "nothing"

DOWN, ACROSS = 4, 6
"""Regions of a picture in which errors are compared too."""

LEAST = 0.03
"""By what share an error must fall to be worth other weights."""


SURE = 3.0
"""Standard errors by which something must be better: frames of one hour share people, and say less."""

PLACES, WHOLE = 1 / 3, 1 / 2
"""Share of the base's error that must go, in regions or in whole frames; the next hour takes less back."""


@dataclass(frozen=True, eq=False)
class Trial:
    """What a candidate counted on frames that it was not fitted to.

    Attributes:
        name: of the candidate.
        truth: heads of each frame.
        counts: people counted, in the same order; of frames that were held out.
        places: frames x regions, people too many in each region of each frame; None where not known.
        note: what else is to be said, such as how many steps it learned.
        maps: frames x rows x columns, people per cell of each frame; None where not known.
    """

    name: str
    truth: Floats
    counts: Floats
    note: str = ""
    places: Floats | None = None
    maps: NDArray[np.float32] | None = None

    @property
    def errors(self) -> Floats:
        """People too many in each frame."""
        return self.counts - self.truth

    @property
    def mae(self) -> float:
        """Mean absolute error."""
        return float(np.abs(self.errors).mean())

    @property
    def near(self) -> float | None:
        """Mean of the absolute errors in regions, summed a frame; None where not known."""
        return None if self.places is None else float(np.abs(self.places).sum(axis=1).mean())

    @property
    def bias(self) -> float:
        """Mean signed error."""
        return float(self.errors.mean())

    def scores(self) -> dict[str, float]:
        """Return ``mae`` and ``bias`` as ``adapt.json`` holds them."""
        return {"mae": round(self.mae, 3), "bias": round(self.bias, 3)}


def regions(cells: NDArray[np.float32]) -> Floats:
    """Return the sums of the regions of N x rows x columns cells, N x regions."""
    rows = np.linspace(0, cells.shape[1], DOWN + 1).astype(int)[:-1]
    columns = np.linspace(0, cells.shape[2], ACROSS + 1).astype(int)[:-1]
    sums = np.add.reduceat(np.add.reduceat(cells.astype(np.float64), rows, axis=1), columns, axis=2)
    found: Floats = sums.reshape(len(cells), -1)
    return found


def gain_over(trial: Trial, base: Trial) -> tuple[float, float]:
    """Return by how many people a trial errs less than another a frame, and the standard error of that."""
    return _paired(np.abs(base.errors) - np.abs(trial.errors))


def nearer(trial: Trial, base: Trial) -> tuple[float, float] | None:
    """Return by how many people a trial errs less in regions a frame, and the standard error of that."""
    if trial.places is None or base.places is None:
        return None
    return _paired((np.abs(base.places) - np.abs(trial.places)).sum(axis=1))


def is_better(trial: Trial, base: Trial) -> bool:
    """Tell whether a trial errs less than the base beyond chance, and by enough to last.

    Either regions say so: what learned the camera counts the right people in the right places. Or whole
    frames do, for a factor takes a bias away and leaves places as they are; then regions must not get worse,
    for a sum that is right while every place stays wrong fails as soon as people move.
    """
    mean, error = gain_over(trial, base)
    if mean <= LEAST * base.mae:
        return False
    near, doubt = nearer(trial, base) or (0.0, 0.0)
    if base.near and near > max(SURE * doubt, PLACES * base.near):
        return True
    return mean > max(SURE * error, WHOLE * base.mae) and near >= -doubt


def _paired(gained: Floats) -> tuple[float, float]:
    spread = float(gained.std(ddof=1)) if len(gained) > 1 else float("inf")
    return float(gained.mean()), spread / max(len(gained), 1) ** 0.5


def ranked(trials: Sequence[Trial], base: Trial) -> list[Trial]:
    """Return the trials that are better than the base, the one to adopt first.

    Args:
        trials: the simplest first.
        base: what the weights do without adapting.

    The best comes first, unless a simpler one is no worse than it within half a standard error.
    """
    better = sorted((one for one in trials if is_better(one, base)), key=lambda one: _score(one, base))
    if not better:
        return []
    best = better[0]
    simple = next(one for one in trials if one is best or _as_good(one, best, base))
    return [simple, *(one for one in better if one is not simple)]


def _score(one: Trial, base: Trial) -> float:
    """Return how much of the base's error is left, in whole frames and in regions."""
    left = one.mae / base.mae
    return left if one.near is None or not base.near else (left + one.near / base.near) / 2


def _as_good(one: Trial, best: Trial, base: Trial) -> bool:
    """Tell whether a simpler trial is as good as the best: within half a standard error, and in regions."""
    mean, error = gain_over(best, one)
    near, doubt = nearer(best, one) or (0.0, 0.0)
    return is_better(one, base) and mean <= 0.5 * error and near <= 0.5 * doubt


def interval(trial: Trial) -> tuple[float, float]:
    """Return the 95 % interval of the MAE by drawing frames with replacement, always the same draws."""
    rng = np.random.default_rng(0)
    off = np.abs(trial.errors)
    means = off[rng.integers(len(off), size=(2000, len(off)))].mean(axis=1)
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))
