"""Pictures with a label file each: what ShanghaiTech, both UCF benchmarks and Beijing-BRT share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from crowdmon.formats.points import ann_points
from trainer.data.datasets.base import MissingDataError, Points, Sample
from trainer.data.datasets.heads import common_notes, inside, some
from trainer.data.datasets.pictures import picture_size, pictures_in


def read_folder(folder: Path, *, name: str, tree: str) -> tuple[list[Sample], list[str]]:
    """Return a folder's pictures with the ``<name>_ann.mat`` beside each, in natural order, and notes.

    Args, errors: as of :func:`read_pairs`.
    """
    return read_pairs(
        folder,
        pictures_in(folder),
        label=lambda image: folder / f"{image.stem}_ann.mat",
        heads=ann_points,
        name=name,
        tree=tree,
    )


def read_pairs(
    folder: Path,
    images: Sequence[Path],
    *,
    label: Callable[[Path], Path],
    heads: Callable[[Path], Points],
    name: str,
    tree: str,
    place: Callable[[Points, tuple[int, int] | None], tuple[Points, int]] = inside,
) -> tuple[list[Sample], list[str]]:
    """Return the labelled ones of some pictures, in their order, and notes on what was left out.

    Args:
        folder: where they lie, for messages.
        images: the pictures.
        label: where the label of a picture lies.
        heads: reads the head points of a label.
        name: the benchmark's, for messages.
        tree: the layout to draw when there is nothing.
        place: what is done about heads outside of their picture; returns the heads, and how many it dropped.

    Raises:
        MissingDataError: no picture has a label. DatasetError: a label cannot be read.
    """
    samples, without = [], []
    for image in images:
        truth = label(image)
        if not truth.is_file():
            without.append(image.stem)
            continue
        size = picture_size(image)
        points, outside = place(heads(truth), size)
        samples.append(Sample(image.stem, image, points, size, outside))
    if not samples:
        raise MissingDataError(f"{name}: no labelled picture in {folder}", tree=tree)
    notes = common_notes(samples)
    if without:
        notes.append(f"{len(without)} pictures without a label left out: {some(without)}")
    return samples, notes
