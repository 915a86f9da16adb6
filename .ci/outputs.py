"""Look at what the commands left behind; exits with a sentence if something is wrong with it."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np

from crowdmon.sinks.csv_file import read_csv


def rows(path: Path) -> None:
    """A CSV of readings: whole, in order, all of them counted."""
    found = read_csv(path)
    counts = [row["count"] for row in found if row["roi"] == "frame"]
    if not counts or any(count is None or count < 0 for count in counts):
        sys.exit(f"{path}: {len(found)} rows, counts {counts[:5]}")
    times = [row["time"] for row in found]
    if times != sorted(times):
        sys.exit(f"{path}: the times run backwards")
    sys.stdout.write(
        f"{path.name}: {len(found)} rows, {np.mean(np.array(counts, float)):.1f} people on average\n"
    )


def picture(path: Path) -> None:
    """A picture with something on it."""
    pixels = cv2.imread(str(path))
    if pixels is None or min(pixels.shape[:2]) < 300 or pixels.std() < 10:
        sys.exit(
            f"{path}: {'no picture' if pixels is None else f'{pixels.shape}, contrast {pixels.std():.1f}'}"
        )
    sys.stdout.write(f"{path.name}: {pixels.shape[1]}x{pixels.shape[0]}\n")


def demo(table: Path, painted: Path) -> None:
    """What the demo leaves behind: readings of ROIs as well, and a picture."""
    rows(table)
    picture(painted)
    if len({row["roi"] for row in read_csv(table)}) < 2:
        sys.exit(f"{table}: no ROI but the whole picture")


def screen(path: Path) -> None:
    """Take a picture of the whole screen."""
    from PyQt6.QtGui import QGuiApplication

    app = QGuiApplication([])
    shown = app.primaryScreen()
    if shown is None or not shown.grabWindow(0).save(str(path)):
        sys.exit(f"{path}: the screen cannot be grabbed")


if __name__ == "__main__":
    {"rows": rows, "picture": picture, "demo": demo, "screen": screen}[sys.argv[1]](*map(Path, sys.argv[2:]))
