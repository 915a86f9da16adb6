"""An RTSP server: the network cameras of ``crowdmon bench`` and of the tests.

    python -m crowdmon.bench.rtsp_server CLIP

Prints the port it listens on; every path is a camera, ``rtsp://127.0.0.1:PORT/NAME``. Each client gets the
clip from its beginning, at its own pace, over TCP, and a line with its path and the moment of its first
picture is printed. The server ends when the first connection, the control connection, is closed. One thread
serves all clients, and what is sent was packed before, so that many cameras cost next to nothing.

RTSP: RFC 2326; H.264 in RTP: RFC 6184; MPEG-TS in RTP: RFC 2250.
"""

from __future__ import annotations

import base64
import itertools
import re
import selectors
import socket
import struct
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from crowdmon.bench.clip import read_clip

_PAYLOAD = 1400
"""Bytes of a packet, as they pass through a network."""

_MOST_WAITING = 8_000_000
"""Bytes that may wait for a client that does not read; then it is disconnected."""

_AHEAD = 250_000
"""Bytes that wait at most for a client of a stream without a pace of its own."""

_SDP = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=camera\r\nt=0 0\r\na=control:*\r\n"
_SDP_H264 = (
    "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\n"
    "a=framerate:{fps:g}\r\na=control:video\r\n"
)
_SDP_TS = "m=video 0 RTP/AVP 33\r\na=control:video\r\n"
_START = re.compile(rb"\x00\x00\x00?\x01")
_TS_PACKETS = 7 * 188


@dataclass(frozen=True, kw_only=True)
class Stream:
    """What a camera sends.

    Attributes:
        description: SDP of its one medium.
        pictures: the RTP payloads of each picture.
        payload_type: as in the RTP header.
        fps: pictures a second; None to send as fast as the client reads.
        ticks: units of 1/90000 s from one picture to the next.
        endless: whether it starts again at its end.
        marked: whether a picture's last packet carries the marker bit.
    """

    description: str
    pictures: Sequence[Sequence[bytes]]
    payload_type: int
    fps: float | None
    ticks: float
    endless: bool
    marked: bool


def h264_stream(units: Sequence[bytes], fps: float) -> Stream:
    """Return a camera that plays access units (Annex B) without end."""
    return Stream(
        description=_SDP + _SDP_H264.format(fps=fps),
        pictures=[list(payloads(unit)) for unit in units],
        payload_type=96,
        fps=fps,
        ticks=90_000 / fps,
        endless=True,
        marked=True,
    )


def transport_stream(data: bytes) -> Stream:
    """Return a camera that sends an MPEG transport stream once, as fast as the client reads it."""
    return Stream(
        description=_SDP + _SDP_TS,
        pictures=[[data[at : at + _TS_PACKETS]] for at in range(0, len(data), _TS_PACKETS)],
        payload_type=33,
        fps=None,
        ticks=900,
        endless=False,
        marked=False,
    )


def payloads(unit: bytes) -> Iterator[bytes]:
    """Yield what the RTP packets of one access unit carry: whole NAL units, or fragments (FU-A)."""
    for nal in filter(None, _START.split(unit)):
        if len(nal) <= _PAYLOAD:
            yield nal
            continue
        indicator, kind = nal[0] & 0xE0 | 28, nal[0] & 0x1F
        body = nal[1:]
        for at in range(0, len(body), _PAYLOAD):
            start, end = 0x80 * (at == 0), 0x40 * (at + _PAYLOAD >= len(body))
            yield bytes((indicator, start | end | kind)) + body[at : at + _PAYLOAD]


class _Client:
    """One connection: requests in, answers and pictures out."""

    def __init__(self, connection: socket.socket, stream: Stream) -> None:
        self.connection, self.stream = connection, stream
        self.path = ""
        self.started: float | None = None
        self._number = 0
        self._received, self._waiting = b"", bytearray()
        self._sequence = itertools.count()

    @property
    def busy(self) -> bool:
        """Whether something waits to be sent."""
        return bool(self._waiting)

    @property
    def finished(self) -> bool:
        """Whether the whole stream has been queued; never where it is endless."""
        return (
            self.started is not None and not self.stream.endless and self._number >= len(self.stream.pictures)
        )

    def requests(self, data: bytes) -> Iterator[str]:
        """Yield the requests that are complete; interleaved data from the client is passed over."""
        self._received += data
        while self._received:
            if self._received[:1] == b"$":
                size = 4 + int.from_bytes(self._received[2:4], "big")
                if len(self._received) < max(4, size):
                    return
                self._received = self._received[size:]
                continue
            if b"\r\n\r\n" not in self._received:
                return
            request, _, self._received = self._received.partition(b"\r\n\r\n")
            yield request.decode("latin-1")

    def answer(self, text: str) -> None:
        """Queue an answer."""
        self._waiting += text.encode()

    def due(self) -> float | None:
        """Return the monotonic seconds of its next picture; None if none is to come."""
        if self.started is None or self.finished:
            return None
        if self.stream.fps is None:
            return None if len(self._waiting) > _AHEAD else 0.0
        return self.started + self._number / self.stream.fps

    def queue_picture(self) -> None:
        """Queue the next picture."""
        stream = self.stream
        picture = stream.pictures[self._number % len(stream.pictures)]
        stamp = round(self._number * stream.ticks) & 0xFFFFFFFF
        for left, payload in zip(range(len(picture) - 1, -1, -1), picture, strict=True):
            marker = 0x80 if stream.marked and not left else 0
            number = next(self._sequence) & 0xFFFF
            head = struct.pack(">BBHII", 0x80, marker | stream.payload_type, number, stamp, 7)
            self._waiting += b"$\0" + (len(head) + len(payload)).to_bytes(2, "big") + head + payload
        self._number += 1

    def send(self) -> None:
        """Send what the connection takes; OSError if the client has gone or does not read."""
        if self._waiting:
            sent = self.connection.send(self._waiting)
            del self._waiting[:sent]
        if len(self._waiting) > _MOST_WAITING:
            raise OSError("the client does not read")


