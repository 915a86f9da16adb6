"""The service as a process: signals, one on a history, logs."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from crowdmon.__main__ import main
from crowdmon.sinks.history.query import HistoryReader
from crowdmon.values import ReadingState

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of this kind are not sent on Windows")

PROGRAM = """
import sys
import crowdmon.commands.watch as watch
from crowdmon.__main__ import main
from tests.fakes import FakeCounter
watch.make_counter_factory = lambda *_: FakeCounter
sys.exit(main(sys.argv[1:]))
"""
CAMERA = '- {{name: {0}, source: "synthetic:empty?width=64&height=64&fps=20", rate: 5}}'


def configured(folder: Path, *cameras: str) -> Path:
    path = folder / "site.yaml"
    listed = "\n".join(CAMERA.format(name) for name in cameras)
    path.write_text(f"cameras:\n{listed}\nrecord: {{history: {folder / 'h.sqlite'}}}\n")
    return path


def started(config: Path, *words: object, program: str = PROGRAM) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", program, "watch", "--config", str(config), *map(str, words)]
    return subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def wait(until: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not until():
        assert time.monotonic() < end
        time.sleep(0.05)


def recorded(folder: Path) -> dict[str, int]:
    try:
        with HistoryReader(folder / "h.sqlite") as history:
            counts: dict[str, int] = {}
            for reading in history.readings():
                if reading.state is not ReadingState.OK:
                    continue
                counts[reading.camera] = counts.get(reading.camera, 0) + 1
            return counts
    except Exception:  # noqa: BLE001 - not there yet
        return {}


@pytest.mark.parametrize("number", ["SIGTERM", "SIGINT"])
def test_a_signal_ends_it_cleanly(tmp_path: Path, number: str) -> None:
    with started(configured(tmp_path, "gate")) as run:
        wait(lambda: recorded(tmp_path).get("gate", 0) >= 3)
        began = time.monotonic()
        run.send_signal(getattr(signal, number))
        out, err = run.communicate(timeout=20)
        assert time.monotonic() - began < 6
    assert (run.returncode, out) == (0, "")
    assert "gate: connected" in err
    assert err.endswith("ended\n")
    assert not list(tmp_path.glob(".*lock"))


def test_a_hangup_reads_the_configuration_again_without_a_gap(tmp_path: Path) -> None:
    config = configured(tmp_path, "gate")
    with started(config) as run:
        wait(lambda: recorded(tmp_path).get("gate", 0) >= 3)
        configured(tmp_path, "gate", "north")
        run.send_signal(signal.SIGHUP)
        wait(lambda: recorded(tmp_path).get("north", 0) >= 3)
        config.write_text("cameras: [{name: gate}]")
        run.send_signal(signal.SIGHUP)
        before = recorded(tmp_path)
        wait(lambda: recorded(tmp_path).get("north", 0) >= before["north"] + 3)
        run.send_signal(signal.SIGTERM)
        _, err = run.communicate(timeout=20)
    assert run.returncode == 0
    assert "the configuration was read again: 2 cameras" in err
    assert "the one before goes on" in err
    assert "source" in err
    with sqlite3.connect(tmp_path / "h.sqlite") as history:
        events = [kind for (kind,) in history.execute("SELECT kind FROM event WHERE camera = 'gate'")]
    history.close()
    assert events.count("connected") == 1, "the camera that did not change was not opened again"


def test_a_second_one_on_the_same_history_is_refused(tmp_path: Path) -> None:
    config = configured(tmp_path, "gate")
    with started(config) as run:
        wait(lambda: bool(recorded(tmp_path)))
        with started(config) as second:
            _, err = second.communicate(timeout=20)
        assert second.returncode == 6
        assert f"is being written by process {run.pid}" in err
        assert "Traceback" not in err
        run.send_signal(signal.SIGTERM)
        run.communicate(timeout=20)
    assert run.returncode == 0


def test_messages_as_json_in_a_file(tmp_path: Path) -> None:
    log = tmp_path / "watch.log"
    with started(configured(tmp_path, "gate"), "--log", log, "--json") as run:
        wait(lambda: "gate: live" in log.read_text() if log.exists() else False)
        run.send_signal(signal.SIGTERM)
        out, err = run.communicate(timeout=20)
    assert (run.returncode, out, err) == (0, "", "")
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert all(set(line) == {"time", "level", "logger", "message"} for line in lines)
    assert lines[-1]["message"] == "ended"


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("cameras: []", 2, "names no camera"),
        ("cameras: [{name: gate, source: 0, rate: -1}]", 2, "rate"),
        ("record: {history: site.yaml}\ncameras: [{name: gate, source: 'synthetic:empty'}]", 2, "site.yaml"),
    ],
)
def test_bad_configurations(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    text: str,
    code: int,
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("site.yaml").write_text(text)
    assert main(["watch", "--config", "site.yaml"]) == code
    assert says in capsys.readouterr().err


def test_without_a_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["watch"]) == 2
    assert "--config" in capsys.readouterr().err
