"""Which network a run trains: the paper's, another one to try HEF on, or a teacher.

The weights of a peer or a teacher carry ``{"model": "mcnn"}`` or ``{"model": "teacher"}`` as their network;
the trainer counts with them, the application refuses them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import parametrize
from torch.nn.utils.parametrizations import weight_norm

from crowdmon.counting import weights as weights_file
from crowdmon.counting.counter import Counter
from crowdmon.counting.network import SSRHEF, Outputs
from crowdmon.counting.peers import MCNN
from crowdmon.counting.weights import Weights
from crowdmon.errors import ConfigError, WeightsError
from trainer.config import TrainConfig
from trainer.loop import state
from trainer.loss.block_classes import VALUES
from trainer.teacher.guide import hints
from trainer.teacher.lite import imagenet
from trainer.teacher.network import Teacher


class PeerNetwork(nn.Module):
    """MCNN with cells of eight pixels, as the loop and the losses take them."""

    def __init__(self) -> None:
        super().__init__()
        self.network = MCNN()

    def forward(self, picture: Tensor) -> Tensor:
        """Return scaled people per cell, Nx1x(H/8)x(W/8); not clipped, MCNN ends without a ReLU."""
        people: Tensor = F.avg_pool2d(self.network(picture), 2) * 4
        return people

    def train_outputs(self, picture: Tensor) -> Outputs:
        """Return the density alone: MCNN has no segmentation and no classes."""
        return Outputs(self(picture), (), None)


Network = SSRHEF | PeerNetwork | Teacher


def build(config: TrainConfig) -> Network:
    """Return the network of a configuration, as a run begins with it."""
    if config.model == "mcnn":
        return PeerNetwork()
    if config.model == "teacher":
        teacher = Teacher(config.preprocess())
        if config.start is None:
            teacher.lite.load_state_dict(imagenet())
        else:
            _begin(teacher, config.start)
        return teacher
    network = SSRHEF(config.network.build())
    if config.start is not None:
        _begin(network, config.start)
    if config.weight_norm:
        network = split_filters(network)
    if config.guide is not None:
        network.hint = hints(config.network.msrf)
    if config.losses.block_classes:
        network.hint = nn.Conv2d(config.network.msrf, len(VALUES), 1)
    if config.dropout:
        network.fuse.register_forward_hook(_dropout(config.dropout))
    return network


def _dropout(share: float) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], Tensor]:
    """Return a hook that leaves out whole features of a picture while training, and scales the rest up.

    DataSource: Tompson et al., "Efficient Object Localization Using Convolutional Networks" (2015).
    """

    def hook(module: nn.Module, _: tuple[Tensor, ...], features: Tensor) -> Tensor:
        return F.dropout2d(features, share, training=module.training)

    return hook


def split_filters(network: SSRHEF) -> SSRHEF:
    """Split, in place, the weights of every convolution into directions and lengths; the values stay.

    Batch normalisation over mixed sources learns with statistics that inference does not have
    (docs/results.md). Plain weights learn badly too: what folding a normalisation leaves differs from layer
    to layer by a factor of ten, and one learning rate then fits none of them. Here every filter's
    direction starts at the size a fresh one would have, so that a step turns all of them by as much.

    DataSource: Salimans and Kingma, "Weight Normalization" (2016).
    """
    for conv in _convolutions(network):
        usual = (2 / conv.weight[0].numel()) ** 0.5
        weight_norm(conv, dim=0)
        with torch.no_grad():
            direction = conv.parametrizations.weight.original1  # type: ignore[union-attr]
            assert isinstance(direction, nn.Parameter)
            size = direction.pow(2).mean(dim=(1, 2, 3), keepdim=True).sqrt()
            direction.mul_(usual / size.clamp(min=1e-6))
    return network


def join_filters(network: SSRHEF) -> SSRHEF:
    """Make the weights plain again, in place; the values stay."""
    for conv in _convolutions(network):
        parametrize.remove_parametrizations(conv, "weight", leave_parametrized=True)
    return network


def _convolutions(network: nn.Module) -> list[nn.Conv2d]:
    return [module for module in network.modules() if isinstance(module, nn.Conv2d)]


def _begin(network: SSRHEF | Teacher, path: Path) -> None:
    tensors = state.averaged(path) if path.suffix == ".pt" else state.tensors(weights_file.load(path))
    try:
        missing = network.load_state_dict(tensors, strict=False).missing_keys
    except RuntimeError as error:
        raise _no_start(path) from error
    # Weights have no classification; whatever else is missing is another network's.
    if any(not key.startswith("classify.") for key in missing):
        raise _no_start(path)


def _no_start(path: Path) -> ConfigError:
    return ConfigError(
        f"{path} holds a network of another shape than the configuration's",
        "Use the network settings these weights were trained with, or leave start out",
    )


def export(average: state.Average, config: TrainConfig, provenance: dict[str, Any]) -> Weights:
    """Return the averaged network as weights; of a run in bfloat16 in numbers that bfloat16 has.

    A network that learned with its filters rounded is exported with them rounded. Every back end then
    computes with the same numbers, in whatever precision: filters and biases that a back end rounds by
    itself moved the counts of one network by 0.6 %, all to the same side.
    """
    made = _averaged(average, config, provenance)
    if config.precision != "bf16" or config.model == "teacher":  # a teacher is not shipped
        return made
    return replace(made, tensors={key: _rounded(value) for key, value in made.tensors.items()})


def _rounded(values: NDArray[np.float32]) -> NDArray[np.float32]:
    rounded: NDArray[np.float32] = torch.from_numpy(values).bfloat16().float().numpy()
    return rounded


def _averaged(average: state.Average, config: TrainConfig, provenance: dict[str, Any]) -> Weights:
    if config.model == "ssr-hef":
        values: Mapping[str, Tensor] = average.values
        if config.weight_norm:
            network = split_filters(SSRHEF(config.network.build()))
            network.load_state_dict({**network.state_dict(), **values})
            values = join_filters(network).state_dict()
        return state.export(values, config.network.build(), config.preprocess(), provenance)
    tensors = {key: value.float().cpu().numpy() for key, value in average.values.items()}
    return Weights(tensors, {"model": config.model}, config.preprocess(), provenance)


def counter(weights: Weights, *, backend: str = "auto", precision: str = "f32") -> Counter:
    """Return the application's counter, or one that counts with a peer or a teacher.

    It counts in float32 unless told: what is compared must not depend on the machine.

    Raises:
        WeightsError, ConfigError: the weights do not fit, or the back end cannot run them.
    """
    model = weights.network.get("model")
    if not model:
        return Counter(weights, backend=backend, precision=precision)
    if precision not in ("auto", "f32"):
        raise ConfigError(f"a {model} counts in f32, not in {precision}", "Leave --precision out")
    if backend not in ("auto", "torch"):
        raise ConfigError(
            f"{weights.path or weights.name} is of a {model}, which runs in torch alone, not in {backend}",
            "Leave --backend out",
        )
    return PeerCounter(weights)


class PeerCounter(Counter):
    """The application's counter around a peer or a teacher: the same pre-processing, tiles and sums."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self._backend = _PeerBackend(weights)
        self._max_pixels = 2_500_000


class _PeerBackend:
    """Runs the network; people below none are clipped, as a density map has none."""

    name = "torch"
    precision = "f32"
    batch = 1

    def __init__(self, weights: Weights) -> None:
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.device = torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu"
        model = weights.network["model"]
        network = PeerNetwork() if model == "mcnn" else Teacher(weights.preprocess)
        try:
            network.load_state_dict(state.tensors(weights))
        except RuntimeError as error:
            raise WeightsError(f"{weights.path or weights.name} does not fit a {model}") from error
        network = network.eval().to(self._device)
        self._network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @torch.inference_mode()
    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return NxHxW scaled people per cell of an Nx3xHxW batch."""
        output = self._network(torch.from_numpy(batch).to(self._device))
        people: NDArray[np.float32] = F.relu(output[:, 0]).float().cpu().numpy()
        return people
