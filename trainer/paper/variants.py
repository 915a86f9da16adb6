"""The configurations that the paper's ablations and figures compare: one base, overrides by name."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crowdmon.counting.weights import load as load_weights
from crowdmon.errors import ConfigError
from trainer.config import TrainConfig
from trainer.evaluate import fingerprint

CLASSES = (0, 5, 10, 15, 20)
"""Of Table VIII; 0 is without the classification task."""


@dataclass(frozen=True)
class Variant:
    """One of them.

    Attributes:
        name: of its run folder.
        title: as tables print it.
        changes: settings in place of the base's, by section.
        clip: the largest norm of the gradient, times the base's.
    """

    name: str
    title: str
    changes: dict[str, Any] = field(default_factory=dict)
    clip: float = 1.0

    def apply(self, base: TrainConfig) -> TrainConfig:
        """Return the base configuration with the changes; one benchmark, so nothing about mixed sources."""
        values = {**base.model_dump(), "sources": {}, "weights": {}, "norm_source": ""}
        for key, value in self.changes.items():
            values[key] = {**values[key], **value} if isinstance(value, dict) else value
        values["clip"] *= self.clip
        return TrainConfig.model_validate(values)


_HEF: dict[str, Any] = {"density": "hef"}

_L2_CLIP = 4.0
"""HEF's weight is at most a quarter, so that plain L2's gradients are about four times as large. Clipped at
the same norm, half of its steps would be cut and few of HEF's: the comparison would be unfair."""

_MCNN: dict[str, Any] = {"model": "mcnn", "rate": 5e-4}
"""MCNN has no normalisation, which is what a high rate needs."""

VARIANTS: dict[str, Variant] = {
    one.name: one
    for one in (
        Variant("without-ssr", "Without SSR strategy", {"network": {"segmentation": False}, "losses": _HEF}),
        Variant(
            "without-enhancement",
            "Without Feature Enhancement Layer",
            {"network": {"enhancement": False}, "losses": _HEF},
        ),
        Variant("without-hef", "Without HEF algorithm", {"losses": {"density": "l2"}}, _L2_CLIP),
        Variant("l2-quarter", "L2/4 in place of HEF (control)", {"losses": {"density": "l2/4"}}),
        Variant("ssr-hef", "SSR-HEF", {"losses": _HEF}),
        Variant("mcnn", "MCNN", {**_MCNN, "losses": {"density": "l2"}}, _L2_CLIP),
        Variant("mcnn-hef", "MCNN with HEF", {**_MCNN, "losses": _HEF}),
        *(
            Variant(
                f"classes-{number}", f"{number} classes", {"network": {"classes": number}, "losses": _HEF}
            )
            for number in CLASSES
        ),
    )
}

ABLATION = ("without-ssr", "without-enhancement", "without-hef", "l2-quarter", "ssr-hef")
"""Rows of Table VII: the paper's, and a control that has HEF's balance of the losses without its weight."""


def of_classes(number: int, base: TrainConfig) -> Variant:
    """Return the variant with this many classes: the base's own number is SSR-HEF itself."""
    return VARIANTS["ssr-hef" if number == base.network.classes else f"classes-{number}"]


def from_start(path: Path) -> Variant:
    """Return the variant that goes on from weights, with their network; its name tells their content.

    Raises:
        ConfigError: they are of another kind of network. WeightsError: they cannot be read.
    """
    weights = load_weights(path)
    network = dict(weights.network)
    if network.get("model"):
        raise ConfigError(f"{path} holds {network['model']}, not SSR-HEF", "Start from weights of SSR-HEF.")
    changes = {"start": path, "network": network, "density_scale": weights.preprocess.density_scale}
    return Variant(f"start-{fingerprint(path)}", f"from {path.name}", changes)
