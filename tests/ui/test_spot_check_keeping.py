"""What is kept of spot checks, and what the program that adapts is given. No window."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from crowdmon.config import CameraConfig, RoiConfig, load
from crowdmon.errors import SinkError, SourceError, WeightsError
from crowdmon.facts import SpotCheck
from crowdmon.sinks.history.file import HistoryFile
from crowdmon.ui.spot_check import keeping
from crowdmon.ui.spot_check.keeping import Past
from crowdmon.values import WHOLE_FRAME, Frame, Reading, RoiReading
from crowdmon.view.frozen import KeptCheck
from crowdmon.view.moments import Usual
from trainer.data.datasets.base import Request
from trainer.data.datasets.points import read, read_csv

GATE = RoiConfig(name="gate", polygon=((0.1, 0.2), (0.5, 0.2), (0.5, 0.9)))
CAMERA = CameraConfig(name="square", source="x", rois=(GATE,))


def kept(time: float, *heads: tuple[float, float], roi: str = WHOLE_FRAME) -> KeptCheck:
    check = SpotCheck(
        time=time, camera="square", roi=roi, truth=len(heads), count=2.0, heads=heads, size=(64, 48)
    )
    rng = np.random.default_rng(int(time))
    return KeptCheck(check, Frame(rng.integers(0, 255, (48, 64, 3), np.uint8), "square", time=time))


def test_the_trainer_reads_what_is_written(tmp_path: Path) -> None:
    frames = [kept(1.0, (0.5, 0.5), (0.0, 0.0), (1.0, 1.0)), kept(2.0), kept(3.0, (0.25, 0.75))]
    assert keeping.write_frames(frames, None, tmp_path) == 3
    heads = read_csv(tmp_path / "points.csv")
    assert {name: len(points) for name, points in heads.items()} == {
        "frame_0001.png": 3, "frame_0002.png": 0, "frame_0003.png": 1,
    }  # fmt: skip
    assert heads["frame_0001.png"].tolist() == [[31.5, 23.5], [0.0, 0.0], [63.0, 47.0]]
    dataset = read(tmp_path, Request(split="trainval"))
    assert [sample.outside for sample in dataset.samples] == [0, 0, 0], "no head is outside of its picture"


def test_pictures_of_several_sizes_each_have_their_own_pixels(tmp_path: Path) -> None:
    small = kept(2.0, (0.5, 0.5))
    small = KeptCheck(small.check, Frame(np.zeros((24, 32, 3), np.uint8), "square", time=2.0))
    keeping.write_frames([kept(1.0, (0.5, 0.5)), small], None, tmp_path)
    heads = read_csv(tmp_path / "points.csv")
    assert heads["frame_0002.png"].tolist() == [[15.5, 11.5]]


def test_where_nothing_can_be_written_one_line_says_so(tmp_path: Path) -> None:
    with pytest.raises(SinkError, match="cannot write the picture"):
        keeping.write_frames([kept(1.0)], None, tmp_path / "missing")


def test_frames_of_the_area_that_has_most_are_used() -> None:
    whole, gate = [kept(1.0), kept(2.0)], [kept(float(n), roi="gate") for n in (3, 4, 5)]
    assert keeping.usable([*whole, *gate], None, rois={"gate"}) == gate
    assert keeping.usable([*whole, *gate], None, rois=()) == whole, "the ROI is gone"
    assert keeping.usable([*whole, *gate[:2]], None, rois={"gate"}) == whole, "the whole picture goes first"
    assert keeping.usable([], None, rois={"gate"}) == []
    gone = KeptCheck(whole[0].check)
    assert keeping.usable([gone], None, rois=()) == [], "without its picture a check teaches nothing"
    again = kept(1.0, (0.5, 0.5))
    assert keeping.usable([whole[0], again], None, rois=()) == [again], "the newer one of a moment holds"


def test_pictures_of_the_most_usual_size_are_used() -> None:
    def sized(time: float, size: tuple[int, int]) -> KeptCheck:
        one = kept(time)
        return KeptCheck(replace(one.check, size=size), one.frame)

    small, large = [sized(1.0, (64, 48))], [sized(2.0, (128, 96))]
    assert keeping.usable([*small, *large], None, rois=()) == large, "the newer ones"
    assert keeping.usable([*small, *large, sized(0.5, (64, 48))], None, rois=())[-1] == small[0]


def test_the_roi_is_written_as_the_trainer_reads_it(tmp_path: Path) -> None:
    keeping.write_roi(CAMERA, "gate", tmp_path / "roi.yaml", aspect=4 / 3)
    (camera,) = load(tmp_path / "roi.yaml").cameras
    assert [roi.polygon for roi in camera.rois] == [GATE.polygon]


def test_weights_say_whose_they_are_and_never_replace_others(tmp_path: Path) -> None:
    day = date(2026, 11, 28)
    first = keeping.weights_place(tmp_path, "Südtor / 2", day)
    assert first.name == "Südtor-2-2026-11-28.safetensors"
    first.touch()
    assert keeping.weights_place(tmp_path, "Südtor / 2", day).name == "Südtor-2-2026-11-28-2.safetensors"
    assert keeping.weights_place(tmp_path, "///", day).name == "camera-2026-11-28.safetensors"
    with pytest.raises(WeightsError):
        keeping.copy_weights(first, tmp_path / "other.safetensors")
    assert not (tmp_path / "other.safetensors").exists()


def history_at(path: Path) -> Path:
    """A history with a busy hour and a check."""
    with HistoryFile(path) as history:
        for minute in range(40 * 15):
            count = float(minute // 15)
            history.write(Reading(1_780_000_000.0 + 60 * minute, "square", (RoiReading(WHOLE_FRAME, count),)))
        history.write(replace(kept(1_780_000_000.0, (0.5, 0.5)).check, picture=None))
        history.write(replace(kept(1_780_000_001.0).check, camera="other"))
        history.flush()
    return path


def test_the_history_knows_what_is_usual_and_what_was_checked(tmp_path: Path) -> None:
    path = history_at(tmp_path / "history.sqlite")
    past = keeping.past_of(path, camera="square", key="square", now=1_780_000_000.0 + 86_400.0)
    assert [one.truth for one in past.checks] == [1]
    assert isinstance(past.usual, Usual)
    assert past.usual.low < 8.0 < 30.0 < past.usual.high
    assert keeping.past_of(path, camera="new", key="new", now=1_780_000_000.0) == Past()
    later = keeping.past_of(path, camera="square", key="square", now=1_780_000_000.0 + 30 * 86_400.0)
    assert later.usual is None, "what was usual a month ago is not what is usual"


def test_without_a_history_nothing_is_known(tmp_path: Path) -> None:
    assert keeping.past_of(None, camera="a", key="a", now=0.0) == Past()
    assert keeping.past_of(tmp_path / "not yet", camera="a", key="a", now=0.0) == Past()
    (tmp_path / "text").write_text("no history")
    with pytest.raises(SourceError):
        keeping.past_of(tmp_path / "text", camera="a", key="a", now=0.0)
