"""Table IX: size and time of the networks at 512 x 1024, all in one run on one device."""

from __future__ import annotations

import copy
import os
import platform
import time
from collections.abc import Callable
from statistics import median

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from crowdmon.counting.network import SSRHEF, NetworkConfig
from crowdmon.counting.peers import MCNN, CSRNet
from trainer.paper.tables import published as paper
from trainer.paper.tables.layout import Line, Pair, Table

SIZE = (512, 1024)
REPEATS = 5
MEASURES = {"size, MB": 1, "time, s": 4, "GMAC": 1}


def table(
    *,
    network: NetworkConfig | None = None,
    size: tuple[int, int] = SIZE,
    repeats: int = REPEATS,
    say: Callable[[str], None] = lambda _: None,
) -> Table:
    """Measure SSR-HEF, MCNN and CSRNet; return Table IX.

    Args:
        network: of SSR-HEF; the default one as it is exported (no classifier, normalisation folded).
        size: height and width of the picture.
        repeats: forward passes of each network that are timed, by turns; their median counts.
        say: told what is being done.
    """
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    networks: dict[str, nn.Module] = {
        paper.OURS: SSRHEF(network or NetworkConfig(norm=False, classes=0)),
        "MCNN [9]": MCNN(),
        "CSRNet [46]": CSRNet(),
    }
    say(f"{', '.join(networks)} at {size[0]} x {size[1]} on {_name(device)}, {repeats} times each")
    times = _times(networks, torch.rand(1, 3, *size), device, repeats)
    lines = []
    for name in [*(name for name in paper.TABLE_IX if name not in networks), *networks]:
        printed = paper.TABLE_IX.get(name, (None, None))
        values = {"size, MB": Pair(printed[0]), "time, s": Pair(printed[1])}
        if name in networks:
            made = networks[name]
            values = {
                "size, MB": Pair(printed[0], 4e-6 * sum(p.numel() for p in made.parameters())),
                "time, s": Pair(printed[1], times[name]),
                "GMAC": Pair(None, 1e-9 * macs(made, size)),
            }
        note = "" if name in networks else "the paper's figure alone: this network is not here"
        lines.append(Line((name,), values, note))
    notes = (
        f"Here: {_name(device)}, torch {torch.__version__}, {torch.get_num_threads()} threads, "
        f"{'float16' if device.type == 'cuda' else 'float32'}; one picture at a time, the network alone, "
        f"median of {repeats} by turns. The paper: GTX 1080 Ti and Core i7.",
        "Size is that of the parameters as float32; the values of the weights do not change the time.",
    )
    title = f"Size and time at {size[0]} x {size[1]}"
    return Table("IX", title, ("method",), MEASURES, lines, notes, alone=("GMAC",))


def macs(network: nn.Module, size: tuple[int, int]) -> float:
    """Return the multiply-accumulates of one picture, counted without computing anything."""
    shadow = copy.deepcopy(network).to(device="meta", dtype=torch.float32)
    with FlopCounterMode(display=False) as counter, torch.inference_mode():
        shadow(torch.empty(1, 3, *size, device="meta"))
    return float(counter.get_total_flops()) / 2


@torch.inference_mode()
def _times(
    networks: dict[str, nn.Module], picture: Tensor, device: torch.device, repeats: int
) -> dict[str, float]:
    """Return the median seconds of each network, taken by turns so that all see the same machine."""
    dtype = torch.float16 if device.type == "cuda" else torch.float32
    shown = picture.to(device=device, dtype=dtype, memory_format=torch.channels_last)
    ready = {}
    for name, network in networks.items():
        made = network.eval().to(device=device, dtype=dtype)
        ready[name] = made.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    times: dict[str, list[float]] = {name: [] for name in ready}
    for turn in range(repeats + 1):
        for name, network in ready.items():
            begun = time.perf_counter()
            float(network(shown).float().sum())  # Reading the sum waits for the device.
            if turn:
                times[name].append(time.perf_counter() - begun)
    return {name: median(found) for name, found in times.items()}


def _name(device: torch.device) -> str:
    if device.type == "cuda":
        return torch.cuda.get_device_name()
    return f"{platform.machine()} CPU with {os.cpu_count()} cores"
