"""How FFmpeg is asked to open each kind of source: address, format, options.

FFmpeg opens whatever a file points to: a text named .mp4 may be a playlist that reads other files or
calls other hosts. So each kind of source names the protocols it needs and the formats it may find, and
everything else is refused.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

from crowdmon.capture.uri import SourceSpec
from crowdmon.capture.webcams import list_webcams

FILE_FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpegtsraw,mpeg,mpegvideo,flv,live_flv,kux,f4v,asf,"
    "asf_o,ogg,mjpeg,mjpeg_2000,mpjpeg,h264,hevc,vvc,av1,obu,ivf,m4v,h263,vc1,dv,mxf,gxf,rm,nut,wtv,dhav,"
    "yuv4mpegpipe,gif,swf,nsv,mp3,wav,w64,aac,flac,aiff,caf,ac3,eac3"
)
"""Containers that hold their own pictures. Sound formats are among them so that the answer is "no video"
instead of "not a video"; playlists and devices are not."""

STREAM_FORMATS = "rtsp,sdp,rtp,mpegts,flv,live_flv,mpjpeg,mjpeg,h264,hevc"
WEB_FORMATS = f"{FILE_FORMATS},mpjpeg,live_flv"
"""Playlists are opened by :mod:`crowdmon.capture.web`, which looks where they lead."""

_PROTOCOLS = {
    "file": "file",
    "rtsp": "tcp,udp,rtp,srtp",
    "rtsps": "tcp,tls,rtp,srtp",
    "http": "http,https,tcp,tls,crypto",
    "https": "http,https,tcp,tls,crypto",
    "rtmp": "rtmp,tcp",
    "rtmps": "rtmps,tls,tcp",
    "srt": "srt",
    "udp": "udp",
    "rtp": "rtp,udp",
    "tcp": "tcp",
}


@dataclass(frozen=True, slots=True)
class OpenOptions:
    """What to hand to ``av.open``.

    Attributes:
        url: address or path, secrets included.
        format: name of the input format; None to find out.
        options: FFmpeg's options.
    """

    url: str
    format: str | None = None
    options: dict[str, str] = field(default_factory=dict)


def open_options(spec: SourceSpec, *, read_timeout: float, platform: str = sys.platform) -> OpenOptions:
    """Return how to open a file, a network source or a webcam.

    Args:
        spec: the source.
        read_timeout: seconds; told to protocols too, because seeking is not watched by PyAV.
        platform: as ``sys.platform``.
    """
    if spec.kind == "webcam":
        return _webcam(spec.uri, platform)
    if spec.kind == "file":
        # The prefix keeps FFmpeg from reading a colon in a file's name as a protocol.
        options = {"protocol_whitelist": _PROTOCOLS["file"], "format_whitelist": FILE_FORMATS}
        return OpenOptions(f"file:{Path(spec.uri)}", options=options)
    return _network(spec, read_timeout)


def _network(spec: SourceSpec, read_timeout: float) -> OpenOptions:
    web = spec.scheme in ("http", "https")
    options = {
        "protocol_whitelist": _PROTOCOLS[spec.scheme],
        "format_whitelist": WEB_FORMATS if web else STREAM_FORMATS,
    }
    # Later than PyAV's own deadline, whose error is the clearer one.
    microseconds = str(round((2 * read_timeout + 1) * 1_000_000))
    if spec.scheme in ("rtsp", "rtsps"):
        # UDP loses packets behind most routers and smears the picture; ?udp in the address asks for it.
        options |= {"rtsp_transport": "tcp", "timeout": microseconds}
        # The server says what it sends, so one packet is enough. FFmpeg would watch seven pictures to learn
        # their order: half a second of a usual camera, and more than the time it has of a slow one.
        options["probesize"] = "32"
    elif spec.scheme != "srt":
        options["rw_timeout"] = microseconds
    if web:
        # A redirect may lead to any host: crowdmon.capture.web looks where before it is followed.
        options["max_redirects"] = "0"
    if not web:
        # FFmpeg would watch twenty pictures to measure their rate: a camera would be back seconds later.
        options["fpsprobesize"] = "2"
    return OpenOptions(spec.uri, options=options)


def _webcam(name: str, platform: str) -> OpenOptions:
    if platform.startswith("linux"):
        return OpenOptions(f"/dev/video{name}" if name.isdigit() else name, "video4linux2")
    if platform == "darwin":
        return OpenOptions(name, "avfoundation")
    if name.isdigit():  # DirectShow knows cameras by name only
        cameras = list_webcams(platform=platform)
        name = cameras[int(name)][0] if int(name) < len(cameras) else f"video={name}"
    return OpenOptions(name, "dshow")
