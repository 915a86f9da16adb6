"""Small servers on 127.0.0.1 that misbehave on request. All end with their ``with`` block."""

from __future__ import annotations

import contextlib
import http.server
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

from crowdmon.bench.rtsp_server import Server, transport_stream


def refused_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def silent_port() -> Iterator[int]:
    """Accept connections and never answer."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


Reply = Callable[["Handler"], None]


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers by the path's entry in ``pages``."""

    pages: dict[str, Reply]
    asked: list[str]
    over: threading.Event

    def do_GET(self) -> None:
        self.asked.append(self.path)
        reply = self.pages.get(self.path)
        with contextlib.suppress(OSError):  # the reader may hang up at any moment
            if reply is None:
                self.send_error(404)
            else:
                reply(self)

    def log_message(self, *args: Any) -> None:
        pass


def status(code: int) -> Reply:
    def reply(handler: Handler) -> None:
        handler.send_response(code)
        if code == 401:
            handler.send_header("WWW-Authenticate", 'Basic realm="x"')
        if code == 302:
            handler.send_header("Location", "file:///etc/hostname")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return reply


def content(data: bytes, *, sent: int | None = None, hang: bool = False, kind: str = "video/mp4") -> Reply:
    """Send ``data``, but only its first ``sent`` bytes; then hang up, or hang."""

    def reply(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data[:sent])
        if hang:
            handler.over.wait(20)

    return reply


def nothing(handler: Handler) -> None:
    handler.over.wait(20)


def motion_jpeg(pictures: list[bytes], *, wait: float = 0.0) -> Reply:
    """Send pictures the way cheap cameras do, ``wait`` seconds apart, then end."""

    def reply(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "multipart/x-mixed-replace; boundary=shot")
        handler.end_headers()
        for one in pictures:
            head = f"--shot\r\nContent-Type: image/jpeg\r\nContent-Length: {len(one)}\r\n\r\n"
            handler.wfile.write(head.encode() + one + b"\r\n")
            if wait:
                handler.over.wait(wait)

    return reply


@contextlib.contextmanager
def web(pages: dict[str, Reply]) -> Iterator[tuple[str, list[str]]]:
    """Serve ``pages``; yields host:port and the list of paths asked for."""
    asked: list[str] = []
    over = threading.Event()
    kind = type("Bound", (Handler,), {"pages": pages, "asked": asked, "over": over})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), kind)
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}", asked
    finally:
        over.set()
        server.shutdown()
        thread.join()
        server.server_close()


class RtspServer:
    """The bench's RTSP server in a thread of the test: one camera that sends a transport stream once.

    Args:
        stream: MPEG-TS, sent as fast as the reader takes it.
        password: user:password asked for (Basic); None for none.
        refuse: status to answer every request with.
        hang: keep the connection open and silent after the stream, instead of closing it.
    """

    def __init__(
        self, stream: bytes = b"", *, password: str | None = None, refuse: str = "", hang: bool = False
    ) -> None:
        sent = transport_stream(stream)
        self._server = Server(sent, password=password, refuse=refuse, silent_at_end=hang)
        self._thread = threading.Thread(target=self._server.run)
        self.requests, self.port = self._server.requests, self._server.port

    def send_next(self, stream: bytes) -> None:
        """Send another stream to the next client."""
        self._server.stream = transport_stream(stream)

    def __enter__(self) -> RtspServer:
        self._thread.start()
        self._control = socket.create_connection(("127.0.0.1", self.port))
        return self

    def __exit__(self, *error: object) -> None:
        self._control.close()
        self._thread.join()
        self._server.close()
