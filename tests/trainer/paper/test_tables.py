"""The paper's tables by their commands, on tiny trees in the official layouts."""

from __future__ import annotations

import _thread
import json
import signal
from pathlib import Path

import pytest

from tests.trainer import trees
from tests.trainer.printed import ONE, Run, row, rows
from trainer.paper.tables import published as paper
from trainer.paper.tables.layout import Line, Pair, Table, as_csv, markdown


@pytest.fixture
def data(tmp_path: Path) -> Path:
    root = tmp_path / "data"
    trees.shanghaitech(root / "part_A", {n: ONE * n for n in range(1, 13)}, {1: ONE, 2: []})
    return root


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch

    from crowdmon.counting import weights as weights_file
    from crowdmon.counting.network import SSRHEF
    from trainer.config import Network, TrainConfig
    from trainer.loop import state

    torch.manual_seed(0)
    config = Network(stem=2, widths=(4, 4, 8), dilations=((1,), (1,), (1,)), msrf=4, head=(4, 4, 4)).build()
    path = tmp_path_factory.mktemp("weights") / "tiny.safetensors"
    average = state.Average(SSRHEF(config), 0.0)
    made = state.export(average.values, config, TrainConfig().preprocess(), {"name": "tiny"})
    weights_file.save(made, path)
    return path


def test_a_damaged_picture_is_named_left_out_and_counted(data: Path, weights: Path, run: Run) -> None:
    bad = data / "part_A" / "test_data" / "images" / "IMG_1.jpg"
    bad.write_bytes(bad.read_bytes()[:200])
    code, out, err = run("train", "--table", "V", "--root", data, "--weights", weights)
    assert code == 5
    assert "1 pictures" in row(out, paper.OURS, "ShanghaiTech Part A")["note"]
    assert "left out:" in out
    assert "IMG_1.jpg" in out
    assert "1 picture was left out" in err


# The layout


def test_a_table_has_the_paper_s_figure_ours_and_the_difference() -> None:
    line = Line(("a|b",), {"MAE": Pair(55.0, 61.25), "MSE": Pair(88.3)}, "why")
    table = Table("V", "Errors", ("method",), {"MAE": 1, "MSE": 1}, [line], ("Said.",))
    assert "| a/b | 55.0 | 61.2 | +6.2 | 88.3 |  |  | why |" in markdown(table)
    assert markdown(table).endswith("\n- Said.\n")
    assert as_csv(table).splitlines()[1:] == ["a|b,MAE,55.0,61.2,6.2,why", "a|b,MSE,88.3,,,why"]


def test_a_measure_the_paper_does_not_have_takes_one_column() -> None:
    measures = dict.fromkeys(("MAE", "bias", "a", "b"), 1)
    line = Line(("x",), {"MAE": Pair(5.0, 6.0), "bias": Pair(None, -1.25)}, "why")
    text = markdown(Table("folds", "By fold", ("k",), measures, [line], alone=("bias", "a", "b")))
    assert text.startswith("## By fold\n\n| k | MAE, paper | ours | difference | bias | a | b | note |\n")
    assert "| x | 5.0 | 6.0 | +1.0 | -1.2 |  |  | why |" in text


def test_many_figures_stand_below_each_other_and_nothing_is_minus_zero() -> None:
    measures = dict.fromkeys("abcd", 1)
    line = Line(("x",), {"a": Pair(1.0, 0.999)}, "why")
    text = markdown(Table("II", "T", ("k",), measures, [line]))
    assert "| x | a | 1.0 | 1.0 | +0.0 | why |" in text
    assert "|  | b |  |  |  |  |" in text


