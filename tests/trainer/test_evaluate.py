"""Scores by hand, ROIs by halves, and reports as they are written."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.errors import CountingError, SinkError
from crowdmon.values import DensityMap, Frame, Grid
from tests.fakes import FakeCounter
from tests.trainer import trees
from trainer import evaluate
from trainer.data.datasets import Dataset, Sample, load
from trainer.data.datasets.rois import cover, inside_roi, mask_cover
from trainer.scores import (
    LEAST_COUNT,
    RANGES,
    Scored,
    by_range,
    by_scene,
    log_ratio,
    mean_of,
    over_cameras,
    summary,
    worst,
)

ERRORS = [Scored("a", 10, 13.0), Scored("b", 0, 1.0), Scored("c", 90, 84.0)]


def test_scores_by_hand() -> None:
    found = summary(ERRORS)
    assert found["images"] == 3
    assert found["truth"] == 100
    assert found["mae"] == pytest.approx(10 / 3)
    assert found["mse"] == pytest.approx((46 / 3) ** 0.5)
    assert found["bias"] == pytest.approx(-2 / 3)
    assert found["bias_percent"] == pytest.approx(-2.0)


def test_nothing_and_nobody_have_no_percentage() -> None:
    assert summary([])["mae"] is None
    assert summary([Scored("a", 0, 2.0)])["bias_percent"] is None
    assert summary([Scored("a", 0, 2.0)])["mae"] == 2.0


@given(st.lists(st.tuples(st.integers(0, 3000), st.floats(0, 5000)), min_size=1, max_size=40))
def test_mse_is_at_least_mae_and_ranges_part_the_pictures(pairs: list[tuple[int, float]]) -> None:
    scored = [Scored(str(i), truth, count) for i, (truth, count) in enumerate(pairs)]
    found = summary(scored)
    assert found["mse"] >= found["mae"] - 1e-9 >= abs(found["bias"]) - 2e-9
    rows = by_range(scored)
    assert [row["range"] for row in rows] == [name for name, *_ in RANGES]
    assert sum(row["images"] for row in rows) == len(scored)
    total = sum(row["mae"] * row["images"] for row in rows if row["images"])
    assert total / len(scored) == pytest.approx(found["mae"])


def test_ranges_begin_where_they_say() -> None:
    scored = [Scored(str(n), n, float(n)) for n in (0, 1, 50, 51, 500, 501, 4633)]
    assert [row["images"] for row in by_range(scored)] == [1, 2, 2, 2]


def test_the_worst_ten() -> None:
    scored = [Scored(str(n), 100, 100.0 + (-1) ** n * n) for n in range(15)]
    assert [one.image for one in worst(scored)] == [str(n) for n in range(14, 4, -1)]


def test_scenes_count_the_same_however_many_pictures_they_have() -> None:
    scored = [Scored("1", 10, 14.0, "a"), Scored("2", 10, 10.0, "b"), Scored("3", 10, 8.0, "b")]
    rows = by_scene(scored)
    assert [row["scene"] for row in rows] == ["a", "b"]
    assert mean_of(rows) == {"mae": pytest.approx(2.5), "mse": pytest.approx((4 + 2**0.5) / 2)}


def test_log_ratios_by_hand() -> None:
    scored = [Scored("1", 10, 20.0), Scored("2", 100, 50.0), Scored("3", 0, 7.0), Scored("4", 8, 16.0)]
    found, two = log_ratio(scored), math.log(2)
    assert found["images"] == 3  # nobody has no ratio
    assert found["mean"] == pytest.approx(two / 3)
    assert found["off"] == pytest.approx(two)
    assert found["spread"] == pytest.approx((((2 / 3) ** 2 * 2 + (4 / 3) ** 2) / 2) ** 0.5 * two)


def test_log_ratios_of_nothing_and_of_one() -> None:
    assert log_ratio([Scored("a", 0, 3.0)]) == {"images": 0, "mean": None, "off": None, "spread": None}
    assert log_ratio([Scored("a", 5, 5.0)]) == {"images": 1, "mean": 0.0, "off": 0.0, "spread": None}
    assert log_ratio([Scored("a", 4, 0.0)])["mean"] == pytest.approx(math.log(LEAST_COUNT / 4))


def test_cameras_count_the_same_however_many_pictures_they_have() -> None:
    scored = [Scored("1", 10, 20.0, "a"), Scored("2", 10, 20.0, "a"), Scored("3", 10, 20.0, "a")]
    scored += [Scored("4", 10, 10.0, "b"), Scored("5", 0, 4.0, "c")]
    found = over_cameras(scored)
    assert found["images"] == 2
    assert found["mean"] == pytest.approx(math.log(2) / 2)
    assert found["spread"] == pytest.approx(math.log(2) / 2**0.5)
    assert [row["log_ratio"]["images"] for row in by_scene(scored)] == [3, 1, 0]


@given(
    st.lists(st.tuples(st.integers(1, 3000), st.floats(0.5, 5000)), min_size=2, max_size=30),
    st.floats(1, 4),
)
def test_a_common_factor_moves_the_mean_and_not_the_spread(
    pairs: list[tuple[int, float]], factor: float
) -> None:
    before = log_ratio([Scored("a", truth, count) for truth, count in pairs])
    after = log_ratio([Scored("a", truth, factor * count) for truth, count in pairs])
    assert after["mean"] == pytest.approx(before["mean"] + math.log(factor), abs=1e-9)
    assert after["spread"] == pytest.approx(before["spread"], abs=1e-9)
    assert before["off"] >= abs(before["mean"]) - 1e-9


# the ROI on a grid


def sample(width: int = 60, height: int = 44, **roi: object) -> Sample:
    return Sample("one", Path("one.jpg"), np.zeros((0, 2)), (width, height), **roi)  # type: ignore[arg-type]


def grid(width: int = 60, height: int = 44, cell: float = 8.0) -> Grid:
    return Grid(-(-height // int(cell)), -(-width // int(cell)), cell, cell, width, height)


def corners(left: float, right: float, height: int = 44) -> np.ndarray:  # type: ignore[type-arg]
    return np.array([(left, -0.5), (right, -0.5), (right, height - 0.5), (left, height - 0.5)])


@given(st.floats(0.0, 59.0))
def test_left_half_and_right_half_make_the_whole(cut: float) -> None:
    left, right = (cover(sample(roi=part), grid()) for part in (corners(-0.5, cut), corners(cut, 59.5)))
    assert left is not None
    assert right is not None
    np.testing.assert_allclose(left + right, 1.0, atol=1e-5)


@given(st.integers(1, 59))
def test_halves_of_a_mask_make_the_whole(cut: int) -> None:
    mask = np.zeros((44, 60), dtype=bool)
    mask[:, :cut] = True
    np.testing.assert_allclose(mask_cover(mask, grid()) + mask_cover(~mask, grid()), 1.0, atol=1e-6)


def test_a_mask_and_its_polygon_agree() -> None:
    mask = np.zeros((44, 60), dtype=bool)
    mask[:, :21] = True
    polygon = cover(sample(roi=corners(-0.5, 20.5)), grid())
    np.testing.assert_allclose(mask_cover(mask, grid()), polygon, atol=1e-5)


def test_a_cell_that_leaves_the_picture_is_measured_inside_it() -> None:
    mask = np.zeros((44, 60), dtype=bool)
    mask[40:, 56:] = True
    share = mask_cover(mask, grid())
    assert share.shape == (6, 8)
    assert share[-1, -1] == pytest.approx(1.0)
    assert share.sum() == pytest.approx(1.0)


def test_on_a_grid_of_pixels_the_cover_is_the_mask() -> None:
    mask = np.random.default_rng(0).random((44, 60)) > 0.5
    np.testing.assert_array_equal(mask_cover(mask, grid(cell=1.0)), mask.astype(np.float32))


def test_the_boundary_belongs_to_the_roi() -> None:
    points = np.array([[9.0, 3.0], [9.0001, 3.0], [0.0, 0.0]])
    square = np.array([(0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0)])
    assert inside_roi(points, roi=square, mask=None).tolist() == [True, False, True]
    assert inside_roi(points, roi=None, mask=None).all()
    assert inside_roi(np.zeros((0, 2)), roi=square, mask=None).shape == (0,)


# scoring


class PaintedCounter:
    """Says a fixed density, whatever the picture."""

    def __init__(self, people: np.ndarray) -> None:  # type: ignore[type-arg]
        self.people = people.astype(np.float32)

    def count(self, frame: Frame) -> DensityMap:
        height, width = frame.rgb.shape[:2]
        return DensityMap(self.people.copy(), grid(width, height))


@pytest.fixture
def expo(tmp_path: Path) -> Dataset:
    name = "{}_1-04-S2010_clip1_{}"
    test = {
        name.format("104207", 1): [(5.0, 5.0), (60.0, 5.0)],
        name.format("104207", 2): [],
        name.format("200608", 1): [(5.0, 5.0)],
    }
    trees.worldexpo(tmp_path / "WorldExpo", {}, test)
    return load("worldexpo", tmp_path, "test")


def test_a_prediction_outside_the_roi_changes_nothing(expo: Dataset) -> None:
    inside = np.zeros((6, 8))
    inside[0, 0] = 1.25
    outside = inside.copy()
    # The ROI ends at pixel 39, within the fifth column; the sixth lies outside.
    outside[:, 5:] = 7.0
    one, other = (evaluate.score(expo, PaintedCounter(people)) for people in (inside, outside))
    counts = [[row.count for row in rows] for rows in (one, other)]
    np.testing.assert_allclose(counts[0], counts[1])
    assert one[0].truth == 1
    assert other[0].whole == pytest.approx(1.25 + 7 * 18)


def test_scores_by_scene_are_plain_means(expo: Dataset) -> None:
    people = np.zeros((6, 8))
    people[2, 2] = 3.0
    people[0, 7] = 10.0
    result = evaluate.report(expo, evaluate.score(expo, PaintedCounter(people)), weights="w", backend="b")
    assert [(row["scene"], row["images"], row["mae"]) for row in result["per_scene"]] == [
        ("104207", 2, pytest.approx(2.5)),
        ("200608", 1, pytest.approx(2.0)),
    ]
    assert result["mae"] == pytest.approx(2.25)
    assert result["mse"] == pytest.approx((6.5**0.5 + 2.0) / 2)
    assert result["no_mask"]["mae"] == pytest.approx((12.5 + 12.0) / 2)
    assert result["log_ratio"]["images"] == 2  # one of the three is empty
    assert result["log_ratio_of_scenes"] == over_cameras(evaluate.score(expo, PaintedCounter(people)))
    assert result["per_image"][0] == {
        "image": expo.samples[0].name,
        "truth": 1,
        "count": pytest.approx(3.0),
        "scene": "104207",
    }


def test_mall_is_scored_inside_its_mask(tmp_path: Path) -> None:
    trees.mall(tmp_path / "mall_dataset", [1, 2], [[(5, 5), (50, 5)], []], inside=36)
    mall = load("mall", tmp_path, "trainval")
    scored = evaluate.score(mall, PaintedCounter(np.ones((6, 8))))
    assert [row.truth for row in scored] == [1, 0]
    assert scored[0].count == pytest.approx(6 * 4.5)
    assert scored[0].whole == pytest.approx(48.0)


def test_the_report_as_json(tmp_path: Path) -> None:
    heads = {1: [(5.0, 5.0)] * 3, 2: [], 10: [(1.0, 1.0)] * 60}
    trees.shanghaitech(tmp_path / "part_B", {1: []}, heads, grey=(2,))
    part = load("shanghaitech_b", tmp_path, "test")
    named: list[str] = []
    scored = evaluate.score(part, FakeCounter(people=12.0), done=named.append)
    result = evaluate.report(part, scored, weights="default", backend="fake cpu f32")
    evaluate.write_json(result, tmp_path / "scores.json")
    found = json.loads((tmp_path / "scores.json").read_text())
    assert named == ["IMG_1", "IMG_2", "IMG_10"]
    assert {
        "dataset",
        "split",
        "images",
        "mae",
        "mse",
        "bias",
        "by_range",
        "per_image",
        "weights",
        "backend",
    } <= set(found)
    assert (found["dataset"], found["split"], found["images"]) == ("shanghaitech_b", "test", 3)
    assert found["mae"] == pytest.approx((9 + 12 + 48) / 3)
    assert found["bias"] == pytest.approx((9 + 12 - 48) / 3)
    assert found["per_image"][0] == {"image": "IMG_1", "truth": 3, "count": 12.0}
    assert [row["image"] for row in found["worst"]] == ["IMG_10", "IMG_2", "IMG_1"]
    assert [row["images"] for row in found["by_range"]] == [1, 1, 1, 0]
    assert "per_scene" not in found


def test_json_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "scores.json").mkdir()
    with pytest.raises(SinkError, match=r"scores\.json"):
        evaluate.write_json({}, tmp_path / "scores.json")
    assert not list(tmp_path.glob("*.part"))


def test_folds_are_averaged(tmp_path: Path) -> None:
    trees.ucf_cc_50(tmp_path, {n: [(1.0, 1.0)] * n for n in range(1, 51)})
    parts = [load("ucf_cc_50", tmp_path, "test", fold=fold, folds="sequential") for fold in range(1, 6)]
    reports = [
        evaluate.report(part, evaluate.score(part, FakeCounter(0.0)), weights=f"w{part.fold}", backend="b")
        for part in parts
    ]
    result = evaluate.over_folds(reports, parts[0].folds)
    assert [row["mae"] for row in result["per_fold"]] == pytest.approx([5.5, 15.5, 25.5, 35.5, 45.5])
    assert result["mae"] == pytest.approx(25.5)
    assert result["mse"] == pytest.approx(np.mean([row["mse"] for row in reports]))
    assert result["images"] == 50
    assert result["folds"][1] == [str(n) for n in range(11, 21)]
    assert result["weights"] == "one a fold"


def test_a_counter_that_fails_stops_the_scoring(expo: Dataset) -> None:
    with pytest.raises(CountingError, match="no"):
        evaluate.score(expo, FakeCounter(fail=CountingError("no")))


def test_a_picture_that_vanished_is_named(expo: Dataset) -> None:
    gone = replace(expo.samples[0], image=Path("gone.jpg"))
    with pytest.raises(ValueError, match=r"gone\.jpg"):
        evaluate.score(replace(expo, samples=(gone,)), FakeCounter(1.0))