class Server:
    """Serves every client in one thread.

    Attributes:
        stream: what the next client that connects gets.
        port: where it listens, on 127.0.0.1.
        requests: the methods that were asked for, in order.

    Args:
        stream: what it sends.
        password: ``user:password`` asked for (Basic); None for none.
        refuse: status to answer every request with, such as ``404 Not Found``.
        silent_at_end: keep the connection open when the stream is over, instead of closing it.
        started: told the path and the epoch seconds when a client's first picture is sent.
    """

    def __init__(
        self,
        stream: Stream,
        *,
        password: str | None = None,
        refuse: str = "",
        silent_at_end: bool = False,
        started: Callable[[str, float], object] = lambda path, moment: None,
    ) -> None:
        self.stream = stream
        self._password, self._refuse, self._silent_at_end = password, refuse, silent_at_end
        self._started = started
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._selector = selectors.DefaultSelector()
        self._clients: dict[socket.socket, _Client] = {}
        self.requests: list[str] = []
        self.port: int = self._listener.getsockname()[1]

    def run(self) -> None:
        """Wait for the control connection, and serve until it is closed."""
        self._listener.setblocking(True)
        control, _ = self._listener.accept()
        self._listener.setblocking(False)
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(control, selectors.EVENT_READ)
        while True:
            for key, _ in self._selector.select(self._wait()):
                if key.fileobj is control:
                    control.close()
                    return
                if key.fileobj is self._listener:
                    self._accept()
                else:
                    self._read(self._clients[key.fileobj])  # type: ignore[index]
            for client in list(self._clients.values()):
                self._send(client)

    def close(self) -> None:
        """Disconnect every client."""
        for client in list(self._clients.values()):
            self._disconnect(client)
        self._selector.close()
        self._listener.close()

    def _wait(self) -> float:
        if any(client.busy for client in self._clients.values()):
            return 0.002
        dues = [due for client in self._clients.values() if (due := client.due()) is not None]
        return max(0.0, min([due - time.monotonic() for due in dues], default=0.5))

    def _accept(self) -> None:
        connection, _ = self._listener.accept()
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._clients[connection] = _Client(connection, self.stream)
        self._selector.register(connection, selectors.EVENT_READ)

    def _read(self, client: _Client) -> None:
        try:
            data = client.connection.recv(65_536)
        except OSError:
            data = b""
        if not data:
            self._disconnect(client)
        for request in client.requests(data):
            self._answer(client, request)

    def _answer(self, client: _Client, request: str) -> None:
        method, _, rest = request.partition(" ")
        self.requests.append(method)
        number = re.search(r"(?im)^cseq:\s*(\d+)", request)
        status, head, body = self._refuse or "200 OK", [f"CSeq: {number[1] if number else 0}"], ""
        if not self._refuse and not self._may_enter(request):
            status = "401 Unauthorized"
            head.append('WWW-Authenticate: Basic realm="camera"')
        elif method == "OPTIONS":
            head.append("Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER")
        elif method == "DESCRIBE":
            client.path = rest.partition(" ")[0].rpartition("/")[2]
            body = client.stream.description
            head += ["Content-Type: application/sdp", f"Content-Length: {len(body)}"]
        elif method == "SETUP":
            head += ["Session: 1;timeout=600", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"]
        elif method == "PLAY":
            head += ["Session: 1", "Range: npt=now-"]
        client.answer("\r\n".join([f"RTSP/1.0 {status}", *head, "", body]))
        if method == "PLAY" and status == "200 OK" and client.started is None:
            client.started = time.monotonic()
            self._started(client.path, time.time())

    def _may_enter(self, request: str) -> bool:
        if self._password is None:
            return True
        given = re.search(r"(?im)^authorization:\s*Basic (\S+)", request)
        return given is not None and given[1] == base64.b64encode(self._password.encode()).decode()

    def _send(self, client: _Client) -> None:
        while (due := client.due()) is not None and due <= time.monotonic():
            client.queue_picture()
        try:
            client.send()
        except BlockingIOError:
            return
        except OSError:
            self._disconnect(client)
            return
        if client.finished and not client.busy and not self._silent_at_end:
            self._disconnect(client)

    def _disconnect(self, client: _Client) -> None:
        if self._clients.pop(client.connection, None) is not None:
            self._selector.unregister(client.connection)
            client.connection.close()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(path: Path) -> int:
    """Serve a clip."""
    units, fps = read_clip(path)
    server = Server(h264_stream(units, fps), started=lambda name, moment: _say(f"{name} {moment}"))
    _say(str(server.port))
    server.run()
    server.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