def test_the_paper_s_figures_agree_with_each_other() -> None:
    for name, one in paper.TABLE_II.items():
        assert one.largest / 15 == pytest.approx(one.thr, abs=0.06)
        assert one.heads / one.pictures == pytest.approx(one.average, abs=0.16), name
    # Other rows of Table III are printed with averages that are not those of their scenes.
    assert sum(paper.TABLE_III[paper.OURS][:5]) / 5 == pytest.approx(paper.TABLE_III[paper.OURS][5], abs=0.06)
    assert paper.TABLE_V[paper.OURS] == (
        paper.TABLE_VII["ssr-hef"]["shanghaitech_a"],
        paper.TABLE_VII["ssr-hef"]["shanghaitech_b"],
    )
    assert paper.TABLE_VIII[15] == paper.TABLE_VII["ssr-hef"]["shanghaitech_a"]
    assert paper.TABLE_VI[paper.OURS][1] == paper.TABLE_VII["ssr-hef"]["ucf_qnrf"]
    assert {len(errors) for errors in paper.TABLE_IV.values()} == {len(paper.CATEGORIES)}


# II to VI: read and scored


def test_table_ii_counts_what_is_there_and_says_what_is_not(tmp_path: Path, data: Path, run: Run) -> None:
    code, out, _ = run("train", "--table", "II", "--root", data, "--out", tmp_path / "made")
    assert code == 0
    pictures = row(out, "ShanghaiTech Part A", measure="pictures")
    assert (pictures["paper"], pictures["ours"], pictures["difference"]) == ("482", "14", "-468")
    assert row(out, "ShanghaiTech Part A", measure="mean width")["ours"] == "64"
    assert row(out, "UCF-QNRF", measure="heads")["note"].startswith("missing: ucf_qnrf is not in")
    assert (tmp_path / "made" / "table-II.md").read_text() in out
    assert (tmp_path / "made" / "table-II.csv").read_text() in out


def test_table_iii_is_by_scene(tmp_path: Path, weights: Path, run: Run) -> None:
    names = [f"{scene}_1-04-S2010_clip1_1" for scene in ("104207", "500717")]
    trees.worldexpo(tmp_path / "WorldExpo", {}, {name: [(5.0, 5.0)] for name in names})
    code, out, _ = run("train", "--table", "III", "--root", tmp_path, "--weights", weights)
    assert code == 0
    ours = [row(out, "SSR-HEF", scene) for scene in paper.SCENES]
    assert [bool(one["ours"]) for one in ours] == [True, False, False, False, True, True]
    assert float(ours[5]["ours"]) == pytest.approx(
        (float(ours[0]["ours"]) + float(ours[4]["ours"])) / 2, abs=0.1
    )
    assert "no frame of scene 200608" in ours[1]["note"]
    assert row(out, "PACNN [18]", "Average")["paper"] == "7.8"


def test_table_iv_is_by_category(tmp_path: Path, weights: Path, run: Run) -> None:
    pictures = {"0001": [], "0002": [(5.0, 5.0)] * 60}
    trees.jhu_crowd(tmp_path / "jhu", {"val": {}, "test": pictures}, distractors=["0001"])
    code, out, _ = run("train", "--table", "IV", "--root", tmp_path, "--weights", weights)
    assert code == 0
    assert row(out, "SSR-HEF", "distractors")["ours"]
    assert row(out, "SSR-HEF", "overall", measure="MSE")["ours"]
    weather = row(out, "SSR-HEF", "weather")
    assert (weather["ours"], weather["paper"]) == ("", "69.5")
    assert "no picture of this category" in weather["note"]


@pytest.mark.parametrize("name", ["V", "VI"])
def test_tables_v_and_vi_score_what_is_there(
    tmp_path: Path, data: Path, weights: Path, run: Run, name: str
) -> None:
    trees.ucf_cc_50(data / "UCF_CC_50", dict.fromkeys(range(1, 51), ONE))
    there, absent = {
        "V": ("ShanghaiTech Part A", "ShanghaiTech Part B"),
        "VI": ("UCF_CC_50", "UCF-QNRF"),
    }[name]
    code, out, _ = run("train", "--table", name, "--root", data, "--weights", weights)
    assert code == 0
    ours = row(out, "SSR-HEF", there)
    assert float(ours["ours"]) - float(ours["paper"]) == pytest.approx(float(ours["difference"]), abs=0.11)
    assert "weights tiny" in ours["note"]
    assert row(out, "SSR-HEF", absent)["note"].startswith("missing: ")


