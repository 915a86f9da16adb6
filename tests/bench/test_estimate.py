"""How many cameras: the search finds the edge, the sum is plain, and the sentence says it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.bench import estimate
from crowdmon.bench.estimate import cameras_for, estimated, most_held, sentence, whole
from crowdmon.bench.run import said_of
from tests.fakes import FakeCounter


@given(edge=st.integers(0, 64), first=st.integers(-3, 80))
def test_the_search_finds_the_edge_to_an_eighth(edge: int, first: int) -> None:
    tried: list[int] = []

    def holds(number: int) -> bool:
        tried.append(number)
        return number <= edge

    found = most_held(holds, first=first)
    assert edge - max(1, edge // 8) < found <= edge or found == edge
    assert len(tried) == len(set(tried)), "no number twice"
    assert len(tried) <= 14
    assert all(1 <= number <= 64 for number in tried)


def test_cameras_follow_from_counting_and_decoding() -> None:
    assert cameras_for(count_s=0.095, decode_s=0.0, cores=2) == pytest.approx(5.0)
    one = cameras_for(count_s=0.1, decode_s=0.004, cores=2)
    assert one == pytest.approx(0.95 / (0.2 + 0.05))
    assert cameras_for(count_s=0.1, decode_s=0.004, cores=4) > one


@pytest.mark.parametrize(("cameras", "number"), [(0.4, 0), (0.96, 1), (4.9, 4), (4.96, 5)])
def test_a_part_of_a_camera_is_none(cameras: float, number: int) -> None:
    assert whole(cameras) == number


def test_the_sentence() -> None:
    assert sentence(4) == "This machine counts 4 cameras of 720p twice a second."
    assert sentence(1) == "This machine counts 1 camera of 720p twice a second."
    assert sentence(0).startswith("This machine does not count a camera")
    assert ", but 1 of which only" in sentence(0, 1)
    assert sentence(None, 0) == sentence(0)
    assert sentence(None, 1).startswith("This machine counts 1 camera of 720p twice a second, of which only")
    assert sentence(4, 6).endswith(
        "twice a second, or 6 of which only a ROI of a tenth of the picture is counted."
    )


def row(cameras: int, held: bool, **more: object) -> dict[str, object]:
    return {"what": "cameras", "cameras": cameras, "held": held, **more}


def test_the_sentence_is_about_what_was_held() -> None:
    only = {"part": "ROIs only"}
    rows = [row(4, True), row(6, False), row(5, True), row(9, True, **only), row(13, False, **only)]
    assert said_of(rows) == sentence(5, 9)
    assert said_of(rows[:3]) == sentence(5)
    assert said_of(rows[3:]) == sentence(None, 9)
    assert said_of([row(1, False)]) == sentence(0)
    assert said_of([{"what": "memory"}]) == ""


def test_an_estimate_of_a_counter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimate, "SCENE", "synthetic:empty?fps=25")
    monkeypatch.setattr(estimate, "_DECODED", 5)
    cameras, count_s, decode_s = estimated(FakeCounter())  # type: ignore[arg-type]
    assert count_s == pytest.approx(0.001)
    assert decode_s > 0
    assert 0 < cameras <= 0.95 / (2 * 0.001)
