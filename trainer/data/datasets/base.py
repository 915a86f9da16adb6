"""What every benchmark turns into: samples of a picture and its head points.

Pixel coordinates are 0-based and pixel i is centred on i, so a picture W wide spans x in
-0.5 .. W - 0.5. MATLAB labels are 1-based and have 1 subtracted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crowdmon.errors import DatasetError
from trainer.data.datasets.pictures import read_picture

Points = NDArray[np.float64]

SPLITS = ("train", "val", "trainval", "test")


@dataclass(frozen=True, eq=False)
class Sample:
    """One labelled picture.

    Attributes:
        name: short and unique in its dataset, as reports print it.
        image: the picture's file.
        points: N x 2 float64 head points (x, y) in 0-based pixels, all inside the picture and, where
            the benchmark has one, inside its ROI: their number is the truth.
        size: (width, height) in pixels, from the file's header; None if it has none that is readable.
        outside: labelled heads left out of ``points`` because they lie outside the picture.
        outside_roi: labelled heads left out because they lie outside the ROI.
        roi: M x 2 corners of the ROI's polygon in 0-based pixels, None for the whole picture.
        mask: H x W bool ROI mask, where the benchmark gives a mask in place of a polygon.
        perspective: MAT file of the perspective map.
        scene: the camera, where the benchmark scores by scene; empty elsewhere.
        upright: turn the picture as its rotation tag says (people's own photos; the benchmarks'
            labels belong to the pixels as stored).
        categories: kinds of picture it is scored under, beside all; see ``Dataset.categories``.
        labelled: False where the truth is withheld: ``points`` is empty then and says nothing.
        megapixels: millions of pixels it may have, where that is more than the application reads.
    """

    name: str
    image: Path
    points: Points
    size: tuple[int, int] | None = None
    outside: int = 0
    outside_roi: int = 0
    roi: Points | None = None
    mask: NDArray[np.bool_] | None = None
    perspective: Path | None = None
    scene: str = ""
    upright: bool = False
    categories: tuple[str, ...] = ()
    labelled: bool = True
    megapixels: float | None = None

    @property
    def count(self) -> int:
        """Heads in the picture (inside the ROI)."""
        return len(self.points)

    def read(self) -> NDArray[np.uint8]:
        """Return the picture, H x W x 3 uint8 RGB; grey ones become RGB. DatasetError if it cannot be."""
        return read_picture(self.image, upright=self.upright, megapixels=self.megapixels)


@dataclass(frozen=True)
class Dataset:
    """A split of a benchmark.

    Attributes:
        name: the benchmark, one of ``NAMES``.
        split: train, val, trainval or test.
        samples: in the natural order of their names.
        notes: what was missing, left out, clipped or is known to be wrong; one sentence each.
        folds: the test pictures of every fold, for UCF_CC_50.
        fold: which of them this is, from 1; 0 without folds.
        categories: kinds of picture the benchmark reports by, in its order; a picture may be of several.
    """

    name: str
    split: str
    samples: tuple[Sample, ...]
    notes: tuple[str, ...] = ()
    folds: tuple[tuple[str, ...], ...] = ()
    fold: int = 0
    categories: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.samples)

    @property
    def heads(self) -> int:
        """Heads in all samples."""
        return sum(sample.count for sample in self.samples)


@dataclass(frozen=True)
class Request:
    """What is wanted of a reader.

    Attributes:
        split: one of ``SPLITS``.
        seed: of the validation hold-out (and of random folds).
        fold: 1..5, or 0 for no fold: all pictures in every split; UCF_CC_50 only.
        folds: ``pfdnet``, ``sequential`` or ``seed``, UCF_CC_50 only.
        joint: leave out what another benchmark's splits hold too, for training on several at once.
        official: keep even the pictures known to be flawed or leaked, for comparing with official totals.
    """

    split: str = "train"
    seed: int = 0
    fold: int = 1
    folds: str = "pfdnet"
    joint: bool = False
    official: bool = False


@dataclass(frozen=True)
class Official:
    """A benchmark's published figures (the paper's Table II, where it is in there).

    Attributes:
        pictures: of each official split; ``all`` where there is none.
        heads: labelled heads in all splits.
        largest: the largest count of a picture, the C of ``Thr = C / K``; None if not published.
    """

    pictures: dict[str, int]
    heads: int
    largest: int | None = None


@dataclass(frozen=True)
class Benchmark:
    """What is known about a benchmark before it is read.

    Attributes:
        name: as ``--dataset`` takes it.
        read: the reader, called with the folder that was found.
        tree: drawing of the expected folder, for people.
        folders: names the folder goes by; spelling (case, ``-``, ``_``, blanks) does not matter.
        parents: names of a folder that may lie between a data root and it.
        markers: glob patterns, relative to the folder; one must match.
        never: names the folder must not go by, though the markers match.
        splits: splits that can be there.
        official: the published figures, None without any.
    """

    name: str
    read: Callable[[Path, Request], Dataset]
    tree: str
    folders: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    markers: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    splits: tuple[str, ...] = SPLITS
    official: Official | None = None


class MissingDataError(DatasetError):
    """Something of a benchmark is not there; ``tree`` draws what was expected."""

    def __init__(self, message: str, hint: str = "", *, tree: str = "") -> None:
        super().__init__(message, hint)
        self.tree = tree
