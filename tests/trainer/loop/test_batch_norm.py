"""Whose statistics batch normalisation takes, and that everybody else passes through the running ones."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from pydantic import ValidationError

from crowdmon.counting.network import SSRHEF
from crowdmon.errors import ConfigError
from tests.trainer.data.test_crops import dotted, source
from tests.trainer.loop.test_train import config, data
from trainer import models
from trainer.config import TrainConfig
from trainer.data import crops
from trainer.data.batch import collate
from trainer.loop import state
from trainer.loop.batch_norm import forward
from trainer.loop.train import Data, train

SOURCES = {"a": 3.0, "b": 1.0}


def mixed(**more: object) -> TrainConfig:
    return config(batch=8, sources=SOURCES, norm_source="b", **more)


def pictures(number: int = 4) -> torch.Tensor:
    return torch.randn(number, 3, 64, 64, generator=torch.Generator().manual_seed(2))


def network() -> SSRHEF:
    torch.manual_seed(0)
    made = SSRHEF(config().network.build()).train()
    made.train_outputs(3 * pictures() + 1)  # statistics that are nobody's
    return made


def running(made: SSRHEF) -> dict[str, torch.Tensor]:
    return {k: v.clone() for k, v in made.state_dict().items() if "running" in k}


def test_the_others_are_normalised_as_they_will_be_in_use() -> None:
    made = network()
    outputs = forward(made, pictures(), leading=2)
    assert all(module.training for module in made.modules())
    expected = made.eval().train_outputs(pictures()[2:])
    assert torch.allclose(outputs.density[2:], expected.density, atol=1e-5)
    assert outputs.classes is not None
    assert expected.classes is not None
    assert torch.allclose(outputs.classes[2:], expected.classes, atol=1e-4)


def test_the_statistics_are_the_leading_ones_and_the_gradients_everybody_s() -> None:
    alone, both, none = network(), network(), network()
    before = running(none)
    first = alone.train_outputs(pictures()[:2])
    outputs = forward(both, pictures(), leading=2)
    assert torch.allclose(outputs.density[:2], first.density, atol=1e-5)
    for key, value in running(alone).items():
        assert torch.allclose(running(both)[key], value), key
    outputs.density[2:].sum().backward()
    assert any(p.grad is not None and p.grad.abs().sum() > 0 for p in both.parameters())
    forward(none, pictures(), leading=0)
    assert all(torch.equal(value, before[key]) for key, value in running(none).items())


def test_every_batch_has_its_shares_and_the_statistics_source_first() -> None:
    sources = [source(dotted(seed=1), name="a"), source(dotted(seed=2), name="b")]
    for step in range(6):
        patches = crops.batch(mixed(), sources, step=step)
        assert [patch.norm for patch in patches] == 2 * [True] + 6 * [False]
        made = collate(patches, mixed().preprocess(), classes=5, threshold=1.0)
        assert made.leading == 2
    plain = crops.batch(config(batch=8, sources=SOURCES), sources, step=0)
    assert all(patch.norm for patch in plain)


def test_a_run_goes_on_from_another_run_s_state(tmp_path: Path) -> None:
    train(config(), data(), tmp_path / "first")
    later = config(start=tmp_path / "first" / "state.pt")
    begun = models.build(later).state_dict()
    for key, value in state.averaged(tmp_path / "first" / "state.pt").items():
        assert torch.equal(begun[key], value), key


def test_a_run_with_one_source_s_statistics_learns(tmp_path: Path) -> None:
    sources = (source(dotted(), dotted(seed=1), name="a"), source(dotted(seed=4), name="b"))
    train(mixed(steps=6), Data(sources, {"dots": source(dotted(seed=2))}, 30, {"name": "dots"}), tmp_path)
    assert (tmp_path / "last.safetensors").stat().st_size > 0


@pytest.mark.parametrize("text", ["PK nonsense", None])
def test_what_is_no_state_is_no_start(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "state.pt"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"cannot start from .*state\.pt"):
        models.build(config(start=path))


@pytest.mark.parametrize(
    "wrong",
    [{"norm_source": "c"}, {"norm_source": "a", "network": {"norm": False}}, {"start": "x.safetensors"}],
)
def test_settings_that_contradict_each_other_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=r"norm_source|network\.norm"):
        config(sources=SOURCES, **wrong)
