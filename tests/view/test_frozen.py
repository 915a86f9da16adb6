"""A frozen picture: what was counted in it, what becomes a fact, and a draft that outlives the window."""

from __future__ import annotations

import json
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.config import CameraConfig, RoiConfig
from crowdmon.facts import check_recordable
from crowdmon.values import WHOLE_FRAME, DensityMap, Frame, Grid
from crowdmon.view.frozen import Draft, Frozen, freeze, from_text, to_check, to_text

LEFT = RoiConfig(name="left", id="west", polygon=((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)))
CAMERA = CameraConfig(name="gate", id="north gate", source="x", rois=(LEFT,))
points = st.tuples(st.floats(0, 1), st.floats(0, 1))


def frozen(*, people: float = 12.0) -> Frozen:
    grid = Grid(6, 8, 8, 8, 64, 48)
    cells = np.full((6, 8), people / 48, np.float32)
    density = DensityMap(cells, grid, camera="gate", time=5.0, weights="default")
    return freeze(CAMERA, Frame(np.zeros((48, 64, 3), np.uint8), "gate", time=5.0), density)


def test_each_area_has_its_count_and_outline() -> None:
    found = frozen()
    assert [(one.roi, one.id) for one in found.areas] == [(WHOLE_FRAME, ""), ("left", "west")]
    assert [one.count for one in found.areas] == pytest.approx([12.0, 6.0])
    assert found.areas[0].outline is None
    assert found.area("left").outline == LEFT.polygon
    assert found.area("gone") is found.areas[0]
    assert found.kept


def test_a_check_says_what_was_clicked_and_what_was_shown() -> None:
    check = to_check(frozen(), "left", ((0.1, 0.2), (0.3, 0.4)), picture="a.png")
    assert (check.camera, check.camera_key, check.roi, check.roi_key) == (
        "gate",
        "north gate",
        "left",
        "west",
    )
    assert (check.truth, check.count, check.weights) == (2, pytest.approx(6.0), "default")
    assert (check.time, check.size, check.picture) == (5.0, (64, 48), "a.png")
    check_recordable(check)


@given(st.lists(points, max_size=20))
def test_a_draft_comes_back_without_its_picture(heads: list[tuple[float, float]]) -> None:
    before = Draft(frozen(), "left", tuple(heads), keep=True)
    after = from_text(to_text(before))
    assert after is not None
    assert (after.roi, after.heads, after.keep) == ("left", before.heads, False)
    assert not after.frozen.kept
    one, other = (to_check(draft.frozen, "left", draft.heads) for draft in (before, after))
    assert one == other, "nothing of the fact is lost"


TEXT = json.loads(to_text(Draft(frozen(), "left", ((0.1, 0.2),))))


@pytest.mark.parametrize(
    "change",
    [
        {"size": [0, 48]},
        {"size": [64, 10**9]},
        {"size": "64x48"},
        {"time": float("nan")},
        {"areas": []},
        {"areas": [{"roi": "left"}]},
        {"heads": [[0.1]]},
        {"heads": [[0.1, "x"]]},
        {"heads": [[float("inf"), 0.0]]},
        {"heads": None},
        {"heads": 3},
    ],
)
def test_a_draft_that_makes_no_sense_is_none(change: dict[str, object]) -> None:
    assert from_text(json.dumps({**TEXT, **change})) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", "3", "no", "[" * 10_000])
def test_what_is_no_draft_is_none(text: str) -> None:
    assert from_text(text) is None


def test_a_blank_picture_has_the_shape_of_the_real_one() -> None:
    draft = from_text(json.dumps({**TEXT, "size": [3840, 2160]}))
    assert draft is not None
    frame = draft.frozen.frame
    assert frame.size == (3840, 2160)
    assert frame.rgb.shape == (360, 640, 3)
    assert datetime.fromtimestamp(frame.time).year == 1970
