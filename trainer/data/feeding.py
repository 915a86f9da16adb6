"""Where a run's batches come from: a thread beside the loop, or the device itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

import torch

from trainer.config import TrainConfig
from trainer.data import device as card
from trainer.data.loader import Batch, Loader, collate
from trainer.data.samples import batch
from trainer.data.sources import Source


@contextmanager
def batches(
    config: TrainConfig,
    sources: Sequence[Source],
    device: torch.device,
    *,
    steps: range,
    threshold: float,
    rank: int = 0,
    world: int = 1,
) -> Iterator[Iterable[Batch]]:
    """Give the batches of some steps, in order, while the block lasts.

    Args:
        config: of the run; ``cut`` says where.
        sources: what crops are cut from.
        device: where the network is.
        steps: which.
        threshold: people between two classes of the crowd.
        rank, world: which of how many processes.
    """
    make = maker(config, sources, device, threshold=threshold, rank=rank, world=world)
    if config.cut == "device":
        # No thread: the device works through what it is told, and is told faster than it works.
        yield (make(step) for step in steps)
        return
    with Loader(make, start=steps.start, stop=steps.stop) as loader:
        yield loader


def maker(
    config: TrainConfig,
    sources: Sequence[Source],
    device: torch.device,
    *,
    threshold: float,
    rank: int = 0,
    world: int = 1,
) -> Callable[[int], Batch]:
    """Return what makes the batch of a step, where ``cut`` says; see :func:`batches`."""
    if config.cut == "device":
        shelf = card.fill(sources, device, smallest=config.augment.scale[0])
        return lambda step: card.batch(config, shelf, step=step, threshold=threshold, rank=rank, world=world)

    def cut(step: int) -> Batch:
        patches = batch(config, sources, step=step, rank=rank, world=world)
        return collate(patches, config.preprocess(), classes=config.network.classes, threshold=threshold)

    return cut
