"""What ``crowdmon bench`` measures of the network: back ends, precisions, sizes, and how near to the peak.

``inference`` is the network alone, a normalised picture in, people per cell out, the same for every
model and back end. ``count`` is all of it, from a picture's pixels to people per cell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from statistics import median

import numpy as np
from numpy.typing import NDArray

from crowdmon import resources
from crowdmon.bench.harness import SCENE, SIZES, Bench, Figures, Goal, Row, alternating, goal
from crowdmon.capture.source import open_source
from crowdmon.counting import backends
from crowdmon.counting.backend import Backend
from crowdmon.counting.counter import Counter
from crowdmon.counting.network_config import NetworkConfig, macs
from crowdmon.counting.weights import DEFAULT, Weights, load
from crowdmon.values import Frame

PUBLISHED = "512x1024"
"""The size at which networks are compared."""

PEERS = ("mcnn", "csrnet")
"""The networks that the counting is compared with, in eager torch."""

ROI = (0.35, 0.45, 0.65, 0.8)
"""A part of about a tenth of a picture: a ROI, where only ROIs are counted."""

NEAR = {"f32": 100.0, "bf16": 65.0}
"""The goal: percent of the operations a second of a large matrix product that the network reaches."""

TOGETHER = 4
"""Pictures counted in one call, to see whether that pays."""

CARD_BATCHES = (1, 16)
"""Pictures counted in one call on a CUDA card."""

CARD_MS = 1.0
"""The goal: milliseconds for one picture of 512x1024 on a data-centre card."""

CARD_RATE = 2000.0
"""The goal: pictures of 512x1024 a second on it, in the largest of these batches."""

_CPU = ("openvino", "onnxruntime", "torch")

Entry = tuple[Row, Callable[[], object]]


def inference(bench: Bench) -> Figures:
    """Back ends x precisions x sizes, other papers' networks, and a large matrix product."""
    weights = load(resources.path(DEFAULT))
    frames = {name: picture(*size) for name, size in SIZES.items()}
    batches = {name: weights.preprocess.prepare(frame.rgb) for name, frame in frames.items()}
    bench.say("loading back ends")
    entries = [*_own(weights, batches), *_peers(bench, weights, batches[PUBLISHED])]
    entries += [*_whole(weights, frames), *_products(entries)]
    times = alternating([run for _, run in entries], rounds=bench.rounds, say=bench.say)
    rows = [row for row, _ in entries]
    for row, taken in zip(rows, times, strict=True):
        row["median_ms"] = median(taken) / row.get("batch", 1)
        if "gflop" in row:
            row["gflop_per_s"] = 1000 * row["gflop"] / row["median_ms"]
    return rows, [*_faster(rows, bench.wanted.faster), *_near(rows)]


def card(bench: Bench) -> Figures:
    """The network alone on a CUDA card, where there is one, and a large matrix product.

    The pictures lie on the card already; one in a call, and many.
    """
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
        for batch in CARD_BATCHES
    ]
    runs: list[Callable[[], object]] = [made.resident((batch, 3, height, width)) for batch in CARD_BATCHES]
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
    many = f"{made.device} {made.precision}, {PUBLISHED}, {CARD_BATCHES[-1]} pictures a call"
    rate = rows[len(CARD_BATCHES) - 1]["pictures_per_s"]
    return rows, [
        goal("card", of, limit=CARD_MS, measured=rows[0]["median_ms"], unit="ms"),
        goal("card", many, limit=CARD_RATE, measured=rate, unit="pictures/s", at_least=True),
    ]


def described(device: str) -> Row:
    """Return a counter's device, such as ``openvino cpu f32``, under the names the JSON has."""
    backend, *on, precision = device.split()
    where = " ".join(on)
    kind = backend.partition("-")[0] if where == "cpu" else "cuda"
    return {"backend": kind, "device": where, "precision": precision}


def picture(width: int, height: int) -> Frame:
    """Return a picture of the plaza."""
    with open_source(f"{SCENE}&width={width}&height={height}") as source:
        return Frame(next(iter(source.pictures())).rgb())


def _made(what: Weights | bytes, *, most: int | None = None) -> list[Backend]:
    """Return the back ends that can run this, the best first; of two that come to the same here, one."""
    names = [name for name in backends.installed() if name != "torch" or isinstance(what, Weights)]
    made = [backends.make(name, what) for name in names[:most]]
    return list({(one.name, one.device, one.precision): one for one in made}.values())


