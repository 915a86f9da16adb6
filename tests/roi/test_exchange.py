"""ROIs from and to files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from crowdmon import config as settings
from crowdmon.config import AppConfig, CameraConfig
from crowdmon.errors import ConfigError, DatasetError
from crowdmon.roi.exchange import polygon_from_mat, rois_from_yaml, save_yaml
from tests.formats.writers import write_v5
from tests.roi.test_draft import GATE, STAIRS


def mat(path: Path, corners: list[tuple[float, float]]) -> Path:
    x, y = np.array(corners, float).T[..., None]
    return write_v5(path, {"maskVerticesXCoordinates": x, "maskVerticesYCoordinates": y})


def test_pixels_become_fractions_cut_at_the_border(tmp_path: Path) -> None:
    # Far to the right two corners meet in one, and one more lies on the first.
    path = mat(tmp_path / "roi.mat", [(0, 0), (720.5, 0.5), (900, -40), (720.5, 576.5), (0, 0)])
    assert polygon_from_mat(path, size=(720, 576)) == ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))


def test_a_polygon_beyond_the_picture_is_refused_with_the_size(tmp_path: Path) -> None:
    path = mat(tmp_path / "roi.mat", [(500, 500), (600, 500), (600, 560)])
    assert len(polygon_from_mat(path, size=(720, 576))) == 3
    with pytest.raises(ConfigError, match=r"320 x 240 pixels.*another size"):
        polygon_from_mat(path, size=(320, 240))


def test_what_is_no_roi_mat_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(DatasetError):
        polygon_from_mat(write_v5(tmp_path / "a.mat", {"other": np.ones((3, 1))}), size=(720, 576))


def test_rois_go_out_and_come_back(tmp_path: Path) -> None:
    path = tmp_path / "rois.yaml"
    save_yaml(CameraConfig(name="north", source="0", rois=(GATE, STAIRS)), path)
    assert rois_from_yaml(path, camera="north") == (GATE, STAIRS)
    assert rois_from_yaml(path, camera="any other") == (GATE, STAIRS)


def test_of_several_cameras_the_one_of_that_name_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "rois.yaml"
    cameras = (
        CameraConfig(name="north", source="0", rois=(GATE,)),
        CameraConfig(name="south", source="1", rois=(STAIRS,)),
        CameraConfig(name="west", source="2"),
    )
    settings.save(AppConfig(cameras=cameras), path)
    assert rois_from_yaml(path, camera="south") == (STAIRS,)
    with pytest.raises(ConfigError, match="3 cameras, none of them named 'east'"):
        rois_from_yaml(path, camera="east")
    with pytest.raises(ConfigError, match="no ROI for 'west'"):
        rois_from_yaml(path, camera="west")


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("rtsp://admin:topsecret@10.0.0.7/s", "rtsp://***@10.0.0.7/s"),
        ("rtsp://admin:${CAM_PASSWORD}@10.0.0.7/s", "rtsp://admin:${CAM_PASSWORD}@10.0.0.7/s"),
        ("rtsp://admin:${CAM_PASSWORD}@10.0.0.7/s?token=abc", "rtsp://admin:${CAM_PASSWORD}@10.0.0.7/s?***"),
        ("clip.mp4", "clip.mp4"),
    ],
)
def test_a_password_is_not_written_but_its_placeholder_is(tmp_path: Path, source: str, written: str) -> None:
    path = tmp_path / "rois.yaml"
    save_yaml(CameraConfig(name="north", source=source, rois=(GATE,)), path)
    assert settings.load(path).cameras[0].source == written
    assert "topsecret" not in path.read_text()
