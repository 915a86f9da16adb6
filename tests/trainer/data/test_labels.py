"""Density, segmentation labels and classes, against hand-made truth."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer.data import kernels, labels

HEIGHT, WIDTH = 64, 96
INSIDE = st.tuples(st.floats(-0.5, WIDTH - 0.51), st.floats(-0.5, HEIGHT - 0.51))


def points(*some: tuple[float, float]) -> np.ndarray:
    return np.array(some, np.float64).reshape(-1, 2)


@given(st.lists(INSIDE, max_size=40), st.sampled_from([1, 2, 4, 8]))
def test_each_head_adds_exactly_one_at_borders_too(heads: list[tuple[float, float]], stride: int) -> None:
    found = kernels.density(points(*heads), height=HEIGHT, width=WIDTH, stride=stride)
    assert found.shape == (HEIGHT // stride, WIDTH // stride)
    assert found.sum() == pytest.approx(len(heads), abs=1e-3)
    assert (found >= 0).all()


def test_the_kernel_is_cmtl_s_gaussian() -> None:
    found = kernels.density(points((40, 30)), height=HEIGHT, width=WIDTH)
    offsets = np.arange(-7, 8)
    gauss = np.exp(-(offsets**2) / 32.0)
    expected = np.outer(gauss, gauss) / np.outer(gauss, gauss).sum()
    np.testing.assert_allclose(found[23:38, 33:48], expected, atol=1e-6)
    assert found.sum() == pytest.approx(1, abs=1e-6)
    assert np.count_nonzero(found) == 15 * 15


def test_a_cell_is_the_sum_of_its_pixels() -> None:
    heads = points((3, 4), (50.3, 20.7), (95, 63))
    fine = kernels.density(heads, height=HEIGHT, width=WIDTH, stride=1)
    coarse = kernels.density(heads, height=HEIGHT, width=WIDTH, stride=8)
    np.testing.assert_allclose(coarse, kernels.cells(fine, 8), atol=1e-6)


@given(st.lists(INSIDE, min_size=1, max_size=10), st.integers(0, 4), st.integers(0, 7))
def test_a_patch_holds_its_part_of_the_whole_map(
    heads: list[tuple[float, float]], row: int, column: int
) -> None:
    top, left = row * 8, column * 8
    whole = kernels.density(points(*heads), height=HEIGHT, width=WIDTH, stride=8)
    patch = kernels.density(
        points(*heads) - (left, top),
        height=32,
        width=40,
        stride=8,
        bounds=(-left, -top, WIDTH - left, HEIGHT - top),
    )
    np.testing.assert_allclose(patch, whole[row : row + 4, column : column + 5], atol=1e-5)


def test_nobody_is_a_map_of_zeros() -> None:
    assert not kernels.density(points(), height=16, width=16, stride=8).any()


def test_five_thousand_heads_in_a_large_picture_add_up() -> None:
    rng = np.random.default_rng(0)
    heads = rng.uniform((0, 0), (1023, 767), (5000, 2))
    assert kernels.density(heads, height=768, width=1024, stride=8).sum() == pytest.approx(5000, abs=1e-1)


@settings(max_examples=30)
@given(st.lists(INSIDE, max_size=8), st.floats(2, 40))
def test_a_perspective_kernel_adds_exactly_one_too(heads: list[tuple[float, float]], metre: float) -> None:
    perspective = np.full((HEIGHT, WIDTH), metre, np.float32)
    found = kernels.perspective_density(points(*heads), perspective)
    assert found.sum() == pytest.approx(len(heads), abs=1e-3)


def test_a_perspective_kernel_is_a_head_with_a_body_below() -> None:
    perspective = np.full((200, 100), 20.0, np.float32)
    found = kernels.perspective_density(points((50, 60)), perspective)
    rows = found.sum(axis=1)
    # Half of a person is the head around row 60, half the body around 60 + 0.875 * 20.
    assert (rows * np.arange(200)).sum() == pytest.approx(60 + 0.875 * 20 / 2, abs=0.5)
    across = (found.sum(axis=0) * (np.arange(100) - 50) ** 2).sum()
    assert across**0.5 == pytest.approx(0.2 * 20, rel=0.15)


def test_a_nearer_person_has_a_wider_kernel() -> None:
    perspective = np.repeat(np.linspace(5, 40, 200, dtype=np.float32)[:, None], 100, axis=1)
    far = kernels.perspective_density(points((50, 20)), perspective)
    near = kernels.perspective_density(points((50, 120)), perspective)
    assert np.count_nonzero(near > 1e-5) > 4 * np.count_nonzero(far > 1e-5)


def test_segmentation_labels_are_templates_of_fifteen_pixels() -> None:
    half, quarter, eighth = labels.picture_segmentations(points((40, 30)), height=HEIGHT, width=WIDTH)
    assert [s.shape for s in (half, quarter, eighth)] == [(32, 48), (16, 24), (8, 12)]
    # Pixels 33..47 across and 23..37 down: cells that hold any of them are 1.
    assert half.nonzero()[1].min() == 33 // 2
    assert half.nonzero()[1].max() == 47 // 2
    assert (eighth == 1).sum() == (47 // 8 - 33 // 8 + 1) * (37 // 8 - 23 // 8 + 1)
    assert set(np.unique(quarter)) == {0, 1}


def test_a_head_beside_the_patch_reaches_into_its_labels() -> None:
    _, _, eighth = labels.picture_segmentations(points((-4, 10)), height=32, width=32)
    assert eighth[:, 0].any()
    assert not labels.picture_segmentations(points((-9, 10)), height=32, width=32)[2].any()


@pytest.mark.parametrize(
    ("count", "expected"), [(0, 0), (209.2, 0), (209.3, 1), (418.7, 2), (3139, 14), (9999, 14)]
)
def test_classes_of_part_a_follow_table_two(count: float, expected: int) -> None:
    counts = torch.tensor([count], dtype=torch.float64)
    assert labels.crowd_classes(counts, threshold=209.3, classes=15).tolist() == [expected]


def test_the_paper_s_own_example_of_three_classes() -> None:
    found = labels.crowd_classes(torch.tensor([3, 9, 10, 19, 25, 30]), threshold=10, classes=3)
    assert found.tolist() == [0, 0, 1, 1, 2, 2]


def test_labels_are_made_on_the_device_of_the_points() -> None:
    # A device without values: a label that needs the CPU, or a number from the device, fails there.
    numbers = torch.zeros(3, dtype=torch.float64, device="meta")
    flip = torch.zeros(3, dtype=torch.bool, device="meta")
    axes = tuple(labels.Axis(numbers, numbers, flip, numbers, size) for size in (64, 32))
    heads = torch.zeros(3, 5, dtype=torch.float64, device="meta")
    places = (axes[0].move(heads), axes[1].move(heads))
    judged = labels.known(axes, margin=8)
    inside = labels.people_inside(places, axes)
    made = {
        (3, 1, 4, 8): [labels.head_counts(places, axes), judged],
        (3, 1, 16, 32): [labels.segmentations(places, height=32, width=64)[0], labels.enlarged(judged, 4)],
        (3,): [labels.crowd_classes(inside, threshold=2.0, classes=3)],
    }
    for shape, tensors in made.items():
        for one in tensors:
            assert one.shape == shape
            assert one.device.type == "meta"


def test_a_crop_s_mirror_and_corner_move_its_picture_s_edges() -> None:
    def axis(*, flip: bool) -> labels.Axis:
        numbers = torch.tensor([[10.0], [0.5], [200.0]], dtype=torch.float64)
        return labels.Axis(numbers[0], numbers[1], torch.tensor([flip]), numbers[2], 64)

    assert [float(one) for one in axis(flip=False).bounds()] == [-5.0, 95.0]
    assert [float(one) for one in axis(flip=True).bounds()] == [-31.0, 69.0]
    place = torch.tensor([[9.5]], dtype=torch.float64)
    assert float(axis(flip=False).move(place)) == -0.5
    assert float(axis(flip=True).move(place)) == 63.5
