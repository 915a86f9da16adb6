"""Patches: a pure function of (seed, step), their targets right where their heads are."""

import numpy as np
import pytest
import torch

from crowdmon.counting.network import Outputs
from crowdmon.counting.preprocess import Preprocess
from trainer.config import Augment, Losses, TrainConfig
from trainer.data import crops
from trainer.data.batch import collate
from trainer.data.crops import cut
from trainer.data.draws import CropChange, Window, draw_window
from trainer.data.sources import DataSource, Item
from trainer.loss.objective import parts

PLAIN = Augment(scale=(1, 1), colour=0, grey=0, noise=0, degrade=0)
UNCHANGED = CropChange()


def dotted(height: int = 200, width: int = 300, heads: int = 20, seed: int = 0) -> Item:
    """A grey picture with a white pixel on every head."""
    rng = np.random.default_rng(seed)
    points = rng.integers((4, 4), (width - 4, height - 4), (heads, 2)).astype(np.float64)
    rgb = np.full((height, width, 3), 100, np.uint8)
    rgb[points[:, 1].astype(int), points[:, 0].astype(int)] = 255
    return Item(f"dots-{seed}", rgb, points)


def source(*items: Item, name: str = "dots") -> DataSource:
    return DataSource(name, [lambda item=item: item for item in items], [len(item.points) for item in items])  # type: ignore[misc]


def config(**more: object) -> TrainConfig:
    return TrainConfig.model_validate({"crop": 64, "batch": 4, "augment": PLAIN, **more})


def test_the_same_step_gives_the_same_patches_whenever_it_is_asked() -> None:
    settings = config(augment=Augment(degrade=0.5), sources={"a": 1, "b": 2})
    sources = [source(dotted(seed=1), name="a"), source(dotted(seed=2), dotted(seed=3), name="b")]
    later = crops.batch(settings, sources, step=7)
    crops.batch(settings, sources, step=3)
    again = crops.batch(settings, sources, step=7)
    for one, two in zip(later, again, strict=True):
        assert np.array_equal(one.rgb, two.rgb)
        assert np.array_equal(one.density, two.density)
    other = crops.batch(settings, sources, step=8)
    assert not np.array_equal(later[0].rgb, other[0].rgb)


def test_a_source_s_weight_reaches_the_loss_of_its_patches() -> None:
    settings = config(sources={"a": 1, "b": 1}, weights={"b": 4}, batch=8)
    sources = [source(dotted(seed=1), name="a"), source(dotted(seed=2), name="b")]
    patches = crops.batch(settings, sources, step=0)
    assert {patch.weight for patch in patches} == {1.0, 4.0}
    made = collate(patches, settings.preprocess(), classes=0, threshold=1.0)
    nothing = torch.zeros_like(made.density)
    found = parts(Outputs(nothing, (), None), made, Losses(density="l2"), density_scale=10.0)
    squares = np.stack([(10 * patch.density) ** 2 for patch in patches]).mean(axis=(1, 2))
    assert float(found["density"]) == pytest.approx(
        np.average(squares, weights=[patch.weight for patch in patches]), rel=1e-5
    )


def test_every_crop_of_a_picture_weighs_the_same_when_half_looks_at_pictures() -> None:
    settings = config(
        sources={"dots": 1}, batch=8, augment=Augment(scale=(0.5, 0.5), colour=0, grey=0, noise=0)
    )
    patches = crops.batch(settings, [source(dotted(seed=1))], step=0)
    assert len({patch.count for patch in patches}) > 1
    # 64 pixels at half the scale are 128 of the picture's 300 x 200, which has 20 heads.
    usual = 20 * 128 * 128 / (300 * 200)
    assert [patch.usual for patch in patches] == pytest.approx([usual] * 8)
    made = collate(patches, settings.preprocess(), classes=0, threshold=1.0)
    outputs = Outputs(torch.rand_like(made.density), (), None)
    plain, weighed = (
        parts(outputs, made, Losses(density="l2", half=half, half_of="picture"), density_scale=10.0)
        for half in (0, usual)
    )
    assert float(weighed["density"]) == pytest.approx(float(plain["density"]) / 2, rel=1e-5)


