"""Fine-tuning the network: several learn side by side, each without some of the frames.

The network that is kept is the mean of them all: it memorises less than any. A frame is judged by the mean
of those that have not seen it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from crowdmon.counting.network import SSRHEF
from crowdmon.counting.preprocess import Preprocess
from crowdmon.counting.torch_backend import network_of
from crowdmon.counting.weights import Weights
from trainer.adapt import items as learned
from trainer.adapt.budget import Budget
from trainer.adapt.choose import Trial, regions
from trainer.adapt.factors import Maps
from trainer.adapt.folds import Fold, left_out, others
from trainer.adapt.frames import Frames
from trainer.adapt.items import LEARNS, Item

NAME = "network"
"""Of the candidate."""
LOOKS = 6
"""Other looks of each frame that are learned from."""
BESIDE = 0.2
"""Share of what is learned that is no frame of this camera."""
RATE = 3e-4
MOST_STEPS = 300
FEWEST_STEPS = 12
WARM = 20
LOOKS_BACK = 0.95
"""Memory of the running mean of the weights."""
HALF = 0.5
"""How far from the base to what was learned the second candidate is."""
BELOW = 0.05
"""Slope of what is below nobody while learning, so that it can come back."""


@dataclass(frozen=True, eq=False)
class Tuned:
    """A fine-tuned candidate.

    Attributes:
        trial: counts of each frame by the mean of the networks that have not seen it.
        tensors: the network's, the mean of all.
        steps: of each network.
    """

    trial: Trial
    tensors: dict[str, NDArray[np.float32]]
    steps: int


@dataclass(eq=False)
class _Learner:
    """One network while it learns, and the running mean of its weights."""

    held: Fold
    seen: Fold
    network: SSRHEF
    parameters: list[Tensor]
    mean: list[Tensor]
    optimiser: torch.optim.Optimizer
    rng: np.random.Generator


@dataclass(frozen=True, eq=False)
class _Data:
    frames: list[Item]
    looks: list[list[Item]]
    beside: list[Item]


def tune(
    base: Weights,
    frames: Frames,
    blocks: Sequence[Fold],
    *,
    budget: Budget,
    seconds: float,
    steps: int | None = None,
    seed: int = 0,
) -> list[Tuned]:
    """Fine-tune the network.

    Args:
        base: what it starts from.
        frames: labelled frames.
        blocks: which of them are held out together.
        budget: is told about the progress, and raises when it was cancelled.
        seconds: it may take.
        steps: of each network at most.
        seed: of all that is drawn.

    Returns:
        The candidates: half-way from the base, and what was learned. None if there is no time for it.
    """
    end = budget.now() + seconds
    torch.manual_seed(seed)
    made = _data(base, frames, budget, end, seed)
    if made is None:
        return []
    end -= _finishing(base, made, budget)
    held = left_out(blocks)
    running = [_learner(base, one, len(frames), seed + number) for number, one in enumerate(held)]
    learned_for = _learn(running, made, base.preprocess, budget=budget, end=end, steps=steps)
    if learned_for == 0:
        return []
    return [_finish(base, frames, running, made, steps=learned_for, share=share) for share in (HALF, 1.0)]


def _learn(
    running: list[_Learner],
    data: _Data,
    preprocess: Preprocess,
    *,
    budget: Budget,
    end: float,
    steps: int | None,
) -> int:
    """Take as many steps as there is time for, and return how many; 0 if they are too few to be worth it."""
    planned = most = min(steps or MOST_STEPS, MOST_STEPS)
    fewest = min(FEWEST_STEPS, most)
    began = budget.now()
    for step in range(1, most + 1):
        for one in running:
            _step(one, data, preprocess, step / planned, step)
        if step in (3, 10, 40):
            each = (budget.now() - began) / step
            planned = min(planned, step + int(0.9 * (end - budget.now()) / max(each, 1e-6)))
            if planned < fewest:
                return 0
        budget.tell(f"{NAME}: step {step} of {planned}")
        if step >= planned or budget.now() >= end:
            return step if step >= fewest else 0
    return most


def _data(base: Weights, frames: Frames, budget: Budget, end: float, seed: int) -> _Data | None:
    network = network_of(base)
    rng = np.random.default_rng(seed)
    plain = []
    for frame in frames.samples:
        plain.append(learned.of_frame(network, base.preprocess, frame))
        budget.tell(f"{NAME}: looks at the frames")
    looks: list[list[Item]] = [[] for _ in plain]
    third = budget.now() + (end - budget.now()) / 3
    for _ in range(LOOKS):
        for index, frame in enumerate(frames.samples):
            if budget.now() > third:
                break
            looks[index].append(learned.another_look(network, base.preprocess, frame, rng))
            budget.tell(f"{NAME}: looks at the frames")
    beside = learned.general(network, base.preprocess)
    return _Data(plain, looks, beside) if budget.now() < end else None


@torch.no_grad()
def _finishing(base: Weights, data: _Data, budget: Budget) -> float:
    """Return about how many seconds counting the frames at the end will take."""
    network, began = network_of(base), budget.now()
    learned.after(network, data.frames[0].features.float())
    return (budget.now() - began) * 3 * len(data.frames)


def _learner(base: Weights, held: Fold, frames: int, seed: int) -> _Learner:
    network = network_of(base).train()
    parameters: list[Tensor] = []
    for name, one in network.named_parameters():
        one.requires_grad_(name.startswith(LEARNS))
        if one.requires_grad:
            parameters.append(one)
    optimiser = torch.optim.AdamW(parameters, lr=RATE, betas=(0.9, 0.98), weight_decay=0.0)
    mean = [one.detach().clone() for one in parameters]
    rng = np.random.default_rng(seed)
    return _Learner(held, others(frames, held), network, parameters, mean, optimiser, rng)


def _step(one: _Learner, data: _Data, preprocess: Preprocess, done: float, step: int) -> None:
    rate = RATE * min(1.0, step / WARM) * (1 - 0.9 * min(done, 1.0))
    for group in one.optimiser.param_groups:
        group["lr"] = rate
    one.optimiser.zero_grad()
    if one.rng.random() < BESIDE:
        item = learned.drawn(data.beside, one.rng)
    else:
        index = one.seen[int(one.rng.integers(len(one.seen)))]
        item = learned.drawn([data.frames[index], *data.looks[index]], one.rng)
    item = learned.window(item, one.rng)
    raw = learned.after(one.network, item.features.float()) / preprocess.density_scale
    learned.loss(F.leaky_relu(raw, BELOW), item).backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(one.parameters, 5.0)
    one.optimiser.step()
    with torch.no_grad():
        torch._foreach_lerp_(
            one.mean, [value.detach() for value in one.parameters], 1 - min(LOOKS_BACK, step / (step + 5))
        )


@torch.no_grad()
def _finish(
    base: Weights,
    frames: Frames,
    running: list[_Learner],
    data: _Data,
    *,
    steps: int,
    share: float,
) -> Tuned:
    """Return the mean of all networks, and each frame counted by the mean of those that have not seen it.

    Args:
        base: what they started from.
        frames: labelled frames.
        running: the networks.
        data: what they learned from.
        steps: that they took.
        share: how much of the way from the base they go.
    """
    maps: Maps = np.zeros((len(frames), *data.frames[0].people.shape[2:]), np.float32)
    for index, item in enumerate(data.frames):
        network = _together(base, [one for one in running if index in one.held], share)
        raw = learned.after(network, item.features.float())
        maps[index] = (F.relu(raw) / base.preprocess.density_scale * item.share)[0, 0].numpy()
    state = _together(base, running, share).state_dict()
    kept = {key: value.bfloat16().float().numpy() for key, value in state.items()}
    labelled = np.stack([one.cells * one.share for one in frames.samples])
    maps = maps[:, : labelled.shape[1], : labelled.shape[2]]  # without what was padded
    trial = Trial(
        NAME if share == 1 else f"{NAME} half-way",
        frames.truth,
        maps.sum((1, 2), dtype=np.float64),
        f"{steps} steps a network",
        regions(maps - labelled),
        maps,
    )
    return Tuned(trial, kept, steps)


def _together(base: Weights, some: Sequence[_Learner], share: float) -> SSRHEF:
    """Return the mean of some networks, a share of the way from the base."""
    network = network_of(base)
    names = dict(network.named_parameters())
    learned_names = [name for name, one in some[0].network.named_parameters() if one.requires_grad]
    for at, name in enumerate(learned_names):
        mean = torch.stack([one.mean[at] for one in some]).mean(dim=0)
        names[name].lerp_(mean, share)
    return network
