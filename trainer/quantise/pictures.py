"""Pictures that int8 is measured on: of training splits, rendered ones, and ones without people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from crowdmon.scene import Plaza
from trainer.data import empty_pictures
from trainer.data.datasets import Dataset
from trainer.evaluate import frame_of

EACH = 24
"""Pictures of each benchmark, spread evenly over its training split."""

EMPTY = 30
"""Made pictures without people."""

PLAZA = (0, 20, 40, 80, 0, 120, 40, 200)
"""People in the rendered pictures."""


def number_of(datasets: Sequence[Dataset]) -> int:
    """Return how many pictures :func:`pictures` gives."""
    return sum(min(EACH, len(one)) for one in datasets) + EMPTY + len(PLAZA)


def pictures(datasets: Sequence[Dataset]) -> Iterator[NDArray[np.uint8]]:
    """Yield HxWx3 RGB pictures, always the same ones; DatasetError if one cannot be read."""
    for dataset in datasets:
        places = np.unique(np.linspace(0, len(dataset) - 1, EACH).astype(int))
        for place in places:
            yield frame_of(dataset.samples[place]).rgb
    for number in range(EMPTY):
        yield empty_pictures.picture(number)
    for number, people in enumerate(PLAZA):
        yield np.asarray(Plaza(people=people, seed=1 + number).render(10.0 * number).rgb, np.uint8)
