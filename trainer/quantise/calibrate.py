"""Scales of the int8 form: the largest value of each tensor in many pictures.

Other rules were tried (``docs/performance.md``): the largest value is the simplest, and counts best.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from crowdmon.counting.scales import Scales, fingerprint
from crowdmon.counting.torch_backend import network_of
from crowdmon.counting.weights import Weights
from trainer.quantise.walk import walk

FLOAT = ("enhance.encode.0", "head.1.0")
"""Tensors that stay in float32: what the attention and the last layer read, which are float32 themselves.
A step of the second is worth people on an empty wall."""

_LEAST = 1e-3
"""The scale of a tensor that is always zero, as of a layer that learned nothing."""


@torch.inference_mode()
def calibrate(
    weights: Weights, pictures: Iterable[NDArray[np.uint8]], *, provenance: Mapping[str, Any]
) -> Scales:
    """Return the scales of a network.

    Args:
        weights: of the application's network.
        pictures: HxWx3 RGB of any size: crowds, streets, and pictures without people.
        provenance: of the scales.

    Raises:
        WeightsError: the weights do not fit their network.
    """
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    # Channels-last more than halves the time of these convolutions on CPUs.
    network = network_of(weights).to(device=device)
    network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    seen = _Largest()
    for rgb in pictures:
        walk(network, _on(device, weights.preprocess.prepare(rgb)), seen)
    most = {key: round(max(value, _LEAST), 4) for key, value in seen.most.items()}
    return Scales(most, fingerprint(weights.tensors), provenance)


class _Largest:
    """Looks at every tensor that the int8 form rounds, and changes nothing."""

    def __init__(self) -> None:
        self.most: dict[str, float] = {}

    def conv(self, key: str, layer: nn.Conv2d, x: Tensor) -> Tensor:
        y: Tensor = layer(x)
        return y

    def tensor(self, key: str, x: Tensor) -> Tensor:
        if key not in FLOAT:
            self.most[key] = max(self.most.get(key, 0.0), float(x.abs().max()))
        return x


def _on(device: torch.device, batch: NDArray[np.float32]) -> Tensor:
    return torch.from_numpy(batch).to(device=device, memory_format=torch.channels_last)
