"""A camera of which only the ROIs are counted, in the window: said where the number would stand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from crowdmon.area import area_of
from crowdmon.ui.picture.hover import crowded
from crowdmon.ui.picture.qt_images import to_rgb
from crowdmon.values import CameraState, DensityMap, RoiReading
from crowdmon.view.wording import gone_count
from tests.ui.fakes import GATE, HEIGHT, NOON, STAIRS, WIDTH, camera, config, density, frame, reading
from tests.ui.test_window import Open, text_of

PARTS = ((8, 37, 8, 37),)


def only(*rois: object) -> object:
    return camera("north", *rois).model_copy(update={"whole_picture": False})  # type: ignore[arg-type]


def live(one: object, time: float = NOON) -> None:
    """Show a camera that is well, with a picture of which one part was counted."""
    one.monitor.live("north", time=time)  # type: ignore[attr-defined]
    made = reading("north", time=time, gate=3.0)
    one.monitor.put(  # type: ignore[attr-defined]
        "north",
        reading=replace(made, rois=made.rois[1:]),
        density=replace(density("north", time=time), parts=PARTS),
    )
    one.step()  # type: ignore[attr-defined]


def test_it_is_said_where_the_number_would_stand(gui: Open) -> None:
    one = gui(config(only(GATE), camera("south")))
    live(one)
    assert text_of(one, "Total") == "ROIs only"
    assert text_of(one, "Unit") == ""
    assert text_of(one, "Age of the count").startswith("Counted ")
    line = one.window.panels.cameras.line("north")
    assert line.count == "ROIs only"
    assert line.spoken() == "north, live, ROIs only"
    table = one.window.panels.readings._table
    assert [table.item(0, column).text() for column in range(2)] == ["gate", "3"]
    assert table.rowCount() == 1
    assert [label.name for label in one.window.panels.plot._labels._labels] == ["gate"]


def test_the_whole_picture_has_its_number_again_when_the_last_roi_is_gone(gui: Open) -> None:
    one = gui(config(only(GATE)))
    live(one)
    one.window.presenter.set_rois("north", [])
    one.monitor.live("north", time=NOON + 1, count=12.4)
    one.step()
    assert text_of(one, "Total") == "12"


def test_a_roi_that_was_not_counted_yet_has_no_number(gui: Open) -> None:
    one = gui(config(only(GATE)))
    live(one)
    one.window.presenter.set_rois("north", [GATE, STAIRS])
    one.step()
    table = one.window.panels.readings._table
    assert [table.item(row, 1).text() for row in range(2)] == ["3", "–"]


def test_a_camera_that_is_lost_says_so_without_a_number() -> None:
    gone = replace(reading(), rois=(RoiReading("gate", 3.0),))
    assert gone_count(gone, NOON + 5) == "Last counted 5 s ago"
    assert gone_count(reading(frame=12.4), NOON + 5) == "Last count 12, 5 s ago"


def test_the_picture_is_darker_where_nobody_was_counted(gui: Open) -> None:
    one = gui(config(only(GATE)))
    live(one)
    video = one.window.panels.picture.video
    place = video.place()

    def light(density: DensityMap, x: float, y: float) -> int:
        video.set_density(density)
        shown = to_rgb(video.grab().toImage())
        ratio = shown.shape[1] / video.width()
        at = round((place.top + y * place.height) * ratio), round((place.left + x * place.width) * ratio)
        return int(shown[at].sum())

    whole, parts = density("north"), replace(density("north"), parts=PARTS)
    assert light(parts, 0.8, 0.2) < 0.7 * light(whole, 0.8, 0.2)
    assert light(parts, 0.2, 0.3) == light(whole, 0.2, 0.3)
    assert one.window.panels.cameras.line("north").state is CameraState.LIVE


def test_the_pointer_reads_nothing_where_nobody_was_counted() -> None:
    parts = replace(density("north"), parts=PARTS)
    assert crowded(area_of([parts]), 0.2, 0.3) == "nobody here"
    assert crowded(area_of([parts]), 0.9, 0.9) == "not counted"


def test_pixelating_hides_the_whole_picture(gui: Open) -> None:
    one = gui(config(only(GATE)))
    live(one)
    video = one.window.panels.picture.video
    video.set_private(True)
    video.set_density(replace(density("north", time=NOON), parts=PARTS))
    video.set_picture(frame("north"))
    shown = to_rgb(video._picture)
    assert shown.shape[:2] == (HEIGHT, WIDTH)
    assert len(np.unique(shown.reshape(-1, 3), axis=0)) < 1000
