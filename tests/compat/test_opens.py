"""A configuration and a history file that version 0.1.0 wrote open unchanged, and say what they said then.

``answers_0_1_0.json`` holds what version 0.1.0 itself answered: the configuration as it read it, and the
history by every filter it knew.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from crowdmon.config import load
from crowdmon.facts import Event
from crowdmon.sinks.history.file import HistoryFile
from crowdmon.sinks.history.query import HistoryReader
from crowdmon.sinks.history.selection import Selection
from crowdmon.values import Reading

HERE = Path(__file__).parent
THEN: dict[str, Any] = json.loads((HERE / "answers_0_1_0.json").read_text(encoding="utf-8"))


def held(old: Any, new: Any) -> bool:
    """Whether everything that was said is still said; a newer version may know more keys."""
    if isinstance(old, dict):
        return isinstance(new, dict) and all(key in new and held(old[key], new[key]) for key in old)
    if isinstance(old, list):
        return isinstance(new, list) and len(old) == len(new) and all(map(held, old, new))
    return bool(old == new)


def test_the_configuration_means_what_it_meant() -> None:
    now = json.loads(load(HERE / "config_0_1_0.yaml").model_dump_json())
    assert held(THEN["config"], now), now


def test_the_comparison_sees_what_differs() -> None:
    changed = json.loads(json.dumps(THEN["config"]))
    changed["cameras"][0]["rois"][0]["area_m2"] = 38.0
    assert not held(THEN["config"], changed)
    del changed["cameras"][0]["rois"][0]["area_m2"]
    assert not held(THEN["config"], changed)
    assert held(THEN["config"], {**THEN["config"], "alarms": []})


@pytest.fixture
def history(tmp_path: Path) -> Path:
    return Path(shutil.copy(HERE / "history_0_1_0.sqlite", tmp_path / "history.sqlite"))


def selection(words: dict[str, Any]) -> Selection:
    names = {key: frozenset(words[key]) for key in ("cameras", "rois") if key in words}
    if "series" in words:
        names["series"] = frozenset(map(tuple, words["series"]))
    return Selection(**{**words, **names})


def row(one: Reading) -> list[Any]:
    rois = [[r.roi, r.count, r.count_smoothed, r.density_per_m2, r.level] for r in one.rois]
    return [one.time, one.camera, one.state, one.frame, one.pts, rois]


@pytest.mark.parametrize("then", THEN["answers"], ids=lambda then: json.dumps(then["selection"]))
def test_the_history_answers_as_it_did(history: Path, then: dict[str, Any]) -> None:
    chosen = selection(then["selection"])
    with HistoryReader(history) as reader:
        span = reader.span(chosen)
        assert (None if span is None else list(span)) == then["span"]
        assert [row(one) for one in reader.readings(chosen)] == then["readings"]
        for width, bins in then["bins"].items():
            found = reader.bins(int(width), chosen)
            assert [
                [b.start, b.camera, b.roi, b.n, b.mean, b.min, b.max, b.last, b.missed] for b in found
            ] == bins
        events = [[e.time, e.kind, e.camera, e.roi, e.who, e.detail] for e in reader.events(chosen)]
        assert events == then["events"]


def test_the_history_goes_on_where_it_stopped(history: Path) -> None:
    """What comes later is added behind what was there, and changes none of it."""
    with HistoryReader(history) as reader:
        assert {camera: list(rois) for camera, rois in reader.cameras().items()} == THEN["cameras"]
        (*_, last) = reader.readings()
    with HistoryFile(history) as file:
        file.write(last)
    with HistoryReader(history) as reader:
        *before, after = reader.readings()
        assert after == last
        assert [row(one) for one in before] == THEN["answers"][0]["readings"]
        assert all(isinstance(one, Event) for one in reader.events())
