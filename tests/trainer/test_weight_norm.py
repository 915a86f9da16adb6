"""Weight normalisation changes how a network learns, not what it computes."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from pydantic import ValidationError

from crowdmon.counting import weights as weights_file
from crowdmon.counting.network import SSRHEF
from crowdmon.errors import ConfigError
from trainer import models
from trainer.config import Network, TrainConfig
from trainer.loop import state

TINY = Network(
    stem=2, widths=(4, 6, 8), dilations=((1,), (1, 2), (1,)), msrf=4, head=(6, 4, 4), norm=False, classes=0
)


def plain() -> SSRHEF:
    torch.manual_seed(0)
    network = SSRHEF(TINY.build())
    with torch.no_grad():
        # Layers of very different sizes, as folding leaves them.
        for number, parameter in enumerate(network.parameters()):
            parameter.mul_(0.2 + number % 3)
    return network


def picture() -> torch.Tensor:
    return torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))


def test_wrapped_and_unwrapped_it_computes_the_same() -> None:
    network = plain()
    before = {key: value.clone() for key, value in network.state_dict().items()}
    with torch.no_grad():
        expected = network.train_outputs(picture()).density
        wrapped = models.split_filters(network).train_outputs(picture()).density
    assert torch.allclose(wrapped, expected, rtol=1e-4, atol=1e-4)
    after = models.join_filters(network).state_dict()
    assert after.keys() == before.keys()
    for key, value in after.items():
        assert torch.allclose(value, before[key], rtol=1e-5, atol=1e-6), key


def test_a_step_turns_the_filters_of_all_layers_by_as_much() -> None:
    network = models.split_filters(plain())
    sizes = {
        name: float(value.detach().pow(2).mean().sqrt() * (value[0].numel() / 2) ** 0.5)
        for name, value in network.named_parameters()
        if name.endswith("original1")
    }
    assert len(sizes) == 17
    assert all(size == pytest.approx(1, rel=1e-4) for size in sizes.values())


def test_a_run_starts_where_given_weights_end_and_exports_plain_ones(tmp_path: Path) -> None:
    network = plain()
    # In bfloat16 what is exported would be rounded.
    config = TrainConfig(network=TINY, weight_norm=True, precision="f32")
    made = state.export(network.state_dict(), TINY.build(), config.preprocess(), {"name": "tiny"})
    weights_file.save(made, tmp_path / "start.safetensors")
    begun = models.build(config.model_copy(update={"start": tmp_path / "start.safetensors"}))
    exported = models.export(state.Average(begun, 0.0), config, {})
    for key, value in network.state_dict().items():
        assert torch.allclose(torch.from_numpy(exported.tensors[key].copy()), value, rtol=1e-5, atol=1e-6)


def test_weights_of_another_shape_are_no_start(tmp_path: Path) -> None:
    made = state.export(plain().state_dict(), TINY.build(), TrainConfig().preprocess(), {"name": "tiny"})
    weights_file.save(made, tmp_path / "start.safetensors")
    with pytest.raises(ConfigError, match=r"start\.safetensors"):
        models.build(
            TrainConfig(network=Network(norm=False, classes=0), start=tmp_path / "start.safetensors")
        )


@pytest.mark.parametrize("key", ["weight_norm", "start"])
def test_it_goes_without_batch_normalisation_only(key: str) -> None:
    with pytest.raises(ValidationError, match=rf"{key}.* needs"):
        TrainConfig.model_validate({key: True if key == "weight_norm" else "a.safetensors"})
