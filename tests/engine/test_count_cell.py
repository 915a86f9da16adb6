"""The count tap: converts on demand, keeps the newest, gives each picture once."""

from __future__ import annotations

import numpy as np

from crowdmon.engine.latest import CountCell
from crowdmon.values import Frame


def frame(index: int) -> Frame:
    return Frame(np.zeros((4, 4, 3), np.uint8), "hall", index)


def test_the_newest_is_taken_once() -> None:
    offer = CountCell()
    offer.put(frame(0), 1.0)
    offer.put(frame(1), 2.0)
    assert offer.age(2.5) == 0.5
    taken = offer.take()
    assert taken is not None
    assert taken.index == 1
    assert offer.take() is None
    assert offer.age(3.0) is None


def test_it_wants_a_picture_when_due_and_a_fresh_one_when_that_waits_too_long() -> None:
    offer = CountCell()
    offer.wanted_from = 10.0
    assert not offer.wants(9.9, refresh=0.5)
    assert offer.wants(10.0, refresh=0.5)
    offer.put(frame(0), 10.0)
    assert not offer.wants(10.2, refresh=0.5)
    assert offer.wants(10.5, refresh=0.5)
    offer.take()
    assert offer.wants(10.2, refresh=0.5), "taken and due again: at once"


def test_it_is_busy_until_the_picture_has_been_counted() -> None:
    offer = CountCell()
    assert not offer.busy
    offer.put(frame(0), 1.0)
    assert offer.busy
    offer.take()
    assert offer.busy
    offer.done()
    assert not offer.busy


def test_a_closed_one_wants_and_takes_nothing() -> None:
    offer = CountCell()
    offer.close()
    offer.put(frame(0), 1.0)
    assert not offer.wants(99.0, refresh=0.1)
    assert offer.take() is None
