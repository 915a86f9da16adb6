"""What ``crowdmon bench`` measures of a CUDA card, where there is one: the network alone, on the card."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

from crowdmon import resources
from crowdmon.bench.harness import SIZES, Bench, Figures, Row, alternating, goal
from crowdmon.bench.inference import PUBLISHED
from crowdmon.counting import backends
from crowdmon.counting.macs import macs
from crowdmon.counting.network_config import NetworkConfig
from crowdmon.counting.weights import DEFAULT, load

BATCHES = (1, 16)
QUICK_MS = 1.0
"""Milliseconds one picture of 512x1024 shall take on a data-centre card."""


def card(bench: Bench) -> Figures:
    """Pictures that lie on the card already, one and many in a call, and a large matrix product."""
    if "torch" not in backends.installed():
        return [], []
    from crowdmon.counting.reference import SIDE, matrix_product
    from crowdmon.counting.torch_backend import TorchBackend

    weights = load(resources.path(DEFAULT))
    made = TorchBackend(weights)
    if made.device == "cpu":
        return [], []
    width, height = SIZES[PUBLISHED]
    gflop = 2e-9 * macs(NetworkConfig.from_header(weights.network), height=height, width=width)
    named = {"backend": "cuda", "device": made.device, "precision": made.precision}
    rows: list[Row] = [
        {
            "what": "on the card",
            "model": "ssr-hef",
            **named,
            "size": PUBLISHED,
            "batch": batch,
            "gflop": gflop,
        }
        for batch in BATCHES
    ]
    runs: list[Callable[[], object]] = [made.resident((batch, 3, height, width)) for batch in BATCHES]
    product, operations = matrix_product(made.precision, device="cuda")
    rows.append({"what": "matrix product", **named, "size": f"{SIDE}x{SIDE}", "gflop": operations / 1e9})
    for row, taken in zip(rows, alternating([*runs, product], rounds=20, say=bench.say), strict=True):
        row["median_ms"] = median(taken) / row.get("batch", 1)
        row["gflop_per_s"] = 1000 * row["gflop"] / row["median_ms"]
        if row.get("batch"):
            row["pictures_per_s"] = 1000 / row["median_ms"]
    for row in rows[:-1]:
        row["percent_of_peak"] = 100 * row["gflop_per_s"] / rows[-1]["gflop_per_s"]
    of = f"{made.device} {made.precision}, {PUBLISHED}, one picture"
    return rows, [goal("card", of, limit=QUICK_MS, measured=rows[0]["median_ms"], unit="ms")]
