"""Watch synthetic cameras for long; print whether memory, threads, descriptors and latency stay as they are.

python -m tests.soak --minutes 60 --cameras 8
python -m tests.soak --service --minutes 60    the same for crowdmon watch, while broker, disk and clock fail
"""

from __future__ import annotations

import argparse
import sys

from tests.soak import service
from tests.soak.soak import run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--cameras", type=int, default=8)
    parser.add_argument("--rate", type=float, default=1.0, help="counts a second wished for a camera")
    parser.add_argument("--service", action="store_true", help="break what a service depends on")
    words = parser.parse_args()
    if words.service:
        found = service.run(seconds=60.0 * words.minutes, number=words.cameras, tell=sys.stderr.write)
        sys.stdout.write(f"{found}\n")
        return 0 if found.good else 1
    report = run(seconds=60.0 * words.minutes, number=words.cameras, rate=words.rate, tell=sys.stderr.write)
    sys.stdout.write(f"{report}\n")
    return 0 if report.good else 1


if __name__ == "__main__":
    sys.exit(main())
