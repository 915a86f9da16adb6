"""A step's batch, cut where it is used."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from trainer.config import TrainConfig
from trainer.data.device import labels, pixels, plan
from trainer.data.device.labels import Axis
from trainer.data.device.plan import Changes, Windows
from trainer.data.device.shelf import Shelf
from trainer.data.loader import Batch


def batch(
    config: TrainConfig, shelf: Shelf, *, step: int, threshold: float, rank: int = 0, world: int = 1
) -> Batch:
    """Return the batch of one step of one process; the same one whenever it is asked for again.

    Args:
        config: of the run; ``cut: device``.
        shelf: the pictures.
        step: from 0.
        threshold: people between two classes.
        rank, world: which of how many processes.
    """
    windows, changes = plan.draw(config, shelf.shapes, step=step, rank=rank, world=world)
    seed = (config.seed * 1_000_003 + step * world + rank) % 2**63
    return cut(config, shelf, windows, changes, seed=seed, threshold=threshold)


@torch.no_grad()
def cut(
    config: TrainConfig, shelf: Shelf, windows: Windows, changes: Changes, *, seed: int, threshold: float
) -> Batch:
    """Return the batch of given windows.

    Args:
        config: of the run; ``cut: device``.
        shelf: the pictures.
        windows, changes: N of each.
        seed: of the noise.
        threshold: people between two classes.
    """
    device, crop = shelf.pixels.device, config.crop
    number = shelf.first[windows.source] + windows.picture
    level = _level(shelf.factors, windows.scale)
    whole = (shelf.heights[number, 0], shelf.widths[number, 0])
    # One transfer: every number of every window, in a column of its own.
    left, top, scale, flip, high, wide, offset, rows, columns = _sent(
        device, windows.left, windows.top, windows.scale, windows.flip, *whole, shelf.offsets[number, level],
        shelf.heights[number, level], shelf.widths[number, level],
    )  # fmt: skip
    mirrored = flip > 0
    axes = (Axis(left, scale, mirrored, wide), Axis(top, scale, torch.zeros_like(mirrored), high))
    heads = shelf.points[torch.from_numpy(number).to(device)]
    points = (axes[0].move(heads[:, :, 0], crop=crop), axes[1].move(heads[:, :, 1], crop=crop))
    inside = labels.counts(points, crop=crop)
    preprocess = config.preprocess()
    mean, std = (torch.tensor(values, device=device) for values in (preprocess.mean, preprocess.std))
    rgb = pixels.sample(
        shelf.pixels,
        offset=offset.long(),
        size=(rows, columns),
        whole=(high, wide),
        at=tuple(pixels.axis(a.corner, a.scale, a.flip, crop=crop) for a in reversed(axes)),  # type: ignore[arg-type]
        fill=torch.round(255 * mean),
    )
    rgb = _changed(rgb, changes, seed=seed)
    normal = (rgb / 255 - mean[:, None, None]) / std[:, None, None]
    classes = config.network.classes
    covered = np.minimum(crop**2 / windows.scale**2 / (whole[0] * whole[1]), 1.0)
    usual = shelf.counts[number] * covered * preprocess.density_scale
    weight = [config.weights.get(shelf.shapes[source].name, 1.0) for source in windows.source]
    weights, usuals = _sent(device, np.asarray(weight), usual)
    return Batch(
        pictures=normal.contiguous(memory_format=torch.channels_last),
        density=labels.density(points, axes, crop=crop) * preprocess.density_scale,
        segmentations=labels.segmentations(points, crop=crop),
        masks=labels.masks(axes, crop=crop, margin=config.margin),
        classes=(inside // threshold).clamp(max=classes - 1).long() if classes else None,
        weights=weights.float().view(-1, 1, 1, 1),
        usual=usuals.float().view(-1, 1, 1, 1),
        people=inside.sum(),
        names=tuple(shelf.names[one] for one in number),
        leading=len(number),
    )


def _level(factors: NDArray[np.float64], scale: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return which size each crop is sampled from: the smallest that is not smaller than the crop."""
    level: NDArray[np.int64] = (factors[None] >= np.minimum(scale, 1.0)[:, None] - 1e-9).sum(axis=1) - 1
    return level


def _changed(rgb: Tensor, changes: Changes, *, seed: int) -> Tensor:
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
