"""What ``crowdmon bench`` compares with: networks in eager torch as most people run them, a matrix product.

Nothing that counts for a user runs this way.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from crowdmon.counting.graph import DENSITY, PICTURE
from crowdmon.counting.onnx_format import Graph
from crowdmon.counting.peers import MCNN, CSRNet
from crowdmon.counting.torch_backend import network_of
from crowdmon.counting.weights import Weights

PEERS: dict[str, type[MCNN] | type[CSRNet]] = {"mcnn": MCNN, "csrnet": CSRNet}
"""The networks of other papers; their time does not depend on their weights."""

SIDE = 4096
"""Rows and columns of the matrices: large enough that the processor's arithmetic is the limit."""


def eager(model: str, weights: Weights, *, height: int, width: int) -> Callable[[], object]:
    """Return one run of a network in eager torch on the CPU: NCHW, float32, no autocast, all threads.

    Args:
        model: ``ssr-hef`` or one of :data:`PEERS`.
        weights: of SSR-HEF.
        height, width: of the picture in pixels, multiples of 32.
    """
    network: nn.Module = network_of(weights) if model == "ssr-hef" else PEERS[model]().eval()
    batch = torch.randn(1, 3, height, width)

    def run() -> object:
        with torch.inference_mode():
            return network(batch)

    return run


def matrix_product(
    precision: str, *, side: int = SIDE, device: str = "cpu"
) -> tuple[Callable[[], object], float]:
    """Return a product of two square matrices in torch, and its floating-point operations."""
    dtype = {"f32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16}[precision]
    one, other = (torch.randn(side, side).to(device=device, dtype=dtype) for _ in range(2))
    out = torch.empty(side, side, dtype=dtype, device=device)

    def run() -> object:
        product = torch.mm(one, other, out=out)
        if device != "cpu":
            torch.cuda.synchronize()
        return product

    return run, 2.0 * side**3


def onnx_of_peer(model: str) -> bytes:
    """Return another paper's network as an ONNX file, for the back ends that SSR-HEF runs in."""
    network = PEERS[model]()
    graph = Graph()
    if isinstance(network, MCNN):
        columns = [
            _sequence(graph, column, PICTURE, name)
            for name, column in (
                ("large", network.large),
                ("middle", network.middle),
                ("small", network.small),
            )
        ]
        out = _convolution(graph, network.merge, graph.add("Concat", *columns, axis=1), "merge")
        density = graph.add("Identity", out, name=DENSITY)
    else:
        x = _sequence(graph, network.front, PICTURE, "front")
        x = _sequence(graph, network.back, x, "back")
        density = graph.add("Relu", _convolution(graph, network.output, x, "output"), name=DENSITY)
    return graph.model(
        model,
        inputs={PICTURE: ("n", 3, "height", "width")},
        outputs={density: ("n", 1, "rows", "columns")},
        metadata={},
    )


def _sequence(graph: Graph, layers: nn.Sequential, x: str, name: str) -> str:
    """Write convolutions, ReLUs and halvings, which are all that these networks consist of."""
    for number, layer in enumerate(layers):
        if isinstance(layer, nn.Conv2d):
            x = _convolution(graph, layer, x, f"{name}.{number}")
        elif isinstance(layer, nn.ReLU):
            x = graph.add("Relu", x)
        else:
            x = graph.add("MaxPool", x, kernel_shape=(2, 2), strides=(2, 2))
    return x


def _convolution(graph: Graph, layer: nn.Conv2d, x: str, name: str) -> str:
    state = {key: value.detach().numpy().astype(np.float32) for key, value in layer.named_parameters()}
    weight, bias = (graph.constant(f"{name}.{key}", state[key]) for key in ("weight", "bias"))
    side, dilation = layer.kernel_size[0], layer.dilation[0]
    return graph.add(
        "Conv", x, weight, bias,
        kernel_shape=(side, side), dilations=(dilation, dilation), pads=(dilation * (side // 2),) * 4,
    )  # fmt: skip
