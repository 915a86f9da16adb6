"""Training: one loop, readable from top to bottom.

A step's patches are a pure function of (seed, step), the state holds everything else, so a run that
was interrupted at any moment goes on along the same curve.
"""

from __future__ import annotations

import logging
import math
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from crowdmon.counting import weights as weights_file
from crowdmon.errors import ConfigError, CountingError
from crowdmon.values import DensityMap
from trainer import models
from trainer.config import TrainConfig
from trainer.data.loader import batches
from trainer.data.sources import DataSource, Item
from trainer.loop import run_folder, state
from trainer.loop.batch_norm import forward, freeze_norm
from trainer.loop.devices import (
    agree_to_stop,
    device_of,
    interruptible,
    is_asynchronous,
    many_sizes,
    share_gradients,
    to_device,
    wait_for_all,
)
from trainer.loop.logbook import Logbook, MetricSums, panels
from trainer.loop.optimiser import learning_rate, optimiser_of
from trainer.loop.report import write_report
from trainer.loop.validate import Score, overall, validate
from trainer.loss.objective import parts
from trainer.teacher.guide import Guide

log = logging.getLogger(__name__)

BEST = "best.safetensors"
CHECKPOINT_SECONDS = 300.0
SHOWN = 2
"""Validation pictures of each benchmark that TensorBoard shows."""


@dataclass(frozen=True)
class Data:
    """What a run is fed: sources to train on, sources to validate on, C of Table II, and notes."""

    train: tuple[DataSource, ...]
    val: dict[str, DataSource]
    max_count: float
    provenance: dict[str, Any]


@dataclass(frozen=True)
class Progress:
    """How a run is doing, for a progress bar."""

    step: int
    steps: int
    crops_per_second: float
    loss: float
    note: str = ""


class NonFiniteLossError(CountingError):
    """The loss is not a number any more; names the pictures of the step."""


def train(
    config: TrainConfig,
    data: Data,
    out: Path,
    *,
    resume: bool = False,
    minutes: float | None = None,
    steps: int | None = None,
    report: Callable[[Progress], None] = lambda _: None,
) -> dict[str, Score]:
    """Train until the configuration's steps are done; return the last validation.

    Args:
        config: the run; its schedule spans ``config.steps`` whatever ends the run early.
        data: what it is fed.
        out: the run folder.
        resume: go on where the folder's state stopped.
        minutes, steps: stop early, saved and resumable, after this long or at this step.
        report: called after every logged row.

    Raises:
        ConfigError: the folder holds another run.
        NonFiniteLossError: training diverged.
    """
    rank, world = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
    device = device_of(rank)
    torch.manual_seed(config.seed)
    network = models.build(config).to(device)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    guide = Guide(config.guide, config, device) if config.guide is not None else None
    optimiser = optimiser_of(config, network)
    average = state.Average(network, config.ema)
    cursor = run_folder.prepare(
        out,
        config,
        data.provenance,
        resume=resume,
        load=lambda path: state.load(path, network=network, optimiser=optimiser, average=average),
    )
    if resume:
        # The state is older than the best weights when a run was killed after it wrote them.
        cursor.best = _best_so_far(out / BEST)
    stop = min(config.steps, steps or config.steps)
    deadline = time.monotonic() + minutes * 60 if minutes else math.inf
    threshold = max(data.max_count, 1.0) / max(config.network.classes, 1)
    sums = MetricSums()
    asynchronous = is_asynchronous(device)
    torch.backends.cudnn.benchmark = asynchronous  # every step's crops are of one size

    def save() -> None:
        sums.drain(cursor)
        if rank == 0:
            state.save(out / "state.pt", network=network, optimiser=optimiser, average=average, cursor=cursor)

    scores: dict[str, Score] = {}
    meter = _Meter()
    saved = time.monotonic()
    with (
        interruptible() as interrupted,
        batches(
            config,
            data.train,
            device,
            steps=range(cursor.step, stop),
            threshold=threshold,
            rank=rank,
            world=world,
        ) as fed,
        Logbook(out, until=cursor.step, silent=rank != 0) as logbook,
    ):
        for one in fed:
            # The loop: rate, forward, losses, backward, step, average; then what is written about it.
            if cursor.step >= config.freeze_norm * config.steps:
                freeze_norm(network)
            rate = learning_rate(config, cursor.step)
            for group in optimiser.param_groups:
                group["lr"] = rate * group.get("share", 1.0)
            one = to_device(one, device)
            if config.dropout:  # what it leaves out is a function of the step too, so that resuming is exact
                torch.manual_seed(((config.seed << 32) + cursor.step * world + rank) % 2**63)
            with torch.autocast(device.type, torch.bfloat16, enabled=config.precision == "bf16"):
                pictures = one.pictures.contiguous(memory_format=torch.channels_last)
                outputs = forward(network, pictures, leading=one.leading)
            found = parts(outputs, one, config.losses, density_scale=config.density_scale)
            if guide is not None:
                found = guide.teach(found, outputs, one)
            total = torch.stack(list(found.values())).sum()
            due = (cursor.step + 1) % config.log_every == 0
            if (due or not asynchronous) and not torch.isfinite(total):
                if not asynchronous:
                    save()
                raise NonFiniteLossError(
                    f"the loss is {total.item()} at step {cursor.step} on {', '.join(one.names)}",
                    "Lower the rate, or look at these pictures and their labels",
                )
            optimiser.zero_grad(set_to_none=True)
            total.backward()  # type: ignore[no-untyped-call]
            share_gradients(network, world)
            if config.clip:
                nn.utils.clip_grad_norm_(network.parameters(), config.clip)
            optimiser.step()
            average.update(network, cursor.step)
            cursor.step += 1
            people = outputs.density.detach().double().sum() / config.density_scale
            sums.add({**found, "total": total, "count_error": (people - one.people).abs()})
            if due:
                sums.drain(cursor)
                row = _row(cursor, crops=cursor.step * config.batch * world, rate=rate)
                seconds, speed = meter.lap(cursor.step, crops=config.batch * world)
                logbook.step({**row, "seconds": seconds})
                report(Progress(cursor.step, stop, speed, row["total"]))
            if (cursor.step % config.validate_every == 0 or cursor.step == stop) and rank == 0:
                # Save first: validation may fail or take long.
                save()
                scores = _validated(config, data, average, step=cursor.step, logbook=logbook)
                if scores and overall(scores) < cursor.best:
                    _export(config, data, average, out / BEST, step=cursor.step, scores=scores)
                    cursor.best = overall(scores)
                report(Progress(cursor.step, stop, 0.0, float(total.detach()), _note(scores)))
            # An accelerator is read once a row only; one process by itself need not agree with others.
            if world == 1 or due or not asynchronous:
                late = rank == 0 and time.monotonic() > deadline
                if agree_to_stop(interrupted() or late, device, world):
                    break
            if time.monotonic() - saved > CHECKPOINT_SECONDS:
                save()
                saved = time.monotonic()
    save()
    if rank == 0:
        _export(config, data, average, out / "last.safetensors", step=cursor.step, scores=scores)
        write_report(out, config, step=cursor.step)
    wait_for_all(world)
    return scores


