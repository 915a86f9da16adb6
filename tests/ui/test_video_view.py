"""What the picture shows of people while pixelation is on, as time goes by."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from crowdmon.ui.picture import qt_images as pictures
from crowdmon.ui.picture.video_view import VideoView
from tests.ui.fakes import HEIGHT, NOON, WIDTH, density, frame


@pytest.mark.parametrize(
    ("later", "hidden"), [(0.0, False), (2.9, False), (3.1, True), (30.0, True), (290.0, True)]
)
def test_seconds_after_a_count_all_of_the_picture_is_pixelated(
    qtbot: QtBot, later: float, hidden: bool
) -> None:
    view = VideoView()
    qtbot.addWidget(view)
    view.set_private(True)
    view.set_density(density(time=NOON))
    picture = frame(time=NOON + later)
    view.set_picture(picture)
    shown = pictures.to_rgb(view._picture)
    # A corner in which nobody was counted; after a while people may have walked there.
    corner = np.s_[: HEIGHT // 8, : WIDTH // 8]
    assert (not np.array_equal(shown[corner], picture.rgb[corner])) == hidden
