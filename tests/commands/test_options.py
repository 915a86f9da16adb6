from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crowdmon.commands import options
from crowdmon.errors import ConfigError, SinkError


@pytest.mark.parametrize("value", [0.0, -1.0, math.nan, math.inf])
def test_seconds_are_finite_and_above_zero(value: float) -> None:
    with pytest.raises(ConfigError, match=r"--every is .*\. Give seconds above 0"):
        options.seconds(value, "--every")


def test_seconds_are_left_as_they_are() -> None:
    assert options.seconds(None, "--every") is None
    assert options.seconds(0.04, "--every") == 0.04


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-05-01T12:00:00+02:00", datetime(2026, 5, 1, 10, tzinfo=UTC)),
        ("2026-05-01T10:00:00Z", datetime(2026, 5, 1, 10, tzinfo=UTC)),
        ("2026-05-01 10:00:00.250", datetime(2026, 5, 1, 10, 0, 0, 250000).astimezone()),
        ("2026-05-01", datetime(2026, 5, 1).astimezone()),
    ],
)
def test_moments(text: str, expected: datetime) -> None:
    assert options.moment(text, "--start") == expected.timestamp()


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01T00:00:00", "12:00"])
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(ConfigError, match=r"--start is .* not a date"):
        options.moment(text, "--start")


def test_a_place_to_write(tmp_path: Path) -> None:
    assert options.writable(tmp_path / "a.png", suffix=".png") == tmp_path / "a.png"
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(SinkError, match="there is no folder"):
        options.writable(tmp_path / "no" / "a.png")
    with pytest.raises(SinkError, match="is a folder"):
        options.writable(tmp_path)
    with pytest.raises(ConfigError, match=r"does not end in \.png"):
        options.writable(tmp_path / "a.jpg", suffix=".png")
