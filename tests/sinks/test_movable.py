"""The daily log whose folder is changed while it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from crowdmon.errors import SinkError
from crowdmon.sinks.csv_file import read_csv
from crowdmon.sinks.movable import MovableCsv, usable
from crowdmon.values import Reading, RoiReading


def reading(count: float, time: float = 1_780_000_000.0) -> Reading:
    return Reading(time + count, "north", (RoiReading("frame", count),), frame=int(count))


def counts(folder: Path) -> list[float | None]:
    return [row["count"] for path in sorted(folder.glob("*.csv")) for row in read_csv(path)]


def test_each_reading_goes_where_the_log_is_at_that_moment(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.mkdir()
    second.mkdir()
    with MovableCsv() as log:
        log.write(reading(1))
        log.move(first)
        log.write(reading(2))
        log.write(reading(3))
        log.flush()
        log.move(second)
        log.flush()
        log.write(reading(4))
        log.move(None)
        log.write(reading(5))
        log.move(first)
        log.write(reading(6))
    assert counts(first) == [2.0, 3.0, 6.0]
    assert counts(second) == [4.0]


def test_a_folder_that_is_gone_is_said_and_another_one_helps(tmp_path: Path) -> None:
    log = MovableCsv(tmp_path / "gone")
    with pytest.raises(SinkError, match="there is no folder"):
        log.write(reading(1))
    log.move(tmp_path)
    log.write(reading(1))
    log.close()
    log.close()
    assert counts(tmp_path) == [1.0]


def test_what_can_take_a_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usable(tmp_path)
    (tmp_path / "file").touch()
    for name in ("none", "file"):
        with pytest.raises(SinkError, match="there is no folder"):
            usable(tmp_path / name)
    monkeypatch.setattr("crowdmon.sinks.movable.os.access", lambda *_: False)
    with pytest.raises(SinkError, match="nothing can be written"):
        usable(tmp_path)
