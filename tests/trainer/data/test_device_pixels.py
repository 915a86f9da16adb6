"""What happens to the pixels on the device is what happens to them on the CPU."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from trainer.data import device_pixels as pixels


def photo(side: int = 64, seed: int = 0) -> NDArray[np.uint8]:
    rng = np.random.default_rng(seed)
    soft = cv2.resize(
        rng.integers(0, 256, (9, 9, 3)).astype(np.uint8), (side, side), interpolation=cv2.INTER_CUBIC
    )
    grain = rng.integers(-12, 13, soft.shape)
    return np.asarray(np.clip(soft.astype(np.int16) + grain, 0, 255), np.uint8)


def tensor(*pictures: NDArray[np.uint8]) -> torch.Tensor:
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float()


@pytest.mark.parametrize("quality", [15, 40, 70])
def test_jpeg_loses_what_an_encoder_loses(quality: int) -> None:
    rgb = photo(seed=quality)
    _, packed = cv2.imencode(".jpg", rgb[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    read = cv2.imdecode(packed, cv2.IMREAD_COLOR)
    assert read is not None
    wanted = read[:, :, ::-1].astype(np.float32)
    found = pixels.compressed(tensor(rgb), torch.tensor([float(quality)]))[0].permute(1, 2, 0).numpy()
    lost = np.abs(wanted - rgb).mean()
    assert lost > 2
    assert np.abs(found - wanted).mean() < 0.25 * lost
    assert np.abs(found - rgb).mean() == pytest.approx(lost, rel=0.1)


def test_each_picture_is_blurred_by_its_own_sigma() -> None:
    rgb, sigmas = photo(), (0.5, 1.4)
    found = pixels.blur(tensor(rgb, rgb), torch.tensor(sigmas))
    for picture, sigma in zip(found, sigmas, strict=True):
        wanted = cv2.GaussianBlur(rgb.astype(np.float32), (11, 11), sigma, borderType=cv2.BORDER_REPLICATE)
        assert np.abs(picture.permute(1, 2, 0).numpy() - wanted).max() < 0.5


def test_light_changes_as_on_the_cpu() -> None:
    rgb = photo()
    levels = ((np.linspace(0, 1, 256) ** 1.3) - 0.5) * 0.8 + 0.5 + 0.1
    wanted = cv2.LUT(rgb, (np.clip(levels, 0, 1) * 255).astype(np.uint8)).astype(np.float32)
    one = torch.tensor([1.3]), torch.tensor([0.8]), torch.tensor([0.1])
    found = pixels.recolour(
        tensor(rgb), gamma=one[0], contrast=one[1], brightness=one[2], grey=torch.tensor([False])
    )
    assert np.abs(found[0].permute(1, 2, 0).numpy() - wanted).max() <= 1.01
    grey = pixels.recolour(
        tensor(rgb), gamma=one[0], contrast=one[1], brightness=one[2], grey=torch.tensor([True])
    )
    assert torch.equal(grey[:, 0], grey[:, 1])
    assert torch.equal(grey[:, 0], grey[:, 2])
