"""MAT v5 (MATLAB's -v6 and -v7), through scipy.

scipy asks for the memory a header announces before it looks whether the file can hold it, so the
file is walked first: every length must fit into what encloses it, and the sum into the budget.
Layout: "MAT-File Format", The MathWorks, chapter 1 "Level 5 MAT-File Format".
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Collection, Iterator
from typing import Any

import numpy as np
from scipy.io import loadmat
from scipy.io.matlab import MatReadError

from crowdmon.formats.limits import Budget, MatError, UnsupportedError

_MATRIX, _COMPRESSED = 14, 15
_CELL, _STRUCT, _CHAR = 1, 2, 4
_ITEMSIZE = {_CHAR: 4, 6: 8, 7: 4, 8: 1, 9: 1, 10: 2, 11: 2, 12: 4, 13: 4, 14: 8, 15: 8}
_POINTER = 8
_HEADER = 128


def read(raw: bytes, names: Collection[str] | None, budget: Budget) -> tuple[dict[str, Any], list[str]]:
    """Return the file's variables in plain form, see ``mat.load_mat``, and the names of all there are."""
    readable, found = _walk_file(raw, names, budget)
    try:
        # The stubs know paths only, yet scipy reads from an open file as well.
        stream: Any = io.BytesIO(raw)
        values = loadmat(stream, variable_names=readable) if readable else {}
        return {name: _plain(values[name]) for name in readable}, found
    except (
        MatReadError, ValueError, TypeError, KeyError, IndexError, OSError, OverflowError,
        NotImplementedError, MemoryError, RecursionError, zlib.error, struct.error,
    ) as error:  # fmt: skip
        raise MatError(f"its content cannot be read ({error})") from error


def _plain(value: Any) -> Any:
    if isinstance(value, np.void):
        return {name: _plain(value[name]) for name in value.dtype.names or ()}
    if not isinstance(value, np.ndarray):
        return value
    if value.dtype.kind == "U":
        return str(value.flat[0]) if value.size == 1 else value if value.size else ""
    if value.dtype.names is None and value.dtype.kind != "O":
        return value
    cells = np.empty(value.shape, dtype=object)
    for index in np.ndindex(value.shape):
        cells[index] = _plain(value[index])
    return cells.flat[0] if value.dtype.names is not None and value.size == 1 else cells


def _walk_file(raw: bytes, names: Collection[str] | None, budget: Budget) -> tuple[list[str], list[str]]:
    """Return the names of the variables that are wanted and can be read, and of all."""
    order = "<" if raw[126:128] == b"IM" else ">"
    readable: list[str] = []
    found: list[str] = []
    for kind, body in _elements(memoryview(raw)[_HEADER:], order, aligned=False):
        if kind == _COMPRESSED:
            kind, body = _only(_inflate(body, budget), order)
        if kind != _MATRIX:
            raise MatError(f"data of the unknown type {kind} stands where a variable should")
        name = _name(body, order)
        if name in found:
            raise MatError(f"the variable {name!r} stands twice")
        found.append(name)
        wanted = name in names if names is not None else name != ""
        try:
            if wanted:
                _walk_matrix(body, order, budget, 0)
                readable.append(name)
        except UnsupportedError:
            if names is not None:
                raise
    return readable, [name for name in found if name]


def _only(body: memoryview, order: str) -> tuple[int, memoryview]:
    for element in _elements(body, order):
        return element
    raise MatError("a compressed variable is empty")


def _name(body: memoryview, order: str) -> str:
    parts = _elements(body, order)
    *_, name = (_next(parts) for _ in range(3))
    return bytes(name).decode("latin-1")


def _inflate(body: memoryview, budget: Budget) -> memoryview:
    worker = zlib.decompressobj()
    try:
        # One byte more than allowed shows that there is more, without unpacking it.
        data = worker.decompress(body, budget.left + 1)
    except zlib.error as error:
        raise MatError(f"a compressed variable is damaged ({error})") from error
    budget.array((len(data),), 1)
    if not worker.eof:
        raise MatError("the file ends in the middle of a compressed variable")
    return memoryview(data)


def _elements(buffer: memoryview, order: str, *, aligned: bool = True) -> Iterator[tuple[int, memoryview]]:
    """Yield (type, body) of the data elements that fill ``buffer``."""
    at = 0
    while at < len(buffer):
        if at + 8 > len(buffer):
            raise MatError("the file ends in the middle of a variable")
        kind, size = struct.unpack_from(f"{order}II", buffer, at)
        begin = at + 8
        if kind >> 16:  # the small form: size and type share four bytes, the data are the other four
            kind, size, begin = kind & 0xFFFF, kind >> 16, at + 4
            if size > 4:
                raise MatError("a small data element is larger than its place")
            end = following = at + 8
            end = begin + size
        else:
            end = begin + size
            following = end if kind == _COMPRESSED or not aligned else end + -size % 8
        if end > len(buffer):
            raise MatError(
                f"the file ends in the middle of a variable ({end - len(buffer)} bytes are missing)"
            )
        yield kind, buffer[begin:end]
        at = following


def _walk_matrix(body: memoryview, order: str, budget: Budget, depth: int) -> None:
    """Book one variable, cell or field with all it holds."""
    budget.item(depth)
    if not len(body):
        return
    parts = _elements(body, order)
    flags, dims, _ = (_next(parts) for _ in range(3))
    if len(flags) < 4:
        raise MatError("a variable has no array flags")
    kind = struct.unpack_from(f"{order}I", flags)[0] & 0xFF
    shape = struct.unpack(f"{order}{len(dims) // 4}i", dims[: len(dims) // 4 * 4])
    if kind in _ITEMSIZE:
        budget.array(shape, _ITEMSIZE[kind])
        for _ in parts:  # taking them holds their lengths against what encloses them
            pass
        return
    if kind not in (_CELL, _STRUCT):
        # Objects, function handles and sparse matrices; scipy would read on without knowing an end.
        raise UnsupportedError(f"it holds a value of MATLAB's class {kind}, which is not supported")
    expected = budget.array(shape, _POINTER) * (1 if kind == _CELL else _fields(parts, order))
    budget.array((expected,), _POINTER)
    children = 0
    for _, child in parts:
        _walk_matrix(child, order, budget, depth + 1)
        children += 1
    if children != expected:
        raise MatError(f"a cell or struct announces {expected} values and holds {children}")


def _fields(parts: Iterator[tuple[int, memoryview]], order: str) -> int:
    """Return the number of fields of a struct."""
    length = _next(parts)
    if len(length) < 4:
        raise MatError("a struct does not say how long its field names are")
    each = int(struct.unpack_from(f"{order}i", length)[0])
    names = _next(parts)
    if each <= 0 or len(names) % each:
        raise MatError("the field names of a struct are damaged")
    return len(names) // each


def _next(parts: Iterator[tuple[int, memoryview]]) -> memoryview:
    for _, body in parts:
        return body
    raise MatError("a variable ends too early")
