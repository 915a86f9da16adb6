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
    with_details,
)

RESULT = {
    "event": "result",
    "chosen": "factor",
    "before": {"mae": 5.8, "bias": -5.1, "interval": 0.9},
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
        Score(5.8, -5.1, 0.9),
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
        (Score(5.83, -5.14, 0.9), "5.8 people off (±0.9), 5.1 too low"),
        (Score(2.0, 0.5), "2.0 people off, 0.5 too high"),
        (Score(2.0, 0.01), "2.0 people off, not to one side"),
        (Score(0.4), "0.4 people off"),
    ],
)
def test_an_error_in_words(score: Score, words: str) -> None:
    assert error_of(score) == words


def details(held_out: object = True, **fold: list[float]) -> str:
    first = {"truth": [10, 20], "before": [7.0, 15.0], "after": [10.5, 19.5], **fold}
    return json.dumps(
        {"held_out": held_out, "folds": [first, {"truth": [30], "before": [24.0], "after": [30.0]}]}
    )


def result() -> Result:
    found = parse(json.dumps(RESULT))
    assert isinstance(found, Result)
    return found


def test_frames_that_were_held_out_give_the_interval() -> None:
    found = with_details(result(), details())
    assert found.before.mae == pytest.approx((3 + 5 + 6) / 3)
    assert found.before.bias == pytest.approx(-(3 + 5 + 6) / 3)
    assert found.after.bias == pytest.approx(0.0)
    assert found.before.interval == pytest.approx(4.30 * 1.5275 / 3**0.5, abs=0.01)
    assert found.usable


def test_what_was_not_measured_cannot_be_used() -> None:
    found = with_details(result(), details(held_out=False))
    assert (found.before, found.after) == (result().before, result().after)
    assert not found.usable
    assert outcome(found).startswith("It could not be measured")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        details(truth=[1.0]),
        details(after=["x", 1.0]),
        details(before=[float("nan"), 1.0]),
        json.dumps({"folds": [], "held_out": "yes"}),
    ],
)
def test_details_that_cannot_be_read_leave_what_was_told(text: str) -> None:
    found = with_details(result(), text)
    assert (found.before, found.after) == (result().before, result().after)
