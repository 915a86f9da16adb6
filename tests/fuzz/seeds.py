"""Sound inputs of every format, made on the spot by what the program itself writes with."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from crowdmon.counting import weights
from crowdmon.counting.network import SSRHEF, NetworkConfig, fold
from crowdmon.counting.preprocess import Preprocess
from tests.capture.clips import encoded, quarters, with_exif, write_clip
from tests.formats.writers import cell, write_v5, write_v73

Seed = tuple[str, bytes]
"""The end of the file's name, and its content."""

NEXT = b"\0NEXT\0"
"""Between the answers of a server."""

_CONFIG = """\
cameras:
- name: gate
  source: rtsp://user:${PW}@cam.example/live
  rate: 2.5
  unknown_after: 10
  rois:
  - name: left
    polygon: [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]
    area_m2: 12.5
- {name: square, source: "synthetic:plaza?people=40"}
record: {history: /tmp/none/h.sqlite}
display: {palette: viridis, heat: 0.5, pixelate: true}
"""
_HEADS = ("image,x,y\na.jpg,412.5,87\na.jpg,430,91.5\nb.jpg,,\n", 'image;y;x\n"a b.png";1;2\nc.png;3.5;4e1\n')
_LISTS = (
    "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:3\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:2.4,\na.ts\n"
    '#EXT-X-KEY:METHOD=AES-128,URI="key",IV=0x00000000000000000000000000000001\n#EXTINF:2.4,\na.ts\n#EXT-X-ENDLIST\n',
    '#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="n",URI="x.m3u8"\n'
    '#EXT-X-STREAM-INF:BANDWIDTH=1280000,RESOLUTION=128x96,AUDIO="a"\nl.m3u8\n',
    '#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXT-X-BYTERANGE:1880@0\n#EXTINF:1,\na.ts\n#EXT-X-MAP:URI="a.ts"\n'
    "#EXTINF:1,\na.ts\n#EXT-X-ENDLIST\n",
)


def pictures(folder: Path) -> list[Seed]:
    """Pictures of every kind that can be written."""
    rgb = quarters(96, 64)
    made = [(suffix, encoded(rgb, suffix)) for suffix in (".jpg", ".png", ".bmp", ".webp", ".tif", ".ppm")]
    grey = np.arange(64 * 96, dtype=np.uint16).reshape(64, 96)
    return [*made, (".jpg", with_exif(encoded(rgb, ".jpg"), 6)), (".png", encoded(grey, ".png"))]


def clips(folder: Path) -> list[Seed]:
    """Short clips in several containers."""
    kinds = {"a.mp4": "mpeg4", "b.mp4": "libx264", "c.mkv": "libx264", "d.avi": "mjpeg", "e.ts": "mpeg2video"}
    made = [
        write_clip(
            folder / name,
            codec=codec,
            fps=25,
            frames=12,
            pix_fmt="yuvj420p" if codec == "mjpeg" else "yuv420p",
        )
        for name, codec in kinds.items()
    ]
    return [(path.suffix, path.read_bytes()) for path in made]


def _values() -> dict[str, object]:
    points = np.array([[10.5, 20.0], [30.0, 5.5]])
    info = {"location": points, "number": np.array([[2.0]])}
    corners = np.array([[1.0], [5.0], [5.0]])
    return {
        "image_info": cell(info),
        "annPoints": points,
        "roi": {"mask": np.ones((4, 4), bool)},
        "maskVerticesXCoordinates": corners,
        "maskVerticesYCoordinates": corners[::-1],
        "pMap": np.ones((4, 4)),
        "name": "plaza",
    }


def mat5(folder: Path) -> list[Seed]:
    """MATLAB v5, with and without compression."""
    made = [write_v5(folder / f"{packed}.mat", _values(), compress=packed) for packed in (True, False)]
    return [(".mat", path.read_bytes()) for path in made]


def mat73(folder: Path) -> list[Seed]:
    """MATLAB v7.3, which is HDF5."""
    return [(".mat", write_v73(folder / "a.mat", _values()).read_bytes())]


