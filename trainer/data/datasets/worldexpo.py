"""WorldExpo'10: 108 surveillance cameras, 720 x 576, each with a ROI and a perspective map.

Truth is the number of head points in the ROI polygon, its boundary included; points outside are
dropped; frames without people in the ROI are kept, in training and in scoring. Validation: whole
scenes, a tenth of the training frames; a tree with a single training scene gives a run of its frames.

A frame's scene is the first six characters of its name; splitting at ``_`` fails for two scenes.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np

from crowdmon.errors import DatasetError
from crowdmon.formats.points import point_num, point_position
from crowdmon.formats.roi import read_roi_mat
from trainer.data.datasets.base import Benchmark, Dataset, MissingDataError, Official, Points, Request, Sample
from trainer.data.datasets.find import child
from trainer.data.datasets.heads import common_notes, inside, some
from trainer.data.datasets.pictures import natural_key, picture_size, pictures_in
from trainer.data.datasets.rois import inside_roi
from trainer.data.datasets.splits import block, by_group, select

TEST_SCENES = ("104207", "200608", "200702", "202201", "500717")
"""S1 to S5, in the order of the literature's tables."""

WRONG = (
    "200778_C10-03-S20100717083000000E20100717233000000_4_clip1_2",
    "200778_C10-03-S20100717083000000E20100717233000000_4_clip1_3",
    "200778_C10-03-S20100717083000000E20100717233000000_clip1_3",
    "500674_E05-03-*_5_clip1_2",
    "600079_E06-02-*_7_clip1_2",
)
"""Training frames whose labels are known to be wrong."""

TREE = """\
WorldExpo/
  train_frame/<name>.jpg ...
  train_label/<scene>/<name>.mat ... roi.mat      (scene: first six characters of the name)
  train_perspective/<scene>.mat
  test_frame/<scene>/<name>.jpg ...               (104207 200608 200702 202201 500717)
  test_label/<scene>/<name>.mat ... roi.mat
  test_perspective/<scene>.mat"""


def scene_of(name: str) -> str:
    """Return the scene of a frame's name: its first six characters."""
    return name[:6]


def read(root: Path, request: Request) -> Dataset:
    """Read one split; fewer scenes than the official ones are read and noted."""
    split = "test" if request.split == "test" else "train"
    samples, notes = _read(root, split, keep_wrong=request.official)
    scenes: dict[str, list[Sample]] = {}
    for sample in samples:
        scenes.setdefault(sample.scene, []).append(sample)
    if split == "test":
        absent = [scene for scene in TEST_SCENES if scene not in scenes]
        if absent:
            notes.append(f"test scenes missing: {', '.join(absent)}")
        return Dataset("worldexpo", "test", tuple(samples), tuple(notes))
    held = by_group(scenes, request.seed)
    if not held:
        held = block(samples, request.seed)
        notes.append("a single training scene: validation is a run of its frames")
    return Dataset("worldexpo", request.split, select(samples, held, request.split), tuple(notes))


def _read(root: Path, split: str, *, keep_wrong: bool) -> tuple[list[Sample], list[str]]:
    frames, truth = child(root, f"{split}_frame"), child(root, f"{split}_label")
    if frames is None or truth is None:
        missing = f"{split}_frame" if frames is None else f"{split}_label"
        raise MissingDataError(
            f"worldexpo has no {split} split in {root}: no folder {missing} there",
            "Check the copy against the tree drawn below.",
            tree=TREE,
        )
    maps = child(root, f"{split}_perspective")
    samples: list[Sample] = []
    notes, unlabelled, unreadable = [], [], []
    rois: dict[str, Points | None] = {}
    for image in _frames(frames):
        scene = scene_of(image.stem)
        if split == "train" and not keep_wrong and any(fnmatchcase(image.stem, wrong) for wrong in WRONG):
            notes.append(f"{image.stem} left out, its label is known to be wrong")
            continue
        if scene not in rois:
            rois[scene], said = _roi(truth / scene)
            notes.extend(said)
        label = truth / scene / f"{image.stem}.mat"
        if not label.is_file():
            unlabelled.append(image.stem)
            continue
        try:
            heads, announced = point_position(label), point_num(label)
        except DatasetError:
            unreadable.append(image.stem)
            continue
        if announced and not len(heads):
            unreadable.append(image.stem)
            continue
        if announced is not None and announced != len(heads):
            notes.append(f"{image.stem}: its label says {announced} heads and has {len(heads)} points")
        perspective = maps / f"{scene}.mat" if maps else None
        samples.append(_sample(image, heads, rois[scene], perspective))
    if not samples:
        raise MissingDataError(f"worldexpo: no labelled picture in {frames}", tree=TREE)
    blind = sorted({one.scene for one in samples if one.perspective is None})
    if blind:
        notes.append(f"no perspective map for the scenes {some(blind)}")
    if unlabelled:
        notes.append(f"{len(unlabelled)} pictures without a label left out: {some(unlabelled)}")
    if unreadable:
        notes.append(
            f"{len(unreadable)} labels are empty files or cannot be read, left out: {some(unreadable)}"
        )
    return samples, [*common_notes(samples), *notes]


def _sample(image: Path, heads: Points, roi: Points | None, perspective: Path | None) -> Sample:
    size = picture_size(image)
    points, outside = inside(heads, size)
    kept = inside_roi(points, roi=roi, mask=None)
    return Sample(
        image.stem,
        image,
        points[kept],
        size,
        outside,
        int((~kept).sum()),
        roi=roi,
        perspective=perspective if perspective is not None and perspective.is_file() else None,
        scene=scene_of(image.stem),
    )


def _frames(folder: Path) -> list[Path]:
    """Return the pictures of a folder and of the scene folders in it, by scene and number."""
    nested = [image for scene in folder.iterdir() if scene.is_dir() for image in pictures_in(scene)]
    return sorted(
        [*pictures_in(folder), *nested], key=lambda path: (scene_of(path.name), natural_key(path.name))
    )


def _roi(folder: Path) -> tuple[Points | None, list[str]]:
    path = folder / "roi.mat"
    if not path.is_file():
        return None, [f"scene {folder.name} has no roi.mat: its whole picture counts"]
    return np.array(read_roi_mat(path), dtype=np.float64), []


BENCHMARK = Benchmark(
    "worldexpo",
    read,
    TREE,
    folders=("WorldExpo", "WorldExpo10", "WorldExpo_10", "WE"),
    parents=("WorldExpo", "WorldExpo10"),
    markers=("train_frame", "test_frame"),
    official=Official({"train": 3380, "test": 600}, heads=199_923, largest=253),
)
