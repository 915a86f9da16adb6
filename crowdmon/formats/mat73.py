"""MAT v7.3, which is HDF5, through h5py.

MATLAB stores columns first and HDF5 rows first, so every array is transposed. Cells are arrays of
references into the hidden group ``#refs#``, structs are groups.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from crowdmon.formats.limits import MatError, ReadLimits, UnsupportedError

_POINTER = 8


def read(path: Path, names: Collection[str] | None, budget: ReadLimits) -> tuple[dict[str, Any], list[str]]:
    """Return the variables of the file in plain form (see ``mat.load_mat``), and the names of all."""
    try:
        with h5py.File(path, "r") as file:
            found = [name for name in file if not name.startswith("#")]
            values: dict[str, Any] = {}
            for name in found:
                if names is None or name in names:
                    try:
                        values[name] = _value(_member(file, name), budget, 0)
                    except UnsupportedError:
                        if names is not None:
                            raise
            return values, found
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, MemoryError, OverflowError) as error:
        raise MatError(f"it is truncated or damaged ({str(error).splitlines()[0]})") from error


def _member(group: Any, name: str) -> Any:
    # A link may lead to any other file that the reader may open.
    if not isinstance(group.get(name, getlink=True), h5py.HardLink):
        raise MatError(f"{name!r} is a link, not a value")
    return group[name]


def _value(item: Any, budget: ReadLimits, depth: int) -> Any:
    budget.item(depth)
    kind = item.attrs.get("MATLAB_class", b"")
    kind = kind.decode("latin-1") if isinstance(kind, bytes) else str(kind)
    if isinstance(item, h5py.Group):
        if "MATLAB_sparse" in item.attrs:
            raise UnsupportedError("it holds a sparse matrix, which is not supported")
        return _struct(item, budget, depth)
    if not isinstance(item, h5py.Dataset) or item.is_virtual or item.external:
        raise UnsupportedError("it holds a value that is no array")
    if item.shape is None or "MATLAB_empty" in item.attrs:
        return _empty(item, kind)
    budget.array(item.shape, max(item.dtype.itemsize, 1))
    if h5py.check_ref_dtype(item.dtype) is h5py.Reference:
        return _cells(item, budget, depth)
    if item.dtype.kind not in "biuf":
        raise UnsupportedError(f"it holds values of type {item.dtype}, which is not supported")
    values = np.atleast_2d(item[()].T)
    if kind == "char":
        return "\n".join("".join(map(chr, row)) for row in values.reshape(values.shape[0], -1))
    return values.astype(bool) if kind == "logical" else values


def _empty(item: Any, kind: str) -> Any:
    # For an empty array, MATLAB stores its size instead of values.
    size = (0, 0) if item.shape is None or not 0 < item.size <= 32 else tuple(int(n) for n in item[()].flat)
    if any(n < 0 for n in size) or 0 not in size:
        raise MatError("an empty array announces a size that is not empty")
    if kind == "char":
        return ""
    return np.empty(size, dtype=object if kind in ("cell", "struct") else np.float64)


def _cells(item: Any, budget: ReadLimits, depth: int) -> Any:
    references = np.atleast_2d(item[()].T)
    cells = np.empty(references.shape, dtype=object)
    for index in np.ndindex(references.shape):
        if not references[index]:
            raise MatError("a cell refers to nothing")
        cells[index] = _value(item.file[references[index]], budget, depth + 1)
    return cells


def _struct(group: Any, budget: ReadLimits, depth: int) -> Any:
    fields = {name: _member(group, name) for name in group}
    if fields and all(_is_column(field) for field in fields.values()):
        columns = {name: _value(field, budget, depth + 1) for name, field in fields.items()}
        shape = next(iter(columns.values())).shape
        if any(column.shape != shape for column in columns.values()):
            raise MatError("the fields of a struct array differ in length")
        rows = np.empty(shape, dtype=object)
        for index in np.ndindex(shape):
            rows[index] = {name: column[index] for name, column in columns.items()}
        return rows
    return {name: _value(field, budget, depth + 1) for name, field in fields.items()}


def _is_column(field: Any) -> bool:
    """Say whether a field has one value for each struct of an array, and is not a cell."""
    return (
        isinstance(field, h5py.Dataset)
        and "MATLAB_class" not in field.attrs
        and h5py.check_ref_dtype(field.dtype) is h5py.Reference
    )
