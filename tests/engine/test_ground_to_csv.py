"""From ``ground:`` in the YAML to people per m2 in the CSV, with a counter that knows the truth."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from crowdmon.capture.source import open_source
from crowdmon.config import parse
from crowdmon.engine.offline import iterate
from crowdmon.geometry import contains_all, polygon_area
from crowdmon.scene import parse_scene
from crowdmon.sinks.csv_file import ReadingCsv
from crowdmon.sinks.csv_rows import read_csv
from crowdmon.values import DensityMap, Frame, Grid

URI = "synthetic:plaza?people=300&seed=2&width=640&height=360&fps=1"
PLAZA = parse_scene(URI)
POLYGON = [[0.2, 0.35], [0.8, 0.35], [0.95, 0.95], [0.05, 0.95]]
CAMERA = f"""
cameras:
  - name: plaza
    source: {URI}
    rois:
      - {{name: square, polygon: {POLYGON}}}
"""
GROUND = """\
    ground:
      points:
        - {at: [0.0577, 0.9694], metres: [-5, 8]}
        - {at: [0.9423, 0.9694], metres: [5, 8]}
        - {at: [0.6980, 0.3424], metres: [6, 25]}
        - {at: [0.3020, 0.3424], metres: [-6, 25]}
"""


class TruthCounter:
    """Finds every visible head of the plaza."""

    name, device = "truth", "cpu"

    def count(self, frame: Frame) -> DensityMap:
        grid = Grid(45, 80, 8, 8, 640, 360)
        people = np.zeros((45, 80), np.float32)
        cells = ((PLAZA.render(frame.pts or 0.0).heads + 0.5) / 8).astype(int)
        np.add.at(people, (cells[:, 1], cells[:, 0]), 1.0)
        return DensityMap(people, grid, frame.camera, frame.index, frame.time, frame.pts)


def counted(text: str, csv: Path) -> bytes:
    (camera,) = parse(text, where="a.yaml").cameras
    with open_source(camera.source) as source, ReadingCsv(csv) as log:
        for _, _, reading in iterate(
            source,
            TruthCounter(),
            rois=camera.to_rois(),
            every=8.0,
            duration=40.0,
            start_time=0.0,
            camera="plaza",
        ):
            log.write(reading)
    return csv.read_bytes()


def test_people_per_m2_reach_the_csv(tmp_path: Path) -> None:
    counted(CAMERA + GROUND, tmp_path / "a.csv")
    rows = [row for row in read_csv(tmp_path / "a.csv") if row["roi"] == "square"]
    floor = PLAZA.camera.to_ground(np.array(POLYGON) * (640, 360) - 0.5)
    true = [
        contains_all(floor, PLAZA.render(row["media_time_s"] or 0.0).ground).sum() / polygon_area(floor)
        for row in rows
    ]
    assert len(rows) == 5
    assert np.mean([row["density_per_m2"] for row in rows]) == pytest.approx(np.mean(true), rel=0.05)
    assert np.mean([row["count"] for row in rows]) == pytest.approx(
        np.mean(true) * polygon_area(floor), rel=0.05
    )


def test_the_file_has_the_same_columns_with_a_plane_and_without(tmp_path: Path) -> None:
    with_plane, without = (counted(CAMERA + more, tmp_path / f"{len(more)}.csv") for more in (GROUND, ""))
    assert with_plane.splitlines()[0] == without.splitlines()[0]
    assert not re.search(rb",square,[0-9.]+,[0-9.]+,[0-9]", without)
    whole = [[line for line in text.splitlines() if b",frame," in line] for text in (with_plane, without)]
    assert whole[0] == whole[1]
