"""The network without torch: written as ONNX, it computes what ``network.py`` does."""

from __future__ import annotations

import itertools
import json

import numpy as np
import onnx
import pytest
import torch

from crowdmon.counting import backends
from crowdmon.counting.graph import DENSITY, PICTURE, onnx_of
from crowdmon.counting.network import SSRHEF, NetworkConfig, fold
from crowdmon.counting.preprocess import Preprocess
from crowdmon.counting.weights import Weights
from crowdmon.errors import WeightsError

FULL_PRECISION = ("openvino-f32", "onnxruntime")


def random_weights(*, seed: int = 1, **switches: object) -> Weights:
    """Weights as training leaves them: normalised, then folded."""
    torch.manual_seed(seed)
    config = NetworkConfig(**switches)  # type: ignore[arg-type]
    network = SSRHEF(config).train()
    with torch.no_grad():
        for _ in range(3):  # normalisation that is not the identity
            network(torch.randn(2, 3, 64, 64) + 0.3)
    tensors, slim = fold(network.state_dict(), config)
    return Weights({k: v.numpy() for k, v in tensors.items()}, slim.header(), Preprocess())


def by_torch(weights: Weights, batch: np.ndarray) -> np.ndarray:
    network = SSRHEF(NetworkConfig.from_header(weights.network)).eval()
    network.load_state_dict({key: torch.from_numpy(value) for key, value in weights.tensors.items()})
    with torch.inference_mode():
        return network(torch.from_numpy(batch))[:, 0].numpy()


def some_batch(pictures: int, height: int, width: int) -> np.ndarray:
    return np.random.default_rng(7).standard_normal((pictures, 3, height, width), np.float32)


@pytest.mark.parametrize("backend", FULL_PRECISION)
@pytest.mark.parametrize(("segmentation", "enhancement"), list(itertools.product((True, False), repeat=2)))
def test_every_switch_computes_what_torch_does(backend: str, segmentation: bool, enhancement: bool) -> None:
    weights = random_weights(segmentation=segmentation, enhancement=enhancement)
    made = backends.make(backend, weights, threads=1)
    for shape in ((1, 64, 96), (2, 128, 32)):
        batch = some_batch(*shape)
        wanted, got = by_torch(weights, batch), made.run(batch)
        assert got.shape == wanted.shape
        assert got.dtype == np.float32
        assert wanted.sum() > 0
        np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-5 * float(wanted.max()))
        assert got.sum(dtype=float) == pytest.approx(wanted.sum(dtype=float), rel=1e-5)


@pytest.mark.parametrize("backend", FULL_PRECISION)
def test_another_shape_of_the_network_computes_what_torch_does(backend: str) -> None:
    weights = random_weights(
        stem=2, widths=(4, 8, 6), dilations=((2, 1), (3,), (1, 4)), msrf=3, head=(5, 7, 4), norm=False
    )
    batch = some_batch(1, 72, 104)  # multiples of 8, not of 16: the poolings round down
    got, wanted = backends.make(backend, weights).run(batch), by_torch(weights, batch)
    assert got.sum(dtype=float) == pytest.approx(wanted.sum(dtype=float), rel=1e-5)


def test_the_file_is_valid_onnx_and_carries_the_header() -> None:
    weights = random_weights()
    model = onnx.load_from_string(onnx_of(weights))
    onnx.checker.check_model(model, full_check=True)
    assert ([one.name for one in model.graph.input], [one.name for one in model.graph.output]) == (
        [PICTURE],
        [DENSITY],
    )
    sides = [dim.dim_param or dim.dim_value for dim in model.graph.input[0].type.tensor_type.shape.dim]
    assert sides == ["n", 3, "height", "width"]
    header = json.loads({one.key: one.value for one in model.metadata_props}["crowdmon"])
    assert Preprocess.from_header(header["preprocess"]) == weights.preprocess
    assert NetworkConfig.from_header(header["network"]) == NetworkConfig.from_header(weights.network)


def test_weights_that_do_not_fit_say_which_and_how() -> None:
    whole = random_weights()
    key = "stages.1.0.0.weight"

    def changed(**tensors: np.ndarray | None) -> Weights:
        kept = {name: values for name, values in whole.tensors.items() if name not in tensors}
        kept |= {name: values for name, values in tensors.items() if values is not None}
        return Weights(kept, whole.network, whole.preprocess)

    for broken, message in (
        (changed(**{key: None}), "stages.1.0.0.weight is missing"),
        (changed(**{key: np.zeros((48, 32, 3), np.float32)}), "is 48x32x3 instead of 48x32x3x3"),
        (
            changed(**{"classify.classes.bias": np.zeros(15, np.float32)}),
            "classify.classes.bias has no place",
        ),
        (changed(**{"head.2.bias": np.array([np.nan], np.float32)}), "head.2.bias holds values that are not"),
    ):
        with pytest.raises(WeightsError, match=f"does not fit its own network: .*{message}"):
            onnx_of(broken)


@pytest.mark.parametrize(
    "network", [{"layers": 3}, {**NetworkConfig().header(), "widths": 3}, NetworkConfig().header()]
)
def test_a_network_that_is_not_known_or_not_folded_is_refused(network: dict[str, object]) -> None:
    with pytest.raises(WeightsError, match="a network this version does not know"):
        onnx_of(Weights(random_weights().tensors, network, Preprocess()))
