"""Several processes of one run: their gradients are those of one process, and they stop together."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from crowdmon.counting.counter import Counter
from crowdmon.values import Frame
from tests.trainer.data.test_crops import dotted
from tests.trainer.loop.launch import two_processes
from tests.trainer.loop.test_train import SMALL, config, curve, data
from trainer import models
from trainer.config import TrainConfig
from trainer.data.loader import maker
from trainer.loop.devices import agree_to_stop, share_gradients
from trainer.loop.train import train
from trainer.loss.objective import parts

CPU = torch.device("cpu")
PLAIN = {**SMALL, "classes": 0, "norm": False}
"""Normalisation looks at the batch, and half a batch is another one."""


def settings(batch: int, **more: object) -> TrainConfig:
    return config(batch=batch, network=PLAIN, **more)


def gradients(batch: int, *, rank: int, world: int) -> dict[str, torch.Tensor]:
    """Return what one process learns from in one step, after it has shared with the others."""
    torch.manual_seed(0)
    run = settings(batch)
    network = models.build(run)
    one = maker(run, data().train, CPU, threshold=10.0, rank=rank, world=world)(0)
    found = parts(network.train_outputs(one.pictures), one, run.losses, density_scale=run.density_scale)
    torch.stack(list(found.values())).sum().backward()  # type: ignore[no-untyped-call]
    share_gradients(network, world)
    return {name: p.grad for name, p in network.named_parameters() if p.grad is not None}


def test_shared_gradients_are_those_of_the_joined_batch(tmp_path: Path) -> None:
    said = two_processes(
        tmp_path,
        "import sys\nfrom pathlib import Path\nimport torch\n"
        "from tests.trainer.loop.test_processes import gradients\n"
        "from trainer.loop.devices import device_of\n"
        "import os\nrank = int(os.environ['RANK'])\ndevice_of(rank)\n"
        "torch.save(gradients(1, rank=rank, world=2), Path(sys.argv[1]) / f'{rank}.pt')\n",
    )
    alone = gradients(2, rank=0, world=1)
    assert any(gradient.abs().max() > 0 for gradient in alone.values())
    for rank in (0, 1):
        path = tmp_path / f"{rank}.pt"
        assert path.is_file(), said
        shared = torch.load(path, weights_only=True)
        assert shared.keys() == alone.keys()
        for name, gradient in alone.items():
            assert torch.allclose(shared[name], gradient, rtol=1e-3, atol=1e-6), name


@pytest.mark.slow
def test_two_processes_train_as_one_does(tmp_path: Path) -> None:
    said = two_processes(
        tmp_path,
        "import sys\nfrom pathlib import Path\n"
        "from tests.trainer.loop.test_processes import data, settings\nfrom trainer.loop.train import train\n"
        "train(settings(1, steps=3), data(), Path(sys.argv[1]) / 'two')\n",
    )
    assert (tmp_path / "two" / "last.safetensors").is_file(), said
    train(settings(2, steps=3), data(), tmp_path / "one")
    frame = Frame(dotted(seed=3).rgb)
    one, two = (Counter(tmp_path / run / "last.safetensors").count(frame).count for run in ("one", "two"))
    # Means of masked or per-picture losses over halves are the mean over the whole.
    assert two == pytest.approx(one, rel=1e-3)


@pytest.mark.slow
def test_processes_stop_together_when_the_time_is_up_while_one_validates(tmp_path: Path) -> None:
    said = two_processes(
        tmp_path,
        "import sys, time\nfrom pathlib import Path\nimport trainer.loop.train as loop\n"
        "from tests.trainer.loop.test_processes import data, settings\n"
        "validate = loop.validate\n"
        "def slow(*given, **more):\n    time.sleep(4)\n    return validate(*given, **more)\n"
        "loop.validate = slow\n"
        "run = settings(1, steps=100_000, validate_every=2, log_every=1)\n"
        "loop.train(run, data(), Path(sys.argv[1]) / 'run', minutes=3 / 60)\n",
        seconds=90,
    )
    assert (tmp_path / "run" / "last.safetensors").is_file(), said
    assert 2 <= int(curve(tmp_path / "run")[-1]["step"]) < 100_000


def test_a_process_by_itself_stops_when_it_wants_to() -> None:
    assert agree_to_stop(True, CPU, 1)
    assert not agree_to_stop(False, CPU, 1)
