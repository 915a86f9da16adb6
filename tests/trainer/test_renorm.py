"""Batch renormalisation: forward as inference, backward as batch normalisation, the same parameters."""

from __future__ import annotations

import pytest
import torch
from pydantic import ValidationError
from torch import nn
from torch.nn import functional as F

from crowdmon.counting.network import SSRHEF
from trainer import models, renorm, state
from trainer.config import Network, TrainConfig
from trainer.renorm import BatchRenorm

TINY = Network(stem=2, widths=(4, 6, 8), dilations=((1,), (1, 2), (1,)), msrf=4, head=(6, 4, 4), classes=0)


def layer(*, steps: int, seed: int = 0) -> BatchRenorm:
    generator = torch.Generator().manual_seed(seed)
    made = renorm.wrap(nn.Sequential(nn.BatchNorm2d(5)))[0]
    assert isinstance(made, BatchRenorm)
    with torch.no_grad():
        for tensor in (made.weight, made.running_var):
            tensor.uniform_(0.5, 2, generator=generator)
        for tensor in (made.bias, made.running_mean):
            tensor.normal_(generator=generator)
        made.num_batches_tracked.fill_(steps)
    return made


def features(seed: int = 1) -> torch.Tensor:
    return 1.3 * torch.randn(3, 5, 12, 10, generator=torch.Generator().manual_seed(seed)) + 0.4


def as_inference(one: BatchRenorm, x: torch.Tensor) -> torch.Tensor:
    return F.batch_norm(
        x, one.running_mean.clone(), one.running_var.clone(), one.weight, one.bias, training=False
    )


def test_opened_it_normalises_with_the_running_statistics() -> None:
    one, x = layer(steps=renorm.OPEN), features()
    expected = as_inference(one, x)
    assert torch.allclose(one(x), expected, atol=1e-5)


def test_at_first_it_is_plain_batch_normalisation() -> None:
    one, x = layer(steps=0), features()
    expected = F.batch_norm(x, None, None, one.weight, one.bias, training=True)
    assert torch.allclose(one(x), expected, atol=1e-5)


def test_a_batch_beyond_the_bounds_is_corrected_only_so_far() -> None:
    one, x = layer(steps=renorm.OPEN), 1000 * features() + 500
    # Normalised to mean 0, deviation 1, then at most times 3 and plus 5.
    normalised = (one(x) - one.bias[:, None, None]) / one.weight[:, None, None]
    variance, mean = torch.var_mean(normalised, dim=(0, 2, 3), correction=0)
    assert torch.allclose(variance.sqrt(), torch.full((5,), renorm.MAX_SCALE), rtol=1e-3)
    assert torch.allclose(mean, torch.full((5,), renorm.MAX_SHIFT), atol=1e-3)


def test_the_gradient_goes_through_the_batch_s_statistics() -> None:
    # Scaling or shifting a batch as a whole must not change the loss to first order: what the frozen
    # statistics of inference lack, and what makes batch normalisation learn quickly.
    one, x = layer(steps=renorm.OPEN), features().requires_grad_()
    (one(x) ** 3).sum().backward()
    assert x.grad is not None
    size = x.grad.abs().sum(dim=(0, 2, 3))
    centred = x.detach() - x.detach().mean(dim=(0, 2, 3), keepdim=True)
    assert (x.grad.sum(dim=(0, 2, 3)).abs() < 1e-4 * size).all()
    assert ((x.grad * centred).sum(dim=(0, 2, 3)).abs() < 1e-4 * size).all()


def test_the_running_statistics_arrive_at_the_data_s() -> None:
    one = layer(steps=0)
    for seed in range(400):
        one(features(seed))
    assert torch.allclose(one.running_mean, torch.full((5,), 0.4), atol=0.05)
    assert torch.allclose(one.running_var, torch.full((5,), 1.69), rtol=0.1)


def test_memory_layout_makes_no_difference() -> None:
    one, other = layer(steps=800), layer(steps=800)
    x = features()
    assert torch.allclose(one(x), other(x.contiguous(memory_format=torch.channels_last)), atol=1e-5)
    assert torch.allclose(one.running_var, other.running_var, atol=1e-5)


def test_what_a_run_exports_counts_like_the_network_it_trained() -> None:
    config = TrainConfig(network=TINY, renorm=True)
    torch.manual_seed(0)
    network = models.build(config)
    assert any(isinstance(module, BatchRenorm) for module in network.modules())
    for seed in range(3):
        network.train_outputs(torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(seed)))
    made = models.export(state.Average(network, 0.0), config, {"name": "tiny"})
    plain = SSRHEF(Network(**{**TINY.model_dump(), "norm": False}).build())
    plain.load_state_dict({key: torch.from_numpy(value.copy()) for key, value in made.tensors.items()})
    x = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        assert torch.allclose(plain(x), network.eval()(x), atol=1e-5)


@pytest.mark.parametrize("given", [{"network": Network(norm=False)}, {"model": "mcnn"}])
def test_nothing_to_renormalise_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="renorm needs"):
        TrainConfig.model_validate({"renorm": True, **given})
