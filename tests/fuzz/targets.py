"""What is done with an input of each format: what the program would do with it. Runs in a child process."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
from collections.abc import Callable
from pathlib import Path

from crowdmon.errors import CrowdmonError
from tests.fuzz.seeds import NEXT, make

_TIMEOUT = (1.0, 1.0)
_MOST_PICTURES = 40


def _watch(address: str) -> None:
    """Read some pictures of a source as the program does."""
    from crowdmon.capture.source import open_source

    with open_source(address, timeout=_TIMEOUT) as source:
        for picture in itertools.islice(source.pictures(), _MOST_PICTURES):
            picture.rgb((64, 48))
            picture.fingerprint()
        if source.info.seekable:
            source.seek(0.2)
            for picture in itertools.islice(source.pictures(), 1):
                picture.rgb((64, 48))


def _file(path: Path) -> None:
    _watch(str(path))


def _mat(path: Path) -> None:
    """Read it as whatever it may be."""
    from crowdmon.formats import mat, perspective, points, roi

    readers: list[Callable[[Path], object]] = [
        mat.load_mat,
        points.image_info,
        points.ann_points,
        points.point_num,
        roi.read_roi_mask,
        roi.read_roi_mat,
        perspective.read_perspective,
    ]
    refused = None
    for read in readers:
        try:
            read(path)
        except CrowdmonError as error:
            refused = refused or error
    if refused is not None:
        raise refused


def _weights(path: Path) -> None:
    from crowdmon.counting import weights

    weights.load(path)


def _yaml(path: Path) -> None:
    from crowdmon.capture.uri import parse_source
    from crowdmon.config import dump, load

    config = load(path)
    dump(config)
    for camera in config.cameras:
        parse_source(camera.source)
        camera.to_rois()


def _heads(path: Path) -> None:
    from trainer.data.datasets.points import read_csv

    read_csv(path)


class _Peer:
    """A server on 127.0.0.1 that lets ``answer`` speak with everybody who calls."""

    def __init__(self, answer: Callable[[socket.socket], None]) -> None:
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            guest, _ = self._listener.accept()
            threading.Thread(target=self._serve, args=(guest,), daemon=True).start()

    def _serve(self, guest: socket.socket) -> None:
        with guest:
            guest.settimeout(5.0)
            with contextlib.suppress(OSError):  # the reader may hang up at any moment
                self._answer(guest)


def _request(guest: socket.socket) -> bytes:
    """Return the head of a request; empty when there is none."""
    data = b""
    while b"\r\n\r\n" not in data and len(data) < 65_536:
        more = guest.recv(4096)
        if not more:
            return b""
        data += more
    return data


class _Http:
    """Says the mutated answer to every request."""

    def __init__(self) -> None:
        self.said = b""
        self.peer = _Peer(self._answer)

    def _answer(self, guest: socket.socket) -> None:
        if _request(guest):
            guest.sendall(self.said)

    def watch(self, path: Path) -> None:
        self.said = path.read_bytes()
        _watch(f"http://me:secret@127.0.0.1:{self.peer.port}/x")


class _Playlists:
    """Serves the mutated playlist, a segment and a key."""

    def __init__(self) -> None:
        segment = next(content for suffix, content in make("clips") if suffix == ".ts")
        self.pages = {b"a.ts": segment, b"key": b"0123456789abcdef"}
        self.said = b""
        self.peer = _Peer(self._answer)

    def _answer(self, guest: socket.socket) -> None:
        name = _request(guest).split(b" ", 2)[1:2]
        body = self.pages.get(name[0].rpartition(b"/")[2] if name else b"", self.said)
        guest.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    def watch(self, path: Path) -> None:
        self.said = path.read_bytes()
        _watch(f"http://127.0.0.1:{self.peer.port}/x.m3u8")


class _Rtsp:
    """Answers one request after the other with the mutated answers."""

    def __init__(self) -> None:
        self.said: list[bytes] = []
        self.peer = _Peer(self._answer)

    def _answer(self, guest: socket.socket) -> None:
        for said in self.said:
            request = _request(guest)
            number = request.partition(b"CSeq: ")[2].partition(b"\r\n")[0]
            if not request:
                return
            guest.sendall(said.replace(b"CSEQ", number, 1))

    def watch(self, path: Path) -> None:
        self.said = path.read_bytes().split(NEXT)
        _watch(f"rtsp://127.0.0.1:{self.peer.port}/x")


def target(name: str) -> Callable[[Path], None]:
    """Return what is done with a file that holds an input of a format; it raises what the program would."""
    files: dict[str, Callable[[Path], None]] = {
        "pictures": _file,
        "clips": _file,
        "mat5": _mat,
        "mat73": _mat,
        "weights": _weights,
        "yaml": _yaml,
        "heads": _heads,
    }
    if name in files:
        return files[name]
    peers: dict[str, Callable[[], _Http | _Playlists | _Rtsp]] = {
        "http": _Http,
        "playlists": _Playlists,
        "rtsp": _Rtsp,
    }
    return peers[name]().watch


REFUSED = CrowdmonError
"""What the program may raise: one line that says what, where and what to do."""
