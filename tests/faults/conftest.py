"""A clip of the plaza, and an RTSP server that plays it without end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.clips import encode, plaza, write
from tests.faults.gstreamer import need_rtsp_server, rtsp_server

LOGIN = ("viewer", "s3cret@home")


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight seconds, 160x96 pixels, 12.5 pictures a second, a key frame each second."""
    return write(tmp_path_factory.mktemp("rtsp") / "plaza.au", encode(plaza(100)))


@pytest.fixture(scope="session")
def camera(clip: Path) -> Iterator[str]:
    """The address of an RTSP camera that asks nobody's name."""
    need_rtsp_server()
    with rtsp_server(clip) as (port,):
        yield f"rtsp://127.0.0.1:{port}/camera"


@pytest.fixture(scope="session")
def guarded(clip: Path) -> Iterator[str]:
    """Host, port and path of an RTSP camera that asks for :data:`LOGIN`."""
    need_rtsp_server()
    with rtsp_server(clip, login=LOGIN) as (port,):
        yield f"127.0.0.1:{port}/camera"
