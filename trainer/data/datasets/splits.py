"""The validation hold-out: drawn from the official training split by a fixed seed.

The test split is for the one final reading only, so the checkpoint has to be selected by pictures
of the training split. A tenth of them is held out.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

import numpy as np

from trainer.data.datasets.base import Sample

SHARE = 10
"""One picture in this many is held out."""


def stratified(samples: Sequence[Sample], seed: int, *, together: Sequence[frozenset[str]] = ()) -> set[str]:
    """Return the names to hold out, spread evenly over sparse and crowded pictures.

    Pictures are ranked by their count and one of every ten neighbours is drawn: a validation MAE
    over thirty pictures is noisy enough without luck deciding how crowded they are.

    Args:
        samples: of the official training split.
        seed: of the draw.
        together: names of near-duplicates that must not be parted.
    """
    group_of = {name: group for group in together for name in group}
    units: dict[Hashable, list[Sample]] = {}
    for sample in samples:
        units.setdefault(group_of.get(sample.name, sample.name), []).append(sample)
    ranked = sorted(units.values(), key=lambda unit: sum(s.count for s in unit) / len(unit))
    draw = np.random.default_rng(seed)
    held: set[str] = set()
    for start in range(0, len(ranked), SHARE):
        pick = start + int(draw.integers(SHARE))
        if pick < len(ranked):
            held.update(sample.name for sample in ranked[pick])
    return held if held or len(ranked) < 2 else {sample.name for sample in ranked[-1]}


def by_group(groups: Mapping[str, Sequence[Sample]], seed: int) -> set[str]:
    """Return the names to hold out so that no group is parted.

    Groups are taken in a random order as long as they fit into a tenth of the pictures (and a
    tenth of that); with a single group nothing can be held out.
    """
    if len(groups) < 2:
        return set()
    order = np.random.default_rng(seed).permutation(sorted(groups))
    room = sum(map(len, groups.values())) / SHARE * 1.1
    held: set[str] = set()
    for key in order:
        if len(held) + len(groups[key]) <= room:
            held.update(sample.name for sample in groups[key])
    return held or {sample.name for sample in min(groups.values(), key=len)}


def block(samples: Sequence[Sample], seed: int) -> set[str]:
    """Return the names of one run of consecutive pictures, a tenth of all.

    For the frames of one camera, where neighbours are nearly the same picture.
    """
    if len(samples) < 2:
        return set()
    length = max(1, len(samples) // SHARE)
    start = int(np.random.default_rng(seed).integers(len(samples) - length + 1))
    return {sample.name for sample in samples[start : start + length]}


def select(samples: Sequence[Sample], held: set[str], split: str) -> tuple[Sample, ...]:
    """Return the samples of train, val or trainval."""
    if split == "train":
        return tuple(sample for sample in samples if sample.name not in held)
    if split == "val":
        return tuple(sample for sample in samples if sample.name in held)
    return tuple(samples)
