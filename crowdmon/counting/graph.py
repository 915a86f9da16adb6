"""SSR-HEF for inference as an ONNX graph, from a weights file and nothing else.

What OpenVINO and ONNX Runtime run, and what is exported; tests hold that it computes what
``network.py`` does. Batch, height and width are open. The stem's four dilated 3x3 convolutions have two
forms: joined into one 9x9 convolution, most of whose weights are zero, or as they are drawn. The first
multiplies more, the second writes more; which takes less time depends on the machine
(``docs/performance.md``).

With scales, the convolutions compute in int8: filters are whole steps, and each tensor between two of them
is rounded to steps where it is written, before it is pooled. The last layer and what it reads stay in
float32, for there a step is worth the most people.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from crowdmon.counting.network_config import NetworkConfig
from crowdmon.counting.onnx_format import Graph
from crowdmon.counting.scales import EXACT, Scales, rounded, step_of
from crowdmon.counting.weights import KEY, Weights, header
from crowdmon.errors import WeightsError

PICTURE, DENSITY = "picture", "density"
"""Names of the input (Nx3xHxW, normalised) and the output (Nx1xH/8xW/8, scaled people per cell)."""

JOINED, BRANCHES = "joined", "branches"
"""The forms of the stem."""

_REACH = 4  # pixels the widest of the stem's dilations, 1 to 4, reaches from its centre


def onnx_of(weights: Weights, *, stem: str = JOINED, scales: Scales | None = None) -> bytes:
    """Return the network of a weights file as an ONNX file, with its header in the metadata.

    Args:
        weights: what to write.
        stem: :data:`JOINED` or :data:`BRANCHES`.
        scales: write the int8 form with these; None for float32.

    Raises:
        WeightsError: the weights do not fit the network they describe, or are not numbers.
    """
    where = weights.path or weights.name
    try:
        config = NetworkConfig.from_header(weights.network)
        if config.norm or config.classes:
            raise ValueError("as it was trained, not folded for inference")
        network = _Network(weights.tensors, scales)
        network.build(config, stem)
    except (TypeError, ValueError, KeyError) as error:
        raise WeightsError(f"{where} describes a network this version does not know ({error})") from error
    except _MisfitError as error:
        raise WeightsError(f"{where} does not fit its own network: {error}") from error
    return network.graph.model(
        "ssr-hef",
        inputs={PICTURE: ("n", 3, "height", "width")},
        outputs={DENSITY: ("n", 1, "rows", "columns")},
        metadata={KEY: json.dumps(header(weights))},
    )


class _MisfitError(Exception):
    """A tensor that is missing, too many, of the wrong shape or not finite."""


class _Network:
    """Writes the network into a graph; its parts are named as in ``network.py``."""

    def __init__(self, tensors: Mapping[str, NDArray[np.float32]], scales: Scales | None) -> None:
        self.graph = Graph()
        self._left = dict(tensors)
        self._scales = scales

    def build(self, config: NetworkConfig, stem: str) -> None:
        add = self.graph.add
        x = self._features(config, stem)
        x = self._enhance(x, config) if config.enhancement else x
        inputs = config.head[0] if config.enhancement else config.msrf
        x = self._conv_relu("head.0.0", x, (config.head[1], inputs, 3), dilation=2)
        x = self._conv_relu("head.1.0", x, (config.head[2], config.head[1], 3))
        add("Relu", self._conv("head.2", x, (1, config.head[2], 1)), name=DENSITY)
        if self._left:
            raise _MisfitError(f"{next(iter(self._left))} has no place in it")

    def _features(self, config: NetworkConfig, stem: str) -> str:
        add = self.graph.add
        picture = self._steps("picture", PICTURE)
        x = self._joined(config.stem, picture) if stem == JOINED else self._branches(config.stem, picture)
        inputs = 4 * config.stem
        refined = []
        for depth, (width, dilations) in enumerate(zip(config.widths, config.dilations, strict=True)):
            x = self._pool(x) if depth else x
            for number, dilation in enumerate(dilations):
                x = self._conv_relu(f"stages.{depth}.{number}.0", x, (width, inputs, 3), dilation=dilation)
                inputs = width
            if config.segmentation:
                x = self._attend(f"segment.{depth}", x, self._conv(f"segment.{depth}", x, (1, width, 1)))
            side = (4 >> depth, 4 >> depth)
            refined.append(add("AveragePool", x, kernel_shape=side, strides=side) if depth < 2 else x)
        together = self._steps("refined", add("Concat", *refined, axis=1))
        return self._conv_relu("fuse.0", together, (config.msrf, sum(config.widths), 1))

    def _joined(self, filters: int, x: str) -> str:
        side = 2 * _REACH + 1
        weight, bias = [], []
        for branch in range(4):
            small = self._take(f"stem.branches.{branch}.weight", (filters, 3, 3, 3))
            wide = np.zeros((filters, 3, side, side), np.float32)
            taps = slice(_REACH - (branch + 1), _REACH + (branch + 1) + 1, branch + 1)
            wide[:, :, taps, taps] = small
            weight.append(wide)
            bias.append(self._take(f"stem.branches.{branch}.bias", (filters,)))
        self._left |= {"stem.weight": np.concatenate(weight), "stem.bias": np.concatenate(bias)}
        return self._pool(self._conv_relu("stem", x, (4 * filters, 3, side)))

    def _branches(self, filters: int, x: str) -> str:
        # Pooled before they are joined: a quarter of the copying.
        made = [
            self._pool(self._conv_relu(f"stem.branches.{branch}", x, (filters, 3, 3), dilation=branch + 1))
            for branch in range(4)
        ]
        return self.graph.add("Concat", *made, axis=1)

    def _pool(self, x: str) -> str:
        # After the ReLU, where that fuses with the convolution; it and maximum pooling commute.
        return self.graph.add("MaxPool", x, kernel_shape=(2, 2), strides=(2, 2))

    def _enhance(self, msrf: str, config: NetworkConfig) -> str:
        add = self.graph.add
        x = self._conv_relu("enhance.encode.0", msrf, (config.head[0], config.msrf, 3))
        pooled = [add(kind, x, axes=(1,), keepdims=1) for kind in ("ReduceMax", "ReduceMean")]
        logits = self._conv("enhance.attend", add("Concat", *pooled, axis=1), (1, 2, 7))
        return self._attend("enhance.attend", x, logits)

    def _attend(self, key: str, x: str, logits: str) -> str:
        return self._steps(key, self.graph.add("Mul", x, self.graph.add("Sigmoid", logits)))

    def _conv_relu(self, key: str, x: str, shape: tuple[int, int, int], *, dilation: int = 1) -> str:
        x = self.graph.add("Relu", self._conv(key, x, shape, dilation=dilation))
        return self._steps("stem" if key.startswith("stem") else key, x)

    def _conv(self, key: str, x: str, shape: tuple[int, int, int], *, dilation: int = 1) -> str:
        """Add a convolution of shape (outputs, inputs, side) that keeps the picture's size."""
        outputs, inputs, side = shape
        weight = self._take(f"{key}.weight", (outputs, inputs, side, side))
        bias = self._take(f"{key}.bias", (outputs,))
        names = [self._filters(key, weight), self.graph.constant(f"{key}.bias", bias)]
        border = (dilation * (side // 2),) * 4
        return self.graph.add(
            "Conv", x, *names, kernel_shape=(side, side), dilations=(dilation, dilation), pads=border
        )

    def _filters(self, key: str, weight: NDArray[np.float32]) -> str:
        if self._scales is None or key in EXACT:
            return self.graph.constant(f"{key}.weight", weight)
        whole, step = rounded(weight)
        names = [
            self.graph.constant(f"{key}.weight", whole),
            self.graph.constant(f"{key}.weight.step", step),
            self.graph.constant(f"{key}.weight.zero", np.zeros(len(step), np.int8)),
        ]
        return self.graph.add("DequantizeLinear", *names, axis=0)

    def _steps(self, key: str, x: str) -> str:
        """Round a tensor to its steps, in the int8 form."""
        most = self._scales.most.get(key) if self._scales else None
        if most is None:
            return x
        step, lowest, _ = step_of(key, most)
        zero = np.array(0, np.int8) if lowest < 0 else np.array(0, np.uint8)
        name = f"{key}.{x}"  # unique: the branches of the stem share their scale
        names = [
            self.graph.constant(f"{name}.step", np.array(step)),
            self.graph.constant(f"{name}.zero", zero),
        ]
        return self.graph.add("DequantizeLinear", self.graph.add("QuantizeLinear", x, *names), *names)

    def _take(self, key: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
        values = self._left.pop(key, None)
        if values is None:
            raise _MisfitError(f"{key} is missing")
        if values.shape != shape:
            raise _MisfitError(f"{key} is {_sides(values.shape)} instead of {_sides(shape)}")
        # A ReLU may turn what is not a number into 0, and a count of 0 is believed.
        if not np.isfinite(values).all():
            raise _MisfitError(f"{key} holds values that are not numbers")
        return values


def _sides(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape)) or "a single number"
