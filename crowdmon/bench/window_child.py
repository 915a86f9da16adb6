"""A process that opens the window, has one thing of it watched, and says what was seen as JSON.

    python -m crowdmon.bench.window_child up|picture|beat SECONDS FOLDER SOURCE

Nothing is imported that ``crowdmon SOURCE`` would not import as well, for that is part of what is measured.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from crowdmon.__main__ import main as crowdmon


def main(words: Sequence[str]) -> int:
    """Open the window on a source, watched; return its exit code."""
    kind, seconds, folder, source = words
    from crowdmon.ui.shell.paint_watch import PaintWatch

    watch = PaintWatch(kind, seconds=float(seconds), settings=Path(folder))  # type: ignore[arg-type]
    code = crowdmon([source])
    sys.stdout.write(json.dumps(watch.seen) + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
