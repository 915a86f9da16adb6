"""Your own camera: a folder of pictures and a CSV of clicked heads.

    image,x,y
    gate_0001.jpg,412.5,87
    gate_0001.jpg,430,91.5
    gate_0002.jpg,,

One row a head, x and y in pixels from the top left corner, 0-based, on the picture as it is shown
(turned as its rotation tag says). A picture without people has one row without coordinates; pictures
that the CSV does not name are not used. Validation: one run of consecutive pictures, a tenth of
all, for the frames of one camera are alike. The test split is what ``test.csv`` names.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from crowdmon.errors import DatasetError
from trainer.data.datasets.base import Benchmark, Dataset, MissingDataError, Points, Request, Sample
from trainer.data.datasets.heads import common_notes, inside, some
from trainer.data.datasets.pictures import natural_key, picture_size, pictures_in
from trainer.data.datasets.splits import block, select

TREE = """\
my_camera/
  gate_0001.jpg ...        (or in images/)
  points.csv               image,x,y: one row a head; "gate_0002.jpg,," without people
  test.csv                 the same, for pictures that are only scored (optional)"""

COLUMNS = ("image", "x", "y")


def read(root: Path, request: Request) -> Dataset:
    """Read the pictures of ``points.csv`` (train, val, trainval) or of ``test.csv``."""
    path = _csv(root, test=request.split == "test")
    heads = read_csv(path)
    samples, missing = [], []
    for name in sorted(heads, key=natural_key):
        image = _image(root, name)
        if image is None:
            missing.append(name)
            continue
        size = picture_size(image, upright=True)  # None of a damaged one, which is left out when it is read
        points, outside = inside(heads[name], size)
        samples.append(Sample(name, image, points, size, outside, upright=True))
    missing = _respelt(missing, root)
    if not samples:
        raise MissingDataError(
            f"points: none of the {len(heads)} pictures that {path} names is in {root}: {some(missing)}",
            "Names must be spelt as on the disk, upper and lower case too",
            tree=TREE,
        )
    notes = common_notes(samples)
    if missing:
        notes.append(f"{len(missing)} pictures of {path.name} are missing: {some(missing)}")
    used = {sample.image for sample in samples}
    spare = [one for one in pictures_in(root) if one not in used]
    if spare and request.split != "test":
        notes.append(
            f"{len(spare)} pictures are not in {path.name} and are not used "
            f"(a picture without people needs a row without coordinates): {some([p.name for p in spare])}"
        )
    if request.split != "test":
        samples = list(select(samples, block(samples, request.seed), request.split))
    return Dataset("points", request.split, tuple(samples), tuple(notes))


def read_csv(path: Path) -> dict[str, Points]:
    """Return the head points, N x 2, of each picture a CSV names.

    Commas or semicolons; columns in any order, others are ignored.

    Raises:
        DatasetError: no such columns, a row that cannot be read (with its line), not UTF-8.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"cannot read {path}: {error}", "Save it as CSV in UTF-8.") from error
    try:
        return _parse(text, path)
    except csv.Error as error:  # such as a quote that is never closed
        raise DatasetError(f"cannot read {path}: {error}", "Save it as CSV in UTF-8.") from error


def _parse(text: str, path: Path) -> dict[str, Points]:
    found: dict[str, list[tuple[float, float]]] = {}
    lines = text.splitlines()
    first = lines[0] if lines else ""
    rows = csv.reader(lines, delimiter=";" if first.count(";") > first.count(",") else ",")
    header = [cell.strip().lower() for cell in next(rows, [])]
    if not set(COLUMNS) <= set(header):
        raise DatasetError(
            f"{path} has no columns image, x and y, its first line is {first[:60]!r}",
            "Its first line must be image,x,y.",
        )
    at = [header.index(column) for column in COLUMNS]
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        name, point = _row(row, at, where=f"{path}, line {rows.line_num}")
        points = found.setdefault(name, [])
        if point is not None:
            points.append(point)
    return {name: np.array(points, dtype=np.float64).reshape(-1, 2) for name, points in found.items()}


def _row(row: list[str], at: list[int], *, where: str) -> tuple[str, tuple[float, float] | None]:
    name, x, y = (row[index].strip() if index < len(row) else "" for index in at)
    if not name:
        raise DatasetError(f"{where}: no picture named")
    name = str(PurePosixPath(name.replace("\\", "/")))
    if not x and not y:
        return name, None
    try:
        point = (float(x), float(y))
    except ValueError:
        point = (math.nan, math.nan)
    if not all(map(math.isfinite, point)):
        raise DatasetError(
            f"{where}: x {x!r:.40} and y {y!r:.40} are not two numbers", "Give pixels, such as 412.5,87."
        )
    return name, point


def _csv(root: Path, *, test: bool) -> Path:
    if test:
        if (root / "test.csv").is_file():
            return root / "test.csv"
        raise MissingDataError(
            f"points has no test split: no test.csv in {root}",
            "Name the pictures to be scored in test.csv, or score --split val or trainval.",
            tree=TREE,
        )
    if (root / "points.csv").is_file():
        return root / "points.csv"
    found = sorted(path for path in root.glob("*.csv") if path.name != "test.csv")
    if len(found) == 1:
        return found[0]
    what = (
        f"several CSV files ({some([p.name for p in found])}) and no points.csv" if found else "no points.csv"
    )
    raise MissingDataError(
        f"points: {what} in {root}", "Name the file of clicked heads points.csv.", tree=TREE
    )


def _image(root: Path, name: str) -> Path | None:
    return next((path for path in (root / name, root / "images" / name) if path.is_file()), None)


def _respelt(names: Sequence[str], root: Path) -> list[str]:
    """Return names that are missing, each with the file whose name differs in upper and lower case alone."""
    folders = [one for one in (root / "images", root) if names and one.is_dir()]
    there = {one.name.casefold(): one.name for folder in folders for one in pictures_in(folder)}
    found = [(name, there.get(PurePosixPath(name).name.casefold())) for name in names]
    return [f"{name} (there is {other})" if other else name for name, other in found]


BENCHMARK = Benchmark("points", read, TREE, markers=("*.csv",), folders=("points",))
