"""What is said about spot checks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pytest

from crowdmon.view.check_words import checked, progress, still_missing, verdict
from crowdmon.view.moments import Moment


@dataclass(frozen=True)
class Summary:
    n: int
    bias: float | None
    interval: float | None
    last: float = datetime(2026, 11, 28, 12).timestamp()


@pytest.mark.parametrize(
    ("summary", "words"),
    [
        (None, "not checked on this camera"),
        (Summary(0, None, None, 0.0), "not checked on this camera"),
        (Summary(10, -0.02, 0.04), "checked: -2 % ±4 (10 frames, 28 Nov)"),
        (Summary(1, 0.3, None), "checked: +30 % (1 frame, 28 Nov)"),
        (Summary(4, 0.0, 0.004), "checked: 0 % ±0 (4 frames, 28 Nov)"),
        (Summary(2, None, None), "checked: nobody was there (2 frames, 28 Nov)"),
    ],
)
def test_a_camera_says_how_it_was_checked(summary: Summary | None, words: str) -> None:
    assert checked(summary) == words


def test_checks_of_other_weights_say_nothing_about_these() -> None:
    assert checked(None, others=10) == "not checked with these weights"


@pytest.mark.parametrize(
    ("truth", "count", "words"),
    [
        (31, 22.9, "31 yours, 23 shown: -26 %"),
        (10, 10.4, "10 yours, 10 shown: the same"),
        (0, 2.6, "0 yours, 3 shown"),
        (0, -0.1, "0 yours, 0 shown: the same"),
        (20, 25.0, "20 yours, 25 shown: +25 %"),
    ],
)
def test_the_outcome_of_a_frame_is_said_at_once(truth: int, count: float, words: str) -> None:
    assert verdict(truth, count) == words


def test_progress_and_what_is_missing() -> None:
    assert progress(4) == "4 of 10 frames"
    assert progress(10) == "10 frames, enough to tell"
    assert still_missing({}) == ""
    lacking = {Moment.EMPTY: 2, Moment.NIGHT: 1}
    assert still_missing(lacking) == "Still missing: 2 nearly empty, 1 at night."
