"""Watch synthetic cameras for long; print whether memory, threads, descriptors and latency stay as they are.

python -m tests.soak --minutes 60 --cameras 8
"""

from __future__ import annotations

import argparse
import sys

from tests.soak.soak import run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--cameras", type=int, default=8)
    parser.add_argument("--rate", type=float, default=1.0, help="counts a second wished for a camera")
    words = parser.parse_args()
    report = run(seconds=60.0 * words.minutes, number=words.cameras, rate=words.rate, tell=sys.stderr.write)
    sys.stdout.write(f"{report}\n")
    return 0 if report.good else 1


if __name__ == "__main__":
    sys.exit(main())
