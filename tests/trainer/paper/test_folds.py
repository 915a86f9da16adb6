"""UCF_CC_50 fold by fold, from nothing and from weights that have seen some of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.trainer import trees
from tests.trainer.printed import ONE, TINY, Run, row, rows
from trainer.data.datasets.ucf_cc_50 import PFDNET, SHARED_WITH_PART_A
from trainer.paper.tables.folds import seen_pictures

EVERYTHING = {name for fold in PFDNET for name in fold}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    trees.ucf_cc_50(tmp_path / "UCF_CC_50", {n: ONE * n for n in range(1, 51)})
    return tmp_path


def start(folder: Path, provenance: dict[str, object]) -> Path:
    import torch

    from crowdmon.counting import weights as weights_file
    from crowdmon.counting.network import SSRHEF
    from trainer.config import Network, TrainConfig
    from trainer.loop import state

    torch.manual_seed(0)
    config = Network(stem=2, widths=(4, 4, 8), dilations=((1,), (1,), (1,)), msrf=4, head=(4, 4, 4)).build()
    average = state.Average(SSRHEF(config), 0.0)
    path = folder / "begin.safetensors"
    weights_file.save(state.export(average.values, config, TrainConfig().preprocess(), provenance), path)
    return path


def test_what_weights_have_seen_is_read_from_their_header() -> None:
    assert seen_pictures({}) == frozenset()
    assert seen_pictures({"data": {"shanghaitech_b": 1.0}}) == frozenset()
    assert seen_pictures({"data": {"shanghaitech_a": 1.0}}) == SHARED_WITH_PART_A
    assert seen_pictures({"data": {"ucf_cc_50": 1.0}, "fold": 2}) == EVERYTHING - set(PFDNET[1])
    assert seen_pictures({"data": {"ucf_cc_50": 1.0}, "fold": 0}) == EVERYTHING
    both = {"data": {"ucf_cc_50": 0.5, "shanghaitech_a": 0.5}, "fold": 1}
    assert seen_pictures(both) == EVERYTHING - set(PFDNET[0]) | {"25"}
    # In the authors' order of files the first ten are the first fold.
    sequential = {"data": {"ucf_cc_50": 1.0}, "fold": 1, "folds": "sequential"}
    assert seen_pictures(sequential) == {str(n) for n in range(11, 51)}
    # What they were begun with counts too.
    assert seen_pictures({"data": {"mall": 1.0}, "start": {"data": {"shanghaitech_a": 1.0}}})


def test_the_folds_begin_with_given_weights_and_say_what_those_have_seen(
    tmp_path: Path, root: Path, run: Run
) -> None:
    given = start(tmp_path, {"name": "a", "data": {"shanghaitech_a": 1.0}})
    config = tmp_path / "folds.yaml"
    config.write_text(TINY.replace("network: {", "weight_norm: true\nnetwork: {norm: false, "))
    out_folder = tmp_path / "runs"
    words = ("train", "--table", "folds", "--root", root, "--config", config, "--out", out_folder)
    code, out, err = run(*words, "--steps", 2, "--start", given)
    assert code == 0
    assert "Table folds on ucf_cc_50: 5 runs, each 2 steps" in err
    assert "## UCF_CC_50, the pfdnet folds, from begin.safetensors\n" in out
    folders = sorted(out_folder.glob("ucf_cc_50-fold*/start-*"))
    assert len(folders) == 5
    scores = [json.loads((one / "scores.json").read_text())["test"] for one in folders]
    for fold, report in enumerate(scores, 1):
        known = SHARED_WITH_PART_A & set(PFDNET[fold - 1])
        assert float(row(out, str(fold))["ours"]) == pytest.approx(report["mae"], abs=0.06)
        new = [r for r in report["per_image"] if r["image"] not in SHARED_WITH_PART_A]
        assert row(out, str(fold), measure="new")["ours"] == str(len(new)) == str(10 - len(known))
        mae = sum(abs(r["count"] - r["truth"]) for r in new) / len(new)
        assert float(row(out, str(fold), measure="new MAE")["ours"]) == pytest.approx(mae, abs=0.06)
        note = row(out, str(fold))["note"]
        assert all(name in note for name in known)
    found = row(out, "mean")
    assert found["paper"] == "173.3"
    assert float(found["ours"]) == pytest.approx(sum(one["mae"] for one in scores) / 5, abs=0.06)
    assert row(out, "mean", measure="new")["ours"] == "42"
    assert "16, 25, 28, 32, 41, 45, 46, 49 are photos of ShanghaiTech Part A too" in out
    # The header tells what the start has seen, for whoever scores these weights.
    provenance = json.loads((folders[1] / "provenance.json").read_text())
    assert (provenance["fold"], provenance["folds"]) == (2, "pfdnet")
    assert provenance["start"]["data"] == {"shanghaitech_a": 1.0}
    # A second time nothing is trained.
    before = [(one / "state.pt").stat().st_mtime_ns for one in folders]
    assert run(*words, "--steps", 2, "--start", given)[:2] == (0, out)
    assert [(one / "state.pt").stat().st_mtime_ns for one in folders] == before


def test_a_start_of_unknown_data_leaves_no_picture_that_is_new(tmp_path: Path, root: Path, run: Run) -> None:
    given = start(tmp_path, {"name": "a"})
    config = tmp_path / "folds.yaml"
    config.write_text(TINY.replace("network: {", "network: {norm: false, "))
    words = ("--root", root, "--config", config, "--out", tmp_path / "runs", "--steps", 1, "--start", given)
    code, out, _ = run("train", "--table", "folds", *words)
    assert code == 0
    assert row(out, "3")["ours"]
    assert row(out, "3", measure="new")["ours"] == "0"
    assert row(out, "mean", measure="new MAE")["ours"] == ""
    assert "none of its pictures is known to be new" in row(out, "3")["note"]


def test_folds_without_a_start_are_those_of_table_vii(
    tmp_path: Path, root: Path, tiny: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trainer.paper.tables import ablation

    words = ("--root", root, "--config", tiny, "--out", tmp_path / "runs", "--steps", 1)
    code, out, _ = run("train", "--table", "folds", *words)
    assert code == 0
    assert row(out, "mean", measure="new")["ours"] == "50"
    monkeypatch.setattr(ablation, "ABLATION", ("ssr-hef",))
    code, seven, err = run("train", "--table", "VII", "--dataset", "ucf_cc_50", *words)
    assert code == 0
    assert "from step" not in err, "trained again"
    assert row(seven, "UCF_CC_50", "SSR-HEF")["ours"] == row(out, "mean")["ours"]


def test_a_row_that_is_missing_says_so(tmp_path: Path, tiny: Path, run: Run) -> None:
    code, out, _ = run("train", "--table", "folds", "--root", tmp_path, "--config", tiny, "--out", tmp_path)
    assert code == 0
    assert {one["note"] for one in rows(out) if one["fold"] != "mean"} == {
        "missing: ucf_cc_50 is not in the data"
    }
    assert row(out, "mean")["note"] == "of 0 of 5 folds"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--table", "VII", "--start", "x.safetensors"), 2, "--start is for --table folds"),
        (("--figure", "3", "--start", "x.safetensors"), 2, "--start is for --table folds"),
        (("--dataset", "ucf_cc_50", "--start", "x.safetensors"), 2, "--start is for --table folds"),
        (("--table", "folds", "--dataset", "shanghaitech_a"), 2, "shanghaitech_a has no folds"),
        (("--table", "folds", "--start", "/nowhere.safetensors"), 4, "no weights file at /nowhere"),
    ],
)
def test_wrong_words_are_one_line(run: Run, words: tuple[str, ...], code: int, said: str) -> None:
    found, out, err = run("train", *words)
    assert (found, out) == (code, "")
    assert said in err.splitlines()[-1]


def test_tables_are_not_for_torchrun(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    code, _, err = run("train", "--table", "VII")
    assert code == 2
    assert "Start the command several times" in err
