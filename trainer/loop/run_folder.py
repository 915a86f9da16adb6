"""The run folder: configuration, provenance, state, weights, curves. One run, one folder, one process.

A table that is started twice shares its runs: a process holds the folder of a run while it works there. The
lock belongs to the open file; the system gives it back however the process ends, so no lock outlives one.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from crowdmon import locks
from crowdmon.errors import ConfigError, CrowdmonError, SinkError
from trainer.config import TrainConfig
from trainer.loop.state import Cursor

LOCK = "lock"


class BusyError(CrowdmonError):
    """Another process works in the folder; the message names it."""


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a folder, made if need be, as long as the block runs.

    Raises:
        BusyError: another process holds it. SinkError: the folder cannot be written.
    """
    path = folder / LOCK
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise SinkError(f"cannot write the run folder {folder}: {error.strerror or error}") from error
    with file:
        if not locks.take(file.fileno()):
            file.seek(0)
            raise BusyError(f"{folder} is in use by process {file.read().strip() or 'unknown'}")
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def prepare(
    out: Path,
    config: TrainConfig,
    provenance: dict[str, Any],
    *,
    resume: bool,
    load: Callable[[Path], Cursor],
) -> Cursor:
    """Make or reopen the folder; return where the run stands.

    Raises:
        ConfigError: the folder holds a run and ``resume`` is not set, or another configuration.
        SinkError: the folder cannot be written.
    """
    state, settings = out / "state.pt", out / "config.yaml"
    try:
        out.mkdir(parents=True, exist_ok=True)
        if resume and state.is_file():
            before = TrainConfig.model_validate(yaml.safe_load(settings.read_text(encoding="utf-8")))
            if before != config:
                raise ConfigError(
                    f"{settings} is another configuration than this one: {_differences(before, config)}",
                    "Resume with the run's own config.yaml, or choose another --out",
                )
            return load(state)
        if state.is_file():
            raise ConfigError(f"{out} holds a run already", "Add --resume to go on, or choose another --out")
        text = yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False)
        settings.write_text(text, encoding="utf-8")
        (out / "provenance.json").write_text(json.dumps(provenance, indent=2), encoding="utf-8")
    except OSError as error:
        if isinstance(error, SinkError):
            raise
        raise SinkError(f"cannot write the run folder {out}: {error.strerror}") from error
    return Cursor()


def provenance(out: Path) -> dict[str, Any]:
    """Return the provenance in a run folder; ConfigError if there is none."""
    path = out / "provenance.json"
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"cannot read {path}, which says what the start was trained on", "Keep a run's folder together"
        ) from error
    return found


def commit() -> str:
    """Return the commit the code was run from, with ``+`` if it was changed; empty outside of git."""
    here = Path(__file__).parent
    try:
        head = subprocess.run(
            ["git", "rev-parse", "--short=12", "HEAD"], cwd=here, capture_output=True, text=True, check=True
        ).stdout.strip()
        changed = subprocess.run(
            ["git", "status", "--porcelain", "--", "."], cwd=here, capture_output=True, text=True, check=True
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
    return head + ("+" if changed else "")


def now() -> str:
    """Return the time in UTC, to the second, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _differences(before: TrainConfig, after: TrainConfig) -> str:
    old, new = before.model_dump(), after.model_dump()
    return ", ".join(f"{key} {old[key]!r} -> {new[key]!r}" for key in old if old[key] != new[key])