def test_a_crop_larger_than_its_picture_has_all_of_its_people() -> None:
    patch = cut(dotted(60, 60), Window(-2, -2, 64, 64, 1.0, False), UNCHANGED, config())
    assert patch.usual == patch.count == 20


def test_a_source_that_must_not_be_scaled_is_cut_at_its_own_scale() -> None:
    item = dotted(seed=1)
    settings = config(augment=Augment(scale=(0.2, 0.4), colour=0, grey=0, noise=0), sources={"dots": 1})
    windows = [
        draw_window(item.rgb.shape[:2], np.random.default_rng(seed), settings, scaled=False)
        for seed in range(5)
    ]
    assert {window.scale for window in windows} == {1.0}
    as_given = DataSource("dots", [lambda: item], [20], scaled=False)
    whites = [patch.rgb.max() for patch in crops.batch(settings, [as_given], step=0) if patch.count]
    # Shrunk to a third, a white pixel would be a grey one.
    assert whites
    assert set(whites) == {255}


def test_processes_share_the_steps_patches_between_them() -> None:
    sources = [source(dotted())]
    alone = crops.batch(config(batch=4), sources, step=5)
    first = crops.batch(config(batch=2), sources, step=5, rank=0, world=2)
    second = crops.batch(config(batch=2), sources, step=5, rank=1, world=2)
    for one, two in zip(alone, [*first, *second], strict=True):
        assert np.array_equal(one.rgb, two.rgb)


