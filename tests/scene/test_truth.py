"""The truth is what was painted: visible heads, their places and sizes, held against the id buffer."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.scene import Plaza
from crowdmon.scene.backdrop import backdrop
from crowdmon.scene.light import Light
from crowdmon.scene.painter import is_visible

CROWDED = Plaza(people=150, seed=4, width=640, height=360)
TIMES = (3.0, 77.0, 240.5)


@pytest.mark.parametrize("t", TIMES)
def test_visible_heads_agree_with_the_id_buffer_pixel_by_pixel(t: float) -> None:
    frame = CROWDED.render(t)
    _, layers = CROWDED.layers(t)
    listed = {tuple(head) for head in frame.heads.tolist()}
    rows, columns = np.indices(layers.ids.shape)
    hidden = 0
    for head, size, rank in zip(layers.heads, layers.sizes, layers.ranks, strict=True):
        inside = 0 <= head[0] <= 639 and 0 <= head[1] <= 359
        disc = (columns - head[0]) ** 2 + (rows - head[1]) ** 2 <= max(size / 2, 0.75) ** 2
        clear = disc & (layers.ids <= rank)
        seen = inside and 2 * clear.sum() >= disc.sum()
        place = tuple(np.float32(head).tolist())
        if not seen:
            hidden += 1
            assert place not in listed
        elif place not in listed:
            # Only somebody in the dark of a door may be clear and yet not listed.
            assert not layers.visible[layers.ranks == rank].any()
    assert hidden > 10, "a crowd of 150 hides some of its heads"
    assert len(listed) > 75


@pytest.mark.parametrize("t", TIMES)
def test_there_is_a_person_at_every_listed_head(t: float) -> None:
    _, layers = CROWDED.layers(t)
    empty = backdrop(CROWDED.camera, Light(night=False)).lit.astype(int)
    drawn = 0
    owned = 0
    spots = np.rint(layers.heads[layers.visible]).astype(int)
    for (x, y), rank in zip(spots, layers.ranks[layers.visible], strict=True):
        owned += int(layers.ids[y, x] == rank)
        drawn += int(np.abs(layers.rgb[y, x] - empty[y, x]).sum() > 15)
    assert owned >= 0.85 * len(spots)
    assert drawn >= 0.9 * len(spots)


def test_heads_lie_inside_the_picture_and_shrink_with_the_distance() -> None:
    for t in TIMES:
        frame = CROWDED.render(t)
        assert (frame.heads >= 0).all()
        assert (frame.heads[:, 0] <= 639).all()
        assert (frame.heads[:, 1] <= 359).all()
        near = frame.ground[:, 1] < 14
        assert frame.sizes[near].min() > frame.sizes[frame.ground[:, 1] > 28].max()


def test_sizes_at_720p_are_those_of_heads_on_a_square() -> None:
    sizes = np.concatenate([Plaza(people=80).render(t).sizes for t in (0.0, 100.0, 200.0)])
    assert 6.0 < sizes.min() < 9.5
    assert 25.0 < sizes.max() < 48.0


@pytest.mark.parametrize("t", TIMES)
def test_the_homography_takes_every_owner_to_the_feet_below_the_head(t: float) -> None:
    frame = CROWDED.render(t)
    ground = np.column_stack([frame.ground, np.ones(len(frame.ground))]).astype(np.float64)
    x, y, w = CROWDED.homography @ ground.T
    tall = (y / w - frame.heads[:, 1]) / frame.sizes
    # A standing body is six to eight heads tall, a little less as the camera looks down on it.
    assert (tall > 4.0).all()
    assert (tall < 8.0).all()
    assert (np.abs(x / w - frame.heads[:, 0]) < 2.5 * frame.sizes).all()


@given(st.integers(0, 30), st.floats(4, 14))
def test_a_head_counts_while_half_its_disc_is_clear(cover: int, size: float) -> None:
    ids = np.ones((30, 30), np.uint16)
    ids[:, :cover] = 2
    rows, columns = np.indices(ids.shape)
    disc = (columns - 15.2) ** 2 + (rows - 14.7) ** 2 <= (size / 2) ** 2
    wanted = 2 * (disc & (ids == 1)).sum() >= disc.sum()
    assert is_visible(ids, (15.2, 14.7), size, rank=1) == wanted
    assert is_visible(ids, (15.2, 14.7), size, rank=2)


@pytest.mark.parametrize("head", [(-0.1, 5.0), (5.0, -0.1), (29.1, 5.0), (5.0, 29.1)])
def test_a_head_whose_centre_is_outside_is_not_visible(head: tuple[float, float]) -> None:
    assert not is_visible(np.zeros((30, 30), np.uint16), head, 8.0, rank=1)
