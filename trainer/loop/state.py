"""What a run must keep to go on exactly where it stopped: weights, optimiser, average, step."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from crowdmon.atomic import replacing
from crowdmon.counting.network import SSRHEF, NetworkConfig, fold
from crowdmon.counting.preprocess import Preprocess
from crowdmon.counting.weights import Weights
from crowdmon.errors import ConfigError


class Average:
    """Exponential moving average of a network's parameters and buffers.

    Classification and hints are left out: they are dropped at export, and the resume state stays small.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.decay = decay
        self.values = {k: v.detach().clone() for k, v in network.state_dict().items() if _averaged(k)}

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        """Move towards the network; faster in the first steps, when the start still weighs."""
        decay = min(self.decay, (1 + step) / (10 + step))
        current = {key: value for key, value in network.state_dict().items() if _averaged(key)}
        floats = [key for key, value in current.items() if value.is_floating_point()]
        torch._foreach_lerp_([self.values[k] for k in floats], [current[k] for k in floats], 1 - decay)
        for key in current.keys() - set(floats):
            self.values[key].copy_(current[key])


def _averaged(key: str) -> bool:
    return not key.startswith(("classify.", "hint."))


@dataclass
class Cursor:
    """Where a run stands, beside its tensors.

    Attributes:
        step: the next step.
        best: the best validation score so far.
        sums, steps: the metrics since the last row that was written, and over how many steps.
    """

    step: int = 0
    best: float = float("inf")
    sums: dict[str, float] = field(default_factory=dict)
    steps: int = 0


def save(
    path: Path,
    *,
    network: nn.Module,
    optimiser: torch.optim.Optimizer,
    average: Average,
    cursor: Cursor,
) -> None:
    """Write the resume state atomically."""
    state = {
        "network": network.state_dict(),
        "optimiser": optimiser.state_dict(),
        "average": average.values,
        "cursor": asdict(cursor),
    }
    with replacing(path) as part:
        torch.save(state, part)


def load(path: Path, *, network: nn.Module, optimiser: torch.optim.Optimizer, average: Average) -> Cursor:
    """Restore a state in place; return where the run stood.

    Raises:
        ConfigError: the state is of another network or optimiser, or damaged.
    """
    try:
        state: dict[str, Any] = torch.load(path, weights_only=True, map_location="cpu")
        network.load_state_dict(state["network"])
        optimiser.load_state_dict(state["optimiser"])
        restored: dict[str, Tensor] = state["average"]
        for key, value in average.values.items():
            value.copy_(restored[key])
        return Cursor(**state["cursor"])
    except (KeyError, TypeError, RuntimeError, ValueError, OSError, EOFError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ConfigError(
            f"cannot resume from {path}: {first}", "Use the configuration the run was started with"
        ) from error
    except pickle.UnpicklingError as error:
        raise ConfigError(f"cannot resume from {path}: it is damaged", "Start the run again") from error


def averaged(path: Path) -> dict[str, Tensor]:
    """Return the averaged network of a run's state; ConfigError if it is none."""
    try:
        found: dict[str, Tensor] = torch.load(path, weights_only=True, map_location="cpu")["average"]
    except (KeyError, TypeError, RuntimeError, OSError, EOFError, pickle.UnpicklingError) as error:
        raise ConfigError(f"cannot start from {path}: it is no run's state", "Name its state.pt") from error
    return found


def tensors(weights: Weights) -> dict[str, Tensor]:
    """Return the tensors of a weights file as a network loads them."""
    return {key: torch.from_numpy(value.copy()) for key, value in weights.tensors.items()}


def export(
    values: Mapping[str, Tensor], config: NetworkConfig, preprocess: Preprocess, provenance: dict[str, Any]
) -> Weights:
    """Return the averaged network as weights: normalisation folded, classification dropped."""
    state = {**SSRHEF(config).state_dict(), **values}
    folded, slim = fold(state, config)
    return Weights(
        tensors={key: value.cpu().numpy() for key, value in folded.items()},
        network=slim.header(),
        preprocess=preprocess,
        provenance=provenance,
    )
