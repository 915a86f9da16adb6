"""``crowdmon-train --quantise``: scales of the int8 form, measured, compared and written into the weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from crowdmon import __version__
from crowdmon.counting.weights import Weights, load, save
from crowdmon.errors import ConfigError, WeightsError
from trainer.commands.pictures import progress
from trainer.data import datasets as benchmarks
from trainer.data.datasets import BENCHMARKS, Dataset, MissingDataError
from trainer.evaluate import benchmarks_of
from trainer.places import check_files

if TYPE_CHECKING:
    from trainer.quantise.bounds import Compared


def run(weights: Path | None, *, dataset: str | None, root: Path | None, out: Path | None) -> None:
    """Measure the scales of a weights file, compare int8 with float32, and write them if it counts the same.

    Args:
        weights: the file.
        dataset: the benchmark to measure and compare on; those that the weights were trained on if None.
        root: where the benchmarks lie.
        out: the file to write; the file of the weights, whose tensors stay as they are, if None.

    Raises:
        ConfigError: an option is missing or wrong.
        WeightsError: they cannot be read, are not of the application's network, or are outside the bounds.
        DatasetError: no benchmark is there, or a picture cannot be read.
        SinkError: the file cannot be written.
    """
    if weights is None:
        raise ConfigError("--quantise needs weights", "Give --weights FILE")
    if dataset is not None and dataset not in BENCHMARKS:
        raise ConfigError(f"unknown dataset {dataset!r}", f"Use one of {', '.join(BENCHMARKS)}.")
    if out is not None:
        check_files({"--out": out}, {"--weights": weights})
    known = load(weights)
    if model := known.network.get("model"):
        raise WeightsError(f"{weights} is of a {model}, and int8 is for the application's network alone")
    names = [dataset] if dataset else sorted(benchmarks_of(known.provenance) & set(BENCHMARKS))
    console = Console(stderr=True)
    parts = {split: _there(names, root, split, console) for split in ("train", "val")}
    said = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "version": __version__,
        "pictures": [one.name for one in parts["train"]],
    }
    from trainer.quantise.calibrate import calibrate
    from trainer.quantise.pictures import number_of, pictures

    with progress(console) as bar:
        task = bar.add_task("measuring", total=number_of(parts["train"]))
        made = calibrate(known, _told(pictures(parts["train"]), lambda: bar.advance(task)), provenance=said)
    compared, worst = _compared(replace(known, scales=made), parts["val"], console)
    provenance = {**said, "compared": {one.name: one.header() for one in compared}, "empty": round(worst, 2)}
    target = out or weights
    save(replace(known, scales=replace(made, provenance=provenance)), target)
    console.print(f"int8 counts as f32 does; the scales are in {target}.", highlight=False, soft_wrap=True)


def _there(names: Sequence[str], root: Path | None, split: str, console: Console) -> list[Dataset]:
    """Return a split of those that are there; MissingDataError if none is."""
    found, missing = [], None
    for name in names:
        try:
            found.append(benchmarks.load(name, root, split, joint=True))
        except MissingDataError as error:
            missing = error
            console.print(f"Note: {error.message}.", highlight=False, soft_wrap=True)
    if not found:
        raise missing or ConfigError(
            "the weights do not say what they were trained on", "Give --dataset NAME"
        )
    return found


def _told(given: Iterator[NDArray[np.uint8]], done: Callable[[], object]) -> Iterator[NDArray[np.uint8]]:
    for one in given:
        yield one
        done()


def _compared(weights: Weights, parts: Sequence[Dataset], console: Console) -> tuple[list[Compared], float]:
    """Return what was compared, and the people int8 sees where nobody is; WeightsError outside the bounds."""
    from crowdmon.counting.counter import Counter
    from trainer.quantise import bounds

    exact, rough = (Counter(weights, backend="openvino", precision=one) for one in ("f32", "int8"))
    compared = []
    with progress(console) as bar:
        task = bar.add_task("comparing", total=sum(map(len, parts)))
        for part in parts:
            compared.append(bounds.compare(part, exact, rough, done=lambda: bar.advance(task)))
    name, most = bounds.ghosts(exact, rough)
    for one in compared:
        before, after = one.errors
        said = f"{100 * one.signed:+.2f} % people, MAE {before:.2f} in f32 and {after:.2f} in int8"
        console.print(f"{one.name}, validation: {said}", highlight=False, soft_wrap=True)
    console.print(f"without people: at most {most:.2f} more, in {name}", highlight=False, soft_wrap=True)
    if found := bounds.outside(compared, (name, most)):
        raise WeightsError(
            f"int8 does not count as f32 does: {'; '.join(found)}",
            "Nothing was written; count in f32 or bf16",
        )
    return compared, most
