"""The ONNX file format, as much of it as the network needs, written without a library.

An ONNX file is a protobuf message: fields of a number, a type and a value. The three kinds used here
fit a screen, so the ``onnx`` package (and the protobuf runtime with it) is needed by the tests only,
which read every graph back with it. Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

OPSET = 17
"""The version of the operators; the newest one in which reductions take their axes as an attribute."""

_IR_VERSION = 8
_INT, _INTS = 2, 7  # AttributeProto.INT and .INTS
_FLOAT = 1  # TensorProto.FLOAT
_KINDS = {"float32": _FLOAT, "uint8": 2, "int8": 3}  # TensorProto.FLOAT, .UINT8 and .INT8


class Graph:
    """A graph under construction: every operation returns the name of its output."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._tensors: list[bytes] = []

    def constant(self, name: str, values: NDArray[np.float32] | NDArray[np.int8] | NDArray[np.uint8]) -> str:
        """Add a tensor of float32, int8 or uint8 and return its name."""
        dims = b"".join(_number(1, size) for size in values.shape)
        raw = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<")).tobytes()
        kind = _number(2, _KINDS[values.dtype.name])
        self._tensors.append(dims + kind + _bytes(8, name) + _bytes(9, raw))
        return name

    def add(self, kind: str, *inputs: str, name: str = "", **attributes: int | Sequence[int]) -> str:
        """Add an operation of one output and return the output's name."""
        name = name or f"{kind.lower()}_{len(self._nodes)}"
        self._nodes.append(
            b"".join(_bytes(1, one) for one in inputs)
            + _bytes(2, name)
            + _bytes(3, name)
            + _bytes(4, kind)
            + b"".join(_bytes(5, _attribute(key, value)) for key, value in attributes.items())
        )
        return name

    def model(
        self,
        name: str,
        *,
        inputs: Mapping[str, Sequence[int | str]],
        outputs: Mapping[str, Sequence[int | str]],
        metadata: Mapping[str, str],
    ) -> bytes:
        """Return the finished file.

        Args:
            name: of the graph.
            inputs, outputs: name to shape, float32 each; a side of any length is a name.
            metadata: carried along as ``metadata_props``.
        """
        graph = b"".join(_bytes(1, node) for node in self._nodes) + _bytes(2, name)
        graph += b"".join(_bytes(5, tensor) for tensor in self._tensors)
        graph += b"".join(_bytes(11, _value(*one)) for one in inputs.items())
        graph += b"".join(_bytes(12, _value(*one)) for one in outputs.items())
        model = _number(1, _IR_VERSION) + _bytes(2, "crowdmon") + _bytes(7, graph)
        model += _bytes(8, _bytes(1, "") + _number(2, OPSET))
        return model + b"".join(
            _bytes(14, _bytes(1, key) + _bytes(2, text)) for key, text in metadata.items()
        )


def _attribute(name: str, value: int | Sequence[int]) -> bytes:
    if isinstance(value, int):
        return _bytes(1, name) + _number(3, value) + _number(20, _INT)
    return _bytes(1, name) + b"".join(_number(8, one) for one in value) + _number(20, _INTS)


def _value(name: str, shape: Sequence[int | str]) -> bytes:
    sides = (_number(1, side) if isinstance(side, int) else _bytes(2, side) for side in shape)
    tensor = _number(1, _FLOAT) + _bytes(2, b"".join(_bytes(1, side) for side in sides))
    return _bytes(1, name) + _bytes(2, _bytes(1, tensor))


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes | str) -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    return _varint(field << 3 | 2) + _varint(len(raw)) + raw


def _varint(value: int) -> bytes:
    """Return an integer >= 0 seven bits a byte, lowest first, all but the last byte marked."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*out, value))
