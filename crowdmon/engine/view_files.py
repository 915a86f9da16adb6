"""Where what is known of each camera's view is kept, so that the next run compares with the same view.

It holds the directions of edges in a picture of 160x90, learned over minutes: nobody who walked by is in it.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import os
import re
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from crowdmon.address import public
from crowdmon.atomic import write_whole
from crowdmon.config import CameraConfig, RecordConfig
from crowdmon.track.view_check import ViewMemory
from crowdmon.track.view_edges import SIZE

_log = logging.getLogger(__name__)

_MOST_BYTES = 1_000_000
_DAMAGED = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile)


@dataclass(frozen=True, eq=False, slots=True)
class KeptView:
    """What the file of one camera says.

    Attributes:
        memory: its view; None if it must first be learned.
        rois: a digest of the ROIs that were drawn on it; see :func:`digest`.
        confirmed: somebody has looked and says that the picture is right, so it is learned again.
    """

    memory: ViewMemory | None
    rois: str = ""
    confirmed: bool = False


class ViewFiles:
    """The folder of the files, one a camera.

    It is ``HISTORY.views`` beside the history. Without a history it is a folder of the user's own, one for
    each configuration file. Without that, too, nothing is kept: nothing was saved that could go wrong.

    Attributes:
        config: the configuration file; None if there is none. It may change.
    """

    def __init__(self, config: Path | None = None) -> None:
        self.config = config

    def folder(self, record: RecordConfig) -> Path | None:
        """Return the folder; None if nothing is kept."""
        if record.history is not None:
            history = Path(record.history).expanduser()
            return history.with_name(f"{history.name}.views")
        if self.config is None:
            return None
        whole = os.fsencode(self.config.expanduser().resolve())
        return _own_folder() / hashlib.sha256(whole).hexdigest()[:16]

    def path(self, camera: CameraConfig, record: RecordConfig) -> Path | None:
        """Return the file of a camera; another source is another view."""
        folder = self.folder(record)
        if folder is None:
            return None
        name = re.sub(r"[^A-Za-z0-9_-]+", "-", camera.key)[:40]
        what = f"{camera.key}\n{public(camera.source)}".encode("utf-8", "surrogatepass")
        return folder / f"{name}-{hashlib.sha256(what).hexdigest()[:12]}.npz"


def digest(camera: CameraConfig) -> str:
    """Return a short text that changes with the shapes of a camera's ROIs."""
    shapes = sorted((roi.key, roi.polygon) for roi in camera.rois)
    return hashlib.sha256(json.dumps(shapes).encode()).hexdigest()[:16]


def read(path: Path) -> KeptView | None:
    """Return what a file says; None if there is none, or if it is damaged, which is logged."""
    try:
        if not path.is_file():
            return None
        if path.stat().st_size > _MOST_BYTES:
            raise ValueError("it is too large")
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as arrays:
            said = json.loads(bytes(arrays["said"]).decode())
            field = np.asarray(arrays["field"], np.float32) if "field" in arrays else None
        return KeptView(None if field is None else _memory(field, said), said["rois"], said["confirmed"])
    except _DAMAGED as error:
        _log.warning("the view kept in %s cannot be read and is learned again: %s", path, error)
        return None


def write(path: Path, kept: KeptView) -> None:
    """Write a file whole; OSError if it cannot be written."""
    said: dict[str, object] = {"rois": kept.rois, "confirmed": kept.confirmed}
    arrays: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]] = {}
    if (memory := kept.memory) is not None:
        said |= {key: getattr(memory, key) for key in ("contrast", "sharpness", "usual", "changed")}
        arrays["field"] = memory.field.astype(np.float16)
    arrays["said"] = np.frombuffer(json.dumps(said).encode(), np.uint8)
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)  # type: ignore[arg-type]
    # Beside a history only one folder: where a disk was mounted, the disk below must not fill up.
    path.parent.mkdir(exist_ok=True, mode=0o700, parents=_own_folder() in path.parents)
    write_whole(path, out.getvalue())


def _memory(field: np.ndarray[tuple[int, ...], np.dtype[np.float32]], said: dict[str, object]) -> ViewMemory:
    numbers = [float(str(said[key])) for key in ("contrast", "sharpness", "usual")]
    if field.shape != (SIZE[1], SIZE[0], 2) or not np.isfinite(field).all() or np.abs(field).max() > 1.01:
        raise ValueError("its edges are none")
    if not all(np.isfinite(numbers)) or min(numbers) < 0.0:
        raise ValueError("its numbers are none")
    contrast, sharpness, usual = numbers
    return ViewMemory(field, contrast, sharpness, usual, changed=bool(said["changed"]))


def _own_folder() -> Path:
    """Return the folder of what programs of this user remember."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = str(Path.home() / "Library" / "Application Support")
    else:
        base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "crowdmon" / "views"
