"""What is painted while ROIs are edited, and where its words stand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PyQt6.QtCore import QPointF
from PyQt6.QtGui import QColor, QFontMetricsF, QImage, QPainter

from crowdmon.config import RoiConfig
from crowdmon.ui.picture import qt_images as pictures
from crowdmon.ui.roi.editor import RoiEditor
from crowdmon.ui.roi.handles import message_box, paint_editing
from crowdmon.ui.roi.messages import HINTS
from crowdmon.ui.shell.fonts import font
from crowdmon.view.fit import fit
from crowdmon.view.theme import CAPTION

SQUARE = RoiConfig(name="gate", polygon=((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75)))
PLACE = fit((400, 300), (400, 300))


@pytest.mark.parametrize("ground", [0, 128, 255])
@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize("chosen", [None, 0])
def test_a_handle_reads_on_dark_and_bright_pictures(
    qapp: object, ground: int, scale: int, chosen: int | None
) -> None:
    image = QImage(400 * scale, 300 * scale, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    image.fill(QColor(ground, ground, ground))
    editor = RoiEditor()
    editor.set_camera("north", (SQUARE,))
    editor.set_editing(True)
    editor.select("gate", chosen)
    painter = QPainter(image)
    paint_editing(painter, PLACE, editor)
    painter.end()
    around = pictures.to_rgb(image)[60 * scale : 90 * scale, 85 * scale : 115 * scale].mean(axis=2)
    assert np.ptp(around) > 150, "a bright part and a dark rim"
    assert (np.abs(around - ground) > 60).sum() > 45 * scale**2, "and large enough to be seen"


@given(st.floats(0, 1), st.floats(0, 1), st.floats(60, 380))
def test_a_refusal_is_said_near_the_pointer_and_inside_the_picture(x: float, y: float, wide: float) -> None:
    at = QPointF(*PLACE.to_widget(x, y))
    box = message_box((wide, 28.0), at, PLACE)
    assert box.left() >= 3
    assert box.right() <= 397
    assert box.top() >= 3
    assert box.bottom() <= 297
    down = max(box.top() - at.y(), at.y() - box.bottom(), 0.0)
    assert down <= 24


def test_every_hint_has_room_in_a_small_window(qapp: object) -> None:
    widths = [QFontMetricsF(font(CAPTION)).horizontalAdvance(one) for one in HINTS]
    assert max(widths) < 620, "1024 pixels, less the state, the device and the margins"
