"""Clicked heads: every step can be taken back, and made again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crowdmon.view.heads import Heads, nearest

points = st.tuples(st.floats(0, 1), st.floats(0, 1))
steps = st.lists(
    st.one_of(
        st.tuples(st.just("add"), points),
        st.tuples(st.just("remove"), st.integers(0, 30)),
        st.tuples(st.just("take"), st.lists(points, max_size=4)),
        st.tuples(st.just("clear"), st.none()),
    ),
    max_size=20,
)


def done(heads: Heads, step: tuple[str, object]) -> Heads:
    match step:
        case ("add", (float(x), float(y))):
            return heads.add(x, y)
        case ("remove", int(index)):
            return heads.remove(index) if index < len(heads) else heads
        case ("take", list(some)):
            return heads.take(some, apart=0.0, size=(100, 100))
        case _:
            return heads.clear()


@given(steps)
def test_undo_goes_back_to_the_start_and_redo_to_the_end(made: list[tuple[str, object]]) -> None:
    heads = Heads()
    for step in made:
        heads = done(heads, step)
    end, back = heads.points, heads
    while back.past:
        back = back.undo()
    assert back.points == ()
    assert back.undo() is back
    while back.future:
        back = back.redo()
    assert back.points == end
    assert back.redo() is back


def test_what_is_outside_of_the_picture_is_no_head() -> None:
    heads = Heads()
    assert heads.add(1.01, 0.5) is heads
    assert heads.add(0.0, 1.0).points == ((0.0, 1.0),)


def test_proposed_heads_that_are_there_are_left_out() -> None:
    heads = Heads().add(0.5, 0.5)
    taken = heads.take([(0.503, 0.5), (0.7, 0.5)], apart=5.0, size=(1000, 500))
    assert taken.points == ((0.5, 0.5), (0.7, 0.5))
    assert taken.take([(0.7, 0.5)], apart=5.0, size=(1000, 500)) is taken
    assert taken.undo().points == heads.points


def test_only_heads_inside_of_a_roi_count_in_it() -> None:
    heads = Heads().add(0.2, 0.2).add(0.8, 0.8)
    left = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
    assert heads.inside(left) == ((0.2, 0.2),)
    assert heads.inside(None) == heads.points


def test_the_nearest_head_is_found_in_pixels() -> None:
    # On a wide picture the same fraction is farther across than down.
    found = [(0.5, 0.4), (0.45, 0.5)]
    assert nearest(found, (0.5, 0.5), size=(1000, 100), within=20) == 0
    assert nearest(found, (0.5, 0.5), size=(100, 1000), within=20) == 1
    assert nearest(found, (0.5, 0.5), size=(1000, 1000), within=20) is None
    assert nearest([], (0.5, 0.5), size=(1000, 1000), within=20) is None