def weight_files(folder: Path) -> list[Seed]:
    """A weights file of the smallest network that is one."""
    torch.manual_seed(1)
    config = NetworkConfig(stem=2, widths=(4, 8, 8), msrf=4, head=(8, 8, 4), norm=False, classes=0)
    tensors, slim = fold(SSRHEF(config).state_dict(), config)
    arrays = {name: one.numpy() for name, one in tensors.items()}
    made = weights.Weights(arrays, slim.header(), Preprocess(), {"name": "seed"}, {"mae": 1.0})
    weights.save(made, folder / "w.safetensors")
    return [(".safetensors", (folder / "w.safetensors").read_bytes())]


def configurations(folder: Path) -> list[Seed]:
    """Configurations, also as JSON."""
    as_json = json.dumps({"cameras": [{"name": "a", "source": "a.mp4", "rois": []}]})
    return [(".yaml", _CONFIG.encode()), (".yaml", as_json.encode())]


def heads(folder: Path) -> list[Seed]:
    """CSV files of clicked heads."""
    return [(".csv", text.encode()) for text in _HEADS]


def playlists(folder: Path) -> list[Seed]:
    """HLS playlists."""
    return [(".m3u8", text.encode()) for text in _LISTS]


def stream(folder: Path) -> bytes:
    """Return a transport stream of a second."""
    return write_clip(folder / "s.ts", codec="mpeg2video", fps=25, frames=25).read_bytes()


def http(folder: Path) -> list[Seed]:
    """Answers of web servers, head and body."""
    clip, shot = stream(folder), encoded(quarters(), ".jpg")
    part = b"--shot\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%b\r\n" % (len(shot), shot)
    chunks = b"".join(
        b"%x\r\n%b\r\n" % (len(clip[at : at + 4000]), clip[at : at + 4000])
        for at in range(0, len(clip), 4000)
    )
    ok = b"HTTP/1.1 200 OK\r\nContent-Type: "
    return [
        ("", ok + b"video/mp2t\r\nContent-Length: %d\r\n\r\n%b" % (len(clip), clip)),
        ("", ok + b"video/mp2t\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"),
        ("", ok + b"multipart/x-mixed-replace; boundary=shot\r\n\r\n" + part * 20),
        ("", b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n"),
        (
            "",
            b'HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm="x", nonce="y"\r\nContent-Length: 0\r\n\r\n',
        ),
    ]


def rtsp(folder: Path) -> list[Seed]:
    """What an RTSP camera answers, one request after the other; ``CSEQ`` stands for the request's number."""
    clip = stream(folder)
    head = b"RTSP/1.0 200 OK\r\nCSeq: CSEQ\r\n"
    lines = (
        "v=0",
        "o=- 0 0 IN IP4 127.0.0.1",
        "s=x",
        "t=0 0",
        "a=control:*",
        "m=video 0 RTP/AVP 33",
        "a=control:v",
    )
    sdp = "".join(f"{line}\r\n" for line in lines).encode()
    packets = []
    for number, at in enumerate(range(0, len(clip), 1316)):
        body = (
            bytes([0x80, 33])
            + number.to_bytes(2, "big")
            + (number * 900).to_bytes(4, "big")
            + b"seed"
            + clip[at : at + 1316]
        )
        packets.append(b"$\0" + len(body).to_bytes(2, "big") + body)
    answers = [
        head + b"Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n\r\n",
        head + b"Content-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%b" % (len(sdp), sdp),
        head + b"Session: 1;timeout=60\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n",
        head + b"Session: 1\r\nRange: npt=0.0-\r\n\r\n" + b"".join(packets),
    ]
    return [("", NEXT.join(answers))]


SEEDS: dict[str, Callable[[Path], list[Seed]]] = {
    "pictures": pictures,
    "clips": clips,
    "mat5": mat5,
    "mat73": mat73,
    "weights": weight_files,
    "yaml": configurations,
    "heads": heads,
    "playlists": playlists,
    "http": http,
    "rtsp": rtsp,
}


def make(name: str) -> list[Seed]:
    """Return the sound inputs of a format."""
    with tempfile.TemporaryDirectory() as folder:
        return SEEDS[name](Path(folder))
