"""Head points, ROIs and perspective maps of the benchmarks, in both file versions and with their traps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from crowdmon.errors import DatasetError
from crowdmon.formats import points
from crowdmon.formats.perspective import read_perspective
from crowdmon.formats.roi import read_roi_mask, read_roi_mat, to_fractions
from crowdmon.geometry import contains, validate_polygon
from tests.formats.writers import cell, write_v5, write_v73

Writer = Callable[[Path, dict[str, Any]], Path]
Reader = Callable[[Path], points.Points]
both = pytest.mark.parametrize("write", [write_v5, write_v73])

HEADS = np.array([[1.0, 1.0], [10.5, 20.25], [720.0, 576.0]])


def info(heads: Any) -> dict[str, Any]:
    return {"image_info": cell({"location": heads, "number": np.array([[len(heads)]])})}


# reader, how its labels are made from points, what is subtracted
LABELS: list[tuple[Reader, Callable[[Any], dict[str, Any]], float]] = [
    (points.image_info, info, 0.5),
    (points.ann_points, lambda heads: {"annPoints": heads}, 1.0),
    (points.point_position, lambda heads: {"point_position": heads, "point_num": np.array([[3]])}, 1.0),
    (points.loc, lambda heads: {"loc": heads}, 1.0),
    (lambda path: points.mall_frames(path)[0], lambda heads: {"frame": cell({"loc": heads})}, 1.0),
]
every_label = pytest.mark.parametrize(
    ("read", "make", "base"), LABELS, ids=["image_info", "annPoints", "point_position", "loc", "frame"]
)


@both
@every_label
class TestPoints:
    def test_leave_zero_based(
        self, tmp_path: Path, read: Reader, make: Callable[[Any], dict[str, Any]], base: float, write: Writer
    ) -> None:
        found = read(write(tmp_path / "a.mat", make(HEADS)))
        np.testing.assert_array_equal(found, HEADS - base)
        assert found.dtype == np.float64

    @pytest.mark.parametrize("empty", [np.zeros((0, 0)), np.zeros((0, 2)), np.zeros((1, 0))])
    def test_nobody_is_no_error(
        self,
        tmp_path: Path,
        read: Reader,
        make: Callable[[Any], dict[str, Any]],
        base: float,
        write: Writer,
        empty: np.ndarray[Any, Any],
    ) -> None:
        assert read(write(tmp_path / "a.mat", make(empty))).shape == (0, 2)

    def test_whole_numbers_and_a_third_column_are_read(
        self, tmp_path: Path, read: Reader, make: Callable[[Any], dict[str, Any]], base: float, write: Writer
    ) -> None:
        found = read(write(tmp_path / "a.mat", make(np.array([[3, 4, 9]], dtype=np.uint16))))
        np.testing.assert_array_equal(found, [[3 - base, 4 - base]])

    @pytest.mark.parametrize("heads", [np.ones((5, 1)), np.array([[1.0, np.nan]]), "three"])
    def test_what_is_no_list_of_points_is_refused(
        self,
        tmp_path: Path,
        read: Reader,
        make: Callable[[Any], dict[str, Any]],
        base: float,
        write: Writer,
        heads: Any,
    ) -> None:
        with pytest.raises(DatasetError, match=r"a\.mat is (float64 \(5, 1\)|str|not finite)"):
            read(write(tmp_path / "a.mat", make(heads)))

    def test_another_kind_of_label_is_named(
        self, tmp_path: Path, read: Reader, make: Callable[[Any], dict[str, Any]], base: float, write: Writer
    ) -> None:
        with pytest.raises(DatasetError, match=r"a\.mat has no variable '.*'; it has 'other'"):
            read(write(tmp_path / "a.mat", {"other": HEADS}))


class TestStructures:
    def test_every_frame_of_mall_in_order(self, tmp_path: Path) -> None:
        frames = cell(*[{"loc": np.full((n, 2), float(n))} for n in range(1, 6)])
        found = points.mall_frames(write_v5(tmp_path / "a.mat", {"frame": frames}))
        assert [len(frame) for frame in found] == [1, 2, 3, 4, 5]
        np.testing.assert_array_equal(found[4], np.full((5, 2), 4.0))

    def test_frames_that_are_no_cell(self, tmp_path: Path) -> None:
        with pytest.raises(DatasetError, match="is not a cell of frames"):
            points.mall_frames(write_v5(tmp_path / "a.mat", {"frame": HEADS}))

    def test_fields_found_are_listed(self, tmp_path: Path) -> None:
        path = write_v5(tmp_path / "a.mat", {"frame": cell({"loc": HEADS}, {"dots": HEADS})})
        with pytest.raises(DatasetError, match=r"frame 2 in .* has no field 'loc'; it has 'dots'"):
            points.mall_frames(path)
        with pytest.raises(DatasetError, match=r"image_info in .* is not a struct with 'location'"):
            points.image_info(write_v5(tmp_path / "b.mat", {"image_info": HEADS}))

    @both
    def test_the_announced_number(self, tmp_path: Path, write: Writer) -> None:
        def number(values: dict[str, Any]) -> int | None:
            return points.point_num(write(tmp_path / "a.mat", {"point_position": HEADS, **values}))

        assert number({"point_num": np.array([[3]])}) == 3
        assert number({"point_num": np.zeros((0, 0))}) is None
        assert number({}) is None


@both
class TestRoi:
    def corners(self, xy: Any) -> dict[str, Any]:
        array = np.asarray(xy, dtype=np.float64)
        return {"maskVerticesXCoordinates": array[:, :1], "maskVerticesYCoordinates": array[:, 1:]}

    def test_corners_leave_zero_based(self, tmp_path: Path, write: Writer) -> None:
        path = write(tmp_path / "roi.mat", self.corners([[1, 1], [720, 1], [720, 576.5]]))
        assert read_roi_mat(path) == ((0.0, 0.0), (719.0, 0.0), (719.0, 575.5))

    def test_repeated_and_closing_corners_are_left_out(self, tmp_path: Path, write: Writer) -> None:
        path = write(tmp_path / "roi.mat", self.corners([[1, 1], [5, 1], [5, 1], [5, 5], [1, 1]]))
        assert read_roi_mat(path) == ((0.0, 0.0), (4.0, 0.0), (4.0, 4.0))

    @pytest.mark.parametrize(
        ("values", "words"),
        [
            (
                {"maskVerticesXCoordinates": np.ones((4, 1))},
                "no variable 'maskVerticesYCoordinates'; it has 'mask",
            ),
            (
                {"maskVerticesXCoordinates": np.ones((4, 1)), "maskVerticesYCoordinates": np.ones((3, 1))},
                "4 x and 3 y coordinates",
            ),
            (
                {"maskVerticesXCoordinates": np.ones((4, 1)), "maskVerticesYCoordinates": np.ones((4, 1))},
                "1 corners, which make no polygon",
            ),
            (
                {
                    "maskVerticesXCoordinates": np.full((4, 1), np.inf),
                    "maskVerticesYCoordinates": np.ones((4, 1)),
                },
                "a corner that is not finite",
            ),
        ],
    )
    def test_what_is_no_polygon(
        self, tmp_path: Path, write: Writer, values: dict[str, Any], words: str
    ) -> None:
        with pytest.raises(DatasetError, match=f"roi.mat has {words}"):
            read_roi_mat(write(tmp_path / "roi.mat", values))

    def test_masks(self, tmp_path: Path, write: Writer) -> None:
        mask = np.zeros((4, 6), dtype=np.uint8)
        mask[1:3, 2:] = 1
        found = read_roi_mask(write(tmp_path / "a.mat", {"roi": {"mask": mask}}))
        assert found.dtype == np.bool_
        np.testing.assert_array_equal(found, mask == 1)
        for wrong, words in (
            ({"mask": mask * 0}, "is empty"),
            ({"xi": mask}, "no 'mask'"),
            (mask, "no 'mask'"),
        ):
            with pytest.raises(DatasetError, match=words):
                read_roi_mask(write(tmp_path / "b.mat", {"roi": wrong}))


class TestFractions:
    def test_a_roi_around_the_picture_fills_it(self) -> None:
        around = ((-0.5, -0.5), (719.5, -0.5), (719.5, 575.5), (-0.5, 575.5))
        assert to_fractions(around, width=720, height=576) == ((0, 0), (1, 0), (1, 1), (0, 1))

    def test_corners_beyond_the_picture_are_cut(self) -> None:
        fractions = to_fractions(((-9.0, -9.0), (900.0, 0.0), (359.5, 900.0)), width=720, height=576)
        assert validate_polygon(fractions) == ((0.0, 0.0), (1.0, 0.5 / 576), (0.5, 1.0))

    @given(arrays(np.float64, (6, 2), elements=st.floats(0, 500)))
    def test_a_point_inside_in_pixels_is_inside_in_fractions(self, xy: Any) -> None:
        square = ((100.0, 100.0), (400.0, 100.0), (400.0, 400.0), (100.0, 400.0))
        scaled = to_fractions(square, width=720, height=576)
        for x, y in xy:
            if min(abs(x - 100), abs(x - 400), abs(y - 100), abs(y - 400)) > 1e-3:
                assert contains(square, x, y) == contains(scaled, (x + 0.5) / 720, (y + 0.5) / 576)


@both
class TestPerspective:
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None)
    @given(values=arrays(np.float64, (5, 7), elements=st.floats(0.5, 100)))
    def test_keeps_rows_and_columns(self, tmp_path: Path, write: Writer, values: Any) -> None:
        for name in ("pMap", "pMapN"):
            found = read_perspective(write(tmp_path / "a.mat", {name: values, "roi": {"mask": values > 1}}))
            assert found.dtype == np.float32
            np.testing.assert_allclose(found, values, rtol=1e-6)

    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({"p": np.ones((2, 2))}, "has no variable 'pMap' or 'pMapN'; it has 'p'"),
            ({"pMap": "map"}, "'pMap' in .* is not an array of pixels"),
            ({"pMap": np.zeros((0, 0))}, "is not an array of pixels"),
            ({"pMap": np.array([[1.0, np.nan]])}, "not finite"),
            ({"pMap": np.zeros((3, 3))}, "none above 0"),
        ],
    )
    def test_what_is_no_map(self, tmp_path: Path, write: Writer, values: dict[str, Any], words: str) -> None:
        with pytest.raises(DatasetError, match=words):
            read_perspective(write(tmp_path / "a.mat", values))


@pytest.mark.data
class TestRealLabels:
    @pytest.mark.parametrize(
        ("pattern", "read", "files", "heads"),
        [
            ("ShanghaiTech/part_A/train_data/ground-truth/*.mat", points.image_info, 300, 162_413),
            ("ShanghaiTech/part_A/test_data/ground-truth/*.mat", points.image_info, 182, 78_862),
            ("ShanghaiTech/part_B/train_data/ground-truth/*.mat", points.image_info, 400, 49_151),
            ("UCF_CC_50/*_ann.mat", points.ann_points, 50, 63_974),
            ("Beijing-BRT/train/ground_truth/*.mat", points.loc, 720, 9_483),
        ],
    )
    def test_all_heads_are_read(
        self, data_root: Path, pattern: str, read: Reader, files: int, heads: int
    ) -> None:
        found = [read(path) for path in data_root.glob(pattern)]
        assert len(found) == files
        assert sum(map(len, found)) == heads

    def test_no_head_of_shanghaitech_leaves_its_picture(self, data_root: Path) -> None:
        for path in data_root.glob("ShanghaiTech/part_B/train_data/ground-truth/*.mat"):
            heads = points.image_info(path)
            assert (heads >= -0.5).all()
            assert (heads <= np.array([1024, 768]) - 0.5).all()

    def test_mall(self, data_root: Path) -> None:
        frames = points.mall_frames(data_root / "mall_dataset/mall_gt.mat")
        path = data_root / "mall_dataset/perspective_roi.mat"
        assert len(frames) >= 200
        assert all(len(frame) for frame in frames)
        assert read_roi_mask(path).mean() == pytest.approx(0.902, abs=1e-3)
        perspective = read_perspective(path)
        assert perspective.shape == (480, 640)
        assert perspective[0].mean() > perspective[-1].mean()
