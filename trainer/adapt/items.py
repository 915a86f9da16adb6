"""What the network learns from: stored features of frames and of their other looks, with their labels.

The first layers are the same for every camera and stay as they are. What they see of a frame is computed
once; a step then costs a fraction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from crowdmon.counting.network import SSRHEF
from crowdmon.counting.preprocess import Preprocess
from crowdmon.scene import Plaza
from trainer.adapt.augment import look
from trainer.adapt.frames import Labelled, heads_per_cell
from trainer.data.datasets.base import Points
from trainer.data.empty_pictures import PATTERNS, picture

LARGEST = (64, 80)
"""Rows and columns of cells that are learned from at once; larger frames in windows."""

_NOTHING: Points = np.zeros((0, 2))


@dataclass(frozen=True, eq=False)
class Item:
    """One picture as it is learned from.

    Attributes:
        features: 1xCxhxw float16, what the first layers see.
        people: 1x1xhxw labelled people per cell.
        share: 1x1xhxw, how much each cell counts; 0 where the picture was padded.
    """

    features: Tensor
    people: Tensor
    share: Tensor


LEARNS = ("stages.2", "segment.2", "fuse", "enhance", "head")
"""How the names of the parameters that learn begin: all but the first two stages, which see edges."""


def before(network: SSRHEF, pictures: Tensor) -> Tensor:
    """Return what the layers that do not learn see of Nx3xHxW pictures."""
    x = network.stem(pictures)
    pooled: list[Tensor] = []
    for depth, stage in enumerate(network.stages):
        x = F.max_pool2d(x, 2) if depth else x
        if depth == 2:
            break
        x = _refine(network, depth, stage(x))
        pooled.append(F.avg_pool2d(x, 4 >> depth))
    return torch.cat([*pooled, x], dim=1)


def after(network: SSRHEF, features: Tensor) -> Tensor:
    """Return scaled people per cell, not clipped, from what :func:`before` gave."""
    one, two = network.config.widths[:2]
    x = _refine(network, 2, network.stages[2](features[:, one + two :]))
    return network.density(network.fuse(torch.cat([features[:, : one + two], x], dim=1)))


def _refine(network: SSRHEF, depth: int, x: Tensor) -> Tensor:
    if not network.config.segmentation:
        return x
    return x * torch.sigmoid(network.segment[depth](x))


@torch.no_grad()
def item(
    network: SSRHEF,
    preprocess: Preprocess,
    rgb: NDArray[np.uint8],
    heads: Points,
    share: NDArray[np.float32] | None = None,
) -> Item:
    """Return a picture as it is learned from."""
    height, width = rgb.shape[:2]
    grid = preprocess.grid(height=height, width=width)
    pixels = torch.from_numpy(preprocess.prepare(rgb))
    features = before(network, pixels.to(memory_format=torch.channels_last)).half()
    cells = np.zeros((2, *features.shape[2:]), np.float32)
    cells[0, : grid.rows, : grid.columns] = heads_per_cell(heads, grid, preprocess.stride)
    kept: NDArray[np.float32] = np.ones((grid.rows, grid.columns), np.float32)
    if share is not None and share.min() < 1:
        kept = np.asarray(cv2.resize(share, (grid.columns, grid.rows), interpolation=cv2.INTER_LINEAR))
    cells[1, : grid.rows, : grid.columns] = kept
    people, counted = torch.from_numpy(cells)[:, None, None]
    return Item(features, people * counted, counted)


def of_frame(network: SSRHEF, preprocess: Preprocess, frame: Labelled) -> Item:
    """Return a frame as it is."""
    return item(network, preprocess, frame.rgb, frame.everywhere, frame.share)


def another_look(network: SSRHEF, preprocess: Preprocess, frame: Labelled, rng: np.random.Generator) -> Item:
    """Return another look of a frame."""
    return item(network, preprocess, *look(frame.rgb, frame.everywhere, frame.share, rng))


def general(network: SSRHEF, preprocess: Preprocess) -> list[Item]:
    """Return what is learned beside, against forgetting: pictures without people, the demo square."""
    return [item(network, preprocess, rgb, heads) for rgb, heads in _beside()]


@lru_cache(maxsize=1)
def _beside() -> list[tuple[NDArray[np.uint8], Points]]:
    """Return the pictures and their heads; drawing them takes as long as looking at them."""
    made = [
        (np.ascontiguousarray(picture(number)[:192, :256]), _NOTHING) for number in range(3 * len(PATTERNS))
    ]
    for people, seed, second in ((40, 901, 3.0), (25, 77, 9.0), (60, 5, 20.0), (0, 9, 0.0)):
        frame = Plaza(people=people, seed=seed).render(second)
        made.append((frame.rgb.copy(), frame.heads.astype(np.float64)))
    return made


def window(one: Item, rng: np.random.Generator) -> Item:
    """Return a part of an item of at most :data:`LARGEST` cells; cut edges count a little less."""
    rows, columns = one.features.shape[2:]
    down, across = min(rows, LARGEST[0]), min(columns, LARGEST[1])
    if (down, across) == (rows, columns):
        return one
    top, left = int(rng.integers(rows - down + 1)), int(rng.integers(columns - across + 1))
    part = (slice(None), slice(None), slice(top, top + down), slice(left, left + across))
    share = one.share[part].clone()
    edge = 4
    for cut, where in (
        (top > 0, (..., slice(0, edge), slice(None))),
        (top + down < rows, (..., slice(-edge, None), slice(None))),
        (left > 0, (..., slice(0, edge))),
        (left + across < columns, (..., slice(-edge, None))),
    ):
        if cut:
            share[where] = 0.0
    people = one.people[part] * (share > 0)
    return Item(one.features[part], people, share)


_ROW = torch.tensor([1.0, 4.0, 6.0, 4.0, 1.0])
_BLUR = (_ROW[:, None] * _ROW[None] / 256)[None, None]


def loss(people: Tensor, one: Item) -> Tensor:
    """Return how wrong people per cell are: in places a head wide, and in blocks of 2, 4 and 8 cells.

    A head that is found a little beside its label is hardly wrong. Sums of blocks are what counts.

    Args:
        people: 1x1xhxw people per cell.
        one: what they should be.
    """
    off = people * one.share - one.people
    total = F.conv2d(off, _BLUR, padding=2).square().mean() * 100
    for side in (2, 4, 8):
        blocks = F.avg_pool2d(off, side, ceil_mode=True, divisor_override=1)
        total = total + (torch.sqrt(blocks.square() + 0.25) - 0.5).mean() * 10 / side
    return total


def drawn(items: Sequence[Item], rng: np.random.Generator) -> Item:
    """Return one of several items, at random."""
    return items[int(rng.integers(len(items)))]
