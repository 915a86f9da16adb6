"""One damaged picture stops nothing: it is named, left out and counted, and the exit status tells."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from crowdmon.errors import DatasetError
from tests.trainer import trees
from tests.trainer.test_train_command import RECIPE, typed
from trainer.data.sources import from_dataset
from trainer.loop.validate import validate


def damage(*paths: Path) -> None:
    for path in paths:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    rows = "image,x,y\n" + "".join(f"{n}.jpg,{n},9\n" for n in range(12))
    return trees.own_pictures(tmp_path / "gate", rows, [f"{n}.jpg" for n in range(12)])


def pictures(root: Path) -> list[Path]:
    return sorted(root.rglob("*.jpg"), key=lambda path: int(path.stem))


def recipe(tmp_path: Path, more: str = "") -> Path:
    path = tmp_path / "tiny.yaml"
    path.write_text(RECIPE + more)
    return path


def weights(tmp_path: Path, gate: Path) -> Path:
    out = tmp_path / "whole"
    assert (
        typed("train", "--dataset", "points", "--root", gate, "--config", recipe(tmp_path), "--out", out) == 0
    )
    return out / "last.safetensors"


def test_verify_reads_everything_once_and_names_what_is_damaged(
    gate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("train", "--list", "--root", gate, "--verify")
    assert typed(*words) == 0
    assert "12 pictures read, 0 cannot be." in capsys.readouterr().out
    damage(pictures(gate)[3])
    pictures(gate)[7].write_bytes(b"text")
    assert typed(*words) == 5
    out, err = capsys.readouterr()
    named = [line for line in out.splitlines() if line.startswith("Damaged:")]
    assert len(named) == 2
    assert "3.jpg is damaged" in named[0]
    assert "7.jpg is not a picture" in named[1]
    assert "12 pictures read, 2 cannot be." in out
    assert "2 of 12 pictures are damaged" in err
    assert len(err.splitlines()) == 1


def test_verify_goes_with_list(gate: Path) -> None:
    assert typed("train", "--dataset", "points", "--root", gate, "--verify") == 2


@pytest.mark.parametrize("cut", ["cpu", "device"])
def test_training_goes_on_without_a_damaged_picture(
    tmp_path: Path, gate: Path, cut: str, capsys: pytest.CaptureFixture[str]
) -> None:
    damage(*pictures(gate)[2:5])
    out = tmp_path / "run"
    words = ("train", "--dataset", "points", "--root", gate, "--out", out)
    assert typed(*words, "--config", recipe(tmp_path, f"cut: {cut}\nkernel: none\n")) == 5
    err = capsys.readouterr().err
    assert "left out" in err.splitlines()[-1]
    assert ".jpg is damaged" in err.splitlines()[-1]
    with (out / "metrics.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 6
    assert (out / "last.safetensors").is_file()


def test_training_on_nothing_but_damaged_pictures_fails(tmp_path: Path, gate: Path) -> None:
    damage(*pictures(gate))
    words = ("train", "--dataset", "points", "--root", gate, "--config", recipe(tmp_path))
    assert typed(*words, "--out", tmp_path / "run") == 5
    assert not (tmp_path / "run" / "last.safetensors").exists()


def test_evaluation_scores_the_others_and_says_so(
    tmp_path: Path, gate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made, target = weights(tmp_path, gate), tmp_path / "scores.json"
    damage(pictures(gate)[5])
    capsys.readouterr()
    words = ("eval", "--dataset", "points", "--root", gate, "--split", "trainval", "--weights", made)
    assert typed(*words, "--json", target) == 5
    found = json.loads(target.read_text())
    assert found["images"] == 11
    assert "5.jpg" not in [row["image"] for row in found["per_image"]]
    assert any("left out" in note and "5.jpg" in note for note in found["notes"])
    out, err = capsys.readouterr()
    assert "MAE" in out
    assert "1 picture was left out" in err.splitlines()[-1]
    damage(*pictures(gate))
    assert typed(*words) == 5
    assert "MAE" not in capsys.readouterr().out


def test_the_next_sound_picture_stands_in(gate: Path) -> None:
    from trainer.data.datasets import load

    source = from_dataset(load("points", gate, "train"))
    damage(source.makers[1].args[0].image)  # type: ignore[attr-defined]
    assert source.sound(1).name == source.item(2).name
    assert source.sound(0).name == source.item(0).name
    assert list(source.bad) == [1]
    for index in range(len(source)):
        source.leave_out(index, DatasetError("gone"))
    with pytest.raises(DatasetError):
        source.sound(0)


def test_validation_leaves_a_damaged_picture_out(tmp_path: Path, gate: Path) -> None:
    from crowdmon.counting.weights import load as load_weights
    from trainer.data.datasets import load

    made = load_weights(weights(tmp_path, gate))
    source = from_dataset(load("points", gate, "trainval"))
    damage(source.makers[0].args[0].image)  # type: ignore[attr-defined]
    seen: list[int] = []
    part = validate(made, {"points": source}, watch=lambda _name, index, _item, _density: seen.append(index))
    assert seen == list(range(1, 12))
    assert np.isfinite(part["points"].mae)
    assert part["points"].truth == 1.0
