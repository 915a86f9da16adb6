"""Whether a web server that says no length sends a clip or a camera: by how quickly its pictures come.

A camera sends a second of pictures a second, perhaps after a burst of what it had in store. A server that
reads a file sends as fast as the network carries, and ends.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any, Final

import av
from av.video.stream import VideoStream

MOST_S: Final = 2.0
"""Seconds in which it must have been decided; then it is a camera."""

_PAUSE_S = 0.4
"""Seconds of silence: the sender has nothing in store."""

_STORE_S = 20.0
"""Seconds of pictures that a relay of cameras may have in store at most."""

_MOST_BYTES = 48_000_000

_BROKEN = (av.FFmpegError, OSError, ValueError, IndexError)


class ReadAhead:
    """The first packets of a stream, read to find out what it is.

    Args:
        packets: of all streams, as they come.
        stream: of pictures.
        clock: monotonic seconds.

    Attributes:
        packets: what was read.
        ended: nothing follows.
        is_clip: it comes much quicker than it is to be shown.
    """

    def __init__(
        self,
        packets: Iterable[av.Packet[Any]],
        stream: VideoStream,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.packets: list[av.Packet[Any]] = []
        self.ended = self.is_clip = False
        began = before = clock()
        size, first, last = 0, None, 0.0
        source = iter(packets)
        while True:
            try:
                packet = next(source, None)
            except _BROKEN:
                packet = None
            now = clock()
            if packet is not None and packet.size:
                self.packets.append(packet)
                size += packet.size
                if packet.stream is stream and (moment := _moment(packet)) is not None:
                    first = moment if first is None else min(first, moment)
                    last = max(last, moment)
            shown = 0.0 if first is None else last - first
            if packet is None or not packet.size:
                # The end. One picture or none may be the last gasp of a camera.
                self.ended = True
                self.is_clip = len(self.packets) > 1 and shown > 1.5 * (now - began)
                self.packets += [packet] if packet is not None else []
                return
            if shown > now - began + _STORE_S:
                self.is_clip = True
                return
            if now - before > _PAUSE_S or now - began > MOST_S or size > _MOST_BYTES:
                return
            before = now


def _moment(packet: av.Packet[Any]) -> float | None:
    ticks = packet.dts if packet.dts is not None else packet.pts
    return None if ticks is None or not packet.time_base else float(ticks * packet.time_base)
