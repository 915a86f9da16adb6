"""Decoding ahead changes nothing but the time it takes, and leaves nothing behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.engine.offline import iterate
from crowdmon.engine.prefetch import DEPTH, ahead
from crowdmon.errors import CountingError, SourceError
from tests.fakes import FakeCounter, FakeSource, until


def threads() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name == "decoding ahead"]


@given(st.lists(st.integers(), max_size=40), st.integers(1, 5))
def test_values_come_in_order_and_each_once(values: list[int], depth: int) -> None:
    assert list(ahead(values, depth=depth)) == values
    assert threads() == []


def test_an_error_comes_after_all_there_was() -> None:
    def breaking() -> Iterator[int]:
        yield from range(5)
        raise SourceError("clip.mp4 is damaged after 5 pictures")

    found = []
    with pytest.raises(SourceError, match="damaged"):
        found.extend(ahead(breaking()))
    assert found == [0, 1, 2, 3, 4]
    assert threads() == []


def test_it_runs_ahead_but_not_far() -> None:
    made: list[int] = []

    def counting() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            yield number

    values = ahead(counting())
    assert next(values) == 0
    until(lambda: len(made) == DEPTH + 2)
    assert next(values) == 1
    until(lambda: len(made) == DEPTH + 3)
    values.close()
    assert threads() == []
    assert len(made) <= DEPTH + 5


def test_it_works_while_its_consumer_does() -> None:
    made = threading.Event()

    def two() -> Iterator[int]:
        yield 1
        made.set()
        yield 2

    values = ahead(two())
    assert next(values) == 1
    assert made.wait(10), "the second value is made before anybody asks for it"
    assert list(values) == [2]


def test_nothing_starts_before_it_is_wanted() -> None:
    values = ahead([1, 2, 3])
    assert threads() == []
    values.close()


def test_whoever_stops_counting_leaves_no_thread_and_may_close_the_source() -> None:
    source = FakeSource(None)
    for number, _ in enumerate(iterate(source, FakeCounter())):
        if number == 3:
            break
    until(lambda: threads() == [])
    source.close()


def test_a_counter_that_fails_leaves_no_thread() -> None:
    counter = FakeCounter(fail=lambda frame: RuntimeError("device lost") if frame.index == 2 else None)
    found = []
    with pytest.raises(CountingError, match="device lost"):
        found.extend(iterate(FakeSource(None), counter))
    assert [reading.frame for *_, reading in found] == [0, 1]
    assert threads() == []


def test_pictures_are_converted_where_they_are_read() -> None:
    where: set[str] = set()
    source = FakeSource(5, wait=lambda index: where.add(threading.current_thread().name))
    counter = FakeCounter()
    assert len(list(iterate(source, counter))) == 5
    assert where == {"decoding ahead"}
    assert counter.threads == {threading.current_thread().name}
