"""How long each form of the network takes on this machine and on the classes below it, as shares of float32.

Not a test: ``python -m tests.counting.int8_times``. Use the machine for nothing else meanwhile.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from statistics import median

import numpy as np

from crowdmon.counting.instruction_limit import LIMIT

KINDS = ("", "AVX512_CORE_VNNI", "AVX512_CORE", "AVX2_VNNI", "AVX2")
"""Values of the limit; those that this processor does not have are this processor."""

ROUNDS = 40


def measure() -> None:
    """Print the milliseconds and shares of every form in this process, which take turns."""
    from crowdmon import resources
    from crowdmon.counting.graph import BRANCHES, JOINED
    from crowdmon.counting.openvino_backend import OpenVinoBackend, native
    from crowdmon.counting.weights import DEFAULT, load

    weights = load(resources.path(DEFAULT))
    batch = np.random.default_rng(1).uniform(-1.6, 2.0, (1, 3, 512, 1024)).astype(np.float32)
    made = {
        f"{precision} {stem}": OpenVinoBackend(weights, precision=precision, stem=stem)
        for precision in dict.fromkeys(("f32", native(), "int8"))
        for stem in (JOINED, BRANCHES)
    }
    for one in made.values():
        for _ in range(one.steady + 2):
            one.run(batch)
    taken: dict[str, list[float]] = {name: [] for name in made}
    for _ in range(ROUNDS):
        for name, one in made.items():
            before = time.perf_counter()
            one.run(batch)
            taken[name].append(1000 * (time.perf_counter() - before))
    first = median(taken["f32 joined"])
    for name, times in taken.items():
        sys.stdout.write(f"  {name:14} {median(times):7.1f} ms  {median(times) / first:.2f}\n")


if __name__ == "__main__":
    if "one" in sys.argv:
        measure()
    else:
        for kind in KINDS:
            sys.stdout.write(f"{kind or 'this processor'}\n")
            sys.stdout.flush()
            named = {LIMIT: kind} if kind else {}
            words = [sys.executable, "-m", "tests.counting.int8_times", "one"]
            subprocess.run(words, check=True, env={**os.environ, **named})
