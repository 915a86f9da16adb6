"""The marker ``data`` itself decides: it skips where there is none, and nobody reads data without it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

READS = """
import os
import pytest

@pytest.fixture(scope="module")
def benchmark():
    return os.environ["CROWDMON_DATA"]
"""
MARKED_ROOT = "@pytest.mark.data\ndef test(data_root):\n    assert data_root.is_dir()"
MARKED_READER = "@pytest.mark.data\ndef test(benchmark):\n    assert benchmark"
UNMARKED_ROOT = "def test(data_root):\n    pass"
UNMARKED_LATE = "def test(request):\n    request.getfixturevalue('data_root')"
UNMARKED_READER = "def test(benchmark):\n    pass"


def outcome(folder: Path, text: str, data: Path | None) -> str:
    """Run one test file under this project's conftest; return what pytest says of it."""
    path = folder / "test_one.py"
    path.write_text(f"{READS}\n{text}\n", encoding="utf-8")
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT)}
    surroundings.pop("CROWDMON_DATA", None)
    if data is not None:
        surroundings["CROWDMON_DATA"] = str(data)
    words = [
        "-q",
        "-rA",
        "-p",
        "tests.conftest",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "-p",
        "no:pytest-qt",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words, "-W", "ignore", "--rootdir", str(folder), "test_one.py"],
        cwd=folder,
        env=surroundings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return f"exit {done.returncode}\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("text", [MARKED_ROOT, MARKED_READER], ids=["root", "reader"])
def test_the_marker_skips_where_there_is_no_data(tmp_path: Path, text: str) -> None:
    said = outcome(tmp_path, text, None)
    assert "exit 0" in said
    assert "1 skipped" in said
    assert "CROWDMON_DATA is not set" in said


def test_the_marker_skips_where_the_folder_is_missing(tmp_path: Path) -> None:
    said = outcome(tmp_path, MARKED_READER, tmp_path / "nowhere")
    assert "1 skipped" in said
    assert "nowhere is not a folder" in said


@pytest.mark.parametrize("text", [MARKED_ROOT, MARKED_READER], ids=["root", "reader"])
def test_marked_tests_run_where_the_data_is(tmp_path: Path, text: str) -> None:
    assert "1 passed" in outcome(tmp_path, text, tmp_path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (UNMARKED_ROOT, "data_root is used without @pytest.mark.data by test_one.py::test"),
        (UNMARKED_LATE, "data_root is used without @pytest.mark.data"),
        (UNMARKED_READER, "KeyError: 'CROWDMON_DATA'"),
    ],
    ids=["root", "late", "reader"],
)
@pytest.mark.parametrize("here", [True, False], ids=["data", "no data"])
def test_data_without_the_marker_fails_everywhere(tmp_path: Path, text: str, words: str, here: bool) -> None:
    said = outcome(tmp_path, text, tmp_path if here else None)
    assert "exit 0" not in said
    assert words in said
