"""Standardised weights: what the first batch sets, and that export is the same network."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from pydantic import ValidationError

from crowdmon.counting.network import SSRHEF, Conv
from trainer import models, standardise, state
from trainer.config import Network, TrainConfig

TINY = Network(
    stem=2, widths=(4, 6, 8), dilations=((1,), (1, 2), (1,)), msrf=4, head=(6, 4, 4), norm=False, classes=0
)


@pytest.fixture
def network() -> SSRHEF:
    torch.manual_seed(0)
    return standardise.wrap(SSRHEF(TINY.build()))


def pictures(seed: int = 1) -> torch.Tensor:
    # Far from mean 0 and variance 1, so that a calibration that did nothing would be seen.
    return 3 * torch.randn(4, 3, 64, 64, generator=torch.Generator().manual_seed(seed)) + 2


def seen(network: SSRHEF, x: torch.Tensor) -> list[torch.Tensor]:
    """What every standardised convolution gives, before its ReLU."""
    found: list[torch.Tensor] = []
    hooks = [
        module[0].register_forward_hook(lambda _m, _i, output: found.append(output.detach().clone()))
        for module in network.modules()
        if isinstance(module, Conv)
    ]
    with torch.no_grad():
        network(x)
    for hook in hooks:
        hook.remove()
    return found


def test_the_first_batch_gives_every_feature_mean_0_and_variance_1(network: SSRHEF) -> None:
    standardise.calibrate(network, pictures())
    for features in seen(network, pictures()):
        variance, mean = torch.var_mean(features, dim=(0, 2, 3), correction=0)
        assert torch.allclose(mean, torch.zeros_like(mean), atol=1e-3)
        # A filter that sees almost nothing keeps a variance below 1: EPSILON bounds what it is raised by.
        assert (variance < 1.001).all()
        assert variance.median() > 0.98


def test_filters_have_no_mean_and_the_gain_as_their_norm(network: SSRHEF) -> None:
    for module in network.modules():
        if isinstance(module, Conv):
            conv = module[0]
            gain = conv.parametrizations.weight[0].gain  # type: ignore[union-attr, index]
            with torch.no_grad():
                gain.fill_(1.7)
            assert torch.allclose(
                conv.weight.mean(dim=(1, 2, 3)), torch.zeros(conv.weight.shape[0]), atol=1e-6
            )  # type: ignore[operator, arg-type]
            norm = conv.weight.flatten(1).norm(dim=1)  # type: ignore[operator]
            assert torch.allclose(norm, torch.full_like(norm, 1.7), rtol=1e-2)


def test_unwrapped_it_is_the_same_network_with_plain_weights(network: SSRHEF) -> None:
    standardise.calibrate(network, pictures())
    x = pictures(2)
    with torch.no_grad():
        before = network(x)
        after = standardise.unwrap(network)(x)
    assert torch.equal(before, after)
    assert network.state_dict().keys() == SSRHEF(TINY.build()).state_dict().keys()


def test_what_a_run_exports_counts_like_the_network_it_trained() -> None:
    config = TrainConfig(network=TINY, standardise=True)
    torch.manual_seed(0)
    network = models.build(config)
    assert isinstance(network, SSRHEF)
    standardise.calibrate(network, pictures())
    made = models.export(state.Average(network, 0.0), config, {"name": "tiny"})
    plain = SSRHEF(dataclasses.replace(TINY.build()))
    plain.load_state_dict({key: torch.from_numpy(value.copy()) for key, value in made.tensors.items()})
    with torch.no_grad():
        assert torch.allclose(plain(pictures(3)), network(pictures(3)), atol=1e-5)


def test_gains_and_free_weights_both_learn(network: SSRHEF) -> None:
    standardise.calibrate(network, pictures())
    network(pictures()).sum().backward()
    for name, parameter in network.named_parameters():
        if "parametrizations" in name:
            assert parameter.grad is not None
            assert parameter.grad.abs().sum() > 0, name


@pytest.mark.parametrize("given", [{"network": Network(norm=True)}, {"model": "mcnn"}])
def test_two_normalisations_at_once_are_refused(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="standardise needs"):
        TrainConfig.model_validate({"standardise": True, "network": TINY, **given})
