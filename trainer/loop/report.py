"""``report.md``: what a run did, drawn and in words."""

from __future__ import annotations

import csv
import logging
from pathlib import Path
from typing import Any

from trainer.config import TrainConfig
from trainer.loop import run_folder
from trainer.loop.logbook import LOSSES

log = logging.getLogger(__name__)


def write_report(out: Path, config: TrainConfig, *, step: int) -> None:
    """Write ``report.md`` into a run folder from its CSV files, with plots where matplotlib is installed."""
    metrics, validation = _rows(out / "metrics.csv"), _rows(out / "validation.csv")
    plots = _plots(out, metrics, validation)
    provenance = run_folder.provenance(out)
    hours = sum(float(row["seconds"]) for row in metrics) / 3600
    lines = [
        f"# Run {out.name}",
        "",
        f"{step} of {config.steps} steps, {step * config.batch} crops, {hours:.2f} h in the loop.",
        "",
        *(f"- {key}: {value}" for key, value in provenance.items()),
        "",
        "## Validation",
        "",
        "| step | benchmark | MAE | MSE | bias |",
        "|---:|---|---:|---:|---:|",
        *(
            f"| {r['step']} | {r['benchmark']} | {float(r['mae']):.2f} | {float(r['mse']):.2f} "
            f"| {float(r['bias']):+.2f} |"
            for r in validation
        ),
        "",
        *(f"![{plot.stem}]({plot.name})" for plot in plots),
        "",
        "The configuration is in `config.yaml`, the curves are in `metrics.csv` and `validation.csv`.",
        "",
    ]
    (out / "report.md").write_text("\n".join(lines), encoding="utf-8")


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _plots(out: Path, metrics: list[dict[str, str]], validation: list[dict[str, str]]) -> list[Path]:
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        log.info("matplotlib is not installed (pip install crowdmon[train]); the report has no plots")
        return []
    made = []
    for name, draw, rows in (("losses", _losses, metrics), ("validation", _validation, validation)):
        if not rows:
            continue
        figure = Figure(figsize=(8, 4), layout="constrained")
        FigureCanvasAgg(figure)
        axes: Any = figure.add_subplot()
        draw(axes, rows)
        axes.set_xlabel("step")
        axes.grid(alpha=0.3)
        axes.legend()
        figure.savefig(out / f"{name}.png", dpi=110)
        made.append(out / f"{name}.png")
    return made


def _losses(axes: Any, rows: list[dict[str, str]]) -> None:
    for part in LOSSES:
        points = [(int(row["step"]), float(row[part])) for row in rows if row.get(part)]
        if points:
            axes.plot(*zip(*points, strict=True), label=part, linewidth=1)
    axes.set_yscale("log")
    axes.set_ylabel("weighted loss")


def _validation(axes: Any, rows: list[dict[str, str]]) -> None:
    for name in sorted({row["benchmark"] for row in rows}):
        points = [(int(row["step"]), float(row["mae"])) for row in rows if row["benchmark"] == name]
        axes.plot(*zip(*points, strict=True), marker="o", markersize=3, label=name)
    axes.set_yscale("log")
    axes.set_ylabel("MAE, people")