def test_a_table_without_weights_says_so_in_its_rows(tmp_path: Path, data: Path, run: Run) -> None:
    words = ("train", "--table", "V", "--root", data, "--weights", tmp_path / "{dataset}.safetensors")
    code, out, _ = run(*words)
    assert code == 0
    assert "shanghaitech_a.safetensors" in row(out, "SSR-HEF", "ShanghaiTech Part A")["note"]


# VII and VIII: trained


def test_table_vii_trains_each_row_once(tmp_path: Path, data: Path, tiny: Path, run: Run) -> None:
    out_folder = tmp_path / "runs"
    words = ("train", "--table", "VII", "--root", data, "--config", tiny, "--out", out_folder, "--steps", 2)
    code, out, err = run(*words)
    assert code == 0
    assert "5 runs, each 2 steps of 1 crops (32 px), 2 crops in all, seed 0" in err
    part_a = [
        one for one in rows(out) if one["benchmark"] == "ShanghaiTech Part A" and one["measure"] == "MAE"
    ]
    assert [one["paper"] for one in part_a] == ["70.5", "66.8", "72.4", "", "55.0"]
    assert all(one["ours"] and "pictures: 2 of test and 1 of validation" in one["note"] for one in part_a)
    assert row(out, "ShanghaiTech Part A", "SSR-HEF", measure="val MAE")["ours"]
    assert row(out, "UCF-QNRF", "SSR-HEF")["note"] == "missing: ucf_qnrf is not in the data"
    # It is the last weights that are scored, on both splits; nothing is selected.
    run_folder = out_folder / "shanghaitech_a" / "ssr-hef"
    kept = json.loads((run_folder / "scores.json").read_text())
    last = run_folder / "last.safetensors"
    for split in ("val", "test"):
        words_of_eval = ("--dataset", "shanghaitech_a", "--root", data, "--weights", last, "--split", split)
        code, _, _ = run("eval", *words_of_eval, "--json", tmp_path / "eval.json", "--backend", "torch")
        found = json.loads((tmp_path / "eval.json").read_text())
        assert (code, found["mae"]) == (0, pytest.approx(kept[split]["mae"], rel=1e-3))
    state = out_folder / "shanghaitech_a" / "ssr-hef" / "state.pt"
    before = state.stat().st_mtime_ns
    assert run(*words)[:2] == (0, out), "a second time nothing is trained, and the table is the same"
    assert state.stat().st_mtime_ns == before
    # Another budget is another run: nothing is mixed.
    code, _, err = run(*words[:-1], 3)
    assert code == 2
    assert "steps 2 -> 3" in err
    # Table VIII shares the run with 15 classes.
    code, out, _ = run("train", "--table", "VIII", *words[3:])
    assert code == 0
    assert [one["ours"] != "" for one in rows(out)] == [True] * 25
    assert row(out, "ShanghaiTech Part A", "15")["ours"] == part_a[-1]["ours"]
    assert state.stat().st_mtime_ns == before


def test_the_rows_differ_by_what_they_name(tiny: Path) -> None:
    from trainer.config import load
    from trainer.paper.variants import VARIANTS

    def settings(name: str) -> dict[str, object]:
        found = VARIANTS[name].apply(load(tiny)).model_dump()
        network = found.pop("network")
        return {**found, **{f"network.{key}": value for key, value in network.items()}}

    base = settings("ssr-hef")
    assert base["losses"]["density"] == "hef"  # type: ignore[index]
    for name, changed in {
        "without-ssr": {"network.segmentation"},
        "without-enhancement": {"network.enhancement"},
        "without-hef": {"losses"},
        "l2-quarter": {"losses"},
        "classes-0": {"network.classes"},
    }.items():
        other = settings(name)
        assert {key for key in base if base[key] != other[key]} == changed, name


