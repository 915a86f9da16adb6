"""Where a training step's time goes: the loader, the forward and backward pass, the optimiser."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import torch
from rich.console import Console
from rich.table import Table

from trainer import models
from trainer.config import TrainConfig
from trainer.data.batch import Batch
from trainer.data.loader import maker
from trainer.loop.state import Average
from trainer.loop.train import Data
from trainer.loss.objective import parts

REPEATS = 12


def run(config: TrainConfig, data: Data, console: Console) -> dict[str, float]:
    """Measure a step's parts and print them; return milliseconds by part (medians)."""
    threshold = max(data.max_count, 1.0) / max(config.network.classes, 1)
    make = maker(config, data.train, torch.device("cpu"), threshold=threshold)
    times: dict[str, list[float]] = {}
    cold = _timed(times, "load, pictures from disk", lambda: [make(step) for step in range(4)])
    for _ in range(REPEATS):
        _timed(times, "load, pictures kept", lambda: make(0))
    _steps(config, cold[0], times)
    times["load, pictures from disk"] = [times["load, pictures from disk"][0] / 4]
    found = {name: 1000 * median(values) for name, values in times.items()}
    _print(console, config, found)
    return found


def _steps(config: TrainConfig, one: Batch, times: dict[str, list[float]]) -> None:
    network = models.build(config)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-4, fused=True)
    average = Average(network, config.ema)
    pictures = one.pictures.contiguous(memory_format=torch.channels_last)

    def forward() -> torch.Tensor:
        with torch.autocast("cpu", torch.bfloat16, enabled=config.precision == "bf16"):
            outputs = network.train_outputs(pictures)
        return torch.stack(
            list(parts(outputs, one, config.losses, density_scale=config.density_scale).values())
        ).sum()

    for repeat in range(REPEATS + 2):
        # The first two warm up: kernels are chosen and memory is taken.
        into = times if repeat > 1 else {}
        loss = _timed(into, "forward and losses", forward)
        optimiser.zero_grad(set_to_none=True)
        _timed(into, "backward", loss.backward)
        _timed(into, "optimiser", optimiser.step)
        _timed(into, "average", lambda: average.update(network, 1))


def _timed(times: dict[str, list[float]], name: str, call: Callable[[], Any]) -> Any:
    started = time.perf_counter()
    value = call()
    times.setdefault(name, []).append(time.perf_counter() - started)
    return value


def _print(console: Console, config: TrainConfig, found: dict[str, float]) -> None:
    table = Table("part", "ms a step", "share", title=f"{config.batch} crops of {config.crop} px")
    loop = sum(value for name, value in found.items() if not name.startswith("load"))
    for name, value in found.items():
        share = "beside the loop" if name.startswith("load") else f"{value / loop:.0%}"
        table.add_row(name, f"{value:.1f}", share)
    console.print(table)
    slower = max(loop, found["load, pictures kept"])
    console.print(
        f"{1000 * config.batch / slower:.1f} crops a second; the loader runs in a thread of its own"
    )
