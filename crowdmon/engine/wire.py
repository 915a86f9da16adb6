"""Values as bytes and back, between a service and a window beside it. Pure.

A message is a length, a JSON header and the arrays that the header refers to. Only the values listed in
:data:`KINDS` are built: what arrives can be wrong, but it can never run anything.
"""

from __future__ import annotations

import dataclasses
import json
import math
import struct
from enum import Enum
from typing import Any

import numpy as np

from crowdmon.engine.snapshots import CameraSnapshot, Snapshot
from crowdmon.errors import SourceError
from crowdmon.facts import Event, SpotCheck
from crowdmon.values import (
    CameraState,
    DensityMap,
    Frame,
    Grid,
    Level,
    Reading,
    ReadingState,
    RoiReading,
    Status,
)

KINDS: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        Snapshot,
        CameraSnapshot,
        Status,
        Frame,
        DensityMap,
        Grid,
        Reading,
        RoiReading,
        Event,
        SpotCheck,
        CameraState,
        ReadingState,
        Level,
    )
}
"""What may travel, by its name."""

_LENGTH = struct.Struct("<I")
_TYPES = frozenset({"uint8", "float32"})
_NUMBERS = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}


def pack(value: object) -> bytes:
    """Return a value as bytes.

    Args:
        value: of a kind listed in :data:`KINDS`, or None, bool, number, text, tuple, list or mapping of such.

    Raises:
        TypeError: it holds something else.
    """
    arrays: list[bytes] = []
    header = json.dumps(_plain(value, arrays), allow_nan=False, separators=(",", ":")).encode()
    return b"".join([_LENGTH.pack(len(header)), header, *arrays])


def unpack(raw: bytes) -> Any:
    """Return what :func:`pack` was given; tuples for tuples and lists.

    Raises:
        SourceError: the bytes hold nothing of that kind.
    """
    try:
        (length,) = _LENGTH.unpack_from(raw)
        start = _LENGTH.size + length
        header = json.loads(raw[_LENGTH.size : start])
        return _built(header, memoryview(raw)[start:])
    except (struct.error, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise SourceError(f"the service sent something unknown ({error})", "Update crowdmon") from None


def _plain(value: object, arrays: list[bytes]) -> object:
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, Enum):
        return {"=": type(value).__name__, "value": value.value}
    if isinstance(value, str):
        # A name may hold half a character, which JSON's text cannot.
        return value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    if isinstance(value, float):
        return value if math.isfinite(value) else {"=": "number", "is": str(value)}
    if isinstance(value, np.ndarray):
        return _array(value, arrays)
    if dataclasses.is_dataclass(value) and KINDS.get(type(value).__name__) is type(value):
        fields = {
            one.name: _plain(getattr(value, one.name), arrays)
            for one in dataclasses.fields(value)
            if one.init
        }
        return {"=": type(value).__name__, **fields}
    if isinstance(value, (tuple, list)):
        return [_plain(one, arrays) for one in value]
    if isinstance(value, dict):
        return {
            "=": "mapping",
            "is": [[_plain(key, arrays), _plain(one, arrays)] for key, one in value.items()],
        }
    raise TypeError(f"a {type(value).__name__} does not travel")


def _array(value: np.ndarray[Any, Any], arrays: list[bytes]) -> dict[str, object]:
    if value.dtype.name not in _TYPES:
        raise TypeError(f"an array of {value.dtype} does not travel")
    at = sum(map(len, arrays))
    arrays.append(np.ascontiguousarray(value).tobytes())
    return {"=": "array", "at": at, "type": value.dtype.name, "shape": list(value.shape)}


def _built(plain: Any, arrays: memoryview) -> Any:
    if isinstance(plain, list):
        return tuple(_built(one, arrays) for one in plain)
    if not isinstance(plain, dict):
        return plain
    if plain["="] == "number":
        return _NUMBERS[plain["is"]]
    if plain["="] == "mapping":
        return {key: _built(one, arrays) for key, one in plain["is"]}
    if plain["="] == "array":
        return _array_of(plain, arrays)
    kind = KINDS[plain["="]]
    fields = {key: _built(one, arrays) for key, one in plain.items() if key != "="}
    return kind(fields["value"]) if issubclass(kind, Enum) else kind(**fields)


def _array_of(plain: Any, arrays: memoryview) -> np.ndarray[Any, Any]:
    if plain["type"] not in _TYPES:
        raise ValueError(f"arrays of {plain['type']}")
    shape = tuple(map(int, plain["shape"]))
    flat = np.frombuffer(arrays, dtype=plain["type"], count=math.prod(shape), offset=int(plain["at"]))
    return flat.reshape(shape)
