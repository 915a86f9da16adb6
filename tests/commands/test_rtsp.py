"""``crowdmon count`` on a real RTSP server, GStreamer's, in a process of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from crowdmon.__main__ import main
from crowdmon.record.csvlog import read_csv
from tests.capture.clips import write_clip
from tests.fakes import FakeCounter

SYSTEM_PYTHON = "/usr/bin/python3"  # GStreamer's Python side comes as a Debian package, not as a wheel
SERVER = Path(__file__).with_name("rtsp_server.py")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty seconds, so that a test never sees its end."""
    path = tmp_path_factory.mktemp("rtsp") / "clip.mp4"
    encoder = {"g": "25", "bf": "0", "preset": "ultrafast"}
    return write_clip(path, size=(128, 96), frames=500, fps=25, codec="libx264", encoder=encoder)


@contextmanager
def serving(*words: str) -> Iterator[int]:
    """Run the server; gives its port."""
    probe = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"
    found = Path(SYSTEM_PYTHON).exists() and subprocess.run([SYSTEM_PYTHON, "-c", probe], capture_output=True)
    if not found or found.returncode:
        reason = "GStreamer's RTSP server is not here (Debian: gir1.2-gst-rtsp-server-1.0, python3-gi)"
        assert not os.environ.get("CROWDMON_CI"), reason
        pytest.skip(reason)
    command = [SYSTEM_PYTHON, str(SERVER), *words]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        try:
            yield int(server.stdout.readline())
        finally:
            server.stdin.close()
            server.wait(10)


@pytest.fixture(autouse=True)
def counter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crowdmon.commands.count.counter_of", lambda plan: FakeCounter())


def test_a_camera_is_counted_for_its_duration(clip: Path, tmp_path: Path, capsys) -> None:
    csv = tmp_path / "out.csv"
    with serving(str(clip)) as port:
        address = f"rtsp://127.0.0.1:{port}/camera"
        assert main(["count", address, "--every", "0.25", "--duration", "2.5", "--csv", str(csv)]) == 0
    rows = [row for row in read_csv(csv) if row["count"] is not None]
    assert len(rows) >= 3
    assert {row["count"] for row in rows} == {12.0}
    assert rows[0]["camera"] == "127.0.0.1/camera"
    assert [row["time"] for row in rows] == sorted(row["time"] for row in rows)


def test_the_password_opens_and_is_never_shown(clip: Path, tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("CAM_PASSWORD", "s3cret@home")
    csv = tmp_path / "out.csv"
    with serving(str(clip), "viewer", "s3cret@home") as port:
        address = f"rtsp://viewer:${{CAM_PASSWORD}}@127.0.0.1:{port}/camera"
        words = ["--every", "0.25", "--duration", "2.5", "--csv", str(csv)]
        assert main(["-v", "count", address, *words]) == 0
        wrong = f"rtsp://viewer:guess@127.0.0.1:{port}/camera"
        assert main(["count", wrong, "--duration", "2"]) == 3
    captured = capsys.readouterr()
    assert "the user name or password was refused" in captured.err
    for text in (captured.out, captured.err, csv.read_text()):
        assert "s3cret" not in text
        assert "guess" not in text
