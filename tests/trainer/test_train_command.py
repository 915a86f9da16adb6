"""``crowdmon-train`` from a tree in the official layout to scored weights, and resumed."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.trainer import trees
from trainer import __main__ as program

RECIPE = """\
protocol: crops
batch: 2
crop: 32
steps: 6
warmup: 1
precision: f32
validate_every: 3
log_every: 1
network: {stem: 2, widths: [4, 4, 8], dilations: [[1], [1], [1]], msrf: 4, head: [4, 4, 4]}
"""


@pytest.fixture
def expo(tmp_path: Path) -> Path:
    def name(scene: str, n: int) -> str:
        return f"{scene}_1-04-S2010_clip1_{n}"

    train = {name(f"{s:06d}", n): [(5.0 * n, 9.0), (60.0, 9.0)] for s in range(1, 4) for n in (1, 2)}
    test = {name(scene, n): [(7.0, 7.0)] * n for scene in ("104207", "200608") for n in (0, 1)}
    return trees.worldexpo(tmp_path / "WorldExpo", train, test, v73=list(train)[:2])


def typed(*words: object) -> int:
    return program.main([str(word) for word in words])


def curve(folder: Path) -> list[dict[str, str]]:
    with (folder / "metrics.csv").open() as file:
        return [{k: v for k, v in row.items() if k != "seconds"} for row in csv.DictReader(file)]


@pytest.mark.parametrize("kernel", ["fixed", "perspective"])
def test_worldexpo_from_tree_to_scores_and_resumed(
    tmp_path: Path, expo: Path, kernel: str, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = tmp_path / "tiny.yaml"
    recipe.write_text(f"{RECIPE}kernel: {kernel}\n")
    common = ("train", "--dataset", "worldexpo", "--root", expo)
    whole, halves = tmp_path / "whole", tmp_path / "halves"
    assert typed(*common, "--config", recipe, "--out", whole) == 0
    assert "worldexpo, validation: MAE" in capsys.readouterr().err
    assert typed(*common, "--config", recipe, "--out", halves, "--steps", 2) == 0
    # Resumed without --config: the run's own is in its folder.
    assert typed(*common, "--out", halves, "--resume") == 0
    assert curve(whole) == curve(halves)
    assert len(curve(whole)) == 6
    target = tmp_path / "scores.json"
    weights = halves / "last.safetensors"
    assert (
        typed("eval", "--dataset", "worldexpo", "--root", expo, "--weights", weights, "--json", target) == 0
    )
    found = json.loads(target.read_text())
    assert [row["scene"] for row in found["per_scene"]] == ["104207", "200608"]
    assert found["images"] == 4

    from crowdmon.__main__ import main as crowdmon

    table = tmp_path / "live.csv"
    words = ["count", "synthetic:plaza?people=5", "--duration", "0.1", "--csv", table, "--weights", weights]
    assert crowdmon([str(word) for word in words]) == 0
    assert len(table.read_text().splitlines()) > 1


def test_a_folder_with_a_run_is_not_overwritten(
    tmp_path: Path, expo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = tmp_path / "tiny.yaml"
    recipe.write_text(RECIPE)
    words = ("train", "--dataset", "worldexpo", "--root", expo, "--config", recipe, "--out", tmp_path / "run")
    assert typed(*words, "--steps", 1) == 0
    assert typed(*words) == 2
    assert "--resume" in capsys.readouterr().err


def test_own_pictures_are_trained_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = "image,x,y\n" + "".join(f"{n}.jpg,{n},9\n" for n in range(12)) + "99.jpg,1,1\n"
    root = trees.own_pictures(tmp_path / "gate", rows, [f"{n}.jpg" for n in range(12)])
    recipe = tmp_path / "tiny.yaml"
    recipe.write_text(RECIPE)
    assert (
        typed("train", "--dataset", "points", "--root", root, "--config", recipe, "--out", tmp_path / "run")
        == 0
    )
    said = capsys.readouterr().err
    assert "1 pictures of points.csv are missing: 99.jpg" in said
    assert (tmp_path / "run" / "best.safetensors").is_file()


def test_the_weights_of_a_run_score_what_the_run_said(tmp_path: Path) -> None:
    rows = "image,x,y\n" + "".join(f"{n}.jpg,{n},9\n" for n in range(30))
    root = trees.own_pictures(tmp_path / "gate", rows, [f"{n}.jpg" for n in range(30)])
    recipe, out, target = tmp_path / "tiny.yaml", tmp_path / "run", tmp_path / "scores.json"
    recipe.write_text(RECIPE)
    assert typed("train", "--dataset", "points", "--root", root, "--config", recipe, "--out", out) == 0
    words = ("eval", "--dataset", "points", "--root", root, "--split", "val", "--json", target)
    assert typed(*words, "--weights", out / "last.safetensors") == 0
    with (out / "validation.csv").open() as file:
        last = list(csv.DictReader(file))[-1]
    found = json.loads(target.read_text())
    assert {key: found[key] for key in ("mae", "mse", "bias")} == {
        key: pytest.approx(float(last[key]), rel=1e-3) for key in ("mae", "mse", "bias")
    }


def test_bench_says_where_the_time_goes(
    tmp_path: Path, expo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = tmp_path / "tiny.yaml"
    recipe.write_text(RECIPE)
    words = ("train", "--dataset", "worldexpo", "--root", expo, "--config", recipe, "--out", tmp_path / "run")
    assert typed(*words, "--bench") == 0
    assert "crops a second" in capsys.readouterr().out
    assert not (tmp_path / "run").exists()


def test_a_run_does_not_write_over_what_it_begins_with(
    tmp_path: Path, expo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, recipe = tmp_path / "run", tmp_path / "run" / "config.yaml"
    out.mkdir()
    start = out / "last.safetensors"
    start.write_bytes(b"weights of another run")
    (tmp_path / "link.safetensors").symlink_to(start)
    recipe.write_text(f"# mine\n{RECIPE}")
    common = ("train", "--dataset", "worldexpo", "--root", expo)
    before = {path: path.read_bytes() for path in (start, recipe)}

    def refused(*words: object) -> str:
        assert typed(*common, *words) == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert {path: path.read_bytes() for path in before} == before
        return said

    assert f"--out: {recipe} is the same file as --config {recipe}" in refused(
        "--config", recipe, "--out", out
    )
    started = tmp_path / "started.yaml"
    started.write_text(f"{RECIPE}start: {tmp_path / 'link.safetensors'}\nmodel: teacher\n")
    assert "is the same file as start:" in refused("--config", started, "--out", out)
    other = tmp_path / "other.yaml"
    other.write_text(RECIPE)
    assert "is the same file as the data in" in refused("--config", other, "--out", expo)
