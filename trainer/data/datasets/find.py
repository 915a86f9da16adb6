"""Where a benchmark lies: its own folder, its parent, or a data root above both."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from trainer.data.datasets.base import Benchmark, MissingDataError

VARIABLE = "CROWDMON_DATA"


def find(benchmark: Benchmark, root: Path | None) -> Path:
    """Return the folder of a benchmark.

    Args:
        benchmark: which one.
        root: its own folder, its parent, or a data root (``ShanghaiTech/part_A`` in it); without it
            the folder the variable CROWDMON_DATA names is the data root.

    Raises:
        MissingDataError: what was looked for, and where.
    """
    start = root if root is not None else _from_environment(benchmark)
    if not start.is_dir():
        kind = "is not a folder" if start.exists() else "does not exist"
        raise MissingDataError(
            f"{benchmark.name} cannot be read: {start} {kind}", _hint(benchmark), tree=benchmark.tree
        )
    for folder in _candidates(benchmark, start):
        if _plain(folder.name) not in map(_plain, benchmark.never) and _matches(benchmark, folder):
            return folder
    wanted = " or ".join(benchmark.markers)
    names = ", ".join(benchmark.folders)
    raise MissingDataError(
        f"{benchmark.name} is not in {start}: looked for {wanted} there and in folders {names} below it",
        _hint(benchmark),
        tree=benchmark.tree,
    )


def child(folder: Path, *names: str) -> Path | None:
    """Return the subfolder that goes by one of the names, spelling aside; None if there is none."""
    wanted = [_plain(name) for name in names]
    found = {_plain(path.name): path for path in sorted(folder.iterdir()) if path.is_dir()}
    return next((found[name] for name in wanted if name in found), None)


def _candidates(benchmark: Benchmark, start: Path) -> Iterator[Path]:
    start = start.resolve()
    yield start
    yield from _children(start, benchmark.folders)
    for parent in _children(start, benchmark.parents):
        yield parent
        yield from _children(parent, benchmark.folders)


def _children(folder: Path, names: tuple[str, ...]) -> Iterator[Path]:
    wanted = {_plain(name) for name in names}
    yield from (path for path in sorted(folder.iterdir()) if path.is_dir() and _plain(path.name) in wanted)


def _matches(benchmark: Benchmark, folder: Path) -> bool:
    return any(next(folder.glob(pattern), None) is not None for pattern in benchmark.markers)


def _plain(name: str) -> str:
    """Return a name without what copies disagree about: case, blanks, dashes, underscores."""
    return "".join(letter for letter in name.lower() if letter not in " -_'")


def _from_environment(benchmark: Benchmark) -> Path:
    value = os.environ.get(VARIABLE, "")
    if value:
        return Path(value)
    raise MissingDataError(
        f"{benchmark.name} cannot be read: no --root given and {VARIABLE} is not set",
        _hint(benchmark),
        tree=benchmark.tree,
    )


def _hint(benchmark: Benchmark) -> str:
    return (
        f"Give --root its own folder or the one above, or set {VARIABLE}; the expected tree is drawn below."
    )
