"""Batch normalisation while a run learns: whose statistics it takes, and when they stop changing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from crowdmon.counting.network import Outputs
from trainer.models import Network


def forward(network: Network, pictures: Tensor, *, leading: int) -> Outputs:
    """Return the outputs of a batch whose first pictures alone give batch normalisation its statistics.

    Batch normalisation learns quickly and generalises well on one source, and badly on a mixture: every
    batch then has statistics that inference does not. So one source gives the statistics, of the batch
    and running, and the pictures of all others pass through the running ones, as they will in use.

    Args:
        network: in training mode.
        pictures: Nx3xHxW.
        leading: how many of them, from the first, give the statistics; N for the usual behaviour.
    """
    if leading >= len(pictures) or not _learning(network):  # frozen: the statistics no longer change
        return network.train_outputs(pictures)
    if leading == 0:
        with running_statistics(network):
            return network.train_outputs(pictures)
    # In this order: the backward pass of what used the running statistics wants them unchanged.
    first = network.train_outputs(pictures[:leading])
    with running_statistics(network):
        others = network.train_outputs(pictures[leading:])
    return Outputs(
        torch.cat([first.density, others.density]),
        tuple(torch.cat(both) for both in zip(first.segmentations, others.segmentations, strict=True)),
        None
        if first.classes is None or others.classes is None
        else torch.cat([first.classes, others.classes]),
        None if first.hints is None or others.hints is None else torch.cat([first.hints, others.hints]),
    )


def freeze_norm(network: nn.Module) -> None:
    """Make batch normalisation use its running statistics while the weights go on learning.

    Statistics averaged over mixed sources fit none of them; the weights learn to live with the
    ones that inference will use.
    """
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()


@contextmanager
def running_statistics(network: nn.Module) -> Iterator[None]:
    """Make batch normalisation use its running statistics, and not change them, inside of the block."""
    norms = _learning(network)
    freeze_norm(network)
    try:
        yield
    finally:
        for norm in norms:
            norm.train()


def _learning(network: nn.Module) -> list[nn.BatchNorm2d]:
    return [m for m in network.modules() if isinstance(m, nn.BatchNorm2d) and m.training]
