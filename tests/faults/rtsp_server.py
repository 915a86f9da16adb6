"""An RTSP server that plays H.264 clips without end, GStreamer's.

Run by the system's python3, which has GStreamer:

    /usr/bin/python3 rtsp_server.py [--login USER PASSWORD] CLIP...

Prints one line with the ports it listens on, one a clip, and serves rtsp://127.0.0.1:PORT/camera until its
standard input closes. Over TCP only. A clip is what ``tests/faults/clips.py`` writes: the pictures a second
as a line of text, then access units, each after its length in four bytes.
"""

import argparse
import itertools
import pathlib
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

# Not -1, "before every key frame": it puts them between the slices of one, which tears the picture apart.
PIPELINE = (
    "( appsrc name=source format=time caps=video/x-h264,stream-format=byte-stream,alignment=au "
    "! h264parse ! rtph264pay name=pay0 pt=96 config-interval=1 )"
)


def read_clip(path):
    """Return pictures a second and the access units."""
    head, _, rest = pathlib.Path(path).read_bytes().partition(b"\n")
    units, at = [], 0
    while at < len(rest):
        size = int.from_bytes(rest[at : at + 4], "big")
        units.append(rest[at + 4 : at + 4 + size])
        at += 4 + size
    return float(head), units


def feed(media, fps, units):
    """Give one guest the clip over and over; the time stamps set the pace."""
    turn = itertools.count()

    def more(source, _):
        number = next(turn)
        buffer = Gst.Buffer.new_wrapped(units[number % len(units)])
        buffer.pts = buffer.dts = round(number / fps * Gst.SECOND)
        buffer.duration = round(Gst.SECOND / fps)
        source.emit("push-buffer", buffer)

    media.get_element().get_child_by_name("source").connect("need-data", more)


def serve(path, login):
    """Listen on a free port and return the server."""
    fps, units = read_clip(path)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(PIPELINE)
    factory.set_protocols(GstRtsp.RTSPLowerTrans.TCP)
    factory.connect("media-configure", lambda _, media: feed(media, fps, units))
    if login:
        guard(server, factory, *login)
    server.get_mount_points().add_factory("/camera", factory)
    server.attach(None)
    # A guest whose line went dead is sent away, or its pipeline would stay for a minute.
    GLib.timeout_add_seconds(1, lambda: (server.get_session_pool().cleanup(), True)[1])
    return server


def guard(server, factory, user, password):
    """Ask for a user and a password."""
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    server.set_auth(auth)
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_permission_for_role("viewer", "media.factory.access", True)
    permissions.add_permission_for_role("viewer", "media.factory.construct", True)
    factory.set_permissions(permissions)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--login", nargs=2)
    parser.add_argument("clips", nargs="+")
    words = parser.parse_args()
    Gst.init(None)
    servers = [serve(path, words.login) for path in words.clips]
    loop = GLib.MainLoop()
    threading.Thread(target=lambda: (sys.stdin.read(), loop.quit()), daemon=True).start()
    sys.stdout.write(" ".join(str(server.get_bound_port()) for server in servers) + "\n")
    sys.stdout.flush()
    loop.run()


if __name__ == "__main__":
    main()
