"""A minute of eight cameras: nothing grows, nothing is left behind. (``python -m tests.soak``)"""

from __future__ import annotations

import os
import sys

import pytest

from tests.soak import service
from tests.soak.report import HEIGHT, POOL, WIDTH, Report, p95_by_window, slope
from tests.soak.soak import run

IN_CI = os.environ.get("CI") == "true" or bool(os.environ.get("CROWDMON_CI"))
CAMERAS = 8

KEPT = CAMERAS * 60 * WIDTH * HEIGHT * 3 / 1e6
"""MB a minute if every picture were kept that is counted at the wished rate: 88. Half of it is the bound of
the short soak. A step of 15 MB, such as an allocator takes when it grows, tilts the line through 40 s by
1.5 * 15 / 40 * 60 = 34 MB a minute at most, wherever it lies. A smaller leak takes the hour to show."""


@pytest.mark.soak
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory and descriptors are read from /proc")
@pytest.mark.timeout(420)
def test_eight_cameras_for_a_while() -> None:
    report = run(seconds=60.0 if IN_CI else 12.0, number=CAMERAS)
    assert report.clean, f"\n{report}"
    assert report.counts > 0, f"\n{report}"
    assert not IN_CI or report.slope < KEPT / 2, f"\n{report}"


@pytest.mark.soak
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory and descriptors are read from /proc")
@pytest.mark.timeout(420)
def test_a_service_while_everything_around_it_fails() -> None:
    found = service.run(seconds=80.0 if IN_CI else 40.0, number=3)
    assert not found.trouble, f"\n{found}"


def test_the_slope_is_that_of_the_line() -> None:
    assert slope([(k / 2, 100.0 + 0.05 * k / 2) for k in range(80)]) == pytest.approx(3.0)
    noise = [(float(k), 100.0 + (k % 2)) for k in range(3600)]
    assert abs(slope(noise)) < 0.01


def test_the_latency_of_each_window() -> None:
    late = [(float(k), 0.1 if k < 50 else 0.4, "gate") for k in range(60)]
    assert p95_by_window(late, start=0.0, end=60.0) == pytest.approx([0.1] * 5 + [0.4])
    assert p95_by_window([], start=0.0, end=60.0) == []


def good(**changed: object) -> Report:
    words: dict[str, object] = {
        "cameras": 8,
        "seconds": 60.0,
        "warm_up": 20.0,
        "slope": 0.4,
        "p95": [0.3, 0.4],
        "threads": (20, 19, 0),
        "descriptors": (30, 30, 0),
    }
    return Report(**{**words, **changed})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changed",
    [
        {"slope": 1.2},
        {"p95": [0.3, 0.5]},
        {"p95": []},
        {"threads": (20, 21, 0)},
        {"threads": (20, 20, 1)},
        {"descriptors": (30, 31, 0)},
        {"tasks": (40, 41 + POOL)},
        {"trouble": ["a reading was not written"]},
    ],
)
def test_the_report_sees_what_grows(changed: dict[str, object]) -> None:
    assert good().good
    assert not good(**changed).good
    assert str(good(**changed))
