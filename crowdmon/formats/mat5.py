"""MAT v5 (MATLAB's -v6 and -v7).

This module does not use scipy. scipy allocates the memory that a header announces, without checking that the
file can hold it, and one wrong byte in a data type crashes the whole process. Here, every type must be
allowed at its position, every length must fit into the element around it, and the sum must fit into a
budget.

Layout: "MAT-File Format", The MathWorks, chapter 1, "Level 5 MAT-File Format".
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

import numpy as np

from crowdmon.formats.limits import MatError, ReadLimits, UnsupportedError

_HEADER = 128
_MAX_DIMS = 32
_POINTER = 8

# Data types: how a data element is stored.
_INT8, _INT32, _UINT32, _MATRIX, _COMPRESSED = 1, 5, 6, 14, 15
_STORED = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
_ENCODINGS = {1: "latin-1", 2: "latin-1", 4: "utf-16", 16: "utf-8", 17: "utf-16", 18: "utf-32"}

# Array classes: what a variable is in MATLAB.
_CELL, _STRUCT, _CHAR = 1, 2, 4
_NUMBERS = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4", 14: "i8", 15: "u8"}
_COMPLEX, _LOGICAL = 0x800, 0x200


class _Element(NamedTuple):
    kind: int
    body: memoryview


def read(raw: bytes, names: Collection[str] | None, budget: ReadLimits) -> tuple[dict[str, Any], list[str]]:
    """Return the variables of the file in plain form (see ``mat.load_mat``), and the names of all."""
    order = "<" if raw[126:128] == b"IM" else ">"
    values: dict[str, Any] = {}
    found: list[str] = []
    for element in _elements(memoryview(raw)[_HEADER:], order):
        if element.kind == _COMPRESSED:
            element = _next(_elements(_inflate(element.body, budget), order))
        if element.kind != _MATRIX:
            raise MatError(f"data of the unknown type {element.kind} stands where a variable should")
        name = _name(element.body, order)
        if name in found:
            raise MatError(f"the variable {name!r} stands twice")
        found.append(name)
        # Elements without a name are MATLAB's own notes on functions.
        if name in names if names is not None else name:
            try:
                values[name] = _value(element.body, order, budget, 0)
            except UnsupportedError:
                if names is not None:
                    raise
            except (ValueError, OverflowError, MemoryError) as error:
                raise MatError(f"the variable {name!r} cannot be read ({error})") from error
    return values, [name for name in found if name]


def _elements(buffer: memoryview, order: str) -> Iterator[_Element]:
    """Yield the data elements that fill ``buffer``."""
    at = 0
    while at < len(buffer):
        if at + 8 > len(buffer):
            raise MatError("the file ends in the middle of a variable")
        kind, size = struct.unpack_from(f"{order}II", buffer, at)
        begin, padding = at + 8, -size % 8
        if kind >> 16:  # the small form: size and type share four bytes, and the data use the other four
            kind, size, begin = kind & 0xFFFF, kind >> 16, at + 4
            padding = 4 - size
            if size > 4:
                raise MatError("a small data element is larger than its place")
        end = begin + size
        if end > len(buffer):
            raise MatError(
                f"the file ends in the middle of a variable ({end - len(buffer)} bytes are missing)"
            )
        yield _Element(kind, buffer[begin:end])
        at = end if kind == _COMPRESSED else end + padding


def _next(parts: Iterator[_Element], kind: int | None = None) -> _Element:
    for part in parts:
        if kind is not None and part.kind != kind:
            raise MatError(f"data of the type {part.kind} stands where type {kind} should")
        return part
    raise MatError("a variable ends too early")


def _inflate(body: memoryview, budget: ReadLimits) -> memoryview:
    worker = zlib.decompressobj()
    try:
        # One byte above the limit shows that there is more, without unpacking it.
        data = worker.decompress(body, budget.left + 1)
    except zlib.error as error:
        raise MatError(f"a compressed variable is damaged ({error})") from error
    budget.array((len(data),), 1)
    if not worker.eof:
        raise MatError("the file ends in the middle of a compressed variable")
    return memoryview(data)


def _name(body: memoryview, order: str) -> str:
    parts = _elements(body, order)
    _next(parts, _UINT32)
    # Objects have no size at the position where all others have it.
    name = next((part.body for part in (_next(parts), _next(parts)) if part.kind == _INT8), b"")
    return bytes(name).decode("latin-1")


def _value(body: memoryview, order: str, budget: ReadLimits, depth: int) -> Any:
    """Read one variable, cell or field with its content."""
    budget.item(depth)
    if not len(body):
        return np.zeros((0, 0))
    parts = _elements(body, order)
    flags = _next(parts, _UINT32).body
    if len(flags) != 8:
        raise MatError("the array flags of a variable are damaged")
    word = struct.unpack_from(f"{order}I", flags)[0]
    kind = word & 0xFF
    if kind not in (_CELL, _STRUCT, _CHAR, *_NUMBERS) or word & _COMPLEX:
        raise UnsupportedError(f"it holds a value of MATLAB's class {kind}, which is not supported")
    dims = _next(parts, _INT32).body
    if len(dims) < 8 or len(dims) % 4 or len(dims) > 4 * _MAX_DIMS:
        raise MatError("the dimensions of a variable are damaged")
    shape = struct.unpack(f"{order}{len(dims) // 4}i", dims)
    _next(parts, _INT8)
    if kind == _CELL:
        cells = _children(parts, budget.array(shape, _POINTER), order, budget, depth)
        return _shaped(cells, shape)
    if kind == _STRUCT:
        return _struct(parts, shape, order, budget, depth)
    stored = _next(parts)
    if kind == _CHAR:
        return _text(stored, shape, order, budget)
    array = _numbers(stored, shape, order, budget, np.dtype(_NUMBERS[kind]))
    return array.astype(bool) if word & _LOGICAL else array


def _numbers(
    stored: _Element, shape: tuple[int, ...], order: str, budget: ReadLimits, kind: np.dtype[Any]
) -> np.ndarray[Any, Any]:
    values = budget.array(shape, kind.itemsize)
    if stored.kind not in _STORED:
        raise MatError(f"data of the unknown type {stored.kind} stands where numbers should")
    # MATLAB stores doubles that are small whole numbers as bytes.
    source = np.dtype(order + _STORED[stored.kind])
    if len(stored.body) != values * source.itemsize:
        raise MatError(f"an array announces {values} values and holds {len(stored.body)} bytes")
    return np.frombuffer(stored.body, source).astype(kind).reshape(shape, order="F")


def _text(stored: _Element, shape: tuple[int, ...], order: str, budget: ReadLimits) -> str:
    budget.array(shape, 4)
    encoding = _ENCODINGS.get(stored.kind)
    if encoding is None:
        raise MatError(f"data of the unknown type {stored.kind} stands where text should")
    if encoding in ("utf-16", "utf-32"):
        encoding += "-le" if order == "<" else "-be"
    text = bytes(stored.body).decode(encoding)
    rows = max(shape[0], 1)
    return text if rows == 1 else "\n".join(text[row::rows] for row in range(min(rows, len(text))))


def _children(
    parts: Iterator[_Element], expected: int, order: str, budget: ReadLimits, depth: int
) -> list[Any]:
    budget.array((expected,), _POINTER)
    found: list[Any] = []
    for part in parts:
        if part.kind != _MATRIX:
            raise MatError(f"data of the type {part.kind} stands where a cell or field should")
        found.append(_value(part.body, order, budget, depth + 1))
    if len(found) != expected:
        raise MatError(f"a cell or struct announces {expected} values and holds {len(found)}")
    return found


def _struct(
    parts: Iterator[_Element], shape: tuple[int, ...], order: str, budget: ReadLimits, depth: int
) -> Any:
    length = _next(parts, _INT32).body
    names = bytes(_next(parts, _INT8).body)
    each = int(struct.unpack(f"{order}i", length)[0]) if len(length) == 4 else 0
    if each <= 0 or len(names) % each:
        raise MatError("the field names of a struct are damaged")
    fields = [names[i : i + each].split(b"\0")[0].decode("latin-1") for i in range(0, len(names), each)]
    count = budget.array(shape, _POINTER)
    values = _children(parts, count * len(fields), order, budget, depth)
    if not fields:
        return {}
    step = len(fields)
    rows = [dict(zip(fields, values[at : at + step], strict=True)) for at in range(0, len(values), step)]
    return rows[0] if count == 1 else _shaped(rows, shape)


def _shaped(values: list[Any], shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    cells = np.empty(len(values), dtype=object)
    for index, value in enumerate(values):
        cells[index] = value
    return cells.reshape(shape, order="F")
