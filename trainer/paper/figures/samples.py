"""Which pictures a figure shows, and their true maps at the counter's grid. Nothing is written."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from crowdmon.errors import DatasetError
from trainer.data import kernels, labels
from trainer.data.datasets import Dataset, Sample

log = logging.getLogger(__name__)

STRIDE = 8


def choose(dataset: Dataset, number: int) -> list[tuple[Sample, NDArray[np.uint8]]]:
    """Return pictures spread over the ranks of their counts, the same ones every time; the sparsest first.

    Pictures without people are left out if there are others. So are those that cannot be read, which are
    named in the log: the next one takes their place.

    Raises:
        DatasetError: none can be read.
    """
    crowded = [sample for sample in dataset.samples if sample.count] or list(dataset.samples)
    ranked = sorted(crowded, key=lambda sample: (sample.count, sample.name))
    number = min(number, len(ranked))
    # The middles of equal parts: the emptiest and the fullest picture are not typical.
    wanted = [int((part + 0.5) * len(ranked) / number) for part in range(number)]
    chosen: dict[int, tuple[Sample, NDArray[np.uint8]]] = {}
    bad: dict[int, DatasetError] = {}
    for first in wanted:
        for place in (*range(first, len(ranked)), *range(first - 1, -1, -1)):
            if place in chosen or place in bad:
                continue
            try:
                chosen[place] = ranked[place], ranked[place].read()
                break
            except DatasetError as error:
                bad[place] = error
                log.warning("left out: %s", error)
    if bad and not chosen:
        raise next(iter(bad.values()))
    return [chosen[place] for place in sorted(chosen)]


def padded(rgb: NDArray[np.uint8]) -> tuple[int, int]:
    """Return a picture's height and width, rounded up to whole cells."""
    height, width = rgb.shape[:2]
    return -(-height // STRIDE) * STRIDE, -(-width // STRIDE) * STRIDE


def true_density(sample: Sample, rgb: NDArray[np.uint8], *, stride: int = STRIDE) -> NDArray[np.float32]:
    """Return the true people per cell of stride x stride pixels."""
    height, width = padded(rgb)
    bounds = (0.0, 0.0, float(rgb.shape[1]), float(rgb.shape[0]))
    return kernels.density(sample.points, height=height, width=width, stride=stride, bounds=bounds)


def true_segmentations(sample: Sample, rgb: NDArray[np.uint8]) -> Sequence[NDArray[np.uint8]]:
    """Return the segmentation labels at 1/2, 1/4 and 1/8."""
    height, width = padded(rgb)
    return labels.picture_segmentations(sample.points, height=height, width=width)


def colour_limit(*maps: NDArray[np.float32]) -> float:
    """Return the value at the hot end of the colours: what one cell in a hundred exceeds."""
    return max(float(np.quantile(one, 0.99)) for one in maps)
