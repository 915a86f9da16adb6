"""What both UCF benchmarks share: a folder of pictures, each with its ``<name>_ann.mat`` beside it."""

from __future__ import annotations

from pathlib import Path

from crowdmon.formats.points import ann_points
from trainer.datasets.base import MissingDataError, Sample
from trainer.datasets.heads import common_notes, inside, some
from trainer.datasets.pictures import picture_size, pictures_in


def read_folder(folder: Path, *, name: str, tree: str) -> tuple[list[Sample], list[str]]:
    """Return the labelled pictures of a folder in natural order, and notes on what was left out.

    Args:
        folder: pictures and labels side by side.
        name: the benchmark's, for messages.
        tree: the layout to draw when there is nothing.

    Raises:
        MissingDataError: no picture has a label. DatasetError: a label cannot be read.
    """
    samples, without = [], []
    for image in pictures_in(folder):
        label = folder / f"{image.stem}_ann.mat"
        if not label.is_file():
            without.append(image.stem)
            continue
        size = picture_size(image)
        points, outside = inside(ann_points(label), size)
        samples.append(Sample(image.stem, image, points, size, outside))
    if not samples:
        raise MissingDataError(f"{name}: no labelled picture in {folder}", tree=tree)
    notes = common_notes(samples)
    if without:
        notes.append(f"{len(without)} pictures without a label left out: {some(without)}")
    return samples, notes
