"""The examples run as a newcomer runs them, are short, and say what goes wrong in one line."""

from __future__ import annotations

import csv
import itertools
import re
import signal
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from crowdmon.scene.parse import parse_scene
from crowdmon.sinks.csv_file import read_csv

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


def run(name: str, *words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "examples" / name), *map(str, words)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three pictures of the synthetic plaza and their heads, exactly known."""
    folder = tmp_path_factory.mktemp("pictures")
    scene = parse_scene("synthetic:plaza?people=30&width=640&height=360")
    with (folder / "heads.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["image", "x", "y"])
        for number in range(2):
            moment = scene.render(5.0 * number)
            cv2.imwrite(str(folder / f"{number}.png"), moment.rgb[..., ::-1])
            rows.writerows([f"{number}.png", f"{x:.1f}", f"{y:.1f}"] for x, y in moment.heads)
        cv2.imwrite(str(folder / "grey.png"), np.full((360, 640, 3), 120, np.uint8))
        rows.writerow(["grey.png", "", ""])
    return folder


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_is_short_and_uses_public_names_only(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 40
    assert re.findall(r"^(?:from|import) crowdmon\S*", text, re.M) == ["from crowdmon"]
    assert f"python examples/{path.name} " in text


def test_count_picture(pictures: Path, tmp_path: Path) -> None:
    done = run("count_picture.py", pictures / "0.png", "heat.png", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    people = float(done.stdout.split()[0])
    assert 15.0 < people < 45.0
    painted = cv2.imread(str(tmp_path / "heat.png"))
    assert painted is not None
    assert painted.shape[1] == 640
    missing = run("count_picture.py", "none.jpg", "heat.png", cwd=tmp_path)
    assert (missing.returncode, missing.stderr) == (1, "none.jpg: no such file. Check the path\n")


def test_count_stream_stops_by_itself_and_by_ctrl_c(tmp_path: Path) -> None:
    source = "synthetic:plaza?people=20&width=320&height=180&fps=10"
    done = run("count_stream.py", source, "counts.csv", 1, cwd=tmp_path)
    assert done.returncode == 0, done.stderr  # what a machine counts within a second is its own affair
    command = [sys.executable, str(ROOT / "examples" / "count_stream.py"), source, "more.csv"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        said = list(itertools.islice((line for line in child.stdout if line.startswith("ok ")), 2))
        child.send_signal(signal.SIGINT)
        end = child.stdout.read()
        assert child.wait(30) == 0
    assert "stopped; every reading is in more.csv" in end
    rows = read_csv(tmp_path / "more.csv")
    assert {row["roi"] for row in rows} == {"frame", "left", "right"}
    counted = [row for row in rows if row["roi"] == "right" and row["density_per_m2"] is not None]
    assert len(counted) >= len(said) == 2


def test_evaluate_pictures(pictures: Path, tmp_path: Path) -> None:
    done = run("evaluate_pictures.py", pictures, pictures / "heads.csv", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    *each, last = done.stdout.splitlines()
    assert len(each) == 3
    assert each[-1].startswith("grey.png: 0 heads, ")
    found = re.fullmatch(r"3 pictures: MAE (\S+), MSE (\S+), bias (\S+)", last)
    assert found is not None
    mae, mse, bias = map(float, found.groups())
    assert abs(bias) <= mae <= mse
    assert mae < 12.0


def test_the_page_shows_the_examples_as_they_are() -> None:
    page = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
    for path in EXAMPLES:
        assert path.read_text(encoding="utf-8").rstrip() in page, path.name
