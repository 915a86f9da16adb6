"""A short training on real pictures: killed in the middle, resumed, scored; the curve is unbroken."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import pytest

pytestmark = [pytest.mark.data, pytest.mark.slow, pytest.mark.timeout(900)]

RECIPE = """
protocol: crops
steps: 60
batch: 8
crop: 128
warmup: 10
log_every: 1
validate_every: 60
precision: bf16
losses: {density: hef-detached, pyramid: 0.1}
"""


def command(tmp_path: Path, root: Path, out: Path, *more: str) -> list[str]:
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(RECIPE, encoding="utf-8")
    where = ["--dataset", "shanghaitech_a", "--root", str(root), "--config", str(recipe), "--out", str(out)]
    return [sys.executable, "-m", "trainer", "train", *where, *more]


def curve(folder: Path) -> list[dict[str, str]]:
    with (folder / "metrics.csv").open(newline="", encoding="utf-8") as file:
        return [{k: v for k, v in row.items() if k != "seconds"} for row in csv.DictReader(file)]


def wait_for_rows(folder: Path, rows: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        assert process.poll() is None, "the training ended before it could be interrupted"
        if (folder / "metrics.csv").is_file() and len(curve(folder)) >= rows:
            return
        time.sleep(0.05)
    pytest.fail("no progress in five minutes")


def test_killed_resumed_and_scored(tmp_path: Path, data_root: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    subprocess.run(command(tmp_path, data_root, whole), check=True, capture_output=True)

    process = subprocess.Popen(command(tmp_path, data_root, parts), stderr=subprocess.DEVNULL)
    wait_for_rows(parts, 20, process)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=120) == 0
    stopped_at = len(curve(parts))
    assert 20 <= stopped_at < 60
    subprocess.run(command(tmp_path, data_root, parts, "--resume"), check=True, capture_output=True)

    assert curve(parts) == curve(whole)
    assert len(curve(whole)) == 60
    losses = [float(row["total"]) for row in curve(whole)]
    # Medians, because one packed crop costs as much as all the others of ten steps.
    assert median(losses[10:]) < median(losses[:10])

    report = tmp_path / "score.json"
    weights = parts / "last.safetensors"
    done = subprocess.run(
        [
            *(
                sys.executable,
                "-m",
                "trainer",
                "eval",
                "--dataset",
                "shanghaitech_a",
                "--root",
                str(data_root),
            ),
            *("--split", "val", "--weights", str(weights), "--json", str(report)),
        ],
        env={**os.environ, "COLUMNS": "100"},
        check=True,
        capture_output=True,
        text=True,
    )
    found = json.loads(report.read_text(encoding="utf-8"))
    assert "MAE" in done.stdout + done.stderr
    with (parts / "validation.csv").open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert found["images"] == 29
    assert found["mae"] == pytest.approx(float(row["mae"]), rel=1e-4)
