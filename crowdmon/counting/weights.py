"""The weights file: tensors and all that is needed to use them.

A safetensors file whose metadata holds one JSON header with the network's shape, the
pre-processing, the provenance (data, split, commit, seed, date) and the scores. No header, no load.
Safetensors never executes anything; a pickle is refused by its first bytes.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from crowdmon import atomic
from crowdmon.counting.network_config import STRIDE, NetworkConfig
from crowdmon.counting.preprocess import Preprocess
from crowdmon.counting.scales import Scales
from crowdmon.errors import SinkError, WeightsError
from crowdmon.places import is_there

log = logging.getLogger(__name__)

FORMAT = 1
DEFAULT = "assets/weights/default.safetensors"
KEY = "crowdmon"
"""The name of the header in the metadata of a weights file, and of what is exported from one."""
_MAX_BYTES = 256 * 2**20
_MAX_HEADER = 4 * 2**20
_FLOATS = ("F16", "F32", "F64")
_LONGEST_NAME = 80


@dataclass(frozen=True, eq=False)
class Weights:
    """A weights file in memory.

    Attributes:
        tensors: name to float32 array; normalisation folded, classification dropped.
        network: the network's configuration, as plain values.
        preprocess: how pictures are fed.
        provenance: data, split, commit, seed, date, licences as stated.
        scores: what was measured, by benchmark.
        scales: of the int8 form, None without one.
        path: where it was read from.
    """

    tensors: Mapping[str, NDArray[np.float32]]
    network: Mapping[str, Any]
    preprocess: Preprocess
    provenance: Mapping[str, Any] = field(default_factory=dict)
    scores: Mapping[str, Any] = field(default_factory=dict)
    path: Path | None = None
    scales: Scales | None = None

    @property
    def name(self) -> str:
        """The name a person calls these weights by."""
        said = str(self.provenance.get("name") or (self.path.stem if self.path else "unnamed"))
        plain = "".join(sign if sign.isprintable() else " " for sign in said[: 2 * _LONGEST_NAME])
        return " ".join(plain.split())[:_LONGEST_NAME] or "unnamed"

    @property
    def short_name(self) -> str:
        """What readings call these weights: the name of their file without its suffix."""
        return self.path.stem if self.path else self.name


def header(weights: Weights) -> dict[str, Any]:
    """Return everything but the tensors, as plain values: what a weights file's header holds."""
    said = {
        "format": FORMAT,
        "network": dict(weights.network),
        "preprocess": weights.preprocess.header(),
        "provenance": dict(weights.provenance),
        "scores": dict(weights.scores),
    }
    return said if weights.scales is None else {**said, "int8": weights.scales.header()}


def save(weights: Weights, path: Path) -> None:
    """Write a weights file atomically; SinkError if it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # safetensors writes an array's memory as it lies; a channels-last one would come back permuted.
        tensors = {key: np.ascontiguousarray(value) for key, value in weights.tensors.items()}
        with atomic.replacing(path) as part:
            save_file(tensors, part, metadata={KEY: json.dumps(header(weights))})
    except (OSError, SafetensorError) as error:
        raise SinkError(f"cannot write weights to {path}: {error}") from error


def load(path: Path) -> Weights:
    """Read a weights file.

    Raises:
        WeightsError: it is missing, is no weights file, has no header, or a value in it makes no sense.
    """
    metadata, tensors = _read(path)
    if broken := next((name for name, values in tensors.items() if not np.isfinite(values).all()), None):
        raise WeightsError(f"{path}: the tensor {broken} holds values that are not numbers", "Train again")
    if empty := next((name for name, one in tensors.items() if one.ndim > 1 and not one.any()), None):
        raise WeightsError(
            f"{path}: all values of the tensor {empty} are 0, so it counts nobody", "Train again"
        )
    if KEY not in metadata:
        raise WeightsError(
            f"{path} has no crowdmon header",
            "Only weights written by crowdmon-train say how pictures must be fed",
        )
    try:
        said = json.loads(metadata[KEY])
        if said["format"] != FORMAT:
            raise WeightsError(
                f"{path} has header format {said['format']}, this version reads {FORMAT}",
                "Update crowdmon or train again",
            )
        network, preprocess = dict(said["network"]), Preprocess.from_header(said["preprocess"])
        if "model" not in network:  # another network, which only the trainer knows
            NetworkConfig.from_header(network)
            if preprocess.stride != STRIDE:
                raise ValueError(
                    f"stride is {preprocess.stride}, and the network's cells have {STRIDE} pixels"
                )
        return Weights(
            tensors=tensors,
            network=network,
            preprocess=preprocess,
            provenance=dict(said.get("provenance", {})),
            scores=dict(said.get("scores", {})),
            path=path,
            scales=_scales(said, tensors, path),
        )
    except WeightsError:
        raise
    except RecursionError as error:
        raise WeightsError(f"{path} has a header that is nested too deeply", "Train again") from error
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        why = f"{type(error).__name__}: {error}"
        raise WeightsError(f"{path} has a header that cannot be used ({why})", "Train again") from error


def _scales(said: Mapping[str, Any], tensors: Mapping[str, NDArray[np.float32]], path: Path) -> Scales | None:
    """Return the scales of a header; None without any, or if they are those of other tensors."""
    if not said.get("int8"):
        return None
    scales = Scales.from_header(said["int8"])
    if not scales.fit(tensors):
        log.warning("%s was trained since its scales for int8 were measured; they are left out", path)
        return None
    return scales


def check_file(path: Path) -> None:
    """Raise WeightsError unless ``path`` is a file of a plausible size; its content is not read."""
    if not is_there(path) or not path.is_file():
        raise WeightsError(f"no weights file at {path}", "Give the path of a .safetensors file")
    if path.stat().st_size > _MAX_BYTES:
        raise WeightsError(f"{path} is larger than {_MAX_BYTES >> 20} MiB, far more than this network has")


def _read(path: Path) -> tuple[Mapping[str, str], dict[str, NDArray[np.float32]]]:
    check_file(path)
    try:
        with path.open("rb") as start:
            if _MAX_HEADER < int.from_bytes(start.read(8), "little") <= path.stat().st_size:
                raise WeightsError(f"{path} has a header larger than {_MAX_HEADER >> 20} MiB", "Train again")
        with safe_open(path, framework="numpy") as file:
            kinds = {key: file.get_slice(key).get_dtype() for key in file.keys()}  # noqa: SIM118
            if odd := next((key for key, kind in kinds.items() if kind not in _FLOATS), None):
                raise WeightsError(
                    f"{path}: the tensor {odd} holds {kinds[odd]}, which are no floating-point numbers",
                    f"Allowed are {', '.join(_FLOATS)}",
                )
            tensors = {key: file.get_tensor(key).astype(np.float32) for key in file.keys()}  # noqa: SIM118
            return file.metadata() or {}, tensors
    except WeightsError:
        raise
    except (SafetensorError, OSError, ValueError, TypeError, AttributeError) as error:
        raise WeightsError(
            f"{path} is not a safetensors file ({_what(path)})",
            "Weights come from crowdmon-train; pickled .pth files are refused because they can run code",
        ) from error


def _what(path: Path) -> str:
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except OSError:
        return "it cannot be read"
    if not start:
        return "it is empty"
    if start.startswith(b"PK\x03\x04") or start.startswith(b"\x80"):
        return "it looks like a pickle"
    return "its first bytes are something else, or it is cut short"
