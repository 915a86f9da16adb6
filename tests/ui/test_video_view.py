"""What the picture shows of people while pixelation is on, and of heat on scenes of any brightness."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from pytestqt.qtbot import QtBot

from crowdmon import isolines
from crowdmon.area import HeatArea, area_of
from crowdmon.ui.picture import qt_images as pictures
from crowdmon.ui.picture.notice import Notice
from crowdmon.ui.picture.video_view import VideoView
from crowdmon.values import CameraState, DensityMap, Frame
from crowdmon.view.in_step import Pace, Sight
from tests.ui.fakes import HEIGHT, NOON, WIDTH, density, frame

CORNER = np.s_[: HEIGHT // 8, : WIDTH // 8]
"""Nobody was counted there."""

PEOPLE = np.s_[160:168, 320:328]


@pytest.fixture
def view(qtbot: QtBot) -> VideoView:
    made = VideoView()
    qtbot.addWidget(made)
    made.resize(WIDTH, HEIGHT)
    made.set_notice(Notice(CameraState.LIVE))
    return made


def noisy(time: float = NOON) -> Frame:
    return Frame(np.random.default_rng(3).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8), time=time)


def hidden(view: VideoView, sight: Sight, place: tuple[slice, slice]) -> bool:
    view.set_private(True)
    view.set_sight(sight)
    shown = pictures.to_rgb(view._picture)
    return not np.array_equal(shown[place], sight.frame.rgb[place])


def test_what_is_not_known_is_hidden_wholly(view: VideoView) -> None:
    assert hidden(view, Sight(noisy(), counted=density(), pace=Pace.INSTANT), CORNER)


def test_what_is_known_to_be_empty_is_shown(view: VideoView) -> None:
    sight = Sight(noisy(), known=((density(), 0.0),))
    assert hidden(view, sight, PEOPLE)
    assert not hidden(view, sight, CORNER)


def test_the_further_people_may_have_walked_the_more_is_hidden(view: VideoView) -> None:
    view.set_private(True)
    shares = []
    for away in (0.0, 2.0, 4.0):
        view.set_sight(Sight(noisy(), known=((density(), away),)))
        shares.append((pictures.to_rgb(view._picture) != noisy().rgb).any(axis=2).mean())
    assert shares == sorted(set(shares))


def test_each_of_two_counts_hides_its_people(view: VideoView) -> None:
    one, other = density(at=(20, 40)), density(at=(10, 10))
    sight = Sight(noisy(), known=((one, 0.5), (other, 0.5)))
    assert hidden(view, sight, PEOPLE)
    assert hidden(view, sight, np.s_[80:88, 80:88])


def test_a_counted_picture_in_full_size_is_not_painted_in_full_size(view: VideoView) -> None:
    view.show()
    view.set_sight(Sight(Frame(np.zeros((2160, 3840, 3), np.uint8)), pace=Pace.COUNTED))
    assert view._picture.width() <= 1.5 * WIDTH
    assert view.picture_size == (3840, 2160)


def grey(level: int) -> Frame:
    return Frame(np.full((HEIGHT, WIDTH, 3), level, np.uint8), time=NOON)


@pytest.mark.parametrize(("level", "scrim"), [(230, True), (60, False)])
def test_a_bright_scene_gets_a_scrim_under_its_heat(view: VideoView, level: int, scrim: bool) -> None:
    view.set_sight(Sight(grey(level)))
    plain = pictures.to_rgb(view.grab().toImage())[CORNER].mean()
    assert plain == pytest.approx(level, abs=2), "without heat the picture is as it came"
    view.set_area(area_of([density()]))
    under = pictures.to_rgb(view.grab().toImage())[CORNER].mean()
    assert bool(under < 0.75 * level) is scrim
    view.set_heat_visible(False)
    assert pictures.to_rgb(view.grab().toImage())[CORNER].mean() == pytest.approx(level, abs=2)


def test_a_scene_that_is_neither_bright_nor_dark_does_not_flicker(view: VideoView) -> None:
    view.set_area(area_of([density()]))
    scrims = []
    for level in (150, 115, 125, 110, 100, 115, 120):
        view.set_sight(Sight(grey(level)))
        scrims.append(view.heat.scrim)
    assert scrims == [True, True, True, True, False, False, False]


def test_the_lines_are_drawn_once_for_an_area_and_a_place(
    view: VideoView, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[tuple[int, int]] = []
    real = isolines.paint

    def paint(area: HeatArea, width: int, height: int, *, scale: float = 1.0) -> NDArray[np.uint8]:
        drawn.append((width, height))
        return real(area, width, height, scale=scale)

    monkeypatch.setattr(isolines, "paint", paint)
    crowded = density()
    first = area_of([DensityMap(crowded.people * 4, crowded.grid, time=NOON)])
    for level in (60, 70, 80):  # pictures come more often than counts
        view.set_sight(Sight(grey(level)))
        view.set_area(first)
        view.grab()
    assert drawn == [(view.place().width, view.place().height)]
    view.resize(2 * view.width(), 2 * view.height())
    view.grab()
    assert drawn[1:] == [(view.place().width, view.place().height)]
    view.set_area(area_of([density()]))
    view.grab()
    assert len(drawn) == 3


def test_the_area_is_where_the_people_are_with_lines_around_them(view: VideoView) -> None:
    crowded = density()
    many = DensityMap(crowded.people * 4, crowded.grid, time=NOON)
    view.set_sight(Sight(frame()))
    plain = pictures.to_rgb(view.grab().toImage()).astype(int)
    view.set_area(area_of([many]))
    changed = np.abs(pictures.to_rgb(view.grab().toImage()).astype(int) - plain).sum(axis=2)
    assert changed[PEOPLE].mean() > 60
    assert changed[CORNER].max() == 0
    assert view.heat.area is not None
    assert sum(len(lines) for _, lines in view.heat.area.lines) >= 2
    view.set_heat_as_heads(True)
    view.set_sight(replace(Sight(frame()), heat=many))
    heads = np.abs(pictures.to_rgb(view.grab().toImage()).astype(int) - plain).sum(axis=2)
    assert (heads > 8).sum() < (changed > 8).sum(), "as counted, the heat is where heads are"
