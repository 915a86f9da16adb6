"""Spot checks that the application exported are read by the trainer as its points data set."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from crowdmon.facts import SpotCheck
from crowdmon.sinks.history.file import HistoryFile
from crowdmon.sinks.history.pictures import keep_picture
from crowdmon.sinks.history.points_folder import export_points
from crowdmon.sinks.history.query import HistoryReader
from trainer.data.datasets.base import Request
from trainer.data.datasets.points import read

NOON = 1_700_000_000.0


def test_the_trainer_reads_what_was_clicked(tmp_path: Path) -> None:
    path, chance = tmp_path / "h.sqlite", np.random.default_rng(1)
    clicked: dict[str, list[tuple[float, float]]] = {}
    with HistoryFile(path, clock=lambda: NOON) as history:
        for number in range(12):
            rgb = np.full((90, 160, 3), 20 * number, np.uint8)
            name = keep_picture(path, rgb, camera="Größe, north", time=NOON + 600 * number)
            heads = [(float(x), float(y)) for x, y in chance.random((number, 2))]
            clicked[name] = heads
            history.write(
                SpotCheck(
                    time=NOON + 600 * number,
                    camera="Größe, north",
                    truth=number,
                    count=number + 0.5,
                    heads=tuple(heads),
                    size=(160, 90),
                    picture=name,
                )
            )
    with HistoryReader(path) as reader:
        export_points(path, reader.spot_checks(), tmp_path / "heads")
    found = read(tmp_path / "heads", Request("trainval"))
    assert [sample.name for sample in found.samples] == sorted(clicked)
    for sample in found.samples:
        truth = np.array(clicked[sample.name]).reshape(-1, 2) * (160, 90)
        assert sample.size == (160, 90)
        assert np.allclose(sample.points, truth.clip(0, (159, 89)), atol=0.006)
        assert sample.image is not None
    assert {note for note in found.notes if "missing" in note} == set()
