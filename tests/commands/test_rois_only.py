"""``--rois-only`` and ``whole_picture: false``: the same counts of the ROIs, none of the whole picture."""

from __future__ import annotations

from pathlib import Path

import pytest

from crowdmon.__main__ import main
from crowdmon.sinks.csv_file import read_csv

CONFIG = """
cameras:
  - name: square
    source: elsewhere.mp4
    rois:
      - {name: left, polygon: [[0, 0], [0.3, 0], [0.3, 0.4], [0, 0.4]], area_m2: 12}
      - {name: low, polygon: [[0.7, 0.7], [1, 0.7], [1, 1], [0.7, 1]]}
"""
PLAZA = "synthetic:plaza?people=40&width=1280&height=720"


@pytest.fixture
def rois(tmp_path: Path) -> Path:
    path = tmp_path / "rois.yaml"
    path.write_text(CONFIG)
    return path


def counts(path: Path) -> dict[tuple[object, object], object]:
    return {(row["frame"], row["roi"]): row["count"] for row in read_csv(path)}


def test_the_rois_count_as_in_the_whole_picture(
    rois: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["count", PLAZA, "--config", str(rois), "--duration", "0.2", "--every", "0.1"]
    whole, only, yaml = (tmp_path / f"{name}.csv" for name in ("whole", "only", "yaml"))
    assert main([*words, "--backend", "openvino-f32", "--csv", str(whole)]) == 0
    assert "people on average" in capsys.readouterr().out
    assert main([*words, "--backend", "openvino-f32", "--csv", str(only), "--rois-only"]) == 0
    assert "ROIs only: " in capsys.readouterr().out
    rois.write_text(CONFIG.replace("    rois:", "    whole_picture: false\n    rois:"))
    assert main([*words, "--backend", "openvino-f32", "--csv", str(yaml)]) == 0
    expected = {key: one for key, one in counts(whole).items() if key[1] != "frame"}
    assert len(expected) == 4
    assert counts(only) == counts(yaml) == pytest.approx(expected, rel=0.001, abs=0.011)


def test_a_picture_of_it_is_painted(rois: Path, tmp_path: Path) -> None:
    png = tmp_path / "last.png"
    words = ["count", PLAZA, "--config", str(rois), "--duration", "0.02", "--rois-only"]
    assert main([*words, "--snapshot", str(png), "--video", str(tmp_path / "a.mp4")]) == 0
    assert png.stat().st_size > 10_000


def test_a_camera_without_rois_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["count", PLAZA, "--rois-only"]) == 2
    assert "has no ROI" in capsys.readouterr().err


def test_several_files_are_summed_up(rois: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["count", PLAZA, PLAZA + "&seed=2", "--config", str(rois), "--rois-only"]
    assert main([*words, "--duration", "0.02"]) == 0
    out = capsys.readouterr().out
    assert "2 pictures of 2 sources counted" in out
    assert " frame " not in out
