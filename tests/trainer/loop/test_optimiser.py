"""Muon moves every direction of a filter bank by as much, and goes on exactly where it stopped."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from crowdmon.counting.network import SSRHEF
from crowdmon.errors import ConfigError
from tests.trainer.loop.test_train import config, curve, data
from trainer.loop.optimiser import LIKE_ADAM, Muon, is_bank, optimiser_of, orthogonal
from trainer.loop.train import train

WIDE = {"stem": 4, "widths": [16, 16, 16], "dilations": [[1], [1], [1]], "msrf": 16, "head": [16, 16, 16]}


@given(
    rows=st.integers(2, 40), columns=st.integers(2, 40), seed=st.integers(0, 99), size=st.floats(1e-6, 1e6)
)
def test_what_a_bank_moves_by_is_nearly_orthogonal_whatever_its_size(
    rows: int, columns: int, seed: int, size: float
) -> None:
    matrix = torch.randn(rows, columns, generator=torch.Generator().manual_seed(seed))
    values = torch.linalg.svdvals(matrix)
    found = torch.linalg.svdvals(orthogonal(matrix * size))
    # A direction that hardly has any of the gradient takes more steps than five.
    strong = values > 0.05 * values.norm()
    assert found[strong].min() > 0.5
    assert found.max() < 1.3


def test_nothing_moves_by_nothing() -> None:
    assert not orthogonal(torch.zeros(20, 30)).any()


def test_a_weak_direction_moves_as_much_as_a_strong_one() -> None:
    bank, bias = nn.Parameter(torch.zeros(16, 16, 1, 1)), nn.Parameter(torch.zeros(16))
    muon = Muon([bank, bias], lr=1.0, betas=(0.9, 0.99), weight_decay=0.0)
    bank.grad = torch.diag(torch.linspace(0.1, 1, 16)).view(16, 16, 1, 1)
    muon.step()
    moved = -torch.diagonal(bank.detach().view(16, 16))
    assert moved.min() > 0.5 * moved.max()
    assert float(bank.detach().pow(2).mean().sqrt()) == pytest.approx(LIKE_ADAM, rel=0.2)


def test_banks_move_by_muon_and_the_rest_by_adam() -> None:
    network = SSRHEF(config(network={**WIDE, "classes": 0}).network.build())
    banks = {name for name, one in network.named_parameters() if is_bank(one)}
    assert {"stages.0.0.0.weight", "fuse.0.weight", "head.0.0.weight"} <= banks
    assert not any("stem" in name or "bias" in name or "segment" in name for name in banks)
    assert "head.2.weight" not in banks
    made = optimiser_of(config(network={**WIDE, "classes": 0}, optimiser="muon"), network)
    held = [one for group in made.param_groups for one in group["params"]]
    assert {id(one) for one in held} == {id(one) for one in network.parameters()}
    assert len(held) == len(list(network.parameters()))


def test_a_rate_that_is_set_from_outside_holds_for_all() -> None:
    bank, bias = nn.Parameter(torch.zeros(16, 16, 1, 1)), nn.Parameter(torch.zeros(16))
    muon = Muon([bank, bias], lr=1.0, betas=(0.9, 0.99), weight_decay=0.0)
    for group in muon.param_groups:
        group["lr"] = 0.0
    bank.grad, bias.grad = torch.ones_like(bank), torch.ones_like(bias)
    muon.step()
    assert not bank.any()
    assert not bias.any()


def test_an_interrupted_run_goes_on_along_the_same_curve(tmp_path: Path) -> None:
    settings = config(optimiser="muon", network={**WIDE, "classes": 0})
    train(settings, data(), tmp_path / "whole")
    train(settings, data(), tmp_path / "parts", steps=5)
    train(settings, data(), tmp_path / "parts", resume=True)
    assert curve(tmp_path / "whole") == curve(tmp_path / "parts")


def test_a_run_learns(tmp_path: Path) -> None:
    settings = config(
        optimiser="muon", steps=60, rate=0.01, log_every=10, validate_every=60, network={**WIDE, "classes": 0}
    )
    train(settings, data(), tmp_path)
    losses = [float(row["total"]) for row in curve(tmp_path)]
    assert losses[-1] < 0.6 * losses[0]


def test_the_state_of_another_optimiser_is_refused(tmp_path: Path) -> None:
    adam = config(network={**WIDE, "classes": 0})
    train(adam, data(), tmp_path, steps=2)
    text = (tmp_path / "config.yaml").read_text().replace("optimiser: adamw", "optimiser: muon")
    (tmp_path / "config.yaml").write_text(text)
    muon = config(optimiser="muon", network={**WIDE, "classes": 0})
    with pytest.raises(ConfigError, match="cannot resume"):
        train(muon, data(), tmp_path, resume=True)
