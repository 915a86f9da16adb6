"""The labelled frames of one camera, from a ``points`` folder; refused where they cannot be meant."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from crowdmon.config import load as load_config
from crowdmon.counting.preprocess import Preprocess
from crowdmon.errors import ConfigError, CrowdmonError, DatasetError
from crowdmon.formats.roi import read_roi_mask, read_roi_mat
from crowdmon.values import Grid
from trainer.data.datasets import points
from trainer.data.datasets.base import Dataset, Points, Request, Sample
from trainer.data.datasets.rois import cover, inside_roi
from trainer.evaluate import frame_of

ALIKE = 1.0
"""Mean difference, in grey levels, below which two pictures are one."""

STRANGE = 0.1
"""Correlation with the other pictures below which a picture may be of another camera."""

SURE = 0.65
"""How alike the others must be for that to be sure: a street by day and by night is less alike."""

OUTSIDE = 0.1
"""Share of the heads that may lie outside their picture by a slip of the hand."""


@dataclass(frozen=True, eq=False)
class Labelled:
    """One labelled frame, as it is counted.

    Attributes:
        name: of its file.
        rgb: HxWx3 uint8.
        heads: N x 2 (x, y) in pixels of ``rgb``, those inside the ROI.
        cells: people of the labels per cell, float32.
        share: which share of each cell is counted, in 0..1; all ones without a ROI.
        everywhere: N x 2, heads of the whole picture.
    """

    name: str
    rgb: NDArray[np.uint8]
    heads: Points
    cells: NDArray[np.float32]
    share: NDArray[np.float32]
    everywhere: Points

    @property
    def truth(self) -> int:
        """Heads inside the ROI."""
        return len(self.heads)


@dataclass(frozen=True)
class Frames:
    """The frames in the order of their names, and what was noticed about them."""

    samples: tuple[Labelled, ...]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.samples)

    @property
    def truth(self) -> NDArray[np.float64]:
        """Heads of each frame, inside the ROI."""
        return np.array([one.truth for one in self.samples], np.float64)


def read(folder: Path, *, preprocess: Preprocess, roi: Path | None = None) -> Frames:
    """Read the frames that ``points.csv`` of a folder names.

    Args:
        folder: pictures and ``points.csv``.
        preprocess: says how large a cell is.
        roi: a ``roi.mat``, Mall's ``perspective_roi.mat``, or a configuration whose only camera has ROIs.

    Raises:
        DatasetError: a picture or label is missing, damaged, of another camera, or says nothing.
        ConfigError: the ROI cannot be used.
    """
    if not folder.is_dir():
        raise DatasetError(f"there is no folder {folder}", "Give --adapt a folder of pictures and points.csv")
    dataset = points.read(folder, Request(split="trainval"))
    check_outside(dataset.samples)
    pictures = [frame_of(sample).rgb for sample in dataset.samples]
    check_sizes(
        [(one.name, (rgb.shape[1], rgb.shape[0])) for one, rgb in zip(dataset.samples, pictures, strict=True)]
    )
    unlike = check_views([one.name for one in dataset.samples], pictures)
    samples = _with_labels(dataset, pictures, preprocess, roi)
    if not any(one.truth for one in samples):
        where = " inside the ROI" if roi else ""
        raise DatasetError(
            f"none of the {len(samples)} frames in {folder} has a head{where}: there is nothing to fit",
            "Label some moments with people",
        )
    return Frames(tuple(samples), (*dataset.notes, *unlike))


def _with_labels(
    dataset: Dataset, pictures: list[NDArray[np.uint8]], preprocess: Preprocess, roi: Path | None
) -> list[Labelled]:
    height, width = pictures[0].shape[:2]
    grid = preprocess.grid(height=height, width=width)
    area = read_roi(roi, size=dataset.samples[0].size or (width, height)) if roi else None
    share = np.ones((grid.rows, grid.columns), np.float32) if area is None else area.share(grid)
    found = []
    for sample, rgb in zip(dataset.samples, pictures, strict=True):
        scale = width / (sample.size[0] if sample.size else width)
        kept = sample.points if area is None else sample.points[area.holds(sample.points)]
        found.append(
            Labelled(
                sample.name,
                rgb,
                kept * scale,
                heads_per_cell(sample.points * scale, grid, preprocess.stride),
                share,
                sample.points * scale,
            )
        )
    return found


def heads_per_cell(heads: Points, grid: Grid, stride: int) -> NDArray[np.float32]:
    """Return heads per cell; each counts in the cell that holds the pixel of its centre."""
    cells = np.zeros((grid.rows, grid.columns), np.float32)
    if len(heads):
        column, row = (np.rint(heads).astype(int) // stride).T
        np.add.at(cells, (np.clip(row, 0, grid.rows - 1), np.clip(column, 0, grid.columns - 1)), 1.0)
    return cells


def check_outside(samples: tuple[Sample, ...]) -> None:
    """Refuse labels of which many lie outside their picture: they were clicked on another size."""
    for one in samples:
        every = one.count + one.outside
        if one.outside > max(1.0, OUTSIDE * every):
            size = f"{one.size[0]}x{one.size[1]} " if one.size else ""
            raise DatasetError(
                f"{one.outside} of the {every} heads of {one.name} lie outside its {size}picture",
                "Were they clicked on a picture of another size?",
            )


def check_sizes(sizes: list[tuple[str, tuple[int, int]]]) -> None:
    """Refuse frames of several sizes."""
    usual, most = Counter(size for _, size in sizes).most_common(1)[0]
    other = next(((name, size) for name, size in sizes if size != usual), None)
    if other is not None:
        name, (width, height) = other
        raise DatasetError(
            f"{name} has {width}x{height} pixels, {most} of the {len(sizes)} have {usual[0]}x{usual[1]}",
            "Use frames of one camera at one size",
        )


def check_views(names: list[str], pictures: list[NDArray[np.uint8]]) -> list[str]:
    """Refuse frames that are all the same moment, and one that is surely of another camera.

    Returns:
        Notes on frames that may be of another camera.
    """
    if len(pictures) < 2:
        return []
    small = [_small(rgb) for rgb in pictures]
    if all(float(np.abs(one - small[0]).mean()) < ALIKE for one in small[1:]):
        raise DatasetError(
            f"all {len(pictures)} frames are the same picture: they say no more than one of them",
            "Label different moments",
        )
    if len(pictures) < 3:
        return []
    edges = [_edges(one) for one in small]
    alike = np.corrcoef([one.ravel() for one in edges])
    np.fill_diagonal(alike, np.nan)
    near = np.nanmax(np.nan_to_num(alike, nan=-1.0), axis=1)
    worst = int(np.argmin(near))
    if near[worst] < STRANGE and np.median(np.delete(near, worst)) > SURE:
        raise DatasetError(
            f"{names[worst]} does not look like any of the other frames: is it of another camera?",
            "Use frames of one camera that does not move",
        )
    return [
        f"{name} looks unlike the other frames: is it of the same camera"
        for name, alike in zip(names, near, strict=True)
        if alike < STRANGE
    ]


def _small(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.resize(grey, (96, 72), interpolation=cv2.INTER_AREA), np.float32)


def _edges(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    """What of a picture does not depend on its light."""
    rough = grey - cv2.GaussianBlur(grey, (0, 0), 4)
    spread = np.sqrt(cv2.GaussianBlur(rough * rough, (0, 0), 6)) + 2.0
    return np.asarray(rough / spread, np.float32)


class Area:
    """A ROI on pictures of one size: a polygon, several, or a mask."""

    def __init__(self, parts: list[Points], mask: NDArray[np.bool_] | None, size: tuple[int, int]) -> None:
        self._parts, self._mask, self._size = parts, mask, size

    def share(self, grid: Grid) -> NDArray[np.float32]:
        """Return which share of each cell lies inside."""
        if self._mask is not None:
            return _known(cover(_Roi(None, self._mask), grid))
        scale = grid.width / self._size[0]
        covers = [_known(cover(_Roi((part + 0.5) * scale - 0.5, None), grid)) for part in self._parts]
        together: NDArray[np.float32] = np.minimum(np.sum(covers, axis=0), 1.0).astype(np.float32)
        return together

    def holds(self, heads: Points) -> NDArray[np.bool_]:
        """Tell of each head, in pixels of the picture's own size, whether it lies inside."""
        if self._mask is not None:
            return inside_roi(heads, roi=None, mask=self._mask)
        inside = np.zeros(len(heads), bool)
        for part in self._parts:
            inside |= inside_roi(heads, roi=part, mask=None)
        return inside


