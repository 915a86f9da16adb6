"""Every back end against torch in float32, on real pictures and with the bundled weights."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from crowdmon import resources
from crowdmon.counting import backends
from crowdmon.counting.torch_backend import network_of
from crowdmon.counting.weights import DEFAULT, Weights, load
from crowdmon.errors import CrowdmonError

pytestmark = [pytest.mark.data, pytest.mark.slow]

PICTURES = 16


@pytest.fixture(scope="module")
def weights() -> Weights:
    try:
        return load(resources.path(DEFAULT))
    except CrowdmonError:
        pytest.skip("no bundled weights")


@pytest.fixture
def pictures(data_root: Path) -> list[np.ndarray]:
    """Return pictures of ShanghaiTech's part A, of its train split only."""
    found = sorted((data_root / "ShanghaiTech" / "part_A" / "train_data" / "images").glob("*.jpg"))
    if not found:
        pytest.skip("no ShanghaiTech part A")
    return [cv2.imread(str(path))[..., ::-1] for path in found[:: max(1, len(found) // PICTURES)][:PICTURES]]


def errors(name: str, weights: Weights, pictures: list[np.ndarray], *, precision: str = "auto") -> np.ndarray:
    """Return |count - count in torch in float32| / count of each picture."""
    made = backends.make(name, weights, precision=precision)
    network = network_of(weights)
    off = []
    for rgb in pictures:
        batch = weights.preprocess.prepare(rgb)
        with torch.inference_mode():
            wanted = network(torch.from_numpy(batch))[0, 0].numpy()
        size = {"height": rgb.shape[0], "width": rgb.shape[1]}
        one, other = (
            weights.preprocess.people(of, **size).sum(dtype=float) for of in (made.run(batch)[0], wanted)
        )
        off.append(abs(one - other) / other)
    return np.array(off)


@pytest.mark.parametrize("name", ["openvino-f32", "onnxruntime"])
def test_full_precision_counts_as_torch_does(name: str, weights: Weights, pictures: list[np.ndarray]) -> None:
    assert errors(name, weights, pictures).max() < 1e-5


def test_reduced_precision_stays_within_its_bounds(weights: Weights, pictures: list[np.ndarray]) -> None:
    off = errors("openvino", weights, pictures, precision="bf16")
    assert off.mean() < 0.001
    assert off.max() < 0.005
