"""What the picture shows of people while pixelation is on, as time goes by."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from crowdmon.ui.picture import qt_images as pictures
from crowdmon.ui.picture.video_view import VideoView
from tests.ui.fakes import HEIGHT, NOON, WIDTH, density, frame


@pytest.mark.parametrize(
    ("later", "hidden"), [(0.0, False), (0.09, False), (0.12, True), (0.5, True), (3.0, True), (290.0, True)]
)
def test_a_tenth_of_a_second_after_a_count_all_of_the_picture_is_pixelated(
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


def test_a_picture_is_not_shown_again_between_two_late_counts(qtbot: QtBot) -> None:
    """Counts that come 0.3 s late, now and then one in time: the picture must not flicker."""
    view = VideoView()
    qtbot.addWidget(view)
    view.set_private(True)
    view.set_density(density(time=NOON))
    corner = np.s_[: HEIGHT // 8, : WIDTH // 8]

    def hidden(later: float) -> bool:
        picture = frame(time=NOON + later)
        view.set_picture(picture)
        return not np.array_equal(pictures.to_rgb(view._picture)[corner], picture.rgb[corner])

    assert hidden(0.3)
    view.set_density(density(time=NOON + 0.3))
    assert hidden(0.35), "in time once is not in step"
    for step in range(1, 11):
        view.set_density(density(time=NOON + 0.3 + step * 0.1))
        last = hidden(0.35 + step * 0.1)
    assert not last, "in step for a second"
