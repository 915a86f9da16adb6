"""The int8 form of the network: what a step of each tensor is worth, and filters in whole steps.

The scales of tensors are measured on training pictures by ``crowdmon-train --quantise`` and travel in the
header of the weights file. The filters' own follow from the filters. Both are made so that the form counts
the same on every processor, and nearly as float32 does (``docs/performance.md``).
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

STEPS = 255
"""Steps of a tensor, 0 to 255: none is below zero, for a ReLU comes before each."""

PICTURE_STEPS = 127
"""Steps of the normalised picture to each side of zero."""

PAIR_STEPS = 126
"""Steps of two neighbouring weights together, at most; see :func:`rounded`."""

EXACT = ("enhance.attend", "head.2")
"""Layers that stay in float32: a map of one channel, and the last one, whose output is the count."""

_MOST_TENSORS = 1024
_NOTHING = 1e-20


@dataclass(frozen=True)
class Scales:
    """What the int8 form needs besides the weights.

    Attributes:
        most: by the name of a tensor, the value of its highest step; larger ones are cut off. A tensor that
            is not named stays in float32.
        of: the fingerprint of the tensors they were measured with; empty if nobody checks.
        provenance: the pictures they were measured on, and how the counts compared with float32's.
    """

    most: Mapping[str, float]
    of: str = ""
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def header(self) -> dict[str, Any]:
        """Return the values as a JSON header holds them."""
        return {"most": dict(self.most), "of": self.of, "provenance": dict(self.provenance)}

    @classmethod
    def from_header(cls, header: Mapping[str, Any]) -> Scales:
        """Rebuild from a header; KeyError, TypeError or ValueError if it makes no sense."""
        most = dict(header["most"])
        if len(most) > _MOST_TENSORS:
            raise ValueError(f"scales of {len(most)} tensors are more than any network has")
        for key, value in most.items():
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if not number or not math.isfinite(value) or not 1e-6 <= value <= 1e6:
                raise ValueError(f"the scale of {key} is {value!r}, allowed is 1e-06 to 1e+06")
        made = {key: float(value) for key, value in most.items()}
        return cls(made, str(header.get("of", "")), dict(header.get("provenance", {})))

    def fit(self, tensors: Mapping[str, NDArray[np.float32]]) -> bool:
        """Return whether they were measured with these tensors: those of retrained weights are others."""
        return self.of in ("", fingerprint(tensors))


def fingerprint(tensors: Mapping[str, NDArray[np.float32]]) -> str:
    """Return eight digits that are others for other tensors."""
    found = 0
    for key in sorted(tensors):
        found = zlib.crc32(
            np.ascontiguousarray(tensors[key], "<f4").tobytes(), zlib.crc32(key.encode(), found)
        )
    return f"{found:08x}"


def step_of(key: str, most: float) -> tuple[np.float32, int, int]:
    """Return the value of a tensor's step, and its lowest and highest number of steps."""
    if key == "picture":
        return np.float32(most / PICTURE_STEPS), -PICTURE_STEPS - 1, PICTURE_STEPS
    return np.float32(most / STEPS), 0, STEPS


def rounded(filters: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return filters (OxIxKxK) in whole steps, and the value of a step of each of the O filters.

    A processor without VNNI adds the products of two neighbouring inputs in sixteen bits and cuts off what
    is larger. So two such weights of one sign come to 127 at most, rounding included: 255 x 127 fits, and
    every processor computes the same. It costs a fifth of the steps.

    Not every weight is rounded to its nearest step. What a layer sees is smooth, so the sum of a kernel's
    errors does more harm than each of them; it is kept near one half, and so is that of a whole filter.
    Source: Guo et al., "SQuant: On-the-Fly Data-Free Quantization via Diagonal Hessian Approximation" (2022).
    """
    even = np.pad(filters, ((0, 0), (0, filters.shape[1] % 2), (0, 0), (0, 0)))
    pairs = [np.maximum(side, 0)[:, 0::2] + np.maximum(side, 0)[:, 1::2] for side in (even, -even)]
    largest = np.max([pair.max(axis=(1, 2, 3)) for pair in pairs], axis=0)
    # A filter of nothing, or next to nothing, is nothing.
    step = np.where(largest > _NOTHING, largest / PAIR_STEPS, 1.0).astype(np.float32)
    exact = (filters / step[:, None, None, None]).reshape(*filters.shape[:2], -1)
    whole = np.rint(exact)
    _cancel(whole, exact)
    return whole.reshape(filters.shape).astype(np.int8), step


def _cancel(whole: NDArray[np.float32], exact: NDArray[np.float32]) -> None:
    """Round some weights of filters (OxIxK) the other way, in place, so that errors nearly cancel."""
    errors = whole - exact
    up, chosen = _surplus(errors)
    whole -= up * chosen  # in each kernel, as many weights as the sum of its errors has whole steps
    errors = whole - exact
    up, chosen = _surplus(errors.sum(axis=2))  # in each filter, as many kernels, one weight of each
    at = np.argmax(up[:, :, None] * errors, axis=2)[:, :, None]
    turned = np.take_along_axis(whole, at, axis=2) - (up * chosen)[:, :, None]
    np.put_along_axis(whole, at, turned, axis=2)


def _surplus(errors: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return the sign of each row's whole surplus, and which of its errors make the most of it."""
    surplus = np.rint(errors.sum(axis=-1, keepdims=True))
    up = np.sign(surplus)
    order = np.argsort(-up * errors, axis=-1, kind="stable")
    rank = np.argsort(order, axis=-1, kind="stable")
    return np.broadcast_to(up, errors.shape), rank < np.abs(surplus)
