"""What is there: every benchmark, found or not, and how far it is from the published figures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from crowdmon.errors import DatasetError
from trainer.data.datasets.base import Benchmark, Request, Sample
from trainer.data.datasets.find import find


@dataclass(frozen=True)
class Found:
    """One row of ``crowdmon-train --list``.

    Attributes:
        name: of the benchmark.
        root: its folder; None if it was not found.
        pictures: of each official split that is there.
        heads: labelled in all of them, those outside pictures and ROIs included.
        largest: the largest count of a picture.
        hidden: pictures whose truth is withheld.
        deviations: what differs from the published figures, one phrase each.
        problem: why it cannot be read.
        samples: all of its pictures.
    """

    name: str
    root: Path | None = None
    pictures: tuple[tuple[str, int], ...] = ()
    heads: int = 0
    largest: int = 0
    hidden: int = 0
    deviations: tuple[str, ...] = ()
    problem: str = ""
    samples: tuple[Sample, ...] = ()


def survey(benchmark: Benchmark, root: Path | None) -> Found:
    """Look for a benchmark and read all its labels; never raises for what is missing or broken."""
    try:
        folder = find(benchmark, root)
    except DatasetError as error:
        return Found(benchmark.name, problem=error.message)
    official = benchmark.official
    splits = tuple(official.pictures) if official else ("train", "test")
    there: dict[str, tuple[Sample, ...]] = {}
    problems = []
    for split in splits:
        # Only a benchmark with an official validation split lists one; elsewhere it is held out of train.
        asked = split if split == "test" or "val" in splits else "trainval"
        request = Request(asked, official=True)
        try:
            there[split] = benchmark.read(folder, request).samples
        except DatasetError as error:
            problems.append(error.message)
    samples = [sample for part in there.values() for sample in part]
    if not samples:
        return Found(benchmark.name, folder, problem="; ".join(problems))
    heads = sum(one.count + one.outside + one.outside_roi for one in samples)
    largest = max(one.count + one.outside + one.outside_roi for one in samples)
    pictures = tuple((split, len(part)) for split, part in there.items())
    hidden = sum(not one.labelled for one in samples)
    found = Found(benchmark.name, folder, pictures, heads, largest, hidden, samples=tuple(samples))
    return replace(found, deviations=tuple(_deviations(benchmark, found)))


def _deviations(benchmark: Benchmark, found: Found) -> list[str]:
    official = benchmark.official
    if official is None:
        return []
    there = dict(found.pictures)
    said = []
    for split, expected in official.pictures.items():
        if split not in there:
            said.append(f"no {split} split ({expected:,} pictures)")
        elif there[split] != expected:
            said.append(f"{split}: {_more(there[split] - expected, 'pictures')} than {expected:,}")
    if found.hidden:
        said.append(f"the truth of {found.hidden:,} pictures is withheld")
    if not said and found.heads != official.heads:
        said.append(f"{_more(found.heads - official.heads, 'heads')} than {official.heads:,}")
    if not said and official.largest is not None and found.largest != official.largest:
        said.append(f"largest count {found.largest:,}, published {official.largest:,}")
    elif official.largest is not None and found.largest > official.largest:
        said.append(f"largest count {found.largest:,} above the published {official.largest:,}")
    return said


def _more(difference: int, what: str) -> str:
    return f"{abs(difference):,} {what} {'more' if difference > 0 else 'fewer'}"
