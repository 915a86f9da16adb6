"""The painter: hot where people are, clear where they are not, on one fixed scale."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from crowdmon.config import COLOURS
from crowdmon.errors import SinkError
from crowdmon.heatmap import PALETTES, colours
from crowdmon.heatmap import TOP as HEAT_TOP
from crowdmon.picture import ROI_COLOURS, fitted, heat, paint, write_png
from crowdmon.values import DensityMap, Frame, Grid, Reading, Roi, RoiReading
from crowdmon.view.theme import DARK

WIDTH, HEIGHT = 644, 356  # no multiple of the cell: the last column and row reach beyond


def density(*cells: tuple[int, int, float], width: int = WIDTH, height: int = HEIGHT) -> DensityMap:
    grid = Grid(-(-height // 8), -(-width // 8), 8, 8, width, height)
    people = np.zeros((grid.rows, grid.columns), np.float32)
    for row, column, value in cells:
        people[row, column] = value
    return DensityMap(people, grid)


def grey(width: int = WIDTH, height: int = HEIGHT) -> Frame:
    return Frame(np.full((height, width, 3), 128, np.uint8))


def reading(count: float | None, **rois: float | None) -> Reading:
    rest = [RoiReading(name, value) for name, value in rois.items()]
    return Reading(0.0, "gate", (RoiReading("frame", count), *rest))


def test_where_nobody_was_counted_the_picture_is_darker_and_without_heat() -> None:
    parts = replace(density((10, 20, HEAT_TOP), (10, 21, HEAT_TOP)), parts=((0, 20, 0, 21),))
    overlay = heat(parts, WIDTH, HEIGHT)
    assert overlay[84, 164, 3] > 150
    assert len(np.unique(overlay[:, 168:].reshape(-1, 4), axis=0)) == 1, "no heat beside the parts"
    assert overlay[300, 100, 3] == overlay[84, 600, 3] > 60
    assert overlay[8, 8, 3] == 0
    painted = paint(grey(), parts, Reading(0.0, "gate", (RoiReading("left", 2.0),)), [])
    assert painted[300, 500].max() < 90 < painted[8, 8].min()


def test_heat_is_clear_where_nobody_is_and_hot_where_people_are() -> None:
    overlay = heat(density((10, 70, HEAT_TOP)), WIDTH, HEIGHT)
    assert overlay.shape == (HEIGHT, WIDTH, 4)
    assert overlay[84, 564].tolist()[3] > 150
    assert not overlay[:60, :, 3].any()
    assert not overlay[:, :540, 3].any()


def test_the_scale_is_fixed() -> None:
    # Half the people must look colder, not be stretched to the same colour.
    full, half = (heat(density((10, 10, HEAT_TOP * share)), WIDTH, HEIGHT)[84, 84] for share in (1.0, 0.5))
    assert int(full[:3].sum()) > int(half[:3].sum()) + 100


def test_heat_follows_the_size_on_screen() -> None:
    one = heat(density((10, 70, HEAT_TOP)), WIDTH // 2, HEIGHT // 2)
    y, x = np.unravel_index(np.argmax(one[..., 3]), one.shape[:2])
    assert abs(int(x) - 282) <= 4
    assert abs(int(y) - 42) <= 4


def test_paint_leaves_the_picture_alone_without_people() -> None:
    frame = grey()
    painted = paint(frame, density(), reading(0.0))
    assert (painted[:HEIGHT] == 128).all()
    assert painted.shape[0] > HEIGHT
    assert painted[HEIGHT:].std() > 5  # the strip with total and legend
    assert not frame.rgb.flags.writeable


def test_paint_draws_each_roi_in_its_colour() -> None:
    left = Roi("left", ((0.1, 0.1), (0.4, 0.1), (0.4, 0.9), (0.1, 0.9)))
    right = Roi("right", ((0.6, 0.1), (0.9, 0.1), (0.9, 0.9), (0.6, 0.9)))
    painted = paint(grey(), density(), reading(3.0, left=1.0, right=None), [left, right])
    for x, colour in ((0.4, ROI_COLOURS[0]), (0.9, ROI_COLOURS[1])):
        assert painted[HEIGHT // 2, round(x * (WIDTH - 1))].tolist() == list(colour)


@pytest.mark.parametrize(("width", "height"), [(32, 32), (100, 700), (5000, 40), (1920, 1080)])
def test_paint_takes_any_size(width: int, height: int) -> None:
    roi = Roi("a name that is far too long for such a picture", ((0.9, 0.9), (1.0, 0.9), (1.0, 1.0)))
    counted = reading(1.0, **{roi.name: 1.0})
    painted = paint(grey(width, height), density(width=width, height=height), counted, [roi], title="x" * 300)
    assert painted.shape[1] >= max(640, width)
    assert painted.dtype == np.uint8


@pytest.mark.parametrize("palette", PALETTES)
def test_heat_and_legend_have_the_colours_asked_for(palette: str) -> None:
    crowd = density(*((row, column, HEAT_TOP) for row in range(8, 13) for column in range(68, 73)))
    painted = paint(grey(), crowd, reading(1.0), palette=palette)
    hot = colours(palette)[255].astype(int)
    spot = painted[84, 564].astype(int)
    assert np.abs(spot - (0.7 * hot + 0.3 * 128)).max() < 12
    strip = painted[HEIGHT:].reshape(-1, 3).astype(int)
    assert (np.abs(strip - hot).sum(axis=1) < 6).any()


def test_weaker_heat_shows_more_of_the_picture_and_none_has_no_legend() -> None:
    counted = density((10, 70, HEAT_TOP)), reading(1.0)
    full, half, none = (
        paint(grey(), *counted, strength=strength).astype(int) for strength in (1.0, 0.5, 0.0)
    )
    change = [np.abs(painted[84, 564] - 128).sum() for painted in (full, half, none)]
    assert change[0] > 1.7 * change[1] > change[2] == 0
    assert (none[HEIGHT:].max(axis=2) - none[HEIGHT:].min(axis=2)).max() < 30, "no colour, no legend"


def test_a_picture_is_fitted_into_another_size() -> None:
    wide = np.full((10, 40, 3), 200, np.uint8)
    into = fitted(wide, 80, 80)
    assert into.shape == (80, 80, 3)
    assert (into[31:49] == 200).all()
    assert into[:29].max() < 40
    assert fitted(wide, 40, 10) is wide


def test_a_png_is_written_whole(tmp_path: Path) -> None:
    rgb = np.zeros((4, 4, 3), np.uint8)
    rgb[..., 0] = 200
    write_png(rgb, tmp_path / "x.png")
    assert cv2.imread(str(tmp_path / "x.png"))[0, 0].tolist() == [0, 0, 200]
    assert [path.name for path in tmp_path.iterdir()] == ["x.png"]


def test_an_unwritable_png_is_a_sink_error(tmp_path: Path) -> None:
    with pytest.raises(SinkError, match="cannot write the picture") as refused:
        write_png(np.zeros((4, 4, 3), np.uint8), tmp_path / "nowhere" / "x.png")
    assert str(refused.value).endswith(
        "x.png: no such file or directory. Check that the folder exists and the disk has room"
    )


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def full(_path: Path, _data: bytes) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("crowdmon.picture.atomic.write_whole", full)
    with pytest.raises(SinkError) as refused:
        write_png(np.zeros((4, 4, 3), np.uint8), tmp_path / "x.png")
    assert refused.value.hint == "Make room"
    assert "x.png: " in refused.value.message


def test_rois_have_the_colours_of_the_dark_window() -> None:
    assert [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in ROI_COLOURS] == list(DARK.rois)
    assert len(ROI_COLOURS) == len(COLOURS)
