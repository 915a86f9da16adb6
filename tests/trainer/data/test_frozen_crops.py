"""Crops and labels are those of version 0.1.0, so that a run of a given seed learns the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tests.trainer.data.test_crops import dotted, source
from trainer.config import TrainConfig
from trainer.data.batch import Batch
from trainer.data.kernels import perspective_density
from trainer.data.loader import maker
from trainer.data.sources import DataSource, Item

FROZEN = Path(__file__).with_name("crops_0_1_0.npz")
STEPS = 3

ALL = {"scale": [0.45, 1.6], "degrade": 0.6, "grey": 0.3, "noise": 0.5}
CASES: dict[str, dict[str, object]] = {
    "kernel": {"margin": 8, "edges": 0.25, "augment": ALL, "weights": {"b": 3}, "network": {"classes": 5}},
    "cells": {"kernel": "none", "augment": {"scale": [0.7, 1.3]}, "network": {"classes": 4}},
    "whole": {"kernel": "none", "margin": 16, "crop": 128, "batch": 3},
    "perspective": {"kernel": "perspective", "margin": 8, "augment": ALL},
    "norm": {"norm_source": "b", "sources": {"a": 1, "b": 1}},
    "paper": {"protocol": "paper", "batch": 1},
    "device": {"kernel": "none", "cut": "device", "margin": 8, "edges": 0.25, "augment": ALL},
}


def sources(case: str) -> list[DataSource]:
    textured = np.random.default_rng(1).integers(0, 256, (150, 230, 3)).astype(np.uint8)
    # Heads up to the very edge, and between pixels.
    heads = np.random.default_rng(2).uniform((-0.5, -0.5), (229.5, 149.5), (80, 2))
    items = [Item("textured", textured, np.vstack([heads, [[-0.5, 3], [229.49, 149.49]]])), dotted(seed=1)]
    if case == "device":
        return [source(*items, name="a"), source(dotted(40, 70, seed=3), name="b")]
    mask = np.zeros((150, 230), np.uint8)
    mask[20:130, 31:190] = 1
    items.append(Item("roi", textured, items[0].points, mask))
    if case == "perspective":
        ground = np.repeat(np.linspace(4, 30, 150, dtype=np.float32)[:, None], 230, axis=1)
        density = perspective_density(items[0].points, ground)
        items = [Item("scene", textured, items[0].points, mask, density)]
    return [source(*items, name="a"), source(dotted(90, 300, seed=3), name="b")]


def batches(case: str) -> list[Batch]:
    given = {"crop": 64, "batch": 6, "seed": 5, "sources": {"a": 2, "b": 1}, **CASES[case]}
    config = TrainConfig.model_validate(given)
    make = maker(config, sources(case), torch.device("cpu"), threshold=3.0)
    return [make(step) for step in range(STEPS)]


def arrays(one: Batch) -> dict[str, NDArray[np.generic]]:
    """Return what a batch holds; of its pictures the means of 8 x 8 pixels."""
    side = 8
    coarse = torch.nn.functional.avg_pool2d(one.pictures, side)
    found = {"pictures": coarse, "density": one.density, "weights": one.weights, "usual": one.usual}
    found |= {f"segmentation{depth}": labels for depth, labels in enumerate(one.segmentations)}
    found |= {f"mask{depth}": known for depth, known in enumerate(one.masks or ())}
    if one.classes is not None:
        found["classes"] = one.classes
    numbers = {name: tensor.numpy() for name, tensor in found.items()}
    return {**numbers, "people": np.array(int(one.people)), "leading": np.array(one.leading),
            "names": np.array(one.names)}  # fmt: skip


def frozen(case: str, step: int) -> dict[str, NDArray[np.generic]]:
    with np.load(FROZEN) as kept:
        start = f"{case}/{step}/"
        return {name.removeprefix(start): kept[name] for name in kept.files if name.startswith(start)}


@pytest.mark.parametrize("case", CASES)
def test_crops_and_labels_are_those_of_version_0_1_0(case: str) -> None:
    for step, one in enumerate(batches(case)):
        found, wanted = arrays(one), frozen(case, step)
        assert found.keys() == wanted.keys()
        for name, values in wanted.items():
            where = f"{name} of step {step}"
            if name == "pictures":
                # Half a level of 255 on average: OpenCV rounds differently from machine to machine.
                assert np.abs(found[name] - values).mean() < 0.5 / 255 / 0.22, where
            elif name == "usual" or (name == "density" and case not in ("cells", "whole", "device")):
                # An exponential differs by its last digit from machine to machine.
                assert np.allclose(found[name], values, rtol=1e-6, atol=1e-9), where
            else:
                assert found[name].dtype == values.dtype, where
                assert np.array_equal(found[name], values), where
