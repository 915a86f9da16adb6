"""``crowdmon-eval`` and ``crowdmon-train --list``, as they are typed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from crowdmon.counting.backends import NAMES
from tests.trainer import trees
from trainer import __main__ as program

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.delenv("CROWDMON_DATA", raising=False)
    monkeypatch.setenv("COLUMNS", "160")

    def typed(*words: object) -> tuple[int, str, str]:
        code = program.main([str(word) for word in words])
        out, err = capsys.readouterr()
        return code, out, err

    return typed


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Untrained weights of a tiny network, said to be trained on part A and on UCF_CC_50 less fold 2."""
    import torch

    from crowdmon.counting import weights as weights_file
    from crowdmon.counting.network import SSRHEF
    from trainer.config import Network, TrainConfig
    from trainer.loop import state

    torch.manual_seed(0)
    config = Network(stem=2, widths=(4, 4, 8), dilations=((1,), (1,), (1,)), msrf=4, head=(4, 4, 4)).build()
    average = state.Average(SSRHEF(config), 0.0)
    said = {"name": "tiny", "data": {"shanghaitech_a": 0.5, "ucf_cc_50": 0.5}, "fold": 2}
    path = tmp_path_factory.mktemp("weights") / "tiny.safetensors"
    weights_file.save(state.export(average.values, config, TrainConfig().preprocess(), said), path)
    return path


def test_a_benchmark_is_scored_and_written(tmp_path: Path, weights: Path, run: Run) -> None:
    trees.shanghaitech(tmp_path / "ShanghaiTech/part_A", {1: []}, {2: [(5.0, 5.0)], 10: [(1.0, 2.0)] * 7})
    target = tmp_path / "scores.json"
    code, out, _ = run(
        "eval", "--dataset", "shanghaitech_a", "--root", tmp_path, "--weights", weights, "--json", target
    )
    found = json.loads(target.read_text())
    assert code == 0
    assert [row["image"] for row in found["per_image"]] == ["IMG_2", "IMG_10"]
    assert re.fullmatch(r"tiny \([0-9a-f]{12}\)", found["weights"])
    assert found["backend"].split()[0] in NAMES
    errors = [abs(row["count"] - row["truth"]) for row in found["per_image"]]
    assert found["mae"] == pytest.approx(sum(errors) / 2, abs=1e-3)
    assert f"MAE {found['mae']:.1f}" in out
    assert "IMG_10" in out


def test_the_count_is_the_application_s_own(tmp_path: Path, weights: Path, run: Run) -> None:
    from crowdmon.counting.counter import Counter
    from crowdmon.values import Frame
    from trainer.data.datasets.pictures import read_picture

    trees.shanghaitech(tmp_path / "part_B", {}, {3: []})
    target = tmp_path / "scores.json"
    run("eval", "--dataset", "shanghaitech_b", "--root", tmp_path, "--weights", weights, "--json", target)
    picture = read_picture(tmp_path / "part_B/test_data/images/IMG_3.jpg")
    counted = Counter(weights).count(Frame(picture)).count
    assert json.loads(target.read_text())["per_image"][0]["count"] == pytest.approx(counted, abs=1e-3)


def test_weights_of_a_training_network_survive_the_file(tmp_path: Path) -> None:
    """Training keeps tensors channels-last; written as they lie in memory they would come back scrambled."""
    import numpy as np
    import torch

    from crowdmon.counting import weights as weights_file
    from crowdmon.counting.network import SSRHEF
    from trainer.config import Network, TrainConfig
    from trainer.loop import state

    config = Network(norm=False).build()
    network = SSRHEF(config)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    made = state.export(state.Average(network, 0.0).values, config, TrainConfig().preprocess(), {})
    weights_file.save(made, tmp_path / "made.safetensors")
    found = weights_file.load(tmp_path / "made.safetensors")
    changed = [key for key, value in made.tensors.items() if not np.array_equal(value, found.tensors[key])]
    assert not changed


def test_ucf_is_scored_over_all_folds_and_says_what_was_seen_before(
    tmp_path: Path, weights: Path, run: Run
) -> None:
    trees.ucf_cc_50(tmp_path / "UCF_CC_50", {n: [(1.0, 1.0)] for n in range(1, 51)})
    target = tmp_path / "scores.json"
    code, out, _ = run(
        "eval", "--dataset", "ucf_cc_50", "--root", tmp_path, "--weights", weights, "--json", target
    )
    found = json.loads(target.read_text())
    assert code == 0
    assert [row["fold"] for row in found["per_fold"]] == [1, 2, 3, 4, 5]
    assert found["mae"] == pytest.approx(sum(row["mae"] for row in found["per_fold"]) / 5)
    assert "fold 1 tests on 1 2 11 19" in out
    assert "trained on pictures of this split" in out
    _, out, _ = run("eval", "--dataset", "ucf_cc_50", "--root", tmp_path, "--weights", weights, "--fold", 2)
    assert "trained on pictures of this split" not in out
    assert out.count("ShanghaiTech Part A, which holds 16, 25, 28") == 1


