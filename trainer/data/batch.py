"""A step's batch of tensors, and how patches become one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from crowdmon.counting.preprocess import Preprocess
from trainer.data import labels
from trainer.data.crops import Patch
from trainer.data.kernels import cells


@dataclass(frozen=True, eq=False)
class Batch:
    """One step's tensors.

    Attributes:
        pictures: Nx3xHxW float32, normalised.
        density: Nx1x(H/8)x(W/8), scaled people per cell.
        segmentations: binary labels at 1/2, 1/4, 1/8.
        masks: 0..1 at 1/2, 1/4, 1/8, where labels are known; None for everywhere.
        classes: N class numbers, None without classification.
        weights: Nx1x1x1, of each patch's density error.
        usual: Nx1x1x1, scaled people that a crop of each patch's picture has on average.
        people: head points in all patches; a tensor if they were counted on the device.
        names: the pictures the patches were cut from.
        leading: how many patches, from the first, batch normalisation takes its statistics from.
    """

    pictures: Tensor
    density: Tensor
    segmentations: tuple[Tensor, ...]
    masks: tuple[Tensor, ...] | None
    classes: Tensor | None
    weights: Tensor
    usual: Tensor
    people: int | Tensor
    names: tuple[str, ...]
    leading: int


def collate(patches: Sequence[Patch], preprocess: Preprocess, *, classes: int, threshold: float) -> Batch:
    """Turn patches of one size into tensors, through the application's own pre-processing.

    Those that normalisation takes its statistics from must come first.
    """
    density = np.stack([patch.density for patch in patches])[:, None] * preprocess.density_scale
    masks = None
    if any(patch.mask is not None for patch in patches):
        full = [np.ones(p.rgb.shape[:2], np.float32) if p.mask is None else p.mask for p in patches]
        masks = tuple(
            torch.from_numpy(np.stack([cells(one, side) / side**2 for one in full])[:, None])
            for side in (2, 4, 8)
        )
    counts = torch.tensor([patch.count for patch in patches])
    return Batch(
        pictures=torch.from_numpy(preprocess.tensor(np.stack([patch.rgb for patch in patches]))),
        density=torch.from_numpy(density.astype(np.float32)),
        segmentations=tuple(
            torch.from_numpy(np.stack([patch.segmentations[depth] for patch in patches])[:, None])
            for depth in range(3)
        ),
        masks=masks,
        classes=labels.crowd_classes(counts, threshold=threshold, classes=classes) if classes else None,
        weights=each([patch.weight for patch in patches]),
        usual=each([patch.usual * preprocess.density_scale for patch in patches]),
        people=int(counts.sum()),
        names=tuple(patch.name for patch in patches),
        leading=sum(patch.norm for patch in patches),
    )


def each(numbers: Sequence[float]) -> Tensor:
    """Return N numbers as Nx1x1x1 float32, one for each patch of a batch."""
    return torch.tensor(numbers, dtype=torch.float32).view(-1, 1, 1, 1)