@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize(("left", "top"), [(0, 0), (37, 21), (236, 136)])
def test_heads_move_with_the_pixels(flip: bool, left: int, top: int) -> None:
    window = Window(left, top, 64, 64, 1.0, flip)
    patch = cut(dotted(heads=60), window, UNCHANGED, config())
    ys, xs = np.nonzero(patch.rgb[:, :, 0] == 255)
    assert patch.count == len(ys)
    for y, x in zip(ys, xs, strict=True):
        assert patch.density[y // 8, x // 8] > 0
        assert all(s[y // k, x // k] == 1 for s, k in zip(patch.segmentations, (2, 4, 8), strict=True))


def test_every_head_is_somewhere_when_a_picture_is_cut_without_gaps() -> None:
    item = dotted(height=128, width=192, heads=50)
    total = sum(
        float(cut(item, Window(x, y, 64, 64, 1.0, False), UNCHANGED, config()).density.sum())
        for y in (0, 64)
        for x in (0, 64, 128)
    )
    assert total == pytest.approx(50, abs=1e-3)


def test_without_a_kernel_a_head_counts_whole_in_its_cell() -> None:
    item = Item("two", np.zeros((64, 64, 3), np.uint8), np.array([[7.0, 0.0], [8.0, 17.0]]))
    window = Window(0, 0, 64, 64, 1.0, False)
    density = cut(item, window, UNCHANGED, config(kernel="none")).density
    expected = np.zeros((8, 8), np.float32)
    expected[0, 0] = expected[2, 1] = 1
    assert np.array_equal(density, expected)


@pytest.mark.parametrize("scale", [0.5, 0.8, 1.0, 1.6])
def test_scaling_keeps_the_number_of_people(scale: float) -> None:
    item = dotted(height=64, width=64, heads=12)
    window = Window(-10, -20, 160, 160, scale, False)
    patch = cut(item, window, UNCHANGED, config())
    assert patch.density.sum() == pytest.approx(12, abs=1e-3)
    assert patch.count == 12


def test_what_lies_beside_the_picture_has_the_mean_colour() -> None:
    patch = cut(dotted(32, 32), Window(-32, -32, 64, 64, 1.0, False), UNCHANGED, config())
    tensor = Preprocess().tensor(patch.rgb)
    assert np.abs(tensor[:, :30, :30]).max() < 0.01


def test_a_roi_masks_what_is_outside_of_it() -> None:
    item = dotted()
    mask = np.zeros((200, 300), np.uint8)
    mask[:, :150] = 1
    masked = Item("half", item.rgb, item.points, mask)
    patch = cut(masked, Window(100, 50, 64, 64, 1.0, False), UNCHANGED, config())
    assert patch.mask is not None
    assert patch.mask[:, :49].all()
    assert not patch.mask[:, 51:].any()


@pytest.mark.parametrize(("edges", "least"), [(0.0, 0.0), (0.25, 0.2)])
def test_a_picture_s_own_edge_is_in_a_share_of_the_crops(edges: float, least: float) -> None:
    # Of 300 pixels a crop of 64 lies at the left edge as often as it falls 16 pixels beside: 16 / (236 + 32).
    item = dotted()
    rng = np.random.default_rng(0)
    windows = [draw_window(item.rgb.shape[:2], rng, config(edges=edges)) for _ in range(600)]
    lefts = np.array([window.left for window in windows])
    assert lefts.min() >= 0
    assert lefts.max() <= 300 - 64
    inside = np.mean((lefts > 100) & (lefts <= 164))
    expected = 16 / 268 if edges else 1 / 237
    assert np.mean(lefts == 0) == pytest.approx(expected, abs=0.025)
    assert np.mean(lefts == 0) >= least * inside


@pytest.mark.parametrize("flip", [False, True])
def test_the_margin_lies_along_edges_that_cut_through_the_picture(flip: bool) -> None:
    # The window's left and top edges are the picture's own; right and bottom ones cut through it.
    window = Window(0, 0, 64, 64, 1.0, flip)
    patch = cut(dotted(), window, UNCHANGED, config(margin=16))
    expected = np.ones((64, 64), np.float32)
    expected[48:] = 0
    expected[:, slice(0, 16) if flip else slice(48, 64)] = 0
    assert patch.mask is not None
    assert np.array_equal(patch.mask, expected)
    whole = cut(dotted(32, 32), Window(-16, -16, 64, 64, 1.0, flip), UNCHANGED, config(margin=16))
    assert whole.mask is not None
    assert whole.mask.all()


def test_what_a_roi_hides_stays_hidden_beside_a_margin() -> None:
    item = dotted()
    mask = np.zeros((200, 300), np.uint8)
    mask[:, :150] = 1
    masked = Item("half", item.rgb, item.points, mask)
    patch = cut(masked, Window(100, 50, 64, 64, 1.0, False), UNCHANGED, config(margin=8))
    assert patch.mask is not None
    assert patch.mask[8:56, 8:49].all()
    assert patch.mask.sum() == pytest.approx(48 * 42, abs=48 * 2)


def test_a_perspective_density_is_cut_and_keeps_its_sum() -> None:
    item = dotted(128, 128, heads=0)
    density = np.zeros((128, 128), np.float32)
    density[40:90, 30:70] = 0.01
    whole = Item("scene", item.rgb, item.points, None, density)
    for scale in (0.7, 1.0, 1.3):
        window = Window(0, 0, 192, 192, scale, True)
        patch = cut(whole, window, UNCHANGED, config())
        assert patch.density.sum() == pytest.approx(density.sum(), rel=0.02)


def test_the_paper_s_protocol_visits_every_patch_of_every_picture_once_an_epoch() -> None:
    items = [dotted(160, 240, seed=s) for s in range(3)]
    settings = config(protocol="paper", batch=1)
    sizes: dict[str, list[tuple[int, int]]] = {}
    for step in range(3 * 14):
        (patch,) = crops.batch(settings, [source(*items)], step=step)
        sizes.setdefault(patch.name, []).append(patch.rgb.shape[:2])
    assert set(sizes) == {"dots-0", "dots-1", "dots-2"}
    for found in sizes.values():
        assert sorted(found) == sorted([(40, 56)] * 9 + [(80, 120)] * 4 + [(160, 240)])


def test_the_training_tensor_is_the_counter_s_bit_for_bit() -> None:
    rgb = np.random.default_rng(4).integers(0, 256, (64, 96, 3), np.uint8)
    item = Item("noise", rgb, np.zeros((0, 2)))
    settings = config()
    patch = cut(item, Window(0, 0, 96, 64, 1.0, False), UNCHANGED, settings)
    fed = collate([patch], settings.preprocess(), classes=15, threshold=10).pictures.numpy()
    assert np.array_equal(fed, settings.preprocess().prepare(rgb))
