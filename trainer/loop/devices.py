"""Where a step runs: one device a process, gradients shared between processes, a clean stop."""

from __future__ import annotations

import atexit
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
import torch.distributed as dist
from torch import nn

from crowdmon import signals
from trainer.data.batch import Batch

log = logging.getLogger(__name__)


def device_of(rank: int) -> torch.device:
    """Return this process's device; join the others when started by ``torchrun``."""
    if "WORLD_SIZE" in os.environ and not dist.is_initialized():
        dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
        # A process that ends with its connections open may be aborted while their threads still run.
        atexit.register(dist.destroy_process_group)
    if not torch.cuda.is_available():
        return torch.device("cpu")
    return torch.device("cuda", rank % torch.cuda.device_count())


def is_asynchronous(device: torch.device) -> bool:
    """Tell whether a device works behind the loop, so that numbers are read from it once a row only."""
    return device.type != "cpu"


def wait_for_all(world: int) -> None:
    """Return when every process is here: one that ended while the first still writes would stop it."""
    if world > 1:
        dist.barrier()


def share_gradients(network: nn.Module, world: int) -> None:
    """Make every process's gradients the mean over all of them."""
    if world == 1:
        return
    for parameter in network.parameters():
        if parameter.grad is not None:
            dist.all_reduce(parameter.grad)
            parameter.grad /= world


def agree_to_stop(wanted: bool, device: torch.device, world: int) -> bool:
    """Return whether any process wants to stop; every process gets the same answer at the same step.

    A process that stopped by its own clock would leave the others waiting for its gradients. So only the
    first one looks at the clock, and all of them call this after the same steps.

    Args:
        wanted: by this process.
        device: of this process.
        world: how many processes.
    """
    if world == 1:
        return wanted
    asked = torch.tensor(float(wanted), device=device)
    dist.all_reduce(asked, dist.ReduceOp.MAX)
    return bool(asked.item())


def to_device(one: Batch, device: torch.device) -> Batch:
    """Return the batch on a device."""
    if device.type == "cpu":
        return one
    return Batch(
        pictures=one.pictures.to(device, non_blocking=True),
        density=one.density.to(device),
        segmentations=tuple(s.to(device) for s in one.segmentations),
        masks=None if one.masks is None else tuple(m.to(device) for m in one.masks),
        classes=None if one.classes is None else one.classes.to(device),
        weights=one.weights.to(device),
        usual=one.usual.to(device),
        people=one.people,
        names=one.names,
        leading=one.leading,
    )


@contextmanager
def many_sizes() -> Iterator[None]:
    """Turn off the search for the quickest kernels inside the block.

    The search for each size of picture takes longer than counting it.
    """
    before = torch.backends.cudnn.benchmark
    torch.backends.cudnn.benchmark = False
    try:
        yield
    finally:
        torch.backends.cudnn.benchmark = before


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Turn Ctrl+C, SIGTERM and SIGHUP into a flag the loop looks at after each step."""
    caught: list[int] = []
    with signals.handled(caught.append, signals.asking_to_end()):
        yield lambda: bool(caught)
    if caught:
        log.info("stopped by signal %d, saved", caught[0])
