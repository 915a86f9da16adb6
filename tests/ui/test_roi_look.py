"""What is painted while ROIs are edited, and where its words stand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtGui import QColor, QFontMetricsF, QImage, QPainter

from crowdmon.config import COLOURS, RoiConfig
from crowdmon.ui.picture import qt_images as pictures
from crowdmon.ui.roi.editor import RoiEditor
from crowdmon.ui.roi.handles import message_box, paint_editing
from crowdmon.ui.roi.messages import HINTS
from crowdmon.ui.shell.fonts import font
from crowdmon.view.fit import fit
from crowdmon.view.theme import CAPTION, DARK, THEMES
from tests.ui.conftest import Gui
from tests.ui.fakes import GATE, STAIRS, camera, config

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


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("chosen", [None, "gate"])
def test_the_swatches_are_of_the_colour_of_the_outlines(
    gui: Callable[..., Gui], theme: str, chosen: str | None
) -> None:
    """Outlines are the same in every theme, as the picture is; table and inspector follow them."""
    one = gui(config(camera("north", GATE, STAIRS)))
    one.window.set_theme_name(theme)
    one.monitor.live("north")
    one.step()
    video, table = one.window.panels.picture.video, one.window.panels.readings._table
    if chosen is not None:
        one.window.rois.editor.select(chosen)
        one.step()
        button = one.window.panels.inspector.colours[COLOURS[0]]
        assert button.grab().toImage().pixelColor(12, 12) == QColor(DARK.roi(0))
    image = video.grab().toImage()
    drawn = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    for place, name in enumerate(("gate", "stairs")):
        (item,) = table.findItems(name, Qt.MatchFlag.MatchExactly)
        swatch = item.icon().pixmap(12, 12).toImage().pixelColor(6, 6)
        assert swatch == QColor(DARK.roi(place))
        if chosen in (None, name):  # the others are dimmed beside the selected one
            assert swatch.name() in drawn


def test_every_hint_has_room_in_a_small_window(qapp: object) -> None:
    widths = [QFontMetricsF(font(CAPTION)).horizontalAdvance(one) for one in HINTS]
    assert max(widths) < 620, "1024 pixels, less the state, the device and the margins"
