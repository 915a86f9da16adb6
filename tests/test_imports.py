"""What a fresh interpreter loads: the engine knows no Qt, and asking for help loads nothing heavy."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ENGINE = sorted(
    f"crowdmon.engine.{path.stem}"
    for path in (ROOT / "crowdmon" / "engine").glob("*.py")
    if path.stem != "__init__"
)


def loaded_after(code: str) -> set[str]:
    """Top-level modules a fresh interpreter holds after running ``code``."""
    tail = "\nimport json, sys\nsys.stderr.write(json.dumps(sorted({n.split('.')[0] for n in sys.modules})))"
    done = subprocess.run(
        [sys.executable, "-c", code + tail], capture_output=True, text=True, timeout=60, check=True, cwd=ROOT
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


def test_the_engine_loads_no_qt_and_no_torch() -> None:
    loaded = loaded_after("\n".join(f"import {name}" for name in ["crowdmon.engine", *ENGINE]))
    assert loaded & {"PyQt6", "pyqtgraph", "torch"} == set()


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["count", "--help"], ["window", "--help"]])
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    loaded = loaded_after(f"from crowdmon.__main__ import main\nassert main({words!r}) == 0, 'help failed'")
    assert (
        loaded & {"PyQt6", "pyqtgraph", "torch", "av", "cv2", "scipy", "numpy", "pydantic", "h5py"} == set()
    )
