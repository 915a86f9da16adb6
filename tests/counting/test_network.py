"""SSR-HEF: budget, shapes, switches, and folding that changes nothing."""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from crowdmon.counting.network import SPP, SSRHEF, NetworkConfig, fold, parameters

DEFAULT = NetworkConfig()


def small(**switches: object) -> NetworkConfig:
    return NetworkConfig(**{"stem": 2, "widths": (4, 6, 8), "msrf": 4, "head": (6, 6, 4), **switches})


def seeded(config: NetworkConfig) -> SSRHEF:
    torch.manual_seed(3)
    return SSRHEF(config)


def test_the_budget_of_parameters_and_multiplications_is_kept() -> None:
    network = SSRHEF(DEFAULT).eval()
    assert parameters(network, classifier=False) <= 650_000
    with torch.no_grad(), FlopCounterMode(display=False) as flops:
        network(torch.zeros(1, 3, 512, 1024))
    assert flops.get_total_flops() / 2 <= 6e9


def test_a_training_pass_gives_every_output_at_its_scale() -> None:
    outputs = seeded(small()).train_outputs(torch.randn(2, 3, 64, 96))
    assert outputs.density.shape == (2, 1, 8, 12)
    assert [tuple(s.shape[2:]) for s in outputs.segmentations] == [(32, 48), (16, 24), (8, 12)]
    assert outputs.classes is not None
    assert outputs.classes.shape == (2, 15)


def test_density_is_never_negative() -> None:
    assert seeded(small())(torch.randn(2, 3, 64, 64) * 5).min() >= 0


def test_without_ssr_its_heads_are_gone_and_nothing_else() -> None:
    with_ssr, without = SSRHEF(small()), SSRHEF(small(segmentation=False))
    heads = sum(width + 1 for width in (4, 6, 8))
    assert parameters(with_ssr) - parameters(without) == heads
    assert without.train_outputs(torch.randn(1, 3, 32, 32)).segmentations == ()


def test_without_the_enhancement_layer_its_parameters_are_gone() -> None:
    without = SSRHEF(small(enhancement=False))
    assert not any(name.startswith("enhance.") for name in without.state_dict())
    assert without(torch.randn(1, 3, 32, 32)).shape == (1, 1, 4, 4)


@pytest.mark.parametrize("classes", [0, 5, 10, 15, 20])
def test_the_classifier_has_table_one_s_size(classes: int) -> None:
    network = SSRHEF(small(classes=classes))
    msrf = 4
    expected = (msrf * SPP * SPP * 64 + 64) + (64 * classes + classes) if classes else 0
    assert parameters(network) - parameters(network, classifier=False) == expected
    assert (network.train_outputs(torch.randn(1, 3, 32, 32)).classes is None) == (classes == 0)


def test_a_picture_smaller_than_the_pyramid_can_be_classified() -> None:
    assert seeded(small()).train_outputs(torch.randn(2, 3, 16, 24)).classes is not None


def test_segmentation_reaches_the_density_through_the_features() -> None:
    network = seeded(small(norm=False))
    picture = torch.rand(1, 3, 32, 32)
    before = network(picture)
    with torch.no_grad():
        for head in network.segment:
            head.bias.fill_(-20.0)  # type: ignore[union-attr,operator]
    assert not torch.allclose(before, network(picture))


def test_folding_keeps_what_the_network_says() -> None:
    network = seeded(small())
    network.train()
    for _ in range(5):
        network(torch.randn(4, 3, 64, 64) * 2 + 1)
    network.eval()
    tensors, slim = fold(network.state_dict(), network.config)
    folded = SSRHEF(slim).eval()
    folded.load_state_dict(tensors)
    picture = torch.randn(1, 3, 64, 96)
    assert network(picture).sum() > 0
    torch.testing.assert_close(folded(picture), network(picture), rtol=1e-4, atol=1e-5)
    assert not slim.norm
    assert slim.classes == 0


def test_a_configuration_survives_its_header() -> None:
    config = small(classes=7, enhancement=False)
    assert NetworkConfig.from_header(config.header()) == config


def test_a_header_with_an_unknown_key_is_refused() -> None:
    with pytest.raises(TypeError):
        NetworkConfig.from_header({**DEFAULT.header(), "attention": 3})


def test_every_parameter_gets_a_gradient() -> None:
    network = seeded(small())
    outputs = network.train_outputs(torch.randn(2, 3, 64, 64))
    assert outputs.classes is not None
    total = outputs.density.sum() + outputs.classes.sum() + sum(s.sum() for s in outputs.segmentations)
    total.backward()
    without = [n for n, p in network.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
    # A convolution in front of batch normalisation may have a dead filter, never a dead layer.
    assert without == []