def test_each_fold_may_have_its_own_weights(tmp_path: Path, weights: Path, run: Run) -> None:
    trees.ucf_cc_50(tmp_path / "UCF_CC_50", {n: [] for n in range(1, 51)})
    for fold in range(1, 5):
        (tmp_path / f"fold{fold}.safetensors").write_bytes(weights.read_bytes())
    words = (
        "eval",
        "--dataset",
        "ucf_cc_50",
        "--root",
        tmp_path,
        "--weights",
        tmp_path / "fold{fold}.safetensors",
    )
    code, _, err = run(*words)
    assert code == 4
    assert "fold5.safetensors" in err
    (tmp_path / "fold5.safetensors").write_bytes(weights.read_bytes())
    assert run(*words)[0] == 0


def test_large_pictures_are_counted_as_they_are_validated(tmp_path: Path, weights: Path, run: Run) -> None:
    from crowdmon.counting.counter import Counter
    from trainer.data import sources
    from trainer.data.datasets import load
    from trainer.loop.validate import validate

    trees.ucf_qnrf(tmp_path / "UCF-QNRF", {n: [(5.0, 5.0)] for n in range(1, 4)})
    for number in range(1, 4):
        trees.picture(tmp_path / "UCF-QNRF" / "Train" / f"img_{number:04d}.jpg", width=2500, height=60)
    target = tmp_path / "scores.json"
    words = ("eval", "--dataset", "ucf_qnrf", "--root", tmp_path, "--split", "val", "--weights", weights)
    code, out, _ = run(*words, "--json", target)
    assert code == 0
    assert "1 pictures longer than 2,048 pixels" in out
    source = sources.from_dataset(load("ucf_qnrf", tmp_path, "val"))
    expected = validate(Counter(weights).weights, {"ucf_qnrf": source})["ucf_qnrf"]
    assert json.loads(target.read_text())["mae"] == pytest.approx(expected.mae, abs=1e-3)


def test_jhu_is_scored_by_the_categories_of_table_iv(tmp_path: Path, weights: Path, run: Run) -> None:
    pictures = {"0001": [], "0002": [(5.0, 5.0)], "0003": [(5.0, 5.0)] * 60}
    trees.jhu_crowd(tmp_path / "jhu", {"val": {}, "test": pictures}, weather=["0003"], distractors=["0001"])
    target = tmp_path / "scores.json"
    words = ("eval", "--dataset", "jhu_crowd", "--root", tmp_path, "--weights", weights, "--json", target)
    code, out, _ = run(*words)
    assert code == 0
    found = json.loads(target.read_text())
    images = {row["category"]: row["images"] for row in found["by_category"]}
    assert images == {"distractors": 1, "low": 2, "medium": 1, "high": 0, "weather": 1}
    counts = {row["image"]: row["count"] for row in found["per_image"]}
    weather = next(row for row in found["by_category"] if row["category"] == "weather")
    assert weather["mae"] == pytest.approx(abs(counts["0003"] - 60), abs=1e-3)
    assert re.search(r"distractors +1", out)


def test_nwpu_submission_is_a_line_a_picture(tmp_path: Path, weights: Path, run: Run) -> None:
    splits = {"val": {3110: [(5.0, 5.0)], 3111: []}, "test": {3610: (), 5109: ()}}
    trees.nwpu(tmp_path / "NWPU-Crowd", splits)
    words = ("eval", "--dataset", "nwpu", "--root", tmp_path, "--weights", weights)
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert "truth of 2 pictures of nwpu's test split is withheld" in err
    target = tmp_path / "submission.txt"
    code, out, _ = run(*words, "--submission", target)
    assert code == 0
    lines = [line.split(" ") for line in target.read_text().splitlines()]
    assert [name for name, _ in lines] == ["3610", "5109"]
    assert all(float(count) >= 0 for _, count in lines)
    assert "2 lines" in out
    scores = tmp_path / "val.json"
    code, out, _ = run(*words, "--split", "val", "--json", scores)
    found = json.loads(scores.read_text())
    counted = found["per_image"][0]["count"]
    assert found["nae"] == pytest.approx(abs(counted - 1), abs=1e-3)
    assert "level 0: 0" in out
    assert f"log(count / truth) {found['log_ratio']['mean']:+.3f} on average" in out
    assert run(*words, "--submission", tmp_path / "no" / "where.txt")[0] == 6