@dataclass(frozen=True, eq=False)
class _Roi:
    roi: Points | None
    mask: NDArray[np.bool_] | None


def _known(share: NDArray[np.float32] | None) -> NDArray[np.float32]:
    assert share is not None
    return share


def read_roi(path: Path, *, size: tuple[int, int]) -> Area:
    """Read a ROI file for pictures of ``size`` (width, height).

    Raises:
        ConfigError: it is no ROI file, or does not fit pictures of this size.
    """
    try:
        if path.suffix.lower() in (".yaml", ".yml"):
            return _from_yaml(path, size)
        try:
            mask = read_roi_mask(path)
        except DatasetError:
            return Area([np.array(read_roi_mat(path), np.float64)], None, size)
    except (CrowdmonError, OSError) as error:
        raise ConfigError(
            f"--roi {path} holds no ROI: {error}", "Give a roi.mat or a configuration"
        ) from error
    if mask.shape != (size[1], size[0]):
        raise ConfigError(
            f"--roi {path} is a mask of {mask.shape[1]}x{mask.shape[0]} pixels, "
            f"and the frames have {size[0]}x{size[1]}",
            "Use the mask of this camera",
        )
    return Area([], mask, size)


def _from_yaml(path: Path, size: tuple[int, int]) -> Area:
    cameras = load_config(path).cameras
    if len(cameras) != 1 or not cameras[0].rois:
        raise ConfigError(f"{path} has {len(cameras)} cameras", "It needs one, with ROIs")
    parts = [np.array(roi.polygon, np.float64) * size - 0.5 for roi in cameras[0].rois]
    return Area(parts, None, size)
