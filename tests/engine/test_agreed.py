"""What a window and its service agree on, in every order in which the two may change it."""

from __future__ import annotations

from crowdmon.config import AppConfig, CameraConfig
from crowdmon.engine.agreed import Agreed

NEW = AppConfig(cameras=(CameraConfig(name="gate", source="a"),))
NEWER = AppConfig(cameras=(CameraConfig(name="gate", source="b"),))


def test_a_change_of_the_window_is_no_news() -> None:
    both = Agreed("1")
    assert both.edition(both.based()) == "1"
    both.accept(both.based(), "2")
    assert not both.lacks("2")
    assert both.news() is None


def test_what_came_from_elsewhere_is_asked_for_once_and_taken_once() -> None:
    both = Agreed("1")
    assert both.lacks("2")
    both.offer("2", NEW)
    assert not both.lacks("2")
    assert both.news() == NEW
    assert both.news() is None
    assert not both.lacks("2")


def test_the_newest_is_taken_and_what_was_taken_back_is_not() -> None:
    both = Agreed("1")
    both.offer("2", NEW)
    assert both.lacks("3")
    both.offer("3", NEWER)
    assert both.news() == NEWER
    both.offer("4", NEW)
    assert not both.lacks("3"), "the service went back to what the window shows"
    assert both.news() is None


def test_a_change_that_was_made_before_the_news_is_not_passed_on_after_it() -> None:
    both = Agreed("1")
    based = both.based()
    both.offer("2", NEW)
    assert both.edition(based) == "1", "the service refuses it"
    both.news()
    assert both.edition(based) is None
    assert both.edition(both.based()) == "2"


def test_a_change_that_is_taken_while_the_window_takes_news_is_offered_again() -> None:
    both = Agreed("1")
    based = both.based()
    both.offer("2", NEW)
    both.news()
    both.accept(based, "3")
    assert both.lacks("3")


def test_a_refusal_is_shown_until_the_next_change_is_taken() -> None:
    both = Agreed("1")
    both.refuse("a service keeps its history", late=False)
    assert both.refused == "the service did not take the change: a service keeps its history"
    both.accept(both.based(), "2")
    assert both.refused == ""


def test_a_refusal_is_over_with_news_and_one_that_came_too_late_is_shown_beside_them() -> None:
    both = Agreed("1")
    both.refuse("a service keeps its history", late=False)
    both.offer("2", NEW)
    both.news()
    assert both.refused == ""
    both.refuse("the service has another configuration", late=True)
    both.offer("3", NEWER)
    both.news()
    assert both.refused != ""
    both.offer("4", NEW)
    both.news()
    assert both.refused == ""
