"""Write MATLAB files as MATLAB does: v5 through scipy, v7.3 through h5py, and broken ones by hand."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from scipy.io import savemat


def write_v5(path: Path, values: Mapping[str, Any], *, compress: bool = True) -> Path:
    """Dicts become structs, object arrays cells."""
    savemat(path, dict(values), do_compression=compress)
    return path


def write_v73(path: Path, values: Mapping[str, Any]) -> Path:
    """The same values as HDF5: transposed, cells by reference, empty values by their size."""
    with h5py.File(path, "w", userblock_size=512) as file:
        file.create_group("#refs#")
        for name, value in values.items():
            _put(file, file, name, value)
    with path.open("r+b") as raw:
        raw.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(116) + b" " * 8 + b"\x00\x02IM")
    return path


def _put(file: Any, group: Any, name: str, value: Any) -> Any:
    if isinstance(value, dict):
        item = group.create_group(name)
        for key, field in value.items():
            _put(file, item, key, field)
        item.attrs["MATLAB_class"] = np.bytes_("struct")
        return item
    array = np.atleast_2d(np.array([list(map(ord, value))]) if isinstance(value, str) else value)
    kind = "char" if isinstance(value, str) else "cell" if array.dtype == object else str(array.dtype)
    if array.size == 0:
        item = group.create_dataset(name, data=np.array(array.shape, dtype=np.uint64))
        item.attrs["MATLAB_empty"] = np.uint8(1)
    elif kind == "cell":
        item = group.create_dataset(name, array.T.shape, dtype=h5py.ref_dtype)
        for index in np.ndindex(array.T.shape):
            target = _put(file, file["#refs#"], f"r{len(file['#refs#'])}", array.T[index])
            item[index] = target.ref
    else:
        stored = array.astype(np.uint16) if kind == "char" else array
        item = group.create_dataset(name, data=stored.T)
    item.attrs["MATLAB_class"] = np.bytes_({"float64": "double", "bool": "logical"}.get(kind, kind))
    return item


def cell(*values: Any) -> np.ndarray[Any, Any]:
    """A MATLAB cell of one row."""
    out = np.empty((1, len(values)), dtype=object)
    for index, value in enumerate(values):
        out[0, index] = value
    return out


HEADER = b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM"


def element(kind: int, body: bytes) -> bytes:
    """A data element of the v5 format: tag, body, padding to eight bytes."""
    return struct.pack("<II", kind, len(body)) + body + bytes(-len(body) % 8)


def matrix(name: str, kind: int, shape: tuple[int, ...], *parts: bytes) -> bytes:
    """A variable (miMATRIX) of any class, announcing any shape, holding any parts."""
    flags = element(6, struct.pack("<II", kind, 0))
    dims = element(5, struct.pack(f"<{len(shape)}i", *shape))
    return element(14, flags + dims + element(1, name.encode()) + b"".join(parts))


def packed(body: bytes) -> bytes:
    """A compressed variable (miCOMPRESSED)."""
    data = zlib.compress(body)
    return struct.pack("<II", 15, len(data)) + data
