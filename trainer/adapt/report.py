"""What an adaptation leaves behind: ``adapt.json``, ``report.md`` and the maps of held-out frames."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from trainer.adapt.choose import Trial, gain_over, interval


@dataclass(frozen=True, eq=False)
class Outcome:
    """What was found.

    Attributes:
        base: name of the weights that were adapted.
        names: of the frames.
        chosen: the candidate that is adopted.
        before, after: held-out counts of the base and of what was chosen.
        trials: of every candidate, the simplest first.
        folds: which frames were held out together, by index.
        refused: candidate and why it was not adopted, though it was better on the frames.
        skipped: candidate and why it was not tried.
        curve: frames and MAE of a factor from so many.
        advice: what more frames would bring.
        notes: what was noticed about the frames.
        seconds: that it took.
        checked: whether frames were held out at all.
    """

    base: str
    names: Sequence[str]
    chosen: str
    before: Trial
    after: Trial
    trials: Sequence[Trial]
    folds: Sequence[Sequence[int]]
    refused: Sequence[tuple[str, str]] = ()
    skipped: Sequence[tuple[str, str]] = ()
    curve: Sequence[tuple[int, float]] = ()
    advice: str = ""
    notes: Sequence[str] = field(default_factory=tuple)
    seconds: float = 0.0
    checked: bool = True

    @property
    def better(self) -> bool:
        """Whether anything was adopted."""
        return self.chosen != self.before.name


def as_json(found: Outcome) -> dict[str, Any]:
    """Return what ``adapt.json`` holds."""
    return {
        "frames": len(found.names),
        "chosen": found.chosen,
        "before": found.before.scores(),
        "after": found.after.scores(),
        "folds": [
            {
                "held_out": [found.names[index] for index in fold],
                "truth": [int(found.before.truth[index]) for index in fold],
                "before": [round(float(found.before.counts[index]), 2) for index in fold],
                "after": [round(float(found.after.counts[index]), 2) for index in fold],
            }
            for fold in found.folds
        ],
        "candidates": {one.name: {**one.scores(), "note": one.note} for one in found.trials},
        "refused": dict(found.refused),
        "skipped": dict(found.skipped),
        "held_out": found.checked,
        "base": found.base,
        "curve": [{"frames": frames, "mae": round(mae, 3)} for frames, mae in found.curve],
        "seconds": round(found.seconds, 1),
    }


def as_maps(found: Outcome) -> bytes:
    """Return what ``held_out.npz`` holds: ``names``, and people per cell of each, ``before`` and ``after``.

    It holds no frame where none was held out.
    """
    there = found.checked and found.before.maps is not None and found.after.maps is not None
    names = list(found.names) if there else []
    none = np.zeros((0, 0, 0), np.float32)
    content = io.BytesIO()
    np.savez_compressed(
        content,
        names=np.array(names, np.str_),
        before=found.before.maps if there and found.before.maps is not None else none,
        after=found.after.maps if there and found.after.maps is not None else none,
    )
    return content.getvalue()


def as_markdown(found: Outcome) -> str:
    """Return what ``report.md`` says."""
    lines = [f"# {found.base}, adapted to one camera", "", _verdict(found), ""]
    if found.checked:
        lines += [
            "Each candidate counted frames that it was not fitted to. Errors are people a frame. A bias",
            "below zero means that people are missed. The interval is of the MAE, 95 %.",
            "",
        ]
    lines += [
        "| candidate | MAE | interval | bias | better than the base by | |",
        "|---|---:|---:|---:|---:|---|",
    ]
    lines += [_row(one, found) for one in (found.before, *found.trials)]
    lines += [f"| {name} | | | | | not tried: {why} |" for name, why in found.skipped]
    lines += ["", "## The frames", "", "| frame | labelled | before | after |", "|---|---:|---:|---:|"]
    for index, name in enumerate(found.names):
        truth, before, after = (
            values[index] for values in (found.before.truth, found.before.counts, found.after.counts)
        )
        lines.append(f"| {name} | {truth:.0f} | {before:.1f} | {after:.1f} |")
    if found.curve:
        lines += ["", "## More frames", "", "| frames for a factor | MAE on the others |", "|---:|---:|"]
        lines += [f"| {frames} | {mae:.2f} |" for frames, mae in found.curve]
    lines += ["", found.advice] if found.advice else []
    lines += ["", "## Notes", ""] if found.notes else []
    lines += [f"- {note}." for note in found.notes]
    return "\n".join(lines).rstrip() + "\n"


def _verdict(found: Outcome) -> str:
    before, after = found.before, found.after
    if not found.better:
        return (
            f"Nothing is adopted: on {len(found.names)} frames no candidate is better than the base "
            f"by more than chance. The base has an error of {before.mae:.1f} people a frame "
            f"and a bias of {before.bias:+.1f}."
        )
    if not found.checked:
        return (
            f"Adopted: {found.chosen}, from {len(found.names)} frame{'s' * (len(found.names) > 1)}. "
            "It could not be checked, for no frame was held out."
        )
    return (
        f"Adopted: {found.chosen}. On held-out frames the error is {after.mae:.1f} people a frame instead of "
        f"{before.mae:.1f}, and the bias {after.bias:+.1f} instead of {before.bias:+.1f}."
    )


def _row(one: Trial, found: Outcome) -> str:
    low, high = interval(one)
    gained = ""
    if one is not found.before and len(one.truth) > 1:
        mean, error = gain_over(one, found.before)
        gained = f"{mean:+.2f} +- {error:.2f}"
    refused = next((f"refused: {why}" for name, why in found.refused if name == one.name), "")
    said = "adopted" if one.name == found.chosen and found.better else refused
    note = ", ".join(filter(None, (said, one.note)))
    return f"| {one.name} | {one.mae:.2f} | {low:.1f} to {high:.1f} | {one.bias:+.2f} | {gained} | {note} |"
