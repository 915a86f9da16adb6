"""An RTSP camera that says "go elsewhere": nobody goes, whatever it names and whenever it says so."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from crowdmon.capture.source import open_source
from crowdmon.errors import SourceError

SDP = """\
v=0
o=- 0 0 IN IP4 127.0.0.1
s=x
t=0 0
m=video 0 RTP/AVP 96
a=rtpmap:96 H264/90000
a=control:trackID=0
"""
VERBS = ("OPTIONS", "DESCRIBE", "SETUP", "PLAY")


@contextlib.contextmanager
def camera(verb: str, target: str) -> Iterator[tuple[int, list[str]]]:
    """A camera that redirects at one verb; yield its port and the verbs it was asked."""
    asked: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)

        def serve() -> None:
            with contextlib.suppress(OSError):
                connection = server.accept()[0]
                with connection:
                    connection.settimeout(10)
                    while text := connection.recv(4096).decode():
                        asked.append(text.split(" ")[0])
                        connection.sendall(_answer(text, verb, target).encode())

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1], asked
        finally:
            server.close()
            thread.join()


def _answer(text: str, verb: str, target: str) -> str:
    asked = text.split(" ")[0]
    number = next(line for line in text.splitlines() if line.lower().startswith("cseq"))
    if asked == verb:
        return f"RTSP/1.0 302 Moved Temporarily\r\n{number}\r\nLocation: {target}\r\n\r\n"
    more = {
        "OPTIONS": "Public: OPTIONS, DESCRIBE, SETUP, PLAY\r\n\r\n",
        "DESCRIBE": f"Content-Type: application/sdp\r\nContent-Length: {len(SDP)}\r\n\r\n{SDP}",
        "SETUP": "Session: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n",
    }
    return f"RTSP/1.0 200 OK\r\n{number}\r\n{more.get(asked, chr(13) + chr(10))}"


@pytest.mark.parametrize(
    "target", ["rtsp://127.0.0.1:{port}/x", "http://127.0.0.1:{port}/x", "file:///dev/zero"]
)
@pytest.mark.parametrize("verb", VERBS)
def test_no_redirect_of_a_camera_is_followed(verb: str, target: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.setblocking(False)
        with camera(verb, target.format(port=other.getsockname()[1])) as (port, asked):
            with pytest.raises(SourceError) as refused:
                open_source(f"rtsp://admin:Hunter2Secret@127.0.0.1:{port}/x", timeout=(3, 3))
            assert asked[-1] in (verb, "TEARDOWN")
        with pytest.raises(BlockingIOError):
            other.accept()
    assert "Hunter2Secret" not in str(refused.value)
