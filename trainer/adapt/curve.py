"""What more frames would bring: errors of a factor from fewer of the frames that are there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trainer.adapt.choose import Floats
from trainer.adapt.factors import factor

DRAWS = 40


def of_factor(
    truth: Floats, counts: Floats, sizes: Sequence[int] = (1, 2, 3, 5, 8, 12, 20)
) -> list[tuple[int, float]]:
    """Return (frames, MAE on the other frames) of a factor from so many frames, over random draws."""
    found = []
    rng = np.random.default_rng(0)
    for size in sizes:
        if size > len(truth) - 2:
            break
        errors = []
        for _ in range(DRAWS):
            order = rng.permutation(len(truth))
            used, rest = order[:size], order[size:]
            errors.append(np.abs(factor(truth[used], counts[used]) * counts[rest] - truth[rest]).mean())
        found.append((size, float(np.mean(errors))))
    return found


def words(curve: Sequence[tuple[int, float]], frames: int) -> str:
    """Say in one sentence what more frames would bring."""
    if frames < 3:
        return "With three frames or more, the choice can be checked on frames that were held out."
    if frames < 10:
        return "With ten frames or more, fitting the network itself is worth a try, and the check says more."
    if len(curve) >= 2 and curve[0][1] - curve[-1][1] > 0.05 * curve[0][1]:
        return "Errors still fell from frame to frame: more frames of other hours would bring a little more."
    return "A factor is as good from a few frames as from all. More frames help only the fit of the network."
