"""What is painted is looked at pixel by pixel where it matters; fonts differ, so text is not compared."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from crowdmon import heatmap
from crowdmon.ui.picture import qt_images as pictures
from crowdmon.ui.picture.notice import Notice, paint_notice
from crowdmon.ui.picture.video_view import VideoView
from crowdmon.ui.plot.end_labels import spread
from crowdmon.ui.roi.overlay import RoiShape, label_box, outline, paint_rois
from crowdmon.ui.shell.marks import paint_mark
from crowdmon.values import CameraState, DensityMap, Frame, Grid
from crowdmon.view.fit import fit
from crowdmon.view.theme import DARK
from tests.ui.fakes import HEIGHT, WIDTH, density, frame


@pytest.fixture
def view(qtbot: QtBot) -> VideoView:
    made = VideoView()
    qtbot.addWidget(made)
    made.resize(WIDTH, HEIGHT)
    made.set_notice(Notice(CameraState.LIVE))
    made.set_heat_as_heads(True)
    return made


def shot(view: VideoView) -> np.ndarray:
    return pictures.to_rgb(view.grab().toImage()).astype(int)


def test_pictures_survive_the_way_to_qt_and_back() -> None:
    rgb = frame().rgb
    assert (pictures.to_rgb(pictures.from_rgb(rgb)) == rgb).all()
    flipped = rgb[:, ::-1]
    assert (pictures.to_rgb(pictures.from_rgb(flipped)) == flipped).all()


def test_a_qt_picture_outlives_its_array() -> None:
    rgb = np.full((40, 33, 3), 7, np.uint8)
    image = pictures.from_rgb(rgb)
    rgb[:] = 200
    assert pictures.to_rgb(image).max() == 7


def test_the_picture_is_shown_as_it_is(view: VideoView) -> None:
    view.set_picture(frame())
    assert np.abs(shot(view) - frame().rgb).max() <= 2


def test_heat_lies_where_the_people_are(view: VideoView) -> None:
    view.set_picture(frame())
    plain = shot(view)
    view.set_density(density(at=(20, 40)))
    changed = np.abs(shot(view) - plain).sum(axis=2) > 8
    rows, columns = np.nonzero(changed)
    assert (rows.min(), rows.max()) == (pytest.approx(18 * 8, abs=8), pytest.approx(23 * 8, abs=8))
    assert (columns.min(), columns.max()) == (pytest.approx(38 * 8, abs=8), pytest.approx(43 * 8, abs=8))


def test_the_scene_stays_readable_under_the_heat(view: VideoView) -> None:
    view.set_picture(frame())
    plain = shot(view)
    view.set_density(density(at=(20, 40)))
    under = shot(view)[164, 324]
    hot = heatmap.colours("inferno")[255].astype(float)
    assert under == pytest.approx(0.3 * plain[164, 324] + 0.7 * hot, abs=4)


def test_cells_beyond_the_picture_are_cut_off(view: VideoView) -> None:
    view.resize(WIDTH + 200, HEIGHT)
    grid = Grid(3, 6, 128.0, 128.0, WIDTH, HEIGHT)  # 768 x 384 pixels of cells on 640 x 360
    view.set_picture(frame())
    view.set_density(DensityMap(np.full((3, 6), 9.0, np.float32), grid))
    painted = shot(view)
    assert (painted[:, :100] == [0x0E, 0x11, 0x16]).all()
    assert (painted[:, -100:] == [0x0E, 0x11, 0x16]).all()
    view.resize(WIDTH, HEIGHT)
    corner = shot(view)[340:, 600:]
    assert np.abs(corner - (0.3 * frame().rgb[340:, 600:] + 0.7 * heatmap.colours("inferno")[255])).max() <= 5


def test_a_picture_that_is_not_live_has_lost_its_colours_and_its_heat(view: VideoView) -> None:
    view.set_picture(frame())
    view.set_density(density())
    view.set_notice(Notice(CameraState.STALE, "No picture for 12 s"))
    painted = shot(view)
    margin = painted[:60]  # above the notice
    assert np.ptp(margin, axis=2).mean() < 12
    assert margin.mean() < 0.7 * frame().rgb[:60].mean() + 20
    without_heat = shot(view)
    view.set_heat_visible(False)
    assert (shot(view) == without_heat).all()


def test_a_paused_picture_keeps_its_colours(view: VideoView) -> None:
    view.set_picture(frame())
    view.set_notice(Notice(CameraState.PAUSED))
    assert np.ptp(shot(view)[:60], axis=2).mean() > 60


def test_nothing_is_left_of_another_camera(view: VideoView) -> None:
    view.set_picture(frame())
    view.set_density(density())
    view.clear()
    assert (shot(view) == [0x0E, 0x11, 0x16]).all()


def test_unusual_pictures_are_shown(view: VideoView) -> None:
    for height, width in ((1, 1), (4, 2000), (2000, 4)):
        view.set_picture(Frame(np.zeros((height, width, 3), np.uint8)))
        shot(view)
        assert view.place().width >= 1
        assert view.place().height >= 1


def canvas(width: int = 400, height: int = 300, colour: str = "#ffffff") -> QImage:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    return image


@pytest.mark.parametrize("ground", ["#ffffff", "#000000", "#808080"])
def test_an_outline_reads_on_snow_and_on_asphalt(qapp: object, ground: str) -> None:
    image = canvas(colour=ground)
    shape = RoiShape("gate", ((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75)), DARK.roi(0), "3")
    painter = QPainter(image)
    paint_rois(painter, [shape], fit((400, 300), (400, 300)), chosen=None)
    painter.end()
    across = [image.pixelColor(x, 200).lightness() for x in range(90, 110)]
    assert max(across) - min(across) > 100, "a bright line and a dark one beside it"
    inside, outside = image.pixelColor(200, 200), image.pixelColor(50, 200)
    tint = np.abs(np.array(inside.getRgb()[:3]) - np.array(outside.getRgb()[:3])).max()
    assert 1 <= tint <= 25, "the fill is a hint"


def test_the_others_step_back_behind_the_chosen_one(qapp: object) -> None:
    shapes = [
        RoiShape("left", ((0.1, 0.1), (0.4, 0.1), (0.4, 0.9), (0.1, 0.9)), DARK.roi(0)),
        RoiShape("right", ((0.6, 0.1), (0.9, 0.1), (0.9, 0.9), (0.6, 0.9)), DARK.roi(0)),
    ]
    image = canvas(colour="#000000")
    painter = QPainter(image)
    paint_rois(painter, shapes, fit((400, 300), (400, 300)), chosen="right")
    painter.end()
    assert image.pixelColor(160, 200).lightness() < 0.7 * image.pixelColor(360, 200).lightness()


corner = st.tuples(st.floats(0, 1), st.floats(0, 1))


@settings(deadline=None)
@given(st.lists(corner, min_size=3, max_size=8), st.floats(20, 200))
def test_a_label_never_leaves_the_picture(points: list[tuple[float, float]], wide: float) -> None:
    place = fit((1280, 720), (900.0, 600.0))
    box = label_box(outline(RoiShape("x", tuple(points), "#ffffff"), place), (wide, 22.0), place)
    assert place.left <= box.left()
    assert box.right() <= place.left + place.width + 1
    assert place.top <= box.top()
    assert box.bottom() <= place.top + place.height + 1


def test_every_state_has_a_shape_of_its_own(qapp: object) -> None:
    shapes = set()
    for state in CameraState:
        image = canvas(24, 24, "#000000")
        painter = QPainter(image)
        paint_mark(painter, QRectF(2, 2, 20, 20), state, QColor("#ffffff"))
        painter.end()
        shapes.add((pictures.to_rgb(image)[..., 0] > 127).tobytes())
    assert len(shapes) == len(CameraState)


@pytest.mark.parametrize("why", ["Why it is so. " * 12, "rtsp://host/" + "x" * 160])
@pytest.mark.parametrize("width", [320, 744, 1100])
def test_a_notice_stays_in_its_room_however_long_it_is(qapp: object, width: int, why: str) -> None:
    image = canvas(width, 300, "#000000")
    painter = QPainter(image)
    notice = Notice(CameraState.FAILED, "No picture for 12 s, reconnecting (attempt 3)", why)
    paint_notice(painter, QRectF(0, 0, width, 300), notice, DARK)
    painter.end()
    painted = pictures.to_rgb(image).max(axis=2) > 0
    rows, columns = np.nonzero(painted)
    assert columns.min() >= 8
    assert columns.max() <= width - 8
    assert rows.min() >= 8
    assert rows.max() <= 292


@given(st.lists(st.floats(0, 100), max_size=9))
def test_labels_never_lie_upon_each_other(wanted: list[float]) -> None:
    placed = spread(wanted, low=0.0, high=100.0, row=10.0)
    by_place = sorted(placed)
    assert all(b - a >= 10.0 - 1e-6 for a, b in itertools.pairwise(by_place))
    assert all(5.0 - 1e-6 <= at <= 95.0 + 1e-6 for at in placed)
    assert [w for _, w in sorted(zip(placed, wanted, strict=True))] == sorted(wanted)


def test_labels_with_room_stay_where_their_lines_end() -> None:
    assert spread([20.0, 80.0], low=0.0, high=100.0, row=10.0) == [20.0, 80.0]
    assert spread([50.0, 50.0], low=0.0, high=100.0, row=10.0) == [50.0, 60.0]
