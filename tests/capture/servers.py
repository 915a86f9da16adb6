"""Small servers on 127.0.0.1 that misbehave on request. All end with their ``with`` block."""

from __future__ import annotations

import base64
import contextlib
import http.server
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Any


def refused_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def silent_port() -> Iterator[int]:
    """Accept connections and never say a word."""
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


SDP = (
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nt=0 0\r\na=control:*\r\n"
    "m=video 0 RTP/AVP 33\r\na=control:t0\r\n"
)


class RtspServer:
    """One camera over RTSP: a transport stream in RTP, interleaved on the control connection.

    Args:
        stream: MPEG-TS, sent as fast as the reader takes it.
        password: user:password asked for (Basic); None for nobody.
        refuse: status line to answer every request with.
        hang: keep the connection open and silent after the stream, instead of hanging up.
    """

    def __init__(
        self, stream: bytes = b"", *, password: str | None = None, refuse: str = "", hang: bool = False
    ) -> None:
        self.stream, self.password, self.refuse, self.hang = stream, password, refuse, hang
        self.requests: list[str] = []
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.02)
        self._threads = [threading.Thread(target=self._accept)]
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> RtspServer:
        self._threads[0].start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while not self._over.is_set():
            with contextlib.suppress(TimeoutError):
                connection, _ = self._listener.accept()
                self._threads.append(threading.Thread(target=self._serve, args=(connection,)))
                self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(5)
            buffer = b""
            while not self._over.is_set():
                while b"\r\n\r\n" not in buffer:
                    received = connection.recv(4096)
                    if not received:
                        return
                    buffer += received
                request, _, buffer = buffer.partition(b"\r\n\r\n")
                method = self._answer(connection, request.decode())
                if method == "PLAY":
                    self._send(connection)
                    return

    def _answer(self, connection: socket.socket, request: str) -> str:
        method = request.split(" ", 1)[0]
        self.requests.append(method)
        lines = dict(line.split(": ", 1) for line in request.split("\r\n")[1:])
        head, body, line = [f"CSeq: {lines['CSeq']}"], "", "200 OK"
        if self.refuse:
            line = self.refuse
        elif self.password and lines.get("Authorization") != self._basic():
            line = "401 Unauthorized"
            head.append('WWW-Authenticate: Basic realm="camera"')
        elif method == "DESCRIBE":
            body = SDP
            head += ["Content-Type: application/sdp", f"Content-Length: {len(body)}"]
        elif method == "SETUP":
            head += ["Session: 1", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"]
        connection.sendall("\r\n".join([f"RTSP/1.0 {line}", *head, "", body]).encode())
        return method if line == "200 OK" else ""

    def _basic(self) -> str:
        return "Basic " + base64.b64encode((self.password or "").encode()).decode()

    def _send(self, connection: socket.socket) -> None:
        step = 7 * 188
        for number, at in enumerate(range(0, len(self.stream), step)):
            payload = (
                struct.pack(">BBHII", 0x80, 33, number & 0xFFFF, number * 900, 7)
                + self.stream[at : at + step]
            )
            connection.sendall(b"$\0" + struct.pack(">H", len(payload)) + payload)
        if self.hang:
            self._over.wait(20)
