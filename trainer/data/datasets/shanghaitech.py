"""ShanghaiTech Part A and Part B.

Validation: one picture in ten of train, spread over the ranks of their counts. Part A's splits share
six photos under different labels; they are left out of train and val. Of Part B's train, IMG_108 is
dropped, for its dots belong to another picture.
"""

from __future__ import annotations

from pathlib import Path

from crowdmon.formats.points import image_info
from trainer.data.datasets.base import Benchmark, Dataset, MissingDataError, Official, Request, Sample
from trainer.data.datasets.find import child
from trainer.data.datasets.pairs import read_pairs
from trainer.data.datasets.pictures import pictures_in
from trainer.data.datasets.splits import select, stratified

SHARED = {"98": "121", "173": "2", "181": "154", "40": "60", "82": "139", "142": "97"}
"""Part A: pictures of test that are in train too, under another number."""

TWINS = (frozenset({"IMG_118", "IMG_283"}), frozenset({"IMG_167", "IMG_169"}))
"""Part A, train: nearly the same photo."""

WRONG = frozenset({"IMG_108"})
"""Part B, train: the dots do not match the picture."""

DOUBTFUL = "IMG_202, IMG_296 and IMG_396 have unlabelled heads, IMG_217 has dots without one"


def _tree(part: str) -> str:
    return f"""\
part_{part}/                        (also part_{part}_final)
  train_data/
    images/IMG_1.jpg ...
    ground_truth/GT_IMG_1.mat ...   (also ground-truth)
  test_data/
    images/ ground_truth/"""


def read_a(root: Path, request: Request) -> Dataset:
    """Read Part A."""
    if request.split == "test":
        samples, notes = _read(PART_A, root, "test")
        return Dataset(PART_A.name, "test", tuple(samples), tuple(notes))
    leaked = frozenset(f"IMG_{number}" for number in SHARED.values())
    samples, notes = _read(PART_A, root, "train", drop=frozenset() if request.official else leaked)
    if not request.official:
        notes.append("6 photos that are in the test split too left out: " + ", ".join(sorted(leaked)))
    held = stratified(samples, request.seed, together=TWINS)
    return Dataset(PART_A.name, request.split, select(samples, held, request.split), tuple(notes))


def read_b(root: Path, request: Request) -> Dataset:
    """Read Part B."""
    if request.split == "test":
        samples, notes = _read(PART_B, root, "test")
        return Dataset(PART_B.name, "test", tuple(samples), tuple(notes))
    samples, notes = _read(PART_B, root, "train", drop=frozenset() if request.official else WRONG)
    if not request.official:
        notes.append("IMG_108 left out, its dots do not match its picture")
    notes.append(f"known to be labelled badly, kept: {DOUBTFUL}")
    held = stratified(samples, request.seed)
    return Dataset(PART_B.name, request.split, select(samples, held, request.split), tuple(notes))


def _read(
    benchmark: Benchmark, root: Path, split: str, *, drop: frozenset[str] = frozenset()
) -> tuple[list[Sample], list[str]]:
    """Return one official split, less the pictures named in ``drop``, and its notes."""
    folder = child(root, f"{split}_data", split)
    images = child(folder, "images", "image") if folder else None
    truth = child(folder, "ground_truth", "ground-truth", "gt") if folder else None
    if folder is None or images is None or truth is None:
        missing = f"{split}_data" if folder is None else "images" if images is None else "ground_truth"
        raise MissingDataError(
            f"{benchmark.name} has no {split} split in {root}: no folder {missing} in {folder or root}",
            "Check the copy against the tree drawn below.",
            tree=benchmark.tree,
        )
    return read_pairs(
        images,
        [image for image in pictures_in(images) if image.stem not in drop],
        label=lambda image: truth / f"GT_{image.stem}.mat",
        heads=image_info,
        name=benchmark.name,
        tree=benchmark.tree,
    )


_PARENTS = ("ShanghaiTech", "ShanghaiTech_Crowd_Counting_Dataset", "shanghaitech_with_people_density_map")

PART_A = Benchmark(
    "shanghaitech_a",
    read_a,
    _tree("A"),
    folders=("part_A", "part_A_final", "A", "shanghaitech_a"),
    parents=_PARENTS,
    markers=("train_data", "test_data"),
    never=("part_B", "part_B_final", "B", "shanghaitech_b"),
    official=Official({"train": 300, "test": 182}, heads=241_677, largest=3139),
)
PART_B = Benchmark(
    "shanghaitech_b",
    read_b,
    _tree("B"),
    folders=("part_B", "part_B_final", "B", "shanghaitech_b"),
    parents=_PARENTS,
    markers=("train_data", "test_data"),
    never=("part_A", "part_A_final", "A", "shanghaitech_a"),
    official=Official({"train": 400, "test": 316}, heads=88_488, largest=578),
)
