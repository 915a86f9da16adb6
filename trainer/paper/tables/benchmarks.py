"""Tables III to VI: the errors of weights on the benchmarks, beside the paper's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crowdmon import resources
from crowdmon.counting.counter import Counter
from crowdmon.counting.weights import DEFAULT
from crowdmon.errors import CrowdmonError, DatasetError
from trainer import evaluate
from trainer.data.datasets import load
from trainer.data.datasets.worldexpo import TEST_SCENES
from trainer.paper.runs import weights_in
from trainer.paper.tables import published as paper
from trainer.paper.tables.layout import Line, Pair, Table, missing

MEASURES = {"MAE": 1, "MSE": 1}
FOLDS = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class Scoring:
    """What is scored with.

    Attributes:
        weights: a file; ``{dataset}`` and ``{fold}`` in its name take each one's own. None: the run of
            SSR-HEF below ``out`` if there is one, else the bundled weights.
        out: where the tables' runs lie.
        root: of the benchmarks.
        folds: of UCF_CC_50.
        backend: of the counter.
        say: told what is being done.
        left_out: takes why pictures could not be read.
    """

    weights: Path | None = None
    out: Path | None = None
    root: Path | None = None
    folds: str = "pfdnet"
    backend: str = "auto"
    say: Callable[[str], None] = lambda _: None
    left_out: list[DatasetError] = field(default_factory=list)

    def path(self, benchmark: str, fold: int = 0) -> Path:
        """Return the weights for one benchmark; CrowdmonError if there are none."""
        if self.weights is not None:
            text = str(self.weights).replace("{dataset}", benchmark).replace("{fold}", str(fold))
            return Path(text)
        if self.out is not None:
            folder = self.out / (f"{benchmark}-fold{fold}" if fold else benchmark) / "ssr-hef"
            if weights_in(folder).is_file():
                return weights_in(folder)
        return resources.path(DEFAULT)

    def report(self, benchmark: str) -> dict[str, Any]:
        """Return the test report of one benchmark, over its folds where it has some."""
        folds = FOLDS if benchmark == "ucf_cc_50" else (0,)
        parts = [load(benchmark, self.root, "test", fold=fold or 1, folds=self.folds) for fold in folds]
        reports = []
        for fold, part in zip(folds, parts, strict=True):
            counter = Counter(self.path(benchmark, fold), backend=self.backend, precision="f32")
            self.say(f"{benchmark}{f', fold {fold}' if fold else ''}: counting {len(part)} pictures")
            readable, scored = evaluate.score_readable(part, counter, self.left_out)
            found = evaluate.report(readable, scored, weights=counter.name, backend=counter.device)
            found["seen"] = evaluate.seen_before(part, counter.weights.provenance)
            reports.append(found)
        if len(reports) == 1:
            return reports[0]
        seen = list(dict.fromkeys(text for one in reports for text in one["seen"]))
        return {**evaluate.over_folds(reports, parts[0].folds), "seen": seen}


def _attempt(scoring: Scoring, benchmark: str) -> tuple[dict[str, Any] | None, str]:
    """Return a report and what is to be said about it, or no report and why."""
    try:
        found = scoring.report(benchmark)
    except CrowdmonError as error:
        return None, missing(error)
    return found, "; ".join([f"weights {found['weights']}, {found['images']} pictures", *found["seen"]])


def table_iii(scoring: Scoring) -> Table:
    """Return the errors on WorldExpo'10 by scene; the paper prints no MSE by scene."""
    found, note = _attempt(scoring, "worldexpo")
    rows = {row["scene"]: row for row in found["per_scene"]} if found else {}
    whole = [rows.get(scene) for scene in TEST_SCENES] + [found]
    printed_mse = [None] * len(TEST_SCENES) + [paper.TABLE_VII["ssr-hef"]["worldexpo"][1]]
    lines = []
    for method, errors in paper.TABLE_III.items():
        for index, (scene, mae) in enumerate(zip(paper.SCENES, errors, strict=True)):
            pairs, said = {"MAE": Pair(mae)}, ""
            if method == paper.OURS:
                row = whole[index]
                pairs = {"MAE": _pair(mae, row, "mae"), "MSE": _pair(printed_mse[index], row, "mse")}
                said = note if row or not found else f"missing: no frame of scene {TEST_SCENES[index]}"
            lines.append(Line((method, scene), pairs, said))
    return Table("III", "Errors on WorldExpo'10", ("method", "scene"), MEASURES, lines, _notes(found))


def table_iv(scoring: Scoring) -> Table:
    """Return the errors on JHU-CROWD by category."""
    found, note = _attempt(scoring, "jhu_crowd")
    rows = {row["category"]: row for row in found["by_category"]} if found else {}
    if found:
        rows["overall"] = found
    lines = []
    for method, errors in paper.TABLE_IV.items():
        for category, printed in zip(paper.CATEGORIES, errors, strict=True):
            row = rows.get(category) if method == paper.OURS else None
            said = note if method == paper.OURS else ""
            if row is not None and not row["images"]:
                said = f"missing: no picture of this category; {note}"
            lines.append(Line((method, category), _both(printed, row), said))
    notes = (*_notes(found), "The paper's figures are on JHU-CROWD's first version, 4,250 pictures.")
    return Table("IV", "Errors on JHU-CROWD", ("method", "category"), MEASURES, lines, notes)


def table_v(scoring: Scoring) -> Table:
    """Return the errors on ShanghaiTech."""
    return _two("V", "Errors on ShanghaiTech", ("shanghaitech_a", "shanghaitech_b"), paper.TABLE_V, scoring)


def table_vi(scoring: Scoring) -> Table:
    """Return the errors on UCF_CC_50, a mean over five folds, and UCF-QNRF."""
    return _two("VI", "Errors on UCF_CC_50 and UCF-QNRF", ("ucf_cc_50", "ucf_qnrf"), paper.TABLE_VI, scoring)


def _two(
    name: str,
    title: str,
    benchmarks: Sequence[str],
    printed: Mapping[str, Sequence[paper.Errors]],
    scoring: Scoring,
) -> Table:
    found = {benchmark: _attempt(scoring, benchmark) for benchmark in benchmarks}
    lines = []
    for method, errors in printed.items():
        for benchmark, both in zip(benchmarks, errors, strict=True):
            row, note = found[benchmark] if method == paper.OURS else (None, "")
            lines.append(Line((method, paper.NAMES[benchmark]), _both(both, row), note))
    notes = [note for row, _ in found.values() for note in _notes(row)]
    return Table(name, title, ("method", "benchmark"), MEASURES, lines, notes)


def _both(printed: paper.Errors, row: Mapping[str, Any] | None) -> dict[str, Pair]:
    mae, mse = printed or (None, None)
    return {"MAE": _pair(mae, row, "mae"), "MSE": _pair(mse, row, "mse")}


def _pair(printed: float | None, row: Mapping[str, Any] | None, key: str) -> Pair:
    return Pair(printed, row[key] if row else None)


def _notes(found: dict[str, Any] | None) -> list[str]:
    return [f"{found['dataset']}: {note}." for note in found["notes"]] if found else []
