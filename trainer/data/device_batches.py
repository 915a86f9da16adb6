"""A step's batch, cut on the accelerator: its pictures are kept there, and a batch is made where it is used.

On a CPU the loader's thread keeps up with the network. An accelerator learns from thousands of crops a
second, and would wait for a loader.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from trainer.config import TrainConfig
from trainer.data import device_pixels as pixels
from trainer.data import labels
from trainer.data.batch import Batch
from trainer.data.device_pictures import DevicePictures
from trainer.data.draws import CropChanges, Windows, draw_batch
from trainer.data.labels import Axis


def batch(
    config: TrainConfig,
    pictures: DevicePictures,
    *,
    step: int,
    threshold: float,
    rank: int = 0,
    world: int = 1,
) -> Batch:
    """Return the batch of one step of one process; the same step always gives the same one.

    Args:
        config: of the run; ``cut: device``.
        pictures: all of them, on the device.
        step: from 0.
        threshold: people between two classes.
        rank, world: which of how many processes.
    """
    windows, changes = draw_batch(config, pictures.sources, step=step, rank=rank, world=world)
    seed = (config.seed * 1_000_003 + step * world + rank) % 2**63
    return cut(config, pictures, windows, changes, seed=seed, threshold=threshold)


@torch.no_grad()
def cut(
    config: TrainConfig,
    pictures: DevicePictures,
    windows: Windows,
    changes: CropChanges,
    *,
    seed: int,
    threshold: float,
) -> Batch:
    """Return the batch of given windows.

    Args:
        config: of the run; ``cut: device``.
        pictures: all of them, on the device.
        windows, changes: N of each.
        seed: of the noise.
        threshold: people between two classes.
    """
    device, crop = pictures.pixels.device, config.crop
    number = pictures.first[windows.source] + windows.picture
    level = _level(pictures.factors, windows.scale)
    whole = (pictures.heights[number, 0], pictures.widths[number, 0])
    # One transfer: every number of every window, in a column of its own.
    left, top, scale, flip, high, wide, offset, rows, columns = _sent(
        device, windows.left, windows.top, windows.scale, windows.flip, *whole,
        pictures.offsets[number, level], pictures.heights[number, level], pictures.widths[number, level],
    )  # fmt: skip
    mirrored = flip > 0
    across = Axis(left, scale, mirrored, wide, crop)
    down = Axis(top, scale, torch.zeros_like(mirrored), high, crop)
    heads = pictures.points[torch.from_numpy(number).to(device)]
    places = (across.move(heads[:, :, 0]), down.move(heads[:, :, 1]))
    inside = labels.people_inside(places, (across, down))
    preprocess = config.preprocess()
    mean, std = (torch.tensor(values, device=device) for values in (preprocess.mean, preprocess.std))
    rgb = pixels.sample(
        pictures.pixels,
        offset=offset.long(),
        size=(rows, columns),
        whole=(high, wide),
        at=(pixels.sampled_places(down), pixels.sampled_places(across)),
        fill=torch.round(255 * mean),
    )
    rgb = _changed(rgb, changes, seed=seed)
    normal = (rgb / 255 - mean[:, None, None]) / std[:, None, None]
    classes = config.network.classes
    usual = labels.expected_people(
        pictures.counts[number], crop=crop**2, scale=windows.scale, picture=whole[0] * whole[1]
    )
    weight = [config.weights.get(pictures.sources[source].name, 1.0) for source in windows.source]
    weights, usuals = _sent(device, np.asarray(weight), np.asarray(usual * preprocess.density_scale))
    judged = labels.known((across, down), margin=config.margin) if config.margin else None
    return Batch(
        pictures=normal.contiguous(memory_format=torch.channels_last),
        density=labels.head_counts(places, (across, down)) * preprocess.density_scale,
        segmentations=labels.segmentations(places, height=crop, width=crop),
        masks=None if judged is None else (labels.enlarged(judged, 4), labels.enlarged(judged, 2), judged),
        classes=labels.crowd_classes(inside, threshold=threshold, classes=classes) if classes else None,
        weights=weights.float().view(-1, 1, 1, 1),
        usual=usuals.float().view(-1, 1, 1, 1),
        people=inside.sum(),
        names=tuple(pictures.names[one] for one in number),
        leading=len(number),
    )


def _level(factors: NDArray[np.float64], scale: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return which size each crop is sampled from: the smallest that is not smaller than the crop."""
    level: NDArray[np.int64] = (factors[None] >= np.minimum(scale, 1.0)[:, None] - 1e-9).sum(axis=1) - 1
    return level


def _changed(rgb: Tensor, changes: CropChanges, *, seed: int) -> Tensor:
    gamma, contrast, brightness, grey, noise = _sent(
        rgb.device, changes.gamma, changes.contrast, changes.brightness, changes.grey, changes.noise
    )
    rgb = pixels.recolour(rgb, gamma=gamma, contrast=contrast, brightness=brightness, grey=grey > 0)
    chosen = (np.flatnonzero(changes.blur), np.flatnonzero(changes.quality))
    blurred, packed = (torch.from_numpy(one).to(rgb.device) for one in chosen)
    (sigma,) = _sent(rgb.device, changes.blur[chosen[0]])
    (quality,) = _sent(rgb.device, changes.quality[chosen[1]])
    rgb = pixels.degrade(rgb, blurred=blurred, sigma=sigma, packed=packed, quality=quality)
    if changes.noise.any():
        generator = torch.Generator(rgb.device).manual_seed(seed)
        field = torch.randn(rgb.shape, generator=generator, device=rgb.device)
        rgb = rgb + field * noise.float()[:, None, None, None]
    return rgb.round().clamp(0, 255)


def _sent(device: torch.device, *columns: NDArray[np.generic]) -> tuple[Tensor, ...]:
    """Return columns of numbers on the device, float64."""
    together = torch.from_numpy(np.stack([np.asarray(one, np.float64) for one in columns]))
    if device.type == "cuda":
        together = together.pin_memory()
    return tuple(together.to(device, non_blocking=True))
