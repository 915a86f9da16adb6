"""Run the RTSP server of these tests, or say why it cannot be run."""

from __future__ import annotations

import functools
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.clips import encode, plaza, write

PYTHON = Path("/usr/bin/python3")
"""GStreamer's Python side comes as a Debian package, not as a wheel."""

_SCRIPT = Path(__file__).with_name("rtsp_server.py")
_PROBE = """
import gi
gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gst, GstRtspServer
Gst.init(None)
assert all(Gst.ElementFactory.find(name) for name in ("appsrc", "h264parse", "rtph264pay"))
"""
_WANTED = (
    "Debian: python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-good gstreamer1.0-plugins-bad "
    "gstreamer1.0-plugins-ugly"
)


@functools.cache
def missing() -> str:
    """Say why there is no RTSP server here; empty if there is one."""
    if not PYTHON.exists():
        return f"no {PYTHON}, which GStreamer's RTSP server needs ({_WANTED})"
    if subprocess.run([PYTHON, "-c", _PROBE], capture_output=True, check=False).returncode:
        return f"GStreamer's RTSP server is not here ({_WANTED})"
    return ""


def need_rtsp_server() -> None:
    """Skip a test where there is no RTSP server; fail it where there has to be one (``CI=true``)."""
    if reason := missing():
        assert os.environ.get("CI") != "true" and not os.environ.get("CROWDMON_CI"), reason  # noqa: PT018
        pytest.skip(reason)


@contextmanager
def rtsp_server(*clips: Path, login: tuple[str, str] | None = None) -> Iterator[list[int]]:
    """Serve each clip at rtsp://127.0.0.1:PORT/camera without end; gives the ports."""
    words = [*(("--login", *login) if login else ()), *map(str, clips)]
    command = [str(PYTHON), str(_SCRIPT), *words]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            yield [int(port) for port in server.stdout.readline().split()]
        finally:
            server.stdin.close()
            server.wait(10)


@contextmanager
def cameras() -> Iterator[list[int]]:
    """Two cameras of different resolution; gives their ports."""
    with tempfile.TemporaryDirectory() as folder:
        clips = [
            write(Path(folder) / f"{width}.au", encode(plaza(75, size=(width, height))))
            for width, height in ((160, 96), (224, 128))
        ]
        with rtsp_server(*clips) as ports:
            yield ports
