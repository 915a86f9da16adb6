"""The run folder: one of version 0.1.0 opens unchanged, and the resume state is whole at every moment."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch

from crowdmon.counting.counter import Counter
from crowdmon.values import Frame
from tests.trainer.data.test_crops import dotted
from tests.trainer.loop.test_train import config, curve, data
from trainer.config import load
from trainer.loop import run_folder
from trainer.loop.train import train

OLD = Path(__file__).parents[2] / "compat" / "run_folder_0_1_0"


def test_a_run_of_version_0_1_0_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(OLD, folder)
    settings = load(folder / "config.yaml")
    assert run_folder.provenance(folder)["version"] == "0.1.0"
    before = Counter(folder / "last.safetensors").count(Frame(dotted().rgb)).count
    train(settings, data(), folder, resume=True)
    rows = curve(folder)
    # Losses that came since have columns of their own, empty for the steps of then.
    assert [{key: row[key] for key in old} for row, old in zip(rows, curve(OLD), strict=False)] == curve(OLD)
    assert {row[key] for row in rows[:4] for key in row.keys() - curve(OLD)[0].keys()} <= {""}
    assert [row["step"] for row in rows] == ["1", "2", "3", "4", "5", "6"]
    counter = Counter(folder / "last.safetensors")
    assert counter.card["provenance"]["steps"] == 6
    assert counter.count(Frame(dotted().rgb)).count != before


def test_a_state_that_cannot_be_written_leaves_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(config(), data(), tmp_path, steps=2)
    before = (tmp_path / "state.pt").read_bytes()

    def broken(_: object, path: Path) -> None:
        path.write_bytes(b"half of it")
        raise OSError("no space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(torch, "save", broken)
        with pytest.raises(OSError, match="no space"):
            train(config(), data(), tmp_path, resume=True, steps=4)
    assert (tmp_path / "state.pt").read_bytes() == before
    assert not list(tmp_path.glob("*.part")) + list(tmp_path.glob(".*.part"))
    train(config(), data(), tmp_path, resume=True, steps=4)
    assert curve(tmp_path)[-1]["step"] == "4"
