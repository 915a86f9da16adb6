"""``crowdmon-train --adapt``: labelled frames of one camera in, weights of that camera out."""

from __future__ import annotations

import json
import shutil
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crowdmon import resources, signals
from crowdmon.atomic import write_whole
from crowdmon.counting.weights import DEFAULT, Weights, load, save
from crowdmon.errors import ConfigError, CrowdmonError, SinkError, WeightsError
from crowdmon.places import Place, check_apart
from trainer.commands.train import positive
from trainer.evaluate import fingerprint

if TYPE_CHECKING:
    from trainer.adapt.report import Outcome

WEIGHTS, SCORES, REPORT, MAPS = "adapted.safetensors", "adapt.json", "report.md", "held_out.npz"
MINUTES = 5.0
_ROOM = 16 * 2**20


def run(
    *,
    folder: Path,
    base: Path | None,
    roi: Path | None,
    out: Path | None,
    minutes: float | None,
    steps: int | None,
    progress: bool,
) -> None:
    """Adapt weights to the camera whose labelled frames lie in ``folder``.

    Raises:
        CrowdmonError: the frames, the weights, the ROI or the place cannot be used. Nothing is written then.
        KeyboardInterrupt: it was asked to end. Nothing is written then.
    """
    say = _lines if progress else _words
    try:
        with signals.handled(_stop, (signal.SIGTERM,)):
            _run(folder, base=base, roi=roi, out=out, minutes=minutes, steps=steps, say=say)
    except CrowdmonError as error:
        if progress:
            say({"event": "error", "message": error.message, "hint": error.hint})
        raise
    except KeyboardInterrupt:
        if progress:
            say({"event": "error", "message": "cancelled", "hint": ""})
        raise


def _run(
    folder: Path,
    *,
    base: Path | None,
    roi: Path | None,
    out: Path | None,
    minutes: float | None,
    steps: int | None,
    say: Callable[[dict[str, Any]], None],
) -> None:
    positive(minutes=minutes, steps=steps)
    if out is None:
        raise ConfigError("--adapt needs a place for what it finds", "Give --out RUN")
    path = base or resources.path(DEFAULT)
    _check_places(folder, base=path, roi=roi, out=out)
    weights = load(path)
    if weights.network.get("model") or weights.network.get("classes") or weights.network.get("norm"):
        raise WeightsError(
            f"{path} is not the application's network: it cannot be adapted", "Give --base weights that count"
        )

    from crowdmon.counting.torch_backend import network_of
    from trainer.adapt.budget import Budget
    from trainer.adapt.frames import read
    from trainer.adapt.run import adapt

    def tell(done: float, left: float, what: str) -> None:
        say({"event": "progress", "done": round(done, 4), "left_s": round(left, 1), "what": what})

    network_of(weights)  # refused before anything is read
    budget = Budget(60 * (minutes or MINUTES), tell=tell)
    budget.tell("reads the frames", always=True)
    frames = read(folder, preprocess=weights.preprocess, roi=roi)
    adapted, found = adapt(weights, frames, budget=budget, steps=steps)
    target = _write(adapted, found, weights, path, out)
    from trainer.adapt.report import as_json

    scores = as_json(found)
    kept = {key: scores[key] for key in ("chosen", "before", "after")}
    say({"event": "result", **kept, "better": found.better, "weights": str(target), "frames": len(frames)})


def _stop(_number: int) -> None:
    raise KeyboardInterrupt


def _check_places(folder: Path, *, base: Path, roi: Path | None, out: Path) -> None:
    """Refuse, before anything is done, to write over labels, weights or a ROI, or where there is no room."""
    inputs = [Place("--base", base), *([Place("--roi", roi)] if roi else [])]
    check_apart([Place("--out:", out / name) for name in (WEIGHTS, SCORES, REPORT, MAPS)], inputs)
    check_apart([Place("--out", out)], [Place("--adapt", folder)])
    try:
        out.mkdir(parents=True, exist_ok=True)
        room = shutil.disk_usage(out).free
    except OSError as error:
        raise SinkError(
            f"cannot write into {out}: {error.strerror or error}", "Choose another --out"
        ) from error
    if room < _ROOM:
        raise SinkError(f"there is no room for weights in {out}: {room >> 20} MiB are left", "Make some room")


def _write(adapted: Weights, found: Outcome, base: Weights, path: Path, out: Path) -> Path:
    """Write the report, the weights and last what says that all is there; each whole or not at all."""
    from trainer.adapt.report import as_json, as_maps, as_markdown

    scores = as_json(found)
    said = {key: scores[key] for key in ("frames", "chosen", "before", "after", "held_out")}
    names = list(found.names)
    provenance = {
        **base.provenance,
        "name": f"{base.name} adapted" if found.better else base.name,
        "start": {**base.provenance, "name": base.name, "fingerprint": fingerprint(path)},
        "adapted": {"base": base.name, "chosen": found.chosen, "frames": names},
    }
    made = replace(adapted, provenance=provenance, scores={**base.scores, "adapted": said})
    target = out / WEIGHTS
    save(made, target)
    try:
        write_whole(out / REPORT, as_markdown(found).encode())
        write_whole(out / MAPS, as_maps(found))
        write_whole(out / SCORES, (json.dumps(scores, indent=2, allow_nan=False) + "\n").encode())
    except OSError as error:
        raise SinkError(f"cannot write into {out}: {error.strerror or error}", "Make some room") from error
    return target


def _lines(event: dict[str, Any]) -> None:
    """One JSON object a line, for the program that started this one."""
    click.echo(json.dumps(event))


class _Words:
    """For people: the last line again and again on a terminal, a line now and then elsewhere."""

    def __init__(self) -> None:
        self._said = ""

    def __call__(self, event: dict[str, Any]) -> None:
        """Say one event."""
        if event["event"] == "progress":
            what = str(event["what"]).partition(":")[0]
            # The first line says nothing yet; an error of the frames is then the only one.
            if what != self._said and event["done"] > 0 and not what.startswith("reads"):
                self._said = what
                click.echo(
                    f"{100 * event['done']:3.0f} %  {event['left_s']:4.0f} s left  {event['what']}", err=True
                )
            return
        if event["event"] == "result":
            before, after = event["before"], event["after"]
            click.echo(f"chosen: {event['chosen']}, from {event['frames']} frames")
            click.echo(f"error before {before['mae']:.1f} people a frame, after {after['mae']:.1f}")
            click.echo(f"bias before {before['bias']:+.1f}, after {after['bias']:+.1f}")
            click.echo(f"{event['weights']}")


_words = _Words()
