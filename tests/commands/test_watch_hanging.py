"""Peers that take a connection and say nothing: they delay no reading, and not the end."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crowdmon.sinks.history.query import HistoryReader
from crowdmon.values import Reading
from tests.commands.test_watch import started, wait

pytest.importorskip("apprise")
pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of this kind are not sent on Windows")

SITE = """
cameras:
  - {{name: gate, source: "synthetic:empty?width=64&height=64&fps=20", rate: 5}}
record: {{history: {folder}/h.sqlite}}
alarms:
  - {{name: full, of: {{camera: gate}}, red: {{above: 5}}, repeat: 1}}
publish:
  people:
    - {{name: ops, send_to: ["mailto://a:hidden@127.0.0.1:{port}?from=crowdmon@example.org&to=ops@example.org&pass=hidden"]}}
    - {{name: hook, send_to: ["json://a:hidden@127.0.0.1:{port}/hidden?-X-Token=hidden"]}}
  tell: [ops, hook]
  mqtt: {{broker: "mqtt://a:hidden@127.0.0.1:{port}"}}
"""


@contextlib.contextmanager
def silent() -> Iterator[tuple[int, socket.socket]]:
    """Listen, and never say a word: the system takes the connections."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield server.getsockname()[1], server


def readings(folder: Path) -> list[Reading]:
    with contextlib.suppress(Exception), HistoryReader(folder / "h.sqlite") as history:
        return list(history.readings())
    return []


def waits(run: subprocess.Popen[str], port: int) -> bool:
    """Whether the service has connections to the port."""
    assert run.poll() is None
    wanted = f"0100007F:{port:04X} 01"
    return Path("/proc/net/tcp").read_text().count(wanted) >= 3


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="connections are looked up in /proc")
def test_peers_that_say_nothing_delay_neither_readings_nor_the_end(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    with silent() as (port, _server):
        site.write_text(SITE.format(folder=tmp_path, port=port))
        with started(site) as run, contextlib.ExitStack() as at_the_end:
            at_the_end.callback(run.kill)  # if not even the signal ends it
            wait(lambda: waits(run, port))
            before = len(readings(tmp_path))
            wait(lambda: len(readings(tmp_path)) >= before + 15)
            began = time.monotonic()
            run.send_signal(signal.SIGTERM)
            out, err = run.communicate(timeout=20)
            took = time.monotonic() - began
    assert took < 6, err
    assert (run.returncode, out) == (0, "")
    assert "hidden" not in err
    assert b"hidden" not in (tmp_path / "h.sqlite").read_bytes()
    assert "Traceback" not in err
    assert not [one for one in readings(tmp_path) if one.state.value == "unknown"]
