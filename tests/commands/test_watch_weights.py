"""``weights:`` of a camera that change at a reload: the others go on, and readings name what counted them."""

from __future__ import annotations

import csv
import os
import signal
import time
from pathlib import Path

import pytest

from tests.commands.test_watch import started, wait

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of this kind are not sent on Windows")

PROGRAM = """
import os, sys, time
from pathlib import Path
import crowdmon.commands.watch as watch
from crowdmon.__main__ import main
from tests.engine.test_own_weights import FakeMaker

class Slow(FakeMaker):
    def with_weights(self, path):
        if path.stem == "own":
            while not path.with_name("go").exists():
                time.sleep(0.01)
        return super().with_weights(path)

folder = Path(sys.argv[sys.argv.index("--config") + 1]).parent
watch.make_counter_factory = lambda *_: Slow(folder / "usual.safetensors")
sys.exit(main(sys.argv[1:]))
"""


def configured(folder: Path, weights: str = "") -> Path:
    def camera(name: str, more: str = "") -> str:
        return f"- {{name: {name}, source: 'synthetic:empty?width=64&height=64&fps=20', rate: 5{more}}}"

    own = f", weights: {folder / weights}.safetensors" if weights else ""
    path = folder / "site.yaml"
    record = f"record: {{history: {folder / 'h.sqlite'}, csv_log: {folder / 'days'}}}"
    path.write_text(f"cameras:\n{camera('gate', own)}\n{camera('hall')}\n{record}\n")
    return path


def rows(folder: Path, camera: str) -> list[dict[str, str]]:
    """Return the readings of a camera that were counted, as the daily CSV has them."""
    found: list[dict[str, str]] = []
    for path in sorted((folder / "days").glob("*.csv")):
        with path.open(newline="") as file:
            found += [one for one in csv.DictReader(file) if one["camera"] == camera and one["state"] == "ok"]
    return found


def weights(folder: Path, camera: str) -> list[str]:
    """Return what counted a camera, in order, each once until it changes."""
    names = [one["weights"] for one in rows(folder, camera)]
    return [name for name, before in zip(names, ["", *names], strict=False) if name != before]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "days").mkdir()
    for name, people in (("usual", 10), ("own", 20)):
        (tmp_path / f"{name}.safetensors").write_text(str(people))
    return configured(tmp_path)


def test_a_reload_with_other_weights(tmp_path: Path, config: Path) -> None:
    with started(config, program=PROGRAM) as run:
        try:
            wait(lambda: all(len(rows(tmp_path, name)) >= 3 for name in ("gate", "hall")))
            configured(tmp_path, "own")
            run.send_signal(signal.SIGHUP)
            seen = {name: len(rows(tmp_path, name)) for name in ("gate", "hall")}
            wait(lambda: all(len(rows(tmp_path, name)) >= seen[name] + 8 for name in seen))
            assert weights(tmp_path, "gate") == ["usual"], "they are not loaded yet"
            (tmp_path / "go").touch()
            wait(lambda: weights(tmp_path, "gate") == ["usual", "own"])
            configured(tmp_path, "missing")
            run.send_signal(signal.SIGHUP)
            seen["hall"] = len(rows(tmp_path, "hall"))
            wait(lambda: len(rows(tmp_path, "hall")) >= seen["hall"] + 8)
            configured(tmp_path)
            run.send_signal(signal.SIGHUP)
            wait(lambda: weights(tmp_path, "gate") == ["usual", "own", "usual"])
        finally:  # or a check that fails would wait for it for ever
            run.send_signal(signal.SIGTERM)
            _, err = run.communicate(timeout=20)
    assert run.returncode == 0
    assert weights(tmp_path, "hall") == ["usual"]
    assert float(rows(tmp_path, "gate")[-1]["count"]) == pytest.approx(10.0)
    assert "missing.safetensors" in err
    assert err.count("hall: connected") == 1, "the camera that did not change was not opened again"


def test_the_end_does_not_wait_for_weights_that_are_being_loaded(tmp_path: Path, config: Path) -> None:
    with started(config, program=PROGRAM) as run:
        try:
            wait(lambda: len(rows(tmp_path, "gate")) >= 3)
            configured(tmp_path, "own")
            run.send_signal(signal.SIGHUP)
            wait(lambda: len(rows(tmp_path, "hall")) >= 10)
        finally:
            began = time.monotonic()
            run.send_signal(signal.SIGTERM)
            _, err = run.communicate(timeout=20)
            took = time.monotonic() - began
    assert run.returncode == 0
    assert took < 6
    assert "left behind" in err
    assert rows(tmp_path, "hall")[-1]["weights"] == "usual"
