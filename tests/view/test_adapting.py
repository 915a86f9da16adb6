"""The lines of the child that adapts weights: broken ones are no harm, and nothing worse is called better."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.view.adapting import (
    Failure,
    Lines,
    Progress,
    Result,
    Score,
    error_of,
    outcome,
    parse,
    time_left,
)

RESULT = {
    "event": "result",
    "chosen": "factor",
    "before": {"mae": 5.8, "bias": -0.17, "interval": 0.9},
    "after": {"mae": 3.9, "bias": 0.004},
    "better": True,
    "weights": "/run/adapted.safetensors",
}


def test_progress_is_read() -> None:
    line = json.dumps({"event": "progress", "done": 0.4, "left_s": 93.2, "what": "Fitting a factor"})
    assert parse(line) == Progress(0.4, 93.2, "Fitting a factor")
    assert parse('{"event": "progress", "done": 7}') == Progress(1.0)


def test_a_result_is_read() -> None:
    found = parse(json.dumps(RESULT))
    assert found == Result(
        Score(5.8, -0.17, 0.9),
        Score(3.9, 0.004),
        better=True,
        weights="/run/adapted.safetensors",
        chosen="factor",
    )
    assert isinstance(found, Result)
    assert outcome(found) == "The error is 33 % smaller on frames that were held out."


def test_a_failure_is_read_on_one_line() -> None:
    line = json.dumps({"event": "error", "message": "all frames\nare alike", "hint": "Label others"})
    assert parse(line) == Failure("all frames are alike", "Label others")


@pytest.mark.parametrize(
    "change",
    [
        {"better": False},
        {"better": 1},
        {"better": "true"},
        {"weights": ""},
        {"weights": None},
    ],
)
def test_only_a_clear_yes_with_a_file_is_better(change: dict[str, object]) -> None:
    found = parse(json.dumps({**RESULT, **change}))
    assert isinstance(found, Result)
    assert outcome(found).startswith("No better than before")


@pytest.mark.parametrize(
    "line",
    [
        "",
        "UserWarning: something",
        "[]",
        "3",
        '{"event": "progress"}',
        '{"event": "progress", "done": NaN}',
        '{"event": "result"}',
        json.dumps({**RESULT, "after": {"mae": "low"}}),
        json.dumps({**RESULT, "before": None}),
        '{"event": "error"}',
        '{"event": "else"}',
        "[" * 10_000,
    ],
)
def test_what_is_no_message_is_passed_over(line: str) -> None:
    assert parse(line) is None


@given(st.text())
def test_no_line_is_any_harm(line: str) -> None:
    assert parse(line) is None or line.strip()


@given(st.lists(st.text(st.characters(blacklist_characters="\n", blacklist_categories=("Cs",)))), st.data())
def test_lines_are_cut_wherever_the_pipe_cuts_them(texts: list[str], data: st.DataObject) -> None:
    whole = "".join(f"{text}\n" for text in texts).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=5)))
    lines, found = Lines(), []
    for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
        found += lines.add(whole[start:end])
    assert found == texts
    assert lines.end() == []


def test_what_comes_last_needs_no_end_of_a_line() -> None:
    lines = Lines()
    assert lines.add(b"one\ntw") == ["one"]
    assert lines.add(b"o") == []
    assert lines.end() == ["two"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""),
        (3.0, "a few seconds left"),
        (44.0, "about 40 s left"),
        (170.0, "about 3 min left"),
    ],
)
def test_time_that_is_left(seconds: float | None, words: str) -> None:
    assert time_left(seconds) == words


@pytest.mark.parametrize(
    ("score", "words"),
    [
        (Score(5.83, -0.171, 0.9), "5.8 people off (±0.9), 17 % too low"),
        (Score(2.0, 0.05), "2.0 people off, 5 % too high"),
        (Score(2.0, 0.001), "2.0 people off, not to one side"),
        (Score(0.4), "0.4 people off"),
    ],
)
def test_an_error_in_words(score: Score, words: str) -> None:
    assert error_of(score) == words
