"""Dropout: crop by crop while a run learns, the same after resuming, and none when anybody counts."""

from pathlib import Path

import pytest
import torch
from pydantic import ValidationError

from tests.trainer.loop.test_train import config, curve, data
from trainer import models
from trainer.loop.train import train

PICTURE = torch.randn(3, 3, 64, 64, generator=torch.Generator().manual_seed(1))
NO_NORM = {"norm": False, "classes": 0}


def test_while_learning_each_crop_lacks_features_of_its_own() -> None:
    network = models.build(config(dropout=0.5, network=NO_NORM))
    assert not isinstance(network, models.PeerNetwork | models.Teacher)
    seen = []
    network.fuse.register_forward_hook(lambda *call: seen.append(call[2]))
    torch.manual_seed(1)
    network.train()(PICTURE)
    network.eval()(PICTURE)
    learning, counting = seen
    gone = (learning == 0).all(dim=(2, 3)) & (counting != 0).any(dim=(2, 3))
    shares = gone.float().mean(1)
    assert ((shares > 0.1) & (shares < 0.9)).all(), shares
    assert not torch.equal(gone[0], gone[1]), "one crop's like the other's"
    torch.testing.assert_close(learning[~gone], counting[~gone] * 2)


def test_whoever_counts_has_all_features() -> None:
    torch.manual_seed(0)
    plain = models.build(config(network=NO_NORM)).eval()
    torch.manual_seed(0)
    dropping = models.build(config(dropout=0.5, network=NO_NORM)).eval()
    assert torch.equal(plain(PICTURE), dropping(PICTURE))


def test_an_interrupted_run_leaves_out_the_same_features(tmp_path: Path) -> None:
    settings = config(dropout=0.5)
    train(settings, data(), tmp_path / "whole")
    train(settings, data(), tmp_path / "parts", steps=5)
    train(settings, data(), tmp_path / "parts", resume=True)
    train(config(), data(), tmp_path / "without")
    assert curve(tmp_path / "whole") == curve(tmp_path / "parts") != curve(tmp_path / "without")


@pytest.mark.parametrize("model", ["mcnn", "teacher"])
def test_a_network_without_an_msrf_has_nothing_to_leave_out(model: str) -> None:
    with pytest.raises(ValidationError, match="dropout needs model: ssr-hef"):
        config(dropout=0.1, model=model, optimiser="adamw")
    with pytest.raises(ValidationError, match="dropout"):
        config(dropout=1)