def test_worldexpo_prints_a_table_of_scenes(tmp_path: Path, weights: Path, run: Run) -> None:
    names = [f"{scene}_1-04-S2010_clip1_1" for scene in ("104207", "500717")]
    trees.worldexpo(tmp_path / "WorldExpo", {}, {name: [(5.0, 5.0)] for name in names})
    code, out, _ = run("eval", "--dataset", "worldexpo", "--root", tmp_path, "--weights", weights)
    assert code == 0
    for words in ("104207", "500717", "Without the ROI on the count", "test scenes missing: 200608"):
        assert words in out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("eval", "--dataset", "shanghaitech"), 2, "unknown dataset 'shanghaitech'"),
        (("eval",), 2, "--dataset"),
        (("eval", "--dataset", "mall", "--root", "/nowhere"), 5, "/nowhere does not exist"),
        (("eval", "--dataset", "mall", "--json", "/nowhere/x.json"), 6, "/nowhere is no folder"),
        (("train",), 2, "nothing to train on"),
        (("train", "--dataset", "everything"), 2, "unknown dataset 'everything'"),
        (("train", "--dataset", "mall", "--minutes", "nan"), 2, "--minutes nan"),
        (("train", "--dataset", "worldexpo"), 5, "CROWDMON_DATA is not set"),
        (("train", "--dataset", "mall", "--config", "/nowhere.yaml"), 2, "/nowhere.yaml"),
        (("score",), 2, "train or eval"),
    ],
)
def test_errors_are_one_line_and_an_exit_code(run: Run, words: tuple[str, ...], code: int, said: str) -> None:
    found, out, err = run(*words)
    assert found == code
    assert out == ""
    first, _, drawing = err.partition("\n")
    assert said in first
    assert not drawing.strip() or code == 5


def test_a_missing_tree_is_drawn(tmp_path: Path, run: Run) -> None:
    _, _, err = run("eval", "--dataset", "worldexpo", "--root", tmp_path)
    assert "test_label/<scene>/<name>.mat ... roi.mat" in err


def test_the_list_of_benchmarks(tmp_path: Path, run: Run) -> None:
    trees.shanghaitech(tmp_path / "part_A_final", {1: [], 2: [(3.0, 3.0)]}, {1: []})
    (tmp_path / "mall").mkdir()
    (tmp_path / "mall" / "mall_gt.mat").write_bytes(b"")
    code, out, _ = run("train", "--list", "--root", tmp_path)
    assert code == 0
    assert re.search(r"shanghaitech_a +2 train \+ 1 test +1 +1 +train: 298 pictures fewer than 300", out)
    assert re.search(r"mall +unreadable", out)
    assert re.search(r"worldexpo +not found", out)
    assert "part_A_final" in out
    assert "Nowhere to look" in run("train", "--list")[1]


@pytest.mark.parametrize("verb", ["train", "eval"])
def test_help_needs_nothing_heavy(verb: str) -> None:
    import subprocess
    import sys

    code = (
        "import sys\nfrom trainer.__main__ import main\n"
        f"assert main(['{verb}', '--help']) == 0\n"
        "print(sorted({'torch', 'cv2', 'scipy', 'h5py'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert "--dataset" in done.stdout


def test_scores_are_not_written_over_the_data_or_the_weights(tmp_path: Path, weights: Path, run: Run) -> None:
    root = trees.shanghaitech(tmp_path / "part_B", {}, {3: [], 4: []})
    mine = tmp_path / "mine.safetensors"
    mine.write_bytes(weights.read_bytes())
    picture = next(root.rglob("IMG_3.jpg"))
    label = next(root.rglob("GT_IMG_4.mat"))
    (tmp_path / "link.json").symlink_to(picture)
    words = ("eval", "--dataset", "shanghaitech_b", "--root", tmp_path, "--weights", mine)
    before = {path: path.read_bytes() for path in (mine, picture, label)}
    for option, target, says in [
        ("--json", mine, "is the same file as --weights"),
        ("--json", picture, "is a file of the data in --root"),
        ("--json", tmp_path / "link.json", "is a file of the data in --root"),
        ("--submission", label, "is a file of the data in --root"),
    ]:
        code, _, err = run(*words, option, target)
        assert (code, err.count("\n")) == (2, 1)
        assert f"{option} {target} {says}" in err
    code, _, err = run(*words, "--json", tmp_path / "new", "--submission", tmp_path / "new")
    assert code == 2
    assert "--submission" in err
    assert "--json" in err
    assert {path: path.read_bytes() for path in before} == before
    inside = root / "scores.json"
    assert [run(*words, "--json", inside)[0] for _ in range(2)] == [0, 0], "an earlier report is replaced"
