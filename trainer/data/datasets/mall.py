"""Mall: 2,000 frames of one camera in a shopping mall, 640 x 480, with a ROI mask.

Official split: frames 1-800 train, 801-2000 test. A copy may hold fewer frames; what is there is
read and what is missing is said. Validation: one run of consecutive frames, a tenth of the training
frames, for neighbours are nearly the same picture. Its licence is research only: score with it, but
ship nothing trained on it.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crowdmon.formats.points import mall_frames
from crowdmon.formats.roi import read_roi_mask
from trainer.data.datasets.base import Benchmark, Dataset, MissingDataError, Official, Request, Sample
from trainer.data.datasets.find import child
from trainer.data.datasets.heads import common_notes, inside
from trainer.data.datasets.pictures import picture_size, pictures_in
from trainer.data.datasets.rois import inside_roi
from trainer.data.datasets.splits import block, select

TRAIN_FRAMES = 800
FRAMES = 2000

TREE = """\
mall_dataset/
  frames/seq_000001.jpg ... seq_002000.jpg
  mall_gt.mat
  perspective_roi.mat"""

_NUMBER = re.compile(r"seq_0*(\d+)", re.IGNORECASE)


def read(root: Path, request: Request) -> Dataset:
    """Read one split; head points outside the ROI mask are dropped."""
    folder = child(root, "frames") or root
    frames = {int(m[1]): path for path in pictures_in(folder) if (m := _NUMBER.fullmatch(path.stem))}
    if not frames:
        raise MissingDataError(f"mall: no pictures seq_000001.jpg ... in {folder}", tree=TREE)
    heads = mall_frames(root / "mall_gt.mat")
    mask, notes = _mask(root / "perspective_roi.mat")
    wanted = range(TRAIN_FRAMES + 1, FRAMES + 1) if request.split == "test" else range(1, TRAIN_FRAMES + 1)
    samples = []
    for number in wanted:
        if number in frames and number <= len(heads):
            path = frames[number]
            size = picture_size(path)
            points, outside = inside(heads[number - 1], size)
            kept = inside_roi(points, roi=None, mask=mask)
            samples.append(
                Sample(
                    path.stem,
                    path,
                    points[kept],
                    size,
                    outside,
                    int((~kept).sum()),
                    mask=mask,
                    scene="mall",
                    perspective=root / "perspective_roi.mat" if mask is not None else None,
                )
            )
    if not samples:
        raise MissingDataError(
            f"mall: no frame of {wanted[0]}..{wanted[-1]} is in {folder} ({len(frames)} frames there, "
            f"{min(frames)} to {max(frames)}, and labels of {len(heads)})",
            "Frames 1-800 are train, 801-2000 test.",
            tree=TREE,
        )
    if len(samples) < len(wanted):
        notes.append(f"{len(wanted) - len(samples)} of {len(wanted)} frames or their labels are missing")
    if request.split != "test":
        samples = list(select(samples, block(samples, request.seed), request.split))
    return Dataset("mall", request.split, tuple(samples), (*common_notes(samples), *notes))


def _mask(path: Path) -> tuple[NDArray[np.bool_] | None, list[str]]:
    if not path.is_file():
        return None, ["perspective_roi.mat is missing: the whole picture is scored"]
    return read_roi_mask(path), []


BENCHMARK = Benchmark(
    "mall",
    read,
    TREE,
    folders=("mall_dataset", "mall"),
    parents=("mall_dataset", "mall"),
    markers=("mall_gt.mat",),
    official=Official({"train": 800, "test": 1200}, heads=62_325),
)
