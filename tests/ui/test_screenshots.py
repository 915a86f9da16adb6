"""The pictures of the documentation can be made anew: those that need no network are made here."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtGui import QImage

from crowdmon.ui.picture import qt_images as pictures

ROOT = Path(__file__).resolve().parents[2]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "docs/screenshots.py", *words],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("scale", ["1", "2"])
def test_pictures_are_made_without_a_display(tmp_path: Path, scale: str) -> None:
    done = run("--out", str(tmp_path), "--scale", scale, "first-run", "source", "export", "daily")
    # Qt's word for a dialog that has a least width, on a platform without window manager.
    said = done.stderr.replace("This plugin does not support propagateSizeHints()\n", "")
    assert (done.returncode, said) == (0, "")
    first = QImage(str(tmp_path / "first-run.png"))
    assert (first.width(), first.height()) == (1024 * int(scale), 700 * int(scale))
    grey = pictures.to_rgb(first).max(axis=2)
    heading = grey[: 700 * int(scale) // 2]
    assert (heading > 200).any(), "the heading is written"
    assert np.median(grey) < 40, "on a dark ground"
    for name in ("source", "export", "daily"):
        assert (tmp_path / f"{name}.png").stat().st_size > 4000


def test_an_unknown_picture_is_refused(tmp_path: Path) -> None:
    done = run("--out", str(tmp_path), "window-of-opportunity")
    assert done.returncode == 2
    assert "there are window, heads" in done.stderr
    assert list(tmp_path.iterdir()) == []
