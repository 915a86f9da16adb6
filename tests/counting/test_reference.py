"""What the bench compares with is what it says: the same networks, and their arithmetic counted right."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from crowdmon.counting import backends
from crowdmon.counting.network import SSRHEF, NetworkConfig
from crowdmon.counting.network_config import macs
from crowdmon.counting.reference import PEERS, eager, matrix_product, onnx_of_peer
from crowdmon.errors import ConfigError
from tests.counting.test_counter import some_weights


def counted(network: nn.Module, height: int, width: int) -> int:
    """Multiplications of every convolution that ran."""
    total = 0

    def add(layer: nn.Conv2d, _: object, output: torch.Tensor) -> None:
        nonlocal total
        total += layer.weight.numel() * output.shape[-2] * output.shape[-1]

    for layer in network.modules():
        if isinstance(layer, nn.Conv2d):
            layer.register_forward_hook(add)
    network.eval()(torch.zeros(1, 3, height, width))
    return total


@pytest.mark.parametrize(
    "switches",
    [
        {},
        {"msrf": 64, "norm": False, "classes": 0},
        {"segmentation": False, "enhancement": False},
        {"stem": 2, "widths": (4, 8, 6), "dilations": ((2, 1), (3,), (1, 4)), "msrf": 3, "head": (5, 7, 4)},
    ],
)
def test_multiplications_are_those_that_run(switches: dict[str, object]) -> None:
    config = NetworkConfig(**switches)  # type: ignore[arg-type]
    assert macs(config, height=64, width=96) == counted(SSRHEF(config), 64, 96)


@pytest.mark.parametrize("model", PEERS)
@pytest.mark.parametrize("backend", ["openvino-f32", "onnxruntime"])
def test_other_networks_compute_in_our_back_ends_what_they_do_in_torch(model: str, backend: str) -> None:
    torch.manual_seed(3)
    network = PEERS[model]().eval()
    torch.manual_seed(3)
    made = backends.make(backend, onnx_of_peer(model), threads=1)
    batch = np.random.default_rng(2).standard_normal((1, 3, 64, 96), np.float32)
    with torch.inference_mode():
        wanted = network(torch.from_numpy(batch))[:, 0].numpy()
    np.testing.assert_allclose(made.run(batch), wanted, rtol=1e-3, atol=1e-4 * float(np.abs(wanted).max()))


def test_torch_does_not_take_an_onnx_file() -> None:
    with pytest.raises(ConfigError, match="torch cannot run an ONNX file"):
        backends.make("torch", onnx_of_peer("mcnn"))


def test_the_reference_runs_are_in_float32_on_the_cpu() -> None:
    for model in ("ssr-hef", *PEERS):
        output = eager(model, some_weights(), height=32, width=64)()
        assert isinstance(output, torch.Tensor)
        assert (output.dtype, output.device.type) == (torch.float32, "cpu")
        assert output.is_contiguous()


@pytest.mark.parametrize(("precision", "dtype"), [("f32", torch.float32), ("bf16", torch.bfloat16)])
def test_a_matrix_product_is_two_operations_for_each_of_its_triples(precision: str, dtype: object) -> None:
    run, operations = matrix_product(precision, side=8)
    product = run()
    assert isinstance(product, torch.Tensor)
    assert (product.shape, product.dtype, operations) == ((8, 8), dtype, 1024.0)
