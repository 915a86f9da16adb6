from __future__ import annotations

import numpy as np
import pytest

from crowdmon.values import WHOLE_FRAME, CameraState, ReadingState, Status
from crowdmon.view.camera_values import CameraValues
from crowdmon.view.trend import Trend, trend
from tests.ui.fakes import GATE, NOON, STAIRS, camera, reading


@pytest.mark.parametrize("state", CameraState)
@pytest.mark.parametrize("trust", ReadingState)
def test_a_number_holds_only_for_a_fresh_picture_that_was_counted(
    state: CameraState, trust: ReadingState
) -> None:
    values = CameraValues(camera("north", GATE), status=Status(state), reading=reading(state=trust, gate=3.0))
    good = state in (CameraState.LIVE, CameraState.PAUSED) and trust is ReadingState.OK
    assert (values.count() is not None) == good
    assert (values.count("gate") is not None) == good


def test_what_was_never_told_is_unknown() -> None:
    assert CameraValues(camera("north")).count() is None
    fresh = CameraValues(camera("north"), status=Status(CameraState.LIVE), reading=reading())
    assert fresh.count("nowhere") is None
    assert fresh.known("frame") is not None


def test_a_roi_of_another_shape_loses_its_curve_and_the_others_keep_theirs() -> None:
    values = CameraValues(camera("north", GATE, STAIRS), status=Status(CameraState.LIVE))
    for step in range(60):
        values.history.add(reading(time=NOON + step, frame=50.0, gate=40.0 - step / 2, stairs=3.0))
    end = NOON + 59
    assert trend(*values.history.curve("gate", since=NOON), end) is Trend.FALLING
    moved = GATE.model_copy(update={"polygon": tuple((x + 0.1, y) for x, y in GATE.polygon)})
    values.redraw(camera("north", moved, STAIRS))
    for step in range(60, 70):
        values.history.add(reading(time=NOON + step, frame=50.0, gate=40.0, stairs=3.0))
    _, counts = values.history.curve("gate", since=NOON)
    assert np.isnan(counts[:60]).all(), "those were counts of another place"
    assert (counts[60:] == 40.0).all()
    assert trend(*values.history.curve("gate", since=NOON), NOON + 69) is Trend.UNKNOWN
    for roi in (WHOLE_FRAME, "stairs"):
        assert np.isfinite(values.history.curve(roi, since=NOON)[1]).all()


def test_a_roi_that_is_renamed_or_coloured_anew_is_not_reshaped() -> None:
    values = CameraValues(camera("north", GATE))
    values.history.add(reading(gate=4.0))
    values.redraw(camera("north", GATE.model_copy(update={"colour": "pink", "area_m2": 12.0})))
    assert list(values.history.curve("gate", since=0.0)[1]) == [4.0]