class _Meter:
    """How long the steps since the last look took."""

    def __init__(self) -> None:
        self._at, self._step = time.monotonic(), -1

    def lap(self, step: int, *, crops: int) -> tuple[float, float]:
        """Return seconds since the last look and crops a second, 0 at the first look."""
        now = time.monotonic()
        seconds = now - self._at
        speed = (step - self._step) * crops / max(seconds, 1e-9) if self._step >= 0 else 0.0
        self._at, self._step = now, step
        return seconds, speed


def _row(cursor: state.Cursor, *, crops: int, rate: float) -> dict[str, Any]:
    """Return the means since the last row, and begin the next one."""
    means = {key: value / cursor.steps for key, value in cursor.sums.items()}
    cursor.sums, cursor.steps = {}, 0
    return {"step": cursor.step, "crops": crops, "rate": rate, **means}


def _validated(
    config: TrainConfig, data: Data, average: state.Average, *, step: int, logbook: Logbook
) -> dict[str, Score]:
    weights = models.export(average, config, data.provenance)

    def show(name: str, index: int, item: Item, density: DensityMap) -> None:
        if index < SHOWN:
            logbook.picture(f"{name}/{index}", panels(item, density), step)

    with many_sizes():
        scores = validate(weights, data.val, watch=show)
    for name, score in scores.items():
        logbook.validated(
            {"step": step, "benchmark": name, "mae": score.mae, "mse": score.mse, "bias": score.bias}
        )
    log.info("step %d: %s", step, _note(scores))
    return scores


def _export(
    config: TrainConfig,
    data: Data,
    average: state.Average,
    path: Path,
    *,
    step: int,
    scores: dict[str, Score],
) -> None:
    provenance = {**data.provenance, "steps": step, "crops": step * config.batch}
    made = models.export(average, config, provenance)
    measured = {f"{name} val": {"mae": s.mae, "mse": s.mse, "bias": s.bias} for name, s in scores.items()}
    weights_file.save(
        weights_file.Weights(made.tensors, made.network, made.preprocess, provenance, measured), path
    )


def _best_so_far(path: Path) -> float:
    """Return the validation score of the best weights of a run folder; infinity if it has none yet."""
    if not path.is_file():
        return math.inf
    measured = weights_file.load(path).scores
    return overall({name: Score(**one, truth=math.nan) for name, one in measured.items()})


def _note(scores: dict[str, Score]) -> str:
    return ", ".join(f"{name} {score.mae:.1f} ({score.bias:+.1f})" for name, score in scores.items())


__all__ = ["ConfigError", "Data", "NonFiniteLossError", "Progress", "learning_rate", "train"]
