from __future__ import annotations

import pytest

from crowdmon.values import CameraState, ReadingState, Status
from crowdmon.view.camera_values import CameraValues
from tests.ui.fakes import GATE, camera, reading


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
