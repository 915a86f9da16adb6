"""Perspective maps as an estimate of the floor: right for a usual camera, refused where they are of none."""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.commands.check import ground_found
from crowdmon.config import CameraConfig, parse, validate
from crowdmon.errors import ConfigError
from crowdmon.track.ground import USUAL_FOCAL, area_m2, camera_of, head_sizes, horizon, to_floor
from crowdmon.track.ground_map import plane_of_rows
from crowdmon.values import Reading, RoiReading
from crowdmon.view.report import report_of
from crowdmon.view.report_text import markdown
from tests.formats.writers import write_v5
from tests.view.test_report import DAY

ROWS, ASPECT = 480, 4 / 3


def scales_of(height: float, tilt: float, focal: float = USUAL_FOCAL) -> np.ndarray:
    """Pixels per metre across, in each row of a picture that such a camera takes."""
    rows = (np.arange(ROWS) + 0.5) / ROWS
    down = rows - (0.5 - focal * math.tan(tilt))
    return np.maximum(0.0, down * ROWS * math.cos(tilt) / height)


@given(st.floats(2.5, 20.0), st.floats(0.1, 0.9))
def test_a_map_of_a_usual_camera_gives_its_floor(height: float, tilt: float) -> None:
    plane = plane_of_rows(scales_of(height, tilt), aspect=ASPECT, metric=True)
    assert plane.estimated
    seen = camera_of(plane, ASPECT)
    assert seen is not None
    assert seen.height == pytest.approx(height, rel=0.01)
    assert seen.focal == pytest.approx(USUAL_FOCAL, rel=0.01)
    a, b, c = horizon(plane)
    assert a == pytest.approx(0.0, abs=1e-9)
    assert -c / b == pytest.approx(0.5 - USUAL_FOCAL * math.tan(tilt), abs=0.01)
    # A metre across, at the bottom and in the middle of the picture, is as large as the map says.
    for row in (0.95, 0.6):
        left, right = to_floor(plane, [(0.4, row), (0.6, row)])
        pixels = 0.2 * ROWS * ASPECT
        assert right[0] - left[0] == pytest.approx(
            pixels / scales_of(height, tilt)[int(row * ROWS)], rel=0.02
        )


@given(st.floats(2.5, 20.0), st.floats(0.1, 0.9), st.floats(0.01, 100))
def test_a_map_without_a_unit_needs_a_height_and_gives_the_same(
    height: float, tilt: float, unit: float
) -> None:
    scales = scales_of(height, tilt)
    one = plane_of_rows(scales, aspect=ASPECT, metric=True)
    other = plane_of_rows(unit * scales, aspect=ASPECT, metric=False, camera_height=height)
    box = [(0.3, 0.7), (0.7, 0.7), (0.7, 0.9), (0.3, 0.9)]
    assert area_m2(other, box) == pytest.approx(area_m2(one, box), rel=0.05)
    with pytest.raises(ConfigError, match=r"no unit\. Add camera_height"):
        plane_of_rows(scales, aspect=ASPECT, metric=False)


@pytest.mark.parametrize(
    ("scales", "said"),
    [
        (np.zeros(ROWS), "no two rows above 0"),
        (np.full(ROWS, 30.0), "do not grow from top to bottom"),
        (np.linspace(50, 10, ROWS), "do not grow from top to bottom"),
        (np.linspace(0.1, 10, ROWS) ** 3, "do not grow from top to bottom in a straight line"),
        (np.linspace(1, 900, ROWS), "not above heads at 1.7 m"),
    ],
)
def test_what_is_no_map_of_a_camera_above_a_floor(scales: np.ndarray, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        plane_of_rows(scales, aspect=ASPECT, metric=True)


def camera(path: Path, **more: object) -> CameraConfig:
    data = {
        "name": "mall",
        "source": "x.mp4",
        "ground": {"perspective_map": str(path), **more},
        "rois": [{"name": "floor", "polygon": [[0.3, 0.7], [0.7, 0.7], [0.7, 0.9], [0.3, 0.9]]}],
    }
    return validate(CameraConfig, data, where="c.yaml")


@pytest.mark.parametrize("kind", ["pMap", "pMapN"])
def test_both_kinds_of_maps_are_read_and_marked(tmp_path: Path, kind: str) -> None:
    scales = scales_of(6.0, 0.5)
    values = scales if kind == "pMap" else 1.0 / np.maximum(scales, 1e-3) ** 2
    path = write_v5(tmp_path / "map.mat", {kind: np.repeat(values[:, None], 640, axis=1)})
    one = camera(path, camera_height=6) if kind == "pMapN" else camera(path)
    (roi,) = one.to_rois()
    assert roi.plane is not None
    assert roi.plane.estimated
    said = list(ground_found(one, width=640, height=480))
    assert said[:2] == ["ground estimated from a perspective map", "camera about 6.0 m above the ground"]
    assert said[2].startswith("floor about ")
    reading = Reading(
        DAY.start, "mall", (RoiReading("frame", 3.0), RoiReading("floor", 3.0, density_per_m2=0.5))
    )
    config = parse("cameras: []", where="x").model_copy(update={"cameras": (one,)})
    text = markdown(report_of(config, DAY, [reading], [], now=4e9, span=(DAY.start, DAY.start)))
    assert "| mall / floor | 3.0 | 00:00:00 | 3.0 | about 0.50 | – |" in text
    assert "The ground of mall is estimated from a perspective map" in text


def test_what_is_wrong_with_a_map_is_said_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"c\.yaml: ground: cannot read the perspective map .*none\.mat: no such"
    ):
        camera(tmp_path / "none.mat")
    (tmp_path / "text.mat").write_text("no map")
    with pytest.raises(ConfigError, match=r"c\.yaml: ground: .*text\.mat"):
        camera(tmp_path / "text.mat")
    path = write_v5(tmp_path / "map.mat", {"pMapN": np.ones((48, 64))})
    with pytest.raises(ConfigError, match="do not grow from top to bottom"):
        camera(path, camera_height=6)
    ground = {
        "perspective_map": str(path),
        "rectangle": {"corners": [[0, 1], [1, 1], [0.7, 0.4], [0.3, 0.4]], "sides": [6, 9]},
    }
    with pytest.raises(ConfigError, match=r"or estimated by a perspective_map\. Give one of"):
        validate(CameraConfig, {"name": "a", "source": "x", "ground": ground}, where="c.yaml")


def test_a_map_that_is_replaced_is_read_again(tmp_path: Path) -> None:
    planes = []
    for number, height in enumerate((6.0, 9.0)):
        scales = np.repeat(scales_of(height, 0.5)[:, None], 64, axis=1)
        path = write_v5(tmp_path / "map.mat", {"pMap": scales})
        os.utime(path, (1000 + number, 1000 + number))
        planes.append(camera(path).to_rois()[0].plane)
    assert planes[0] != planes[1]


@pytest.mark.data
def test_the_map_of_mall_fits_its_heads() -> None:
    path = Path(os.environ["CROWDMON_DATA"]) / "mall_dataset" / "perspective_roi.mat"
    plane = camera(path, camera_height=6).to_rois()[0].plane
    assert plane is not None
    sizes = head_sizes(plane, width=640, height=480)
    assert 4 < sizes[200] < 20
    assert 12 < sizes[460] < 40
