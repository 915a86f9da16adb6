"""A network camera to measure with: an RTSP server that plays a clip encoded before, over and over.

    python -m crowdmon.bench.rtsp_server CLIP

Prints the port it listens on; every path is a camera, ``rtsp://127.0.0.1:PORT/NAME``. Each guest gets the
clip from its beginning, at its own pace, over TCP, and a line with its path and the moment of its first
picture is printed. The first connection is a leash: when it is gone, so is the server. One thread serves
all, and what is sent was packed before, so that many cameras cost next to nothing.

RTSP: RFC 2326; H.264 in RTP: RFC 6184.
"""

from __future__ import annotations

import itertools
import re
import selectors
import socket
import struct
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

_PAYLOAD = 1400
"""Bytes of a packet, as they pass through a network."""

_MOST_WAITING = 8_000_000
"""Bytes that may wait for a guest who does not read; then it is sent away."""

_SDP = (
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=bench\r\nt=0 0\r\na=control:*\r\nm=video 0 RTP/AVP 96\r\n"
    "a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\na=framerate:{fps:g}\r\na=control:video\r\n"
)
_START = re.compile(rb"\x00\x00\x00?\x01")


def write_clip(path: Path, units: Sequence[bytes], *, fps: float) -> Path:
    """Write access units, each after its length in four bytes, the pictures a second as a line above."""
    path.write_bytes(f"{fps}\n".encode() + b"".join(len(unit).to_bytes(4, "big") + unit for unit in units))
    return path


def read_clip(path: Path) -> tuple[list[bytes], float]:
    """Return the access units of a clip and its pictures a second."""
    head, _, rest = path.read_bytes().partition(b"\n")
    units, at = [], 0
    while at < len(rest):
        size = int.from_bytes(rest[at : at + 4], "big")
        units.append(rest[at + 4 : at + 4 + size])
        at += 4 + size
    return units, float(head)


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


class _Guest:
    """One connection: requests in, answers and pictures out."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.path = ""
        self.started: float | None = None
        self.number = 0
        self._asked, self._waiting = b"", bytearray()
        self._sequence = itertools.count()

    @property
    def busy(self) -> bool:
        """Whether something waits to be sent."""
        return bool(self._waiting)

    def heard(self, data: bytes, *, fps: float) -> None:
        """Answer the requests that are complete; what comes interleaved from the guest is passed over."""
        self._asked += data
        while self._asked:
            if self._asked[:1] == b"$":
                size = 4 + int.from_bytes(self._asked[2:4], "big")
                if len(self._asked) < max(4, size):
                    return
                self._asked = self._asked[size:]
                continue
            if b"\r\n\r\n" not in self._asked:
                return
            request, _, self._asked = self._asked.partition(b"\r\n\r\n")
            self._answer(request.decode("latin-1"), fps=fps)

    def _answer(self, request: str, *, fps: float) -> None:
        method, _, rest = request.partition(" ")
        number = re.search(r"(?im)^cseq:\s*(\d+)", request)
        head, body = [f"CSeq: {number[1] if number else 0}"], ""
        if method == "OPTIONS":
            head.append("Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER")
        elif method == "DESCRIBE":
            self.path = rest.partition(" ")[0].rpartition("/")[2]
            body = _SDP.format(fps=fps)
            head += ["Content-Type: application/sdp", f"Content-Length: {len(body)}"]
        elif method == "SETUP":
            head += ["Session: 1;timeout=600", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"]
        elif method == "PLAY":
            head += ["Session: 1", "Range: npt=now-"]
        self._waiting += "\r\n".join(["RTSP/1.0 200 OK", *head, "", body]).encode()
        if method == "PLAY" and self.started is None:
            self.started = time.monotonic()
            _say(f"{self.path} {time.time()}")

    def due(self, fps: float) -> float | None:
        """Return the monotonic seconds of its next picture; None if it does not play."""
        return None if self.started is None else self.started + self.number / fps

    def play(self, unit: Sequence[bytes], fps: float) -> None:
        """Send one picture."""
        stamp = round(self.number * 90_000 / fps) & 0xFFFFFFFF
        for left, payload in zip(range(len(unit) - 1, -1, -1), unit, strict=True):
            marker = 0 if left else 0x80
            head = struct.pack(">BBHII", 0x80, marker | 96, next(self._sequence) & 0xFFFF, stamp, 7)
            self._waiting += b"$\0" + (len(head) + len(payload)).to_bytes(2, "big") + head + payload
        self.number += 1

    def send(self) -> None:
        """Send what the connection takes; OSError if the guest has gone or does not read."""
        if self._waiting:
            sent = self.connection.send(self._waiting)
            del self._waiting[:sent]
        if len(self._waiting) > _MOST_WAITING:
            raise OSError("the guest does not read")


class Server:
    """Serves everybody who comes, in one thread."""

    def __init__(self, units: Sequence[bytes], fps: float) -> None:
        self._units, self._fps = [list(payloads(unit)) for unit in units], fps
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._selector = selectors.DefaultSelector()
        self._guests: dict[socket.socket, _Guest] = {}
        self.port: int = self._listener.getsockname()[1]

    def run(self) -> None:
        """Wait for the leash, and serve for as long as it is held."""
        self._listener.setblocking(True)
        leash, _ = self._listener.accept()
        self._listener.setblocking(False)
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(leash, selectors.EVENT_READ)
        while True:
            for key, _ in self._selector.select(self._wait()):
                if key.fileobj is leash:
                    leash.close()
                    return
                if key.fileobj is self._listener:
                    self._welcome()
                else:
                    self._attend(self._guests[key.fileobj])  # type: ignore[index]
            for guest in list(self._guests.values()):
                self._attend_to_pictures(guest)

    def close(self) -> None:
        """Send everybody away."""
        for guest in list(self._guests.values()):
            self._part(guest)
        self._selector.close()
        self._listener.close()

    def _wait(self) -> float:
        if any(guest.busy for guest in self._guests.values()):
            return 0.002
        dues = [due for guest in self._guests.values() if (due := guest.due(self._fps)) is not None]
        return max(0.0, min([due - time.monotonic() for due in dues], default=0.5))

    def _welcome(self) -> None:
        connection, _ = self._listener.accept()
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._guests[connection] = _Guest(connection)
        self._selector.register(connection, selectors.EVENT_READ)

    def _attend(self, guest: _Guest) -> None:
        try:
            data = guest.connection.recv(65_536)
        except OSError:
            data = b""
        if data:
            guest.heard(data, fps=self._fps)
        else:
            self._part(guest)

    def _attend_to_pictures(self, guest: _Guest) -> None:
        due = guest.due(self._fps)
        while due is not None and due <= time.monotonic():
            guest.play(self._units[guest.number % len(self._units)], self._fps)
            due = guest.due(self._fps)
        try:
            guest.send()
        except BlockingIOError:
            return
        except OSError:
            self._part(guest)

    def _part(self, guest: _Guest) -> None:
        del self._guests[guest.connection]
        self._selector.unregister(guest.connection)
        guest.connection.close()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(path: Path) -> int:
    """Serve a clip."""
    server = Server(*read_clip(path))
    _say(str(server.port))
    server.run()
    server.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
