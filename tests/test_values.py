"""The values that travel through the house: frozen, read-only, and checked where it is cheap."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from crowdmon.values import (
    CameraState,
    DensityMap,
    Frame,
    Grid,
    Level,
    Reading,
    ReadingState,
    Roi,
    RoiReading,
    Status,
)

GRID = Grid(rows=2, columns=3, cell_width=8, cell_height=8, width=20, height=16)


class TestFrame:
    def test_takes_its_size_from_the_picture(self) -> None:
        assert Frame(np.zeros((4, 6, 3), np.uint8)).size == (6, 4)
        assert Frame(np.zeros((4, 6, 3), np.uint8), size=(60, 40)).size == (60, 40)

    def test_cannot_be_painted_on(self) -> None:
        frame = Frame(np.zeros((4, 6, 3), np.uint8))
        with pytest.raises(ValueError, match="read-only"):
            frame.rgb[0, 0, 0] = 1

    @pytest.mark.parametrize(
        "array",
        [np.zeros((4, 6), np.uint8), np.zeros((4, 6, 4), np.uint8), np.zeros((4, 6, 3), np.float32)],
    )
    def test_is_always_rgb_bytes(self, array: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> None:
        with pytest.raises(ValueError, match="HxWx3 uint8"):
            Frame(array)


class TestDensityMap:
    def test_the_sum_is_the_count(self) -> None:
        assert DensityMap(np.full((2, 3), 0.5, np.float32), GRID).count == 3.0

    def test_the_count_does_not_lose_small_cells_among_many(self) -> None:
        grid = Grid(rows=2000, columns=2000, cell_width=1, cell_height=1, width=2000, height=2000)
        assert DensityMap(np.full((2000, 2000), 1e-4, np.float32), grid).count == pytest.approx(400, rel=1e-6)

    def test_cells_and_grid_agree(self) -> None:
        with pytest.raises(ValueError, match=r"\(3, 2\) cells on a grid"):
            DensityMap(np.zeros((3, 2), np.float32), GRID)

    def test_cannot_be_changed(self) -> None:
        density = DensityMap(np.zeros((2, 3), np.float32), GRID)
        with pytest.raises(ValueError, match="read-only"):
            density.people[0, 0] = 1


class TestReading:
    reading = Reading(
        time=1.0, camera="a", rois=(RoiReading("frame", 3.5), RoiReading("door", 1.0, level=Level.RED))
    )

    def test_rois_are_found_by_name(self) -> None:
        assert self.reading.roi().count == 3.5
        assert self.reading.roi("door").level is Level.RED

    def test_an_unknown_roi_is_a_key_error(self) -> None:
        with pytest.raises(KeyError, match="gate"):
            self.reading.roi("gate")

    def test_is_ok_unless_said_otherwise(self) -> None:
        assert self.reading.state is ReadingState.OK


@pytest.mark.parametrize(
    "value",
    [
        Frame(np.zeros((1, 1, 3), np.uint8)),
        DensityMap(np.zeros((2, 3), np.float32), GRID),
        GRID,
        TestReading.reading,
        TestReading.reading.rois[0],
        Roi("door"),
        Status(CameraState.LIVE),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_value_is_frozen(value: object) -> None:
    assert dataclasses.is_dataclass(value)
    first = dataclasses.fields(value)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, first, None)


def test_states_read_as_the_csv_writes_them() -> None:
    assert [str(state) for state in ReadingState] == ["ok", "stale", "unknown"]
    assert [str(level) for level in Level] == ["none", "amber", "red", "critical"]
