"""What a step of SSR-HEF learns from a teacher, in addition to the labels.

The features of the teacher, in every cell, hold more than the labels: what a head looks like to a network
that was trained on a million pictures. The MSRF learns to predict them through a 1x1 convolution that is
dropped afterwards.

Sources: Romero et al., "FitNets" (2015), for the hint; Liu et al., "Efficient Crowd Counting via Structured
Knowledge Transfer" (2020), for crowds.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from crowdmon.counting import weights as weights_file
from crowdmon.counting.network import Outputs
from crowdmon.counting.weights import Weights
from crowdmon.errors import ConfigError
from trainer.config import GuideConfig, TrainConfig
from trainer.data.batch import Batch
from trainer.loop import state
from trainer.loss.objective import parts
from trainer.teacher.network import FEATURES, Seen, Teacher

MODEL = {"model": "teacher"}
"""What a teacher's weights file has for a network."""


class Guide:
    """A trained teacher beside a run."""

    def __init__(self, settings: GuideConfig, run: TrainConfig, device: torch.device) -> None:
        """Load the teacher; ConfigError if the file holds none, or one with other inputs than the run."""
        given = weights_file.load(settings.weights)
        if dict(given.network) != MODEL:
            raise ConfigError(
                f"{settings.weights} is no teacher", "guide.weights: the weights of a run with model: teacher"
            )
        if given.preprocess != run.preprocess():
            raise ConfigError(
                f"{settings.weights} takes other pixels, or gives other densities, than this run",
                "Train the teacher with the same density_scale",
            )
        self._settings, self._run, self._device = settings, run, device
        network = teacher(given).eval().requires_grad_(False).to(device)
        self._network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @torch.no_grad()
    def see(self, pictures: Tensor) -> Seen:
        """Return the teacher's outputs for Nx3xHxW pictures; its density is clipped at 0, as in counting."""
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._run.precision == "bf16"):
            seen: Seen = self._network.see(pictures.contiguous(memory_format=torch.channels_last))
        return Seen(F.relu(seen.density).float(), seen.features)

    def teach(self, found: dict[str, Tensor], outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Return the losses of a step, those of the labels and the teacher's.

        Args:
            found: the labels' losses.
            outputs: of the network that learns, with its hints.
            batch: the step's, on the device.
        """
        seen = self.see(batch.pictures)
        taught = dict(found)
        follow = self._settings.follow
        if follow:
            own = Outputs(outputs.density, (), None)
            towards = replace(batch, density=seen.density)
            theirs = parts(own, towards, self._run.losses, density_scale=self._run.density_scale)
            for name in ("density", "pyramid"):
                if name in found:
                    taught[name] = (1 - follow) * found[name]
                    taught[f"teacher_{name}"] = follow * theirs[name]
        if self._settings.hint and outputs.hints is not None:
            apart = (outputs.hints.float() - seen.features).square().mean()
            taught["hint"] = self._settings.hint * apart
        return taught


def hints(msrf: int) -> nn.Conv2d:
    """Return the layer that predicts the teacher's features from the MSRF; dropped after training."""
    return nn.Conv2d(msrf, FEATURES, 1)


def teacher(weights: Weights) -> Teacher:
    """Return the teacher of a weights file; ConfigError if its tensors do not fit."""
    network = Teacher(weights.preprocess)
    try:
        network.load_state_dict(state.tensors(weights))
    except RuntimeError as error:
        raise ConfigError(f"{weights.path or weights.name} does not fit the teacher") from error
    return network
