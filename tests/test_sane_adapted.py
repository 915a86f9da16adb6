"""Weights that learned ten frames of a real camera: where nobody is, and on the demo camera, as the base."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest

from crowdmon import resources
from crowdmon.counting.counter import Counter
from crowdmon.counting.weights import DEFAULT, load, save
from crowdmon.formats.points import mall_frames
from crowdmon.values import Frame
from tests.test_sane import NOBODY, demo_count
from trainer.adapt.budget import Budget
from trainer.adapt.frames import read
from trainer.adapt.run import adapt

pytestmark = [pytest.mark.data, pytest.mark.slow, pytest.mark.timeout(1200)]

FRAMES = (3, 14, 25, 37, 44, 52, 66, 71, 83, 97)
STEPS = 100


def adapted(root: Path, folder: Path) -> Counter:
    """Adapt to Mall, and read the weights back as the application does."""
    heads = mall_frames(root / "mall_gt.mat")
    with (folder / "points.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("image", "x", "y"))
        for number in FRAMES:
            name = f"seq_{number:06}.jpg"
            shutil.copyfile(root / "frames" / name, folder / name)
            writer.writerows((name, x, y) for x, y in heads[number - 1])
    base = load(resources.path(DEFAULT))
    frames = read(folder, preprocess=base.preprocess)
    weights, found = adapt(base, frames, budget=Budget(3600), steps=STEPS)
    assert found.chosen.startswith("network"), found.trials
    save(weights, folder / "adapted.safetensors")
    return Counter(load(folder / "adapted.safetensors"), backend="openvino", precision="f32")


def test_weights_adapted_to_a_real_camera_are_sane(data_root: Path, tmp_path: Path) -> None:
    counter = adapted(data_root / "mall_dataset", tmp_path)
    counted = {name: counter.count(Frame(make())).count for name, make in NOBODY.items()}
    assert np.median(list(counted.values())) < 1.0, counted
    assert max(counted.values()) < 3.0, counted
    truth, found = demo_count(counter)
    assert found == pytest.approx(truth, rel=0.1)
