"""``crowdmon-train --quantise``: scales from pictures, bounds, and a file written only inside of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from crowdmon.counting.counter import Counter
from crowdmon.counting.network import SSRHEF, NetworkConfig
from crowdmon.counting.weights import Weights, load, save
from crowdmon.values import Frame
from tests.counting.test_backends_graph import random_weights
from tests.counting.test_counter import picture, some_weights
from tests.counting.test_scales import TENSORS, quantised
from tests.trainer import trees
from tests.trainer.printed import Run
from trainer.quantise import bounds, pictures
from trainer.quantise.bounds import Compared
from trainer.quantise.calibrate import calibrate
from trainer.quantise.walk import walk


class Looking:
    """Changes nothing and notes what it was shown."""

    def __init__(self) -> None:
        self.convs: list[str] = []
        self.tensors: list[str] = []

    def conv(self, key: str, layer: nn.Conv2d, x: Tensor) -> Tensor:
        self.convs.append(key)
        return layer(x)

    def tensor(self, key: str, x: Tensor) -> Tensor:
        self.tensors.append(key)
        return x


@pytest.mark.parametrize("switches", [{}, {"segmentation": False}, {"enhancement": False}])
def test_step_by_step_it_computes_what_the_network_does(switches: Mapping[str, Any]) -> None:
    network = SSRHEF(NetworkConfig(norm=False, classes=0, **switches)).eval()
    batch = torch.randn(2, 3, 64, 96)
    seen = Looking()
    with torch.inference_mode():
        assert torch.equal(walk(network, batch, seen), network(batch))
    named = {f"{key}.weight" for key in seen.convs}
    assert named == {key for key in network.state_dict() if key.endswith("weight")}


def test_scales_are_the_largest_values_seen_and_name_every_rounded_tensor() -> None:
    weights = random_weights()
    seen = [picture(64, 96, seed=1), picture(70, 90, seed=2)]
    made = calibrate(weights, seen, provenance={"pictures": "two"})
    assert set(made.most) == set(TENSORS)
    largest = max(float(np.abs(weights.preprocess.prepare(rgb)).max()) for rgb in seen)
    assert made.most["picture"] == pytest.approx(largest, abs=1e-4)
    assert made.provenance == {"pictures": "two"}
    exact, rough = (
        Counter(replace(weights, scales=made), backend="openvino", precision=one) for one in ("f32", "int8")
    )
    frame = Frame(seen[0])
    assert rough.count(frame).count == pytest.approx(exact.count(frame).count, rel=0.05)


def compared(*, exact: tuple[float, ...], rough: tuple[float, ...], truth: tuple[int, ...]) -> Compared:
    return Compared(name="square", truth=truth, exact=exact, rough=rough)


@pytest.mark.parametrize(
    ("rough", "said"),
    [
        ((100.0, 200.0), ""),
        ((101.0, 200.4), ""),
        ((101.0, 200.6), "the total count of square differs by +0.53 %"),
        ((99.0, 199.3), "the total count of square differs by -0.57 %"),
        ((103.0, 197.0), "the mean absolute error on square is 13.00 instead of 10.00"),
        ((97.0, 203.0), ""),  # nearer to the truth
    ],
)
def test_the_bounds(rough: tuple[float, float], said: str) -> None:
    one = compared(exact=(100.0, 200.0), rough=rough, truth=(90, 210))
    assert one.outside() == said


def test_of_nearly_empty_pictures_a_share_says_little() -> None:
    few = compared(exact=(0.1,) * 40, rough=(0.13,) * 40, truth=(0,) * 40)
    assert few.signed == pytest.approx(0.3)
    assert few.outside() == ""
    assert compared(exact=(0.1,) * 40, rough=(0.2,) * 40, truth=(0,) * 40).outside()


def test_people_where_nobody_is_are_outside() -> None:
    assert bounds.outside([], ("grey 32", 0.49)) == []
    assert bounds.outside([], ("grey 32", 0.5)) == ["0.50 people more are seen in grey 32"]


def test_empty_pictures_are_compared_with_float() -> None:
    weights = quantised(some_weights())
    counter = Counter(weights, backend="openvino", precision="f32", threads=1)
    name, most = bounds.ghosts(counter, counter)
    assert name in bounds.empty_pictures()
    assert most == 0.0


@pytest.fixture
def part_a(tmp_path: Path) -> Path:
    heads = {number: [(5.0 * number, 9.0), (20.0, 30.0)] for number in range(1, 13)}
    return trees.shanghaitech(tmp_path / "data" / "part_A", heads, {1: [(1.0, 1.0)]})


@pytest.fixture
def few_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "EMPTY", 2)
    monkeypatch.setattr(pictures, "PLAZA", (5,))
    monkeypatch.setattr(bounds, "empty_pictures", lambda: {"grey": np.full((64, 64, 3), 90, np.uint8)})


def written(tmp_path: Path, **provenance: Any) -> tuple[Path, Weights]:
    weights = replace(some_weights(), provenance=provenance)
    save(weights, tmp_path / "w.safetensors")
    return tmp_path / "w.safetensors", weights


@pytest.mark.usefixtures("few_pictures")
def test_a_file_gets_its_scales_and_keeps_its_tensors(
    tmp_path: Path, part_a: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "SIGNED", 0.5)
    monkeypatch.setattr(bounds, "ERROR", 0.5)
    monkeypatch.setattr(bounds, "EMPTY", 50.0)
    path, weights = written(tmp_path, data={"shanghaitech_a": 1.0, "plaza": 0.1}, name="mine")
    code, _, said = run("train", "--quantise", "--weights", path, "--root", part_a)
    assert code == 0, said
    assert "shanghaitech_a, validation: " in said
    assert f"the scales are in {path}" in said
    made = load(path)
    assert made.scales is not None
    assert made.name == "mine"
    assert set(made.scales.provenance["compared"]) == {"shanghaitech_a"}
    assert all(np.array_equal(made.tensors[key], value) for key, value in weights.tensors.items())
    assert Counter(path, backend="openvino", precision="int8", threads=1).precision == "int8"


@pytest.mark.usefixtures("few_pictures")
def test_outside_the_bounds_nothing_is_written(
    tmp_path: Path, part_a: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "EMPTY", 0.0)
    path, _ = written(tmp_path)
    before = path.read_bytes()
    words = ("--weights", path, "--dataset", "shanghaitech_a", "--root", part_a)
    code, _, said = run("train", "--quantise", *words, "--out", tmp_path / "other.safetensors")
    assert code == 4
    assert "int8 does not count as f32 does: " in said
    assert "Nothing was written" in said
    assert path.read_bytes() == before
    assert not (tmp_path / "other.safetensors").exists()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([], 2, "--quantise needs weights. Give --weights FILE"),
        (["--weights", "FILE", "--dataset", "abacus"], 2, "unknown dataset 'abacus'"),
        (["--weights", "FILE"], 2, "the weights do not say what they were trained on. Give --dataset NAME"),
        (["--weights", "FILE", "--dataset", "mall", "--root", "nowhere"], 5, "nowhere does not exist"),
        (["--weights", "none.safetensors"], 4, "no weights file at none.safetensors"),
        (["--weights", "FILE", "--out", "FILE"], 2, "--out"),
    ],
)
def test_what_is_wrong_is_said_on_one_line(
    words: list[str], code: int, said: str, tmp_path: Path, run: Run
) -> None:
    path, _ = written(tmp_path)
    got, _, error = run("train", "--quantise", *(str(path) if word == "FILE" else word for word in words))
    assert got == code
    assert said in error


def test_a_peer_has_no_int8_form(tmp_path: Path, run: Run) -> None:
    save(Weights({}, {"model": "mcnn"}, some_weights().preprocess), tmp_path / "peer.safetensors")
    code, _, said = run("train", "--quantise", "--weights", tmp_path / "peer.safetensors")
    assert code == 4
    assert "is of a mcnn, and int8 is for the application's network alone" in said