def _own(weights: Weights, batches: dict[str, NDArray[np.float32]]) -> list[Entry]:
    config = NetworkConfig.from_header(weights.network)
    entries: list[Entry] = []
    for number, made in enumerate(_made(weights)):
        named = described(f"{made.name} {made.device} {made.precision}")
        for size, batch in batches.items():
            row: Row = {"what": "inference", "model": "ssr-hef", **named, "size": size}
            entries.append(({**row, "gflop": _gflop(config, batch)}, _settled(made, batch)))
        if number == 0:
            together = np.concatenate([batches[PUBLISHED]] * TOGETHER)
            row = {"what": "together", "model": "ssr-hef", **named, "size": PUBLISHED, "batch": TOGETHER}
            entries.append((row, _settled(made, together)))
    return entries + [
        ({**_eager("ssr-hef", size), "gflop": _gflop(config, batch)}, _eagerly("ssr-hef", weights, batch))
        for size, batch in batches.items()
    ]


def _peers(bench: Bench, weights: Weights, batch: NDArray[np.float32]) -> list[Entry]:
    from crowdmon.counting.reference import onnx_of_peer

    entries: list[Entry] = []
    for model in PEERS:
        entries.append((_eager(model, PUBLISHED), _eagerly(model, weights, batch)))
        for made in _made(onnx_of_peer(model), most=None if bench.long else 1):
            named = described(f"{made.name} {made.device} {made.precision}")
            row: Row = {"what": "inference", "model": model, **named, "size": PUBLISHED}
            entries.append((row, _settled(made, batch)))
    return entries


def _whole(weights: Weights, frames: dict[str, Frame]) -> list[Entry]:
    counter = Counter(weights)
    row: Row = {"what": "count", "model": "ssr-hef", **described(counter.device)}
    entries = [({**row, "size": size}, _counted(counter, frame)) for size, frame in frames.items()]
    only = replace(frames["720p"], asked=(ROI,))
    return [*entries, ({**row, "part": "ROIs only", "size": "720p"}, _counted(counter, only))]


def _products(entries: list[Entry]) -> list[Entry]:
    from crowdmon.counting.reference import SIDE, matrix_product

    # Other networks may run in a precision in which ours does not: ours has an int8 form.
    ours = _at_published([row for row, _ in entries], "ssr-hef")
    there = {row["precision"] for row in ours if row["backend"] in _CPU}
    products: list[Entry] = []
    for precision in (one for one in NEAR if one in there):
        run, operations = matrix_product(precision)
        row: Row = {"what": "matrix product", "backend": "torch", "device": "cpu", "precision": precision}
        products.append(({**row, "size": f"{SIDE}x{SIDE}", "gflop": operations / 1e9}, run))
    return products


def _eager(model: str, size: str) -> Row:
    named = {"backend": "torch-eager", "device": "cpu", "precision": "f32"}
    return {"what": "inference", "model": model, **named, "size": size}


def _eagerly(model: str, weights: Weights, batch: NDArray[np.float32]) -> Callable[[], object]:
    from crowdmon.counting.reference import eager

    return eager(model, weights, height=batch.shape[2], width=batch.shape[3])


def _settled(made: Backend, batch: NDArray[np.float32]) -> Callable[[], object]:
    """Return a run of a back end that has seen as many pictures of this size as it compiles for one."""
    for _ in range(getattr(made, "steady", 1)):
        made.run(batch)
    return lambda: made.run(batch)


def _counted(counter: Counter, frame: Frame) -> Callable[[], object]:
    return lambda: counter.count(frame)


def _gflop(config: NetworkConfig, batch: NDArray[np.float32]) -> float:
    return 2e-9 * macs(config, height=batch.shape[2], width=batch.shape[3])


def _faster(rows: list[Row], wanted_of: Mapping[str, float]) -> list[Goal]:
    """Compare the best CPU back end with other networks as their users run them."""
    ours = [row for row in _at_published(rows, "ssr-hef") if row["backend"] in _CPU]
    if not ours:
        return []
    best = min(ours, key=lambda row: float(row["median_ms"]))
    goals = []
    for model, wanted in wanted_of.items():
        theirs = next(row for row in _at_published(rows, model) if row["backend"] == "torch-eager")
        of = f"{best['backend']} {best['precision']}, {PUBLISHED}"
        times = theirs["median_ms"] / best["median_ms"]
        goals.append(goal(f"vs-{model}", of, limit=wanted, measured=times, unit="x", at_least=True))
    return goals


def _near(rows: list[Row]) -> list[Goal]:
    """Compare the operations a second with those of a large matrix product."""
    goals = []
    for peak in (row for row in rows if row["what"] == "matrix product"):
        precision = peak["precision"]
        ours = [row for row in _at_published(rows, "ssr-hef") if row["backend"] in _CPU]
        reached = [row["gflop_per_s"] for row in ours if row["precision"] == precision]
        share = 100 * max(reached) / peak["gflop_per_s"]
        of = f"{precision}, {PUBLISHED}"
        goals.append(goal("peak", of, limit=NEAR[precision], measured=share, unit="%", at_least=True))
    return goals


def _at_published(rows: list[Row], model: str) -> list[Row]:
    return [
        row for row in rows if (row["what"], row.get("model"), row["size"]) == ("inference", model, PUBLISHED)
    ]
