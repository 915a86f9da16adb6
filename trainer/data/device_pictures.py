"""Pictures and head points on the device, each picture at a few sizes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from crowdmon.errors import ConfigError, DatasetError
from trainer.data.draws import PictureSizes
from trainer.data.sources import DataSource, Item

SHRINK = 0.8
"""Each size of a picture is this much smaller than the one before. A crop is sampled from the smallest that
is not smaller than it: the four pixels around a point are then all it stands for, and nothing flickers."""

FAR = 1e9
"""Where there is no head: the rows of all pictures are as long as the longest."""


@dataclass(frozen=True, eq=False)
class DevicePictures:
    """All pictures of all sources, one after the other.

    Attributes:
        pixels: on the device; red, green and blue of a pixel in one int32, picture after picture.
        points: PxMx2 float64 on the device, (x, y) in pixels; ``FAR`` where a picture has fewer heads.
        offsets: PxL, where each size of each picture begins in ``pixels``.
        heights, widths: PxL, of each size, in pixels; the first is the picture's own.
        factors: L, how much smaller each size is.
        first: of each source, its first picture.
        counts: head points of each picture.
        sources: of each source, its name and the sizes of its pictures.
        names: of each picture.
    """

    pixels: Tensor
    points: Tensor
    offsets: NDArray[np.int64]
    heights: NDArray[np.int64]
    widths: NDArray[np.int64]
    factors: NDArray[np.float64]
    first: NDArray[np.int64]
    counts: NDArray[np.int64]
    sources: tuple[PictureSizes, ...]
    names: tuple[str, ...]


def load_pictures(sources: Sequence[DataSource], device: torch.device, *, smallest: float) -> DevicePictures:
    """Read all pictures and copy them to the device.

    Args:
        sources: whose pictures have no ROI, and no density of their own.
        device: whose memory takes about ten bytes a pixel.
        smallest: scale that crops are cut at.

    Raises:
        ConfigError: a picture has a ROI or a density of its own. DatasetError: none of a source can be read.
    """
    factors = [1.0]
    while factors[-1] * SHRINK >= smallest:
        factors.append(factors[-1] * SHRINK)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        read = [one for source in sources for one in _all(source, pool, factors, device)]
    sizes = np.asarray([[one.shape for one in item.sizes] for item in read], np.int64)
    lengths = sizes[:, :, 0] * sizes[:, :, 1]
    ends = np.cumsum(lengths.ravel()).reshape(lengths.shape)
    first = np.cumsum([0, *(len(source) for source in sources)])
    sized = tuple(
        PictureSizes(source.name, sizes[start : start + len(source), 0], source.scaled)
        for source, start in zip(sources, first, strict=False)
    )
    return DevicePictures(
        pixels=torch.cat([one.flatten() for item in read for one in item.sizes]),
        points=_padded([item.points for item in read]).to(device),
        offsets=ends - lengths,
        heights=sizes[:, :, 0],
        widths=sizes[:, :, 1],
        factors=np.asarray(factors),
        first=first[:-1],
        counts=np.asarray([len(item.points) for item in read]),
        sources=sized,
        names=tuple(item.name for item in read),
    )


@dataclass(frozen=True, eq=False)
class _Sized:
    name: str
    sizes: list[Tensor]
    points: NDArray[np.float64]


def _all(
    source: DataSource, pool: ThreadPoolExecutor, factors: Sequence[float], device: torch.device
) -> list[_Sized]:
    """Read the pictures of a source; the next sound one stands in the place of one that cannot be read."""

    def read(index: int) -> _Sized | DatasetError:
        try:
            return _sized(source.makers[index](), factors, device)
        except DatasetError as error:
            return error

    found = list(pool.map(read, range(len(source))))
    for index, one in enumerate(found):
        if isinstance(one, DatasetError):
            source.leave_out(index, one)
    sound = [index for index, one in enumerate(found) if isinstance(one, _Sized)]
    if found and not sound:
        raise next(iter(source.bad.values()))
    stand_ins = (next((at for at in sound if at >= index), sound[0]) for index in range(len(found)))
    return [one for at in stand_ins if isinstance(one := found[at], _Sized)]


def _sized(item: Item, factors: Sequence[float], device: torch.device) -> _Sized:
    if item.mask is not None or item.density is not None:
        raise ConfigError(
            f"{item.name} has a ROI or a perspective map, which cut: device does not know",
            "Use cut: cpu for this benchmark",
        )
    height, width = item.rgb.shape[:2]
    sizes = []
    for factor in factors:
        size = (max(1, round(width * factor)), max(1, round(height * factor)))
        rgb = item.rgb if factor == 1 else cv2.resize(item.rgb, size, interpolation=cv2.INTER_AREA)
        wide = rgb.astype(np.int32)
        packed = wide[:, :, 0] | wide[:, :, 1] << 8 | wide[:, :, 2] << 16
        sizes.append(torch.from_numpy(packed).to(device))
    return _Sized(item.name, sizes, item.points)


def _padded(points: Sequence[NDArray[np.float64]]) -> Tensor:
    most = max([1, *map(len, points)])
    rows = np.full((len(points), most, 2), FAR)
    for row, one in zip(rows, points, strict=True):
        row[: len(one)] = one
    return torch.from_numpy(rows)
