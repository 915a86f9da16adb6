"""Fine-tuning a part of the network, fold beside fold, and stopping where held-out frames are best.

The network that is kept is the mean of the folds' networks: each frame was unseen by one of them, and the
mean memorises less than any. What is left of a bias is taken away by a factor, from the frames each fold
learned and from those it did not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

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
from trainer.adapt.choose import Floats, Trial, regions
from trainer.adapt.factors import factor
from trainer.adapt.folds import Fold, others
from trainer.adapt.frames import Frames
from trainer.adapt.items import Item, Part

LOOKS = 6
"""Other looks of each frame that are learned from."""
BESIDE = 0.2
"""Share of what is learned that is no frame of this camera."""
BATCH = 2
MOST_STEPS = 300
FEWEST_STEPS = 12
WARM = 20
LOOKS_BACK = 0.95
"""Memory of the running mean of the weights."""
CHECKS = 5
"""How often held-out frames are looked at."""
BELOW = 0.05
"""Slope of what is below nobody while learning, so that it can come back."""


@dataclass(frozen=True, eq=False)
class Tuned:
    """A fine-tuned candidate.

    Attributes:
        part: what learned.
        trial: held-out counts.
        tensors: the network's, the mean of the folds'.
        gain: factor of its counts.
        steps: of each fold, where it was best.
    """

    part: Part
    trial: Trial
    tensors: dict[str, NDArray[np.float32]]
    gain: float
    steps: int


@dataclass(eq=False)
class _Fold:
    """One fold's network while it learns."""

    held: Fold
    seen: Fold
    network: SSRHEF
    parameters: list[Tensor]
    mean: list[Tensor]
    optimiser: torch.optim.Optimizer
    rng: np.random.Generator
    kept: dict[int, list[Tensor]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class _Data:
    frames: list[Item]
    looks: list[list[Item]]
    beside: list[Item]


def tune(
    base: Weights,
    part: Part,
    frames: Frames,
    folds: Sequence[Fold],
    *,
    budget: Budget,
    seconds: float,
    steps: int | None = None,
    seed: int = 0,
) -> Tuned | None:
    """Fine-tune a part of the network.

    Args:
        base: what it starts from.
        part: what learns.
        frames: labelled frames.
        folds: which of them are held out together.
        budget: is told about the progress, and raises when it was cancelled.
        seconds: it may take.
        steps: of each fold at most.
        seed: of all that is drawn.

    Returns:
        The candidate, None if there is no time for it.
    """
    end = budget.now() + seconds
    torch.manual_seed(seed)
    made = _data(base, part, frames, budget, end, seed)
    if made is None:
        return None
    end -= _finishing(base, part, made, budget)
    running = [_fold(base, part, held, len(frames), seed + number) for number, held in enumerate(folds)]
    checks: list[int] = []
    planned = most = min(steps or MOST_STEPS, MOST_STEPS)
    began = budget.now()
    for step in range(1, most + 1):
        for fold in running:
            _step(fold, part, made, base.preprocess, step / planned, step)
        if step == 3 or step == 10:
            each = (budget.now() - began) / step
            planned = min(planned, step + int(0.9 * (end - budget.now()) / max(each, 1e-6)))
            if planned < min(FEWEST_STEPS, most):
                return None
        late = budget.now() >= end
        if step % max(1, planned // CHECKS) == 0 or step >= planned or late:
            checks.append(step)
            for fold in running:
                fold.kept[step] = [one.clone() for one in fold.mean]
        budget.tell(f"{part.name}: step {step} of {planned}")
        if step >= planned or late:
            break
    if not checks or checks[-1] < min(FEWEST_STEPS, most):
        return None
    return _finish(base, part, frames, running, made, checks)


def _data(base: Weights, part: Part, frames: Frames, budget: Budget, end: float, seed: int) -> _Data | None:
    network = network_of(base)
    rng = np.random.default_rng(seed)
    plain = []
    for frame in frames.samples:
        plain.append(learned.of_frame(network, base.preprocess, part.key, frame))
        budget.tell(f"{part.name}: looks at the frames")
    looks: list[list[Item]] = [[] for _ in plain]
    third = budget.now() + (end - budget.now()) / 3
    for _ in range(LOOKS):
        for index, frame in enumerate(frames.samples):
            if budget.now() > third:
                break
            looks[index].append(learned.another_look(network, base.preprocess, part.key, frame, rng))
            budget.tell(f"{part.name}: looks at the frames")
    beside = learned.general(network, base.preprocess, part.key)
    return _Data(plain, looks, beside) if budget.now() < end else None


@torch.no_grad()
def _finishing(base: Weights, part: Part, data: _Data, budget: Budget) -> float:
    """Return about how many seconds counting the frames at the end will take."""
    network, began = network_of(base), budget.now()
    learned.after(network, data.frames[0].features.float(), part.key)
    return (budget.now() - began) * (CHECKS + 3) * len(data.frames)


def _fold(base: Weights, part: Part, held: Fold, frames: int, seed: int) -> _Fold:
    network = network_of(base).train()
    parameters = []
    for name, one in network.named_parameters():
        one.requires_grad_(name.startswith(part.learns))
        if one.requires_grad:
            parameters.append(one)
    optimiser = torch.optim.AdamW(parameters, lr=part.rate, betas=(0.9, 0.98), weight_decay=0.0)
    mean = [one.detach().clone() for one in parameters]
    return _Fold(
        held, others(frames, held), network, list(parameters), mean, optimiser, np.random.default_rng(seed)
    )


def _step(fold: _Fold, part: Part, data: _Data, preprocess: Preprocess, done: float, step: int) -> None:
    rate = part.rate * min(1.0, step / WARM) * (1 - 0.9 * min(done, 1.0))
    for group in fold.optimiser.param_groups:
        group["lr"] = rate
    fold.optimiser.zero_grad()
    for _ in range(BATCH):
        if fold.rng.random() < BESIDE:
            one = learned.drawn(data.beside, fold.rng)
        else:
            index = fold.seen[int(fold.rng.integers(len(fold.seen)))]
            one = learned.drawn([data.frames[index], *data.looks[index]], fold.rng)
        one = learned.window(one, fold.rng)
        raw = learned.after(fold.network, one.features.float(), part.key) / preprocess.density_scale
        (learned.loss(F.leaky_relu(raw, BELOW), one) / BATCH).backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(fold.parameters, 5.0)
    fold.optimiser.step()
    with torch.no_grad():
        torch._foreach_lerp_(
            fold.mean, [one.detach() for one in fold.parameters], 1 - min(LOOKS_BACK, step / (step + 5))
        )


@torch.no_grad()
def _finish(
    base: Weights, part: Part, frames: Frames, running: list[_Fold], data: _Data, checks: list[int]
) -> Tuned:
    """Take the step at which held-out frames were best, and the factors that take its bias away."""
    scale = base.preprocess.density_scale

    def people(network: SSRHEF, index: int) -> Tensor:
        raw = learned.after(network, data.frames[index].features.float(), part.key)
        return F.relu(raw) / scale

    def counted(network: SSRHEF, indices: Fold) -> Floats:
        return np.array([float((people(network, i) * data.frames[i].share).sum()) for i in indices])

    held_out = dict.fromkeys(checks, 0.0)
    for fold in running:
        for step in checks:
            _put(fold, step)
            held_out[step] += sum(
                float(learned.loss(people(fold.network, i), data.frames[i])) for i in fold.held
            )
    best = min(checks, key=lambda step: held_out[step])
    truth = frames.truth
    plain, maps = np.zeros(len(frames)), np.zeros((len(frames), *data.frames[0].people.shape[2:]), np.float32)
    for fold in running:
        _put(fold, best)
        own = factor(truth[list(fold.seen)], counted(fold.network, fold.seen))
        for index in fold.held:
            maps[index] = own * (people(fold.network, index) * data.frames[index].share)[0, 0].numpy()
            plain[index] = maps[index].sum(dtype=np.float64)
    for fold in running:
        seen = list(fold.seen)
        maps[list(fold.held)] *= cautious(truth[seen], plain[seen])
    network = network_of(base)
    state = network.state_dict()
    for key in state:
        state[key] = torch.stack([fold.network.state_dict()[key] for fold in running]).mean(dim=0)
    state = {key: value.bfloat16().float() for key, value in state.items()}
    network.load_state_dict(state)
    gain = factor(truth, counted(network, tuple(range(len(frames))))) * cautious(truth, plain)
    labelled = np.stack([one.people[0, 0].numpy() for one in data.frames])
    unseen = maps.sum((1, 2), dtype=np.float64)
    trial = Trial(part.name, truth, unseen, f"{best} steps a fold", regions(maps - labelled))
    return Tuned(part, trial, {key: value.numpy() for key, value in state.items()}, gain, best)


def _put(fold: _Fold, step: int) -> None:
    for one, value in zip(fold.parameters, fold.kept[step], strict=True):
        one.copy_(value)


def cautious(truth: Floats, counts: Floats) -> float:
    """Return the factor that held-out frames ask for, believed as far as it is more than chance.

    A share s of the whole correction with a standard error e is worth s2 / (s2 + e2) of itself.
    """
    if len(truth) < 2 or counts.sum() <= 0 or truth.sum() <= 0:
        return 1.0
    wanted = float(np.log(factor(truth, counts)))
    off = (truth - counts) / max(float(counts.mean()), 1.0)
    error = float(off.std(ddof=1)) / len(off) ** 0.5
    worth = wanted**2 / (wanted**2 + error**2) if wanted else 0.0
    return float(np.exp(wanted * worth))
