"""What lies under the pointer, how strong the heat is, and who can be recognised."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from PyQt6.QtCore import QEvent, QPoint, Qt
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from crowdmon.area import area_of
from crowdmon.ui.picture import qt_images as pictures
from crowdmon.ui.picture.hover import crowded
from crowdmon.ui.picture.saving_pictures import write_snapshot
from crowdmon.ui.picture.style import PictureStyle
from crowdmon.ui.shell.settings import Settings
from crowdmon.values import Frame, Reading, RoiReading
from tests.ui.conftest import Gui
from tests.ui.fakes import CELL, GATE, HEIGHT, NOON, WIDTH, camera, config, density

Open = Callable[..., Gui]


def live(gui: Open, **values: object) -> Gui:
    one = gui(config(camera("north", GATE)), **values)
    one.monitor.live("north")
    one.step()
    return one


def point(gui: Gui, x: float, y: float) -> QPoint:
    return QPoint(*(round(v) for v in gui.window.panels.picture.video.place().to_widget(x, y)))


def test_how_crowded_it_is_at_a_point() -> None:
    area = area_of([density()])
    assert crowded(area, 40.5 * CELL / WIDTH, 20.5 * CELL / HEIGHT) == "many people"
    assert crowded(area, 0.0, 0.0) == "nobody here"
    assert crowded(area, 1.01, 0.5) == "not counted"
    assert crowded(None, 0.5, 0.5) == "not counted"
    assert crowded(replace(area, measured=True), 1.0, 1.0) == "0.0 people per m²"


def test_the_pointer_is_told_what_it_is_on(gui: Open, qtbot: QtBot) -> None:
    one = live(gui)
    dense = RoiReading("gate", 3.0, 3.0, density_per_m2=1.25)
    one.monitor.put("north", reading=Reading(NOON + 1, "north", (RoiReading("frame", 12.0), dense)))
    one.step()
    video, label = one.window.panels.picture.video, one.window.hover.label
    assert not label.isVisible()
    qtbot.mouseMove(video, point(one, 40.5 * CELL / WIDTH, 20.5 * CELL / HEIGHT))
    qtbot.waitUntil(label.isVisible, timeout=5000)
    assert "many people" in label.text()
    assert "m²" not in label.text()
    qtbot.mouseMove(video, point(one, 0.2, 0.5))
    qtbot.waitUntil(lambda: "gate 1.25 people per m²" in label.text(), timeout=5000)
    assert "nobody here" in label.text()
    place = video.place()
    assert label.geometry().bottom() <= place.top + place.height
    QApplication.sendEvent(video, QEvent(QEvent.Type.Leave))
    assert not label.isVisible()


def heat_of(gui: Gui) -> float:
    """How far the picture's colours are from those without heat, at the group of people."""
    video = gui.window.panels.picture.video
    at = point(gui, 40.5 * CELL / WIDTH, 20.5 * CELL / HEIGHT)
    shown = pictures.to_rgb(video.grab().toImage())[at.y(), at.x()].astype(int)
    video.set_heat_visible(False)
    bare = pictures.to_rgb(video.grab().toImage())[at.y(), at.x()].astype(int)
    video.set_heat_visible(True)
    return float(np.abs(shown - bare).sum())


def test_the_heat_is_as_strong_as_the_slider_says(gui: Open, qtbot: QtBot) -> None:
    settings = Settings()
    one = live(gui, settings=settings)
    slider = one.window.panels.picture.heat.slider
    full = heat_of(one)
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_Home)
    assert heat_of(one) < 0.2 * full
    qtbot.keyClick(one.window, Qt.Key.Key_H)
    assert not slider.isVisible()
    assert live(gui, settings=settings).window.panels.picture.heat.slider.value() == slider.minimum()


def fine(name: str = "north") -> Frame:
    """A picture in which each pixel differs from its neighbours."""
    rgb = np.random.default_rng(3).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    return Frame(rgb, camera=name, time=NOON)


def test_people_are_pixelated_by_key_and_stay_so(gui: Open, qtbot: QtBot) -> None:
    settings = Settings()
    one = live(gui, settings=settings)
    one.monitor.put("north", view=fine(), density=density(time=NOON))
    one.step()
    qtbot.keyClick(one.window, Qt.Key.Key_X)
    one.step()

    def changed() -> np.ndarray:
        return (pictures.to_rgb(one.window.panels.picture.video._picture) != fine().rgb).any(axis=2)

    assert changed()[160:168, 320:328].mean() > 0.9, "somebody"
    assert changed()[40:80, 40:80].mean() == 0, "nobody"
    one.monitor.put("north", density=density(at=(8, 8)))
    one.step()
    assert changed()[64:72, 64:72].mean() > 0.9, "a picture that stands still follows what was counted"
    one.monitor.put("north", view=replace(fine(), time=NOON + 0.5))
    one.step()
    assert changed().mean() > 0.98, "they have walked on since"
    other = live(gui, settings=settings)
    other.monitor.put("north", view=fine(), density=None)
    other.window.panels.picture.video.clear()
    other.step()
    assert (
        len(np.unique(pictures.to_rgb(other.window.panels.picture.video._picture).reshape(-1, 3), axis=0))
        < 4000
    )


def test_saved_pictures_keep_the_secret_too(tmp_path: Path) -> None:
    frame, cells = fine(), replace(density(), time=NOON)
    for name, private in (("open", False), ("hidden", True)):
        write_snapshot(frame, cells, (), path=tmp_path / f"{name}.png", style=PictureStyle(private=private))
    both = [pictures.to_rgb(QImage(str(tmp_path / f"{n}.png"))).astype(int) for n in ("open", "hidden")]
    differs = np.abs(both[0] - both[1]).sum(axis=2)[:HEIGHT]
    assert differs[160:168, 320:328].mean() > 20
    assert differs[40:80, 40:80].max() == 0


def test_a_saved_picture_has_the_heat_that_is_seen(tmp_path: Path) -> None:
    """The area is wider than the heads it comes from."""
    frame, cells = fine(), replace(density(), time=NOON)
    many = replace(cells, people=cells.people * 4)
    for name, area in (("heads", None), ("area", area_of([many])), ("bare", None)):
        style = PictureStyle(shown=name != "bare")
        write_snapshot(frame, many, (), path=tmp_path / f"{name}.png", style=style, area=area)
    heads, area, bare = (
        pictures.to_rgb(QImage(str(tmp_path / f"{n}.png"))).astype(int)[:HEIGHT]
        for n in ("heads", "area", "bare")
    )
    wide = [(np.abs(one - bare).sum(axis=2) > 8).sum() for one in (heads, area)]
    assert 0 < wide[0] < wide[1] < HEIGHT * WIDTH / 4
