"""Feed mutated inputs of every format to the program; print what went wrong, by format.

python -m tests.fuzz --minutes 10 --seed 1
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.fuzz.fuzz import run, table
from tests.fuzz.seeds import SEEDS


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1, help="decides all inputs")
    parser.add_argument(
        "--format", action="append", choices=list(SEEDS), help="only this one; may be repeated"
    )
    parser.add_argument("--patience", type=float, default=20.0, help="seconds that one input may take")
    parser.add_argument("--workers", type=int, default=2, help="processes at a time")
    parser.add_argument("--keep", type=Path, help="a folder for the inputs that did harm")
    words = parser.parse_args()
    tallies = run(
        words.format or tuple(SEEDS),
        seconds=60.0 * words.minutes,
        seed=words.seed,
        patience=words.patience,
        workers=words.workers,
        keep=words.keep,
        tell=sys.stderr.write,
    )
    sys.stdout.write(f"{table(tallies)}\n")
    return 0 if all(one.good and one.inputs for one in tallies.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
