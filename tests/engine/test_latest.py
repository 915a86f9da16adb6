"""The newest-value cell: overwrites, serves readers of different speed, closes."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.engine.latest import Latest


def test_the_newest_value_wins() -> None:
    cell: Latest[str] = Latest()
    assert cell.peek() is None
    assert cell.get(timeout=0) is None
    cell.put("old")
    cell.put("new")
    assert cell.peek() == "new"
    assert cell.get() == (2, "new")


def test_a_reader_sees_each_version_once_and_takes_it_from_nobody() -> None:
    cell: Latest[str] = Latest()
    version = cell.put("one")
    assert cell.get(after=version, timeout=0) is None
    assert cell.get(after=0, timeout=0) == (1, "one")


def test_waiting_ends_with_a_value() -> None:
    cell: Latest[int] = Latest()
    seen: list[tuple[int, int] | None] = []
    reader = threading.Thread(target=lambda: seen.append(cell.get(timeout=10)))
    reader.start()
    cell.put(7)
    reader.join(10)
    assert seen == [(1, 7)]


def test_waiting_ends_when_the_cell_closes() -> None:
    cell: Latest[int] = Latest()
    seen: list[object] = []
    readers = [threading.Thread(target=lambda: seen.append(cell.get())) for _ in range(3)]
    for reader in readers:
        reader.start()
    cell.close()
    for reader in readers:
        reader.join(10)
    assert seen == [None, None, None]


def test_a_closed_cell_takes_nothing_and_keeps_its_last_value() -> None:
    cell: Latest[int] = Latest()
    cell.put(1)
    cell.close()
    cell.put(2)
    assert cell.closed
    assert cell.get() == (1, 1)
    assert cell.get(after=1) is None


def test_an_emptied_cell_shows_nothing_until_the_next_value() -> None:
    cell: Latest[int] = Latest()
    cell.put(1)
    cell.clear()
    assert cell.peek() is None
    assert cell.get(timeout=0) is None
    cell.put(2)
    assert cell.get(after=1, timeout=0) == (2, 2)


@given(st.lists(st.sampled_from(["put", "read"]), max_size=60))
def test_a_reader_never_goes_back_in_time(steps: list[str]) -> None:
    cell: Latest[int] = Latest()
    seen, put = 0, 0
    for step in steps:
        if step == "put":
            put += 1
            cell.put(put)
            continue
        got = cell.get(after=seen, timeout=0)
        if got is None:
            assert seen == put
        else:
            seen, value = got
            assert value == put


@pytest.mark.parametrize("readers", [1, 4])
def test_readers_and_writer_at_once(readers: int) -> None:
    cell: Latest[int] = Latest()
    seen: list[list[int]] = [[] for _ in range(readers)]

    def read(mine: list[int]) -> None:
        version = 0
        while (got := cell.get(after=version, timeout=10)) is not None:
            version, value = got
            mine.append(value)

    threads = [threading.Thread(target=read, args=(mine,)) for mine in seen]
    for thread in threads:
        thread.start()
    for value in range(1, 501):
        cell.put(value)
    cell.close()
    for thread in threads:
        thread.join(10)
    for mine in seen:
        assert mine == sorted(set(mine))
        assert mine[-1] == 500
