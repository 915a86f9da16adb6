"""``python -m tests.faults --minutes 10 --cameras 4 --seed 1``: break cameras and print what came of it."""

from __future__ import annotations

import argparse
import sys

from tests.faults.gstreamer import missing
from tests.faults.harness import run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--cameras", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    words = parser.parse_args()
    if reason := missing():
        sys.stderr.write(f"{reason}\n")
        return 2
    report = run(minutes=words.minutes, number=words.cameras, seed=words.seed)
    sys.stdout.write(f"{report}\n")
    return 0 if report.good else 1


if __name__ == "__main__":
    sys.exit(main())
