"""The paper's figures by their command, on tiny trees; what they show is tested, and that they are drawn."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from crowdmon.counting.counter import Counter
from crowdmon.errors import ConfigError, DatasetError, WeightsError
from crowdmon.values import Frame
from tests.trainer import trees
from tests.trainer.printed import TINY
from trainer import __main__ as program
from trainer import models
from trainer.data.datasets import load
from trainer.paper.figures.samples import choose, colour_limit, true_density, true_segmentations

HEADS = [(10.0, 20.0), (30.0, 30.0), (64.0, 48.0)]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    train = {n: HEADS * n for n in range(1, 12)}
    trees.shanghaitech(tmp_path / "data" / "part_A", train, {n: HEADS * n for n in range(6)})
    return tmp_path / "data"


@pytest.fixture
def words(tmp_path: Path, data: Path) -> list[str]:
    (tmp_path / "tiny.yaml").write_text(TINY, encoding="utf-8")
    found = ("--root", data, "--out", tmp_path / "out", "--config", tmp_path / "tiny.yaml", "--steps", 2)
    return list(map(str, found))


def drawn(path: Path) -> np.ndarray:  # type: ignore[type-arg]
    picture = cv2.imread(str(path))
    assert picture is not None, path
    assert picture.std() > 5, "an empty figure"
    return picture


def test_figure_3_needs_no_training(
    tmp_path: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert program.main(["train", "--figure", "3", *words]) == 0
    path = tmp_path / "out" / "figure-3.png"
    assert capsys.readouterr().out == f"{path}\n"
    height, width = drawn(path).shape[:2]
    assert width > height
    assert [one.name for one in path.parent.iterdir()] == ["figure-3.png"]


def test_figures_share_runs_with_the_tables(tmp_path: Path, words: list[str], data: Path) -> None:
    from crowdmon.counting.weights import load as load_weights
    from trainer.paper.figures.maps import segmentations

    for number in ("7", "8", "9"):
        assert program.main(["train", "--figure", number, *words]) == 0
        drawn(tmp_path / "out" / f"figure-{number}.png")
    runs = {path.name for path in (tmp_path / "out" / "shanghaitech_a").iterdir()}
    assert runs == {"ssr-hef", "without-hef"}
    # What Figure 7 shows: each depth at the picture's size.
    run = tmp_path / "out" / "shanghaitech_a" / "ssr-hef" / "last.safetensors"
    rgb = load("shanghaitech_a", data, "test").samples[0].read()
    maps = segmentations(load_weights(run), rgb[:45, :61])
    assert [one.shape for one in maps] == [(45, 61)] * 3
    assert all(0 <= one.min() < one.max() <= 1 for one in maps)
    for depth, one in enumerate(maps, 1):
        cell = one[: 2**depth, : 2**depth]
        assert cell.min() == cell.max(), "a map at 1/2^depth is constant in its cells"


def test_figure_1_trains_mcnn_with_and_without_hef(
    tmp_path: Path, words: list[str], data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from crowdmon.counting.weights import load as load_weights

    assert program.main(["train", "--figure", "1", *words]) == 0
    drawn(tmp_path / "out" / "figure-1.png")
    files = [tmp_path / "out" / "shanghaitech_a" / name / "last.safetensors" for name in ("mcnn", "mcnn-hef")]
    made = [load_weights(path) for path in files]
    assert [dict(one.network) for one in made] == [{"model": "mcnn"}] * 2
    key = "network.merge.weight"
    assert not np.array_equal(made[0].tensors[key], made[1].tensors[key]), "HEF changed nothing"
    # The trainer scores a peer, the application does not count with one.
    with pytest.raises(WeightsError, match="network this version does not know"):
        Counter(made[0])
    scores = tmp_path / "scores.json"
    words = ["eval", "--dataset", "shanghaitech_a", "--root", str(data), "--weights", str(files[0])]
    assert program.main([*words, "--json", str(scores)]) == 0, capsys.readouterr().err
    rows = json.loads(scores.read_text(encoding="utf-8"))["per_image"]
    counter = models.counter(made[0])
    counted = [counter.count(Frame(one.read())).count for one in load("shanghaitech_a", data, "test").samples]
    assert [row["count"] for row in rows] == pytest.approx(counted, abs=1e-3)


def test_mcnn_goes_on_where_it_stopped(tmp_path: Path, data: Path) -> None:
    from trainer.config import load as load_config
    from trainer.loop.train import train
    from trainer.paper.budget import RunBudget
    from trainer.paper.runs import Job, Runs
    from trainer.paper.variants import VARIANTS

    (tmp_path / "tiny.yaml").write_text(TINY, encoding="utf-8")
    base, one = load_config(tmp_path / "tiny.yaml"), Job(VARIANTS["mcnn-hef"], "shanghaitech_a")
    budget = RunBudget(steps=4)
    whole, parted = (Runs(tmp_path / name, base, budget, root=data) for name in ("whole", "parted"))
    assert whole.finish(one)
    config = parted.config(one)
    train(config, parted._gather(config, one), parted.folder(one), steps=2)
    assert parted.finish(one)
    first, second = (
        [float(row["count"]) for row in runs.scores(one)["test"]["per_image"]] for runs in (whole, parted)
    )
    assert first == second
    assert min(first) >= 0


def test_figure_7_refuses_weights_without_segmentation() -> None:
    from crowdmon.counting.network import SSRHEF
    from trainer.config import Network, TrainConfig
    from trainer.loop import state
    from trainer.paper.figures.maps import segmentations

    config = Network(stem=2, widths=(4, 4, 8), dilations=((1,), (1,), (1,)), segmentation=False).build()
    weights = state.export(state.Average(SSRHEF(config), 0.0).values, config, TrainConfig().preprocess(), {})
    with pytest.raises(ConfigError, match="without the segmentation strategy"):
        segmentations(weights, np.zeros((32, 32, 3), np.uint8))


def test_pictures_are_chosen_over_the_range_of_counts(data: Path) -> None:
    found = load("shanghaitech_a", data, "test")
    assert [one.count for one, _ in choose(found, 5)] == [3, 6, 9, 12, 15]
    assert [one.count for one, _ in choose(found, 2)] == [6, 12]
    assert choose(found, 2)[0][0] is choose(found, 2)[0][0]
    assert len(choose(found, 99)) == 5, "nobody is in the sixth"


def test_the_next_picture_takes_the_place_of_a_damaged_one(data: Path) -> None:
    found = load("shanghaitech_a", data, "test")
    whole = {sample.name: sample for sample, _ in choose(found, 5)}
    for name in list(whole)[1:3]:
        whole[name].image.write_bytes(b"text")
    left = [sample.name for sample, _ in choose(found, 2)]
    assert len(left) == 2
    assert not set(left) & set(list(whole)[1:3])
    for sample in found.samples:
        sample.image.write_bytes(b"text")
    with pytest.raises(DatasetError):
        choose(found, 2)


def test_true_maps_are_those_the_network_is_taught(data: Path) -> None:
    sample = load("shanghaitech_a", data, "test").samples[2]
    rgb = sample.read()[:45]
    density = true_density(sample, sample.read())
    assert density.sum() == pytest.approx(sample.count, abs=1e-3)
    assert 0 < colour_limit(density) <= density.max()
    assert [one.shape for one in true_segmentations(sample, rgb)] == [(24, 32), (12, 16), (6, 8)]


@pytest.mark.parametrize(
    ("figure", "extra", "code", "said"),
    [
        ("2", [], 2, "there is no figure '2'"),
        ("8", ["--dataset", "nothing"], 2, "unknown dataset 'nothing'"),
        ("3", ["--dataset", "worldexpo"], 5, "worldexpo is not in"),
    ],
)
def test_wrong_words(words: list[str], capsys: pytest.CaptureFixture[str], figure: str, extra: list[str],
                     code: int, said: str) -> None:  # fmt: skip
    assert program.main(["train", "--figure", figure, *words, *extra]) == code
    assert said in capsys.readouterr().err
