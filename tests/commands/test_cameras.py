from __future__ import annotations

from pathlib import Path

import pytest

from crowdmon.commands.cameras import cameras_of, name_of
from crowdmon.errors import ConfigError

SQUARE = (
    "  - {name: square, source: 'rtsp://u:${PW}@h/1',"
    " rois: [{name: gate, polygon: [[0, 0], [1, 0], [1, 1]]}]}\n"
)
STREET = "  - {name: street, source: street.mp4}\n"


@pytest.fixture
def write(tmp_path: Path):
    def write(*cameras: str) -> Path:
        path = tmp_path / "cameras.yaml"
        path.write_text("cameras:\n" + "".join(cameras))
        return path

    return write


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("clips/plaza 1.mp4", "plaza 1"),
        ("clip.tar.mp4", "clip.tar"),
        ("0", "webcam 0"),
        ("/dev/video2", "video2"),
        ("synthetic:plaza?people=40&seed=1", "plaza"),
        ("rtsp://user:secret@10.0.0.7:8554/stream/1?token=abc", "10.0.0.7/stream/1"),
        ("rtsp://user:p@ss@10.0.0.7/", "10.0.0.7"),
        ("frame.mp4", "camera frame"),  # "frame" is the whole picture's name
        ("x" * 200 + ".mp4", "x" * 64),
    ],
)
def test_a_camera_is_named_after_its_source(source: str, name: str) -> None:
    assert name_of(source) == name


def test_no_sources_and_no_file_are_no_cameras() -> None:
    assert cameras_of([], None) == ()


def test_sources_of_one_name_are_numbered() -> None:
    assert [c.name for c in cameras_of(["a/x.mp4", "b/x.mp4", "x.avi"], None)] == ["x", "x 2", "x 3"]


def test_the_only_camera_of_a_file_lends_its_rois(write) -> None:
    (camera,) = cameras_of(["clip.mp4"], write(SQUARE))
    assert (camera.name, camera.source, camera.rois[0].name) == ("square", "clip.mp4", "gate")


def test_clips_of_one_camera_keep_their_own_names(write) -> None:
    made = cameras_of(["monday.mp4", "tuesday.mp4", "monday.avi"], write(SQUARE))
    assert [camera.name for camera in made] == ["monday", "tuesday", "monday 2"]
    assert {camera.rois[0].name for camera in made} == {"gate"}


def test_a_camera_is_meant_by_its_name_or_source(write) -> None:
    config = write(SQUARE, STREET)
    (by_name,) = cameras_of(["square"], config)
    assert by_name.source == "rtsp://u:${PW}@h/1"  # the placeholder stays
    (by_source,) = cameras_of(["street.mp4"], config)
    assert (by_source.name, by_source.rois) == ("street", ())


def test_a_file_named_like_a_camera_is_the_file(write, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "square").touch()
    (camera,) = cameras_of(["square"], write(SQUARE))
    assert camera.source == "square"


def test_an_ambiguous_source_names_the_cameras(write) -> None:
    with pytest.raises(ConfigError, match=r"2 cameras.*\*\*\*@other.*square, street"):
        cameras_of(["rtsp://u:secret@other/1"], write(SQUARE, STREET))


def test_a_file_alone_gives_all_its_cameras(write) -> None:
    assert [camera.name for camera in cameras_of([], write(SQUARE, STREET))] == ["square", "street"]
