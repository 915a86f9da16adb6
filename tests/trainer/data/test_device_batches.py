"""What is cut on the device is what the loader would have cut."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from crowdmon.errors import ConfigError
from tests.trainer.data.test_crops import PLAIN, dotted, source
from trainer.config import Augment, TrainConfig
from trainer.data import crops, device_batches
from trainer.data.batch import collate
from trainer.data.device_pictures import load_pictures
from trainer.data.draws import CropChange, Window, Windows, draw_batch
from trainer.data.loader import maker
from trainer.data.sources import Item

CPU = torch.device("cpu")


def config(**more: object) -> TrainConfig:
    given = {"crop": 64, "batch": 12, "kernel": "none", "cut": "device", "margin": 8, "edges": 0.25}
    shape = {"network": {"classes": 0}, "augment": PLAIN}
    return TrainConfig.model_validate({**given, **shape, **more})


def smooth(seed: int, *, height: int = 150, width: int = 230) -> Item:
    """Soft colours, so that two ways to sample between pixels agree, and heads up to the very edge."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (5, 7, 3)).astype(np.uint8)
    rgb = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    points = rng.uniform((-0.5, -0.5), (width - 0.5, height - 0.5), (60, 2))
    return Item(f"smooth-{seed}", rgb, np.vstack([points, [[-0.5, 3], [width - 0.51, height - 0.51]]]))


def windows_of(windows: Windows, crop: int) -> list[Window]:
    rows = zip(windows.left, windows.top, windows.scale, windows.flip, strict=True)
    return [Window(float(x), float(y), crop, crop, float(s), bool(f)) for x, y, s, f in rows]


@pytest.mark.parametrize("scale", [(1, 1), (0.45, 1.6)])
@pytest.mark.parametrize("seed", range(4))
def test_labels_masks_and_pixels_are_those_of_the_loader(seed: int, scale: tuple[float, float]) -> None:
    plain = PLAIN.model_copy(update={"scale": scale})
    settings = config(sources={"a": 2, "b": 1}, weights={"b": 3}, augment=plain, seed=seed)
    sources = [
        source(smooth(1), smooth(2, height=40, width=70), name="a"),
        source(smooth(3, height=300, width=50), name="b"),
    ]
    pictures = load_pictures(sources, CPU, smallest=scale[0])
    windows, changes = draw_batch(settings, pictures.sources, step=seed)
    made = device_batches.cut(settings, pictures, windows, changes, seed=0, threshold=1.0)
    patches = []
    for number, one in enumerate(windows_of(windows, settings.crop)):
        of = sources[windows.source[number]]
        patch = crops.cut(of.item(int(windows.picture[number])), one, CropChange(), settings)
        patches.append(patch)
    wanted = collate(patches, settings.preprocess(), classes=0, threshold=1.0)
    assert torch.equal(made.density, wanted.density)
    assert wanted.masks is not None
    assert made.masks is not None
    assert all(torch.equal(a, b) for a, b in zip(made.masks, wanted.masks, strict=True))
    assert all(torch.equal(a, b) for a, b in zip(made.segmentations, wanted.segmentations, strict=True))
    assert torch.allclose(made.usual, wanted.usual)
    assert int(made.people) == wanted.people
    assert made.names == wanted.names
    assert made.weights.flatten().tolist() == [
        settings.weights.get(sources[s].name, 1) for s in windows.source
    ]
    levels = 255 * 0.27 * (made.pictures - wanted.pictures).abs()
    # At a crop's edges and beside a picture two ways to sample differ; elsewhere by rounding.
    assert float(levels.flatten().quantile(0.5)) < 1.0
    assert float(levels.mean()) < 4.0


def test_at_its_own_scale_a_crop_is_the_picture_pixel_for_pixel() -> None:
    settings = config(margin=0)
    item = dotted(seed=5)
    pictures = load_pictures([source(item)], CPU, smallest=1.0)
    windows, changes = draw_batch(settings, pictures.sources, step=1)
    made = device_batches.cut(settings, pictures, windows, changes, seed=0, threshold=1.0)
    for picture, one in zip(made.pictures, windows_of(windows, 64), strict=True):
        x, y = int(one.left), int(one.top)
        part = item.rgb[y : y + 64, x : x + 64]
        tensor = settings.preprocess().tensor(np.ascontiguousarray(part[:, ::-1] if one.flip else part))
        assert np.allclose(picture.numpy(), tensor, atol=1e-5)


def test_a_step_s_batch_is_the_same_whenever_it_is_asked_for() -> None:
    settings = config(augment=Augment(degrade=0.8, noise=0.5, grey=0.3))
    make = maker(settings, [source(dotted(seed=1), dotted(seed=2))], CPU, threshold=1.0)
    later = make(7)
    make(3)
    again, other = make(7), make(8)
    assert torch.equal(later.pictures, again.pictures)
    assert torch.equal(later.density, again.density)
    assert not torch.equal(later.pictures, other.pictures)


def test_shares_hold_in_every_batch() -> None:
    settings = config(sources={"a": 3, "b": 1}, batch=16)
    sources = [source(dotted(seed=1), name="a"), source(dotted(seed=2), dotted(seed=3), name="b")]
    pictures = load_pictures(sources, CPU, smallest=1.0)
    for step in range(20):
        windows, _ = draw_batch(settings, pictures.sources, step=step)
        assert (windows.source == 1).sum() == 4


def test_classes_follow_the_heads_of_a_crop() -> None:
    settings = config(network={"classes": 4}, margin=0)
    make = maker(settings, [source(dotted(heads=200))], CPU, threshold=5.0)
    made = make(0)
    assert made.classes is not None
    heads = made.density.sum(dim=(1, 2, 3)) / settings.density_scale
    assert made.classes.tolist() == [min(int(count // 5), 3) for count in heads.tolist()]


def test_what_cannot_be_cut_on_the_device_says_so() -> None:
    with_roi = Item("roi-1", np.zeros((80, 80, 3), np.uint8), np.zeros((0, 2)), np.ones((80, 80), np.uint8))
    with pytest.raises(ConfigError, match="roi-1 has a ROI"):
        load_pictures([source(with_roi)], CPU, smallest=1.0)
    with pytest.raises(ValueError, match="cut: device needs"):
        config(kernel="fixed")
