"""Strips: the cells of the parts that are asked for, with the values they have in the whole picture."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from crowdmon.counting.counter import Counter
from crowdmon.counting.network_config import NetworkConfig, reach
from crowdmon.counting.preprocess import tiles
from crowdmon.counting.strips import strips
from crowdmon.geometry import coverage, polygon_area
from crowdmon.values import Box, Frame
from tests.counting.test_counter import picture, some_weights

GRID = {"reach": 126, "stride": 8, "multiple": 32}


@pytest.fixture(scope="module")
def counter() -> Counter:
    return Counter(some_weights())


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    edges = st.floats(-0.2, 1.2, allow_nan=False)
    x, y = (sorted((draw(edges), draw(edges))) for _ in "xy")
    return x[0], y[0], x[1], y[1]


@st.composite
def triangles(draw: st.DrawFn) -> tuple[tuple[float, float], ...]:
    share = st.integers(0, 499).map(lambda number: number / 499)
    corners = tuple((draw(share), draw(share)) for _ in range(3))
    assume(polygon_area(corners) > 1e-4)
    return corners


def bounds(polygon: tuple[tuple[float, float], ...]) -> Box:
    xs, ys = zip(*polygon, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def test_the_reach_of_the_bundled_shape_is_what_its_layers_add_up_to() -> None:
    assert reach(NetworkConfig()) == 4 + 2 * 1 + 4 * 2 + 8 * (1 + 2 + 3 + 1) + 8 * (1 + 3 + 2 + 1)
    assert reach(NetworkConfig(enhancement=False)) == reach(NetworkConfig()) - 8 * 4


def test_no_pixel_beyond_the_reach_changes_a_cell_and_one_within_it_does() -> None:
    weights = some_weights()
    made = Counter(weights)
    far = reach(NetworkConfig.from_header(weights.network))
    before = picture(640, 640, seed=4)
    at = slice(320, 328)
    counted = made.count(Frame(before.copy())).people[40, 40]
    changed = {}
    for distance in (far, far // 2):
        after = before.copy()
        outside = np.ones((640, 640), bool)
        outside[at.start - distance : at.stop + distance, at.start - distance : at.stop + distance] = False
        after[outside] = 255 - after[outside]
        changed[distance] = abs(float(made.count(Frame(after)).people[40, 40] - counted))
    assert changed[far] <= 1e-6
    assert changed[far // 2] > 0


@given(
    size=st.tuples(st.integers(60, 640), st.integers(60, 640)),
    polygons=st.lists(triangles(), min_size=1, max_size=4),
    seed=st.integers(0, 5),
)
@settings(max_examples=40, deadline=None)
def test_a_roi_counts_in_its_strips_as_in_the_whole_picture(
    counter: Counter,
    size: tuple[int, int],
    polygons: list[tuple[tuple[float, float], ...]],
    seed: int,
) -> None:
    rgb = picture(*size, seed=seed)
    whole = counter.count(Frame(rgb))
    some = counter.count(Frame(rgb.copy(), asked=tuple(bounds(one) for one in polygons)))
    for polygon in polygons:
        share = coverage(polygon, whole.grid)
        expected = float((whole.people * share).sum(dtype=np.float64))
        assert float((some.people * share).sum(dtype=np.float64)) == pytest.approx(
            expected, rel=0.001, abs=1e-5
        )


@pytest.mark.parametrize("box", [(0.0, 0.0, 0.2, 0.2), (0.8, 0.85, 1.0, 1.0), (0.4, 0.4, 0.5, 0.6)])
@pytest.mark.parametrize("size", [(723, 1290), (720, 1280), (541, 963)])
def test_corner_and_middle_of_sizes_that_are_padded(
    counter: Counter, size: tuple[int, int], box: Box
) -> None:
    rgb = picture(*size, seed=6)
    whole, some = counter.count(Frame(rgb)), counter.count(Frame(rgb.copy(), asked=(box,)))
    assert some.parts is not None
    ((top, bottom, left, right),) = some.parts
    expected = whole.people[top:bottom, left:right]
    assert np.abs(some.people[top:bottom, left:right] - expected).max() <= 1e-5 * whole.people.max()
    assert some.people.sum() == pytest.approx(some.people[top:bottom, left:right].sum(), rel=1e-6)


@example(size=(1610, 1595), asked=[(0.0, 0.0, 1.0, 0.875)])
@given(size=st.tuples(st.integers(1, 3000), st.integers(1, 4000)), asked=st.lists(boxes(), max_size=6))
@settings(max_examples=300, deadline=None)
def test_every_touched_cell_is_kept_and_sees_all_that_it_depends_on(
    size: tuple[int, int], asked: list[Box]
) -> None:
    height, width = size
    cut = strips(height, width, tuple(asked), **GRID)
    if cut is None:
        return
    kept = np.zeros((-(-height // 8), -(-width // 8)), bool)
    seen = 0
    for tile in cut:
        (top, bottom), (left, right) = tile.rows, tile.columns
        kept[top:bottom, left:right] = True
        assert tile.top % 32 == tile.left % 32 == 0
        assert tile.top <= max(0, 8 * top - 126)
        assert tile.left <= max(0, 8 * left - 126)
        assert tile.bottom >= min(height, 8 * bottom + 126)
        assert tile.right >= min(width, 8 * right + 126)
        seen += (tile.bottom - tile.top) * (tile.right - tile.left)
    whole = [(one.bottom - one.top + 31) * (one.right - one.left + 31) for one in tiles(height, width)]
    assert seen <= sum(whole) + 10_000 * len(whole), "never more work than the whole picture"
    for x0, y0, x1, y1 in asked:
        left, right = max(x0, 0.0) * width, min(x1, 1.0) * width
        top, bottom = max(y0, 0.0) * height, min(y1, 1.0) * height
        if left < right and top < bottom:
            touched = kept[int(top / 8) : int(np.ceil(bottom / 8)), int(left / 8) : int(np.ceil(right / 8))]
            assert touched.all()


def test_parts_close_together_are_one_strip_and_parts_far_apart_are_two() -> None:
    close = strips(1080, 1920, ((0.1, 0.1, 0.2, 0.3), (0.2, 0.1, 0.3, 0.3)), **GRID)
    apart = strips(1080, 1920, ((0.0, 0.0, 0.1, 0.1), (0.9, 0.9, 1.0, 1.0)), **GRID)
    assert close is not None
    assert len(close) == 1
    assert apart is not None
    assert len(apart) == 2


def test_parts_that_take_as_much_as_the_whole_picture_are_the_whole_picture() -> None:
    assert strips(720, 1280, ((0.05, 0.05, 0.95, 0.95),), **GRID) is None
    assert strips(200, 200, ((0.4, 0.4, 0.6, 0.6),), **GRID) is None


def test_nothing_asked_for_is_nothing_seen() -> None:
    assert strips(720, 1280, (), **GRID) == ()
    assert strips(720, 1280, ((1.2, 0.1, 1.5, 0.3),), **GRID) == ()


def test_a_large_strip_is_cut() -> None:
    cut = strips(2160, 3840, ((0.0, 0.0, 0.6, 0.6),), **GRID, max_pixels=900_000)
    assert cut is not None
    assert len(cut) > 1
    assert all((one.bottom - one.top) * (one.right - one.left) <= 900_000 for one in cut)


def test_very_many_parts_are_one_strip() -> None:
    many = tuple(
        (0.1 + x / 50, 0.1 + y / 50, 0.11 + x / 50, 0.11 + y / 50)
        for x, y in itertools.product(range(10), range(10))
    )
    cut = strips(1080, 1920, many, **GRID)
    assert cut is not None
    assert len(cut) == 1


def test_frames_that_ask_for_different_parts_come_back_in_their_order(counter: Counter) -> None:
    rgb = picture(512, 640, seed=7)
    frames = [
        Frame(rgb.copy(), index=0, asked=((0.0, 0.0, 0.1, 0.1),)),
        Frame(rgb.copy(), index=1),
        Frame(rgb.copy(), index=2, asked=((0.8, 0.8, 1.0, 1.0),)),
    ]
    counted = counter.count_together(frames)
    assert [one.index for one in counted] == [0, 1, 2]
    assert [one.parts is None for one in counted] == [False, True, False]
    assert counted[0].count < counted[1].count