def test_a_base_for_mixed_sources_is_taken_for_one_benchmark() -> None:
    from trainer.config import TrainConfig
    from trainer.paper.variants import VARIANTS

    mixed = TrainConfig(
        sources={"shanghaitech_a": 0.5, "plaza": 0.5}, weights={"shanghaitech_a": 6}, norm_source="plaza"
    )
    found = VARIANTS["ssr-hef"].apply(mixed)
    assert (found.sources, found.weights, found.norm_source) == ({}, {}, "")


def test_plain_l2_is_clipped_where_its_quarter_is() -> None:
    from trainer.config import TrainConfig
    from trainer.paper.variants import VARIANTS

    base = TrainConfig(clip=5.0)
    clips = {name: VARIANTS[name].apply(base).clip for name in ("ssr-hef", "l2-quarter", "without-hef")}
    assert clips == {"ssr-hef": 5.0, "l2-quarter": 5.0, "without-hef": 20.0}


def test_a_table_is_stopped_by_a_signal_and_goes_on(
    tmp_path: Path, data: Path, tiny: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trainer.paper.tables import ablation

    monkeypatch.setattr(ablation, "ABLATION", ("without-hef", "ssr-hef"))
    from trainer.commands.train import ProgressLine

    words = ("train", "--table", "VII", "--root", data, "--config", tiny, "--steps", 3)
    whole, parted = tmp_path / "whole", tmp_path / "parted"
    _, expected, _ = run(*words, "--out", whole)
    calls = []

    def stop(_line: ProgressLine, _now: object) -> None:
        calls.append(1)
        if len(calls) == 2:
            # As if the signal came, without the kernel: where the processor's state is large, a real one
            # does not fit the small stack that pytest's fault handler keeps for signals.
            _thread.interrupt_main(signal.SIGINT)

    with monkeypatch.context() as patched:
        patched.setattr(ProgressLine, "update", stop)
        code, out, err = run(*words, "--out", parted)
    assert code == 130
    assert "the same command goes on" in err
    notes = {one["note"] for one in rows(out) if not one["ours"] and "Part A" in one["benchmark"]}
    assert notes == {"stopped at step 1", "not run yet: --dataset shanghaitech_a runs it"}
    code, out, _ = run(*words, "--out", parted)
    assert code == 0

    def figures(text: str) -> list[str]:
        return [one["ours"] for one in rows(text)]

    assert figures(out) == figures(expected)


def test_a_run_that_fails_does_not_end_the_table(
    tmp_path: Path, data: Path, tiny: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trainer.paper.tables import ablation
    from trainer.paper.variants import VARIANTS, Variant

    broken = Variant("without-hef", "Without HEF algorithm", {"rate": 1e30, "losses": {"density": "l2"}})
    monkeypatch.setitem(VARIANTS, "without-hef", broken)
    monkeypatch.setattr(ablation, "ABLATION", ("without-hef", "ssr-hef"))
    words = ("--root", data, "--config", tiny, "--out", tmp_path / "runs", "--steps", 4)
    code, out, _ = run("train", "--table", "VII", *words)
    assert code == 0
    assert row(out, "ShanghaiTech Part A", "Without HEF algorithm")["note"].startswith("failed: ")
    assert row(out, "ShanghaiTech Part A", "SSR-HEF")["ours"]


def test_worldexpo_s_kernels_follow_its_perspective_maps(tmp_path: Path, tiny: Path) -> None:
    from trainer.config import load
    from trainer.paper.budget import RunBudget
    from trainer.paper.runs import Job, Runs
    from trainer.paper.variants import VARIANTS

    runs = Runs(tmp_path, load(tiny), RunBudget(steps=20))
    assert runs.config(Job(VARIANTS["ssr-hef"], "worldexpo")).kernel == "perspective"
    config = runs.config(Job(VARIANTS["ssr-hef"], "shanghaitech_a"))
    assert (config.kernel, config.steps, config.warmup) == ("fixed", 20, 1)


def test_more_minutes_go_on_and_read_the_test_split_anew(tmp_path: Path, data: Path, tiny: Path) -> None:
    from trainer.config import load
    from trainer.paper.budget import RunBudget
    from trainer.paper.runs import Job, Runs
    from trainer.paper.variants import VARIANTS

    one = Job(VARIANTS["ssr-hef"], "shanghaitech_a")
    base = load(tiny).model_copy(update={"steps": 100})
    short = Runs(tmp_path / "runs", base, RunBudget(minutes=1e-4), root=data)
    assert short.finish(one)
    before = short.spent(one).steps
    assert 0 < before < 100
    short.scores(one)
    kept = short.folder(one) / "scores.json"
    assert kept.is_file()
    longer = Runs(tmp_path / "runs", base, RunBudget(minutes=5), root=data)
    assert longer.finish(one)
    assert longer.spent(one).steps == 100
    assert not kept.exists()


def test_folds_are_averaged(tmp_path: Path, tiny: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from trainer.paper.tables import ablation

    monkeypatch.setattr(ablation, "CLASSES", (15,))
    root, out_folder = tmp_path / "UCF_CC_50", tmp_path / "runs"
    trees.ucf_cc_50(root, {n: ONE * n for n in range(1, 51)})
    common = ("--root", root, "--config", tiny, "--out", out_folder, "--steps", 1, "--dataset", "ucf_cc_50")
    code, out, _ = run("train", "--table", "VIII", *common)
    assert code == 0
    found = [
        json.loads((out_folder / f"ucf_cc_50-fold{fold}" / "ssr-hef" / "scores.json").read_text())["test"][
            "mae"
        ]
        for fold in range(1, 6)
    ]
    assert float(row(out, "UCF_CC_50", "15")["ours"]) == pytest.approx(sum(found) / 5, abs=0.06)
    assert row(out, "UCF_CC_50", "15")["paper"] == "", "the paper has this table on Part A alone"


def test_without_a_test_split_validation_stands_alone(
    tmp_path: Path, tiny: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trainer.paper.tables import ablation

    monkeypatch.setattr(ablation, "ABLATION", ("ssr-hef",))
    trees.shanghaitech(tmp_path / "part_B", {n: ONE * n for n in range(1, 13)})
    words = ("--root", tmp_path, "--config", tiny, "--out", tmp_path / "runs", "--dataset", "shanghaitech_b")
    code, out, _ = run("train", "--table", "VII", *words, "--minutes", 0.005)
    assert code == 0
    found = row(out, "ShanghaiTech Part B", "SSR-HEF")
    assert (found["ours"], found["difference"]) == ("", ""), "validation pictures are not the paper's"
    assert "the test split is not here" in found["note"]
    assert row(out, "ShanghaiTech Part B", "SSR-HEF", measure="val MAE")["ours"]


# IX


def test_table_ix_measures_three_networks(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from trainer.paper.tables import speed

    monkeypatch.setattr(speed, "SIZE", (64, 64))
    monkeypatch.setattr(speed.table, "__kwdefaults__", {**speed.table.__kwdefaults__, "size": (64, 64)})
    code, out, _ = run("train", "--table", "IX", "--steps", 1)
    assert code == 0
    assert all(float(row(out, name, measure="time, s")["ours"]) >= 0 for name in ("SSR-HEF", "MCNN [9]"))
    assert float(row(out, "CSRNet [46]", measure="size, MB")["ours"]) == pytest.approx(65.1, abs=0.1)
    assert row(out, "TopoCount [17]", measure="time, s")["ours"] == ""


def test_multiply_accumulates_are_counted() -> None:
    from torch import nn

    from trainer.paper.tables.speed import macs

    assert macs(nn.Conv2d(3, 4, 3, padding=1), (8, 16)) == 8 * 16 * 3 * 4 * 9


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--table", "X"), "there is no table 'X'"),
        (("--table", "VII", "--steps", "0"), "--steps 0"),
        (("--table", "VIII", "--dataset", "plaza"), "unknown dataset 'plaza'"),
        (("--table", "VII", "--config", "/nowhere.yaml"), "/nowhere.yaml"),
    ],
)
def test_wrong_words_are_one_line(run: Run, words: tuple[str, ...], said: str) -> None:
    code, out, err = run("train", *words)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
