"""Opens addresses of the web, held to what they may reach and what they may send.

A server can answer with a redirect or with a playlist that names other servers, and FFmpeg would follow to
any host and port, also to those that only this machine can reach. So FFmpeg follows no redirect by itself,
and every address of a playlist is opened here, after a look at its host; see
:mod:`crowdmon.capture.web_reach` for what is allowed. What a server sends without an end is bounded, too.
"""

from __future__ import annotations

import errno
import logging
import time
from collections.abc import Callable, Iterator
from typing import TypeVar
from urllib.parse import urlsplit

import av
from av import error as fail
from av.container import InputContainer

from crowdmon.capture.ffmpeg import OpenOptions
from crowdmon.capture.web_reach import HOSTS, PLAYLIST_ENTRIES, PLAYLIST_MB, Limits, place_of, redirect_of
from crowdmon.errors import SourceError

_log = logging.getLogger(__name__)

_MOST_REDIRECTS = 5
_START = b"#EXTM3U"
_ENTRY_TAGS = {b"#EXTINF": 1, b"#EXT-X-MAP": 1, b"#EXT-X-STREAM-INF": 100, b"#EXT-X-MEDIA:": 100}
"""What makes FFmpeg keep something for each line, and for how many entries it counts: for each of the last
two a playlist is opened."""

_ENDLESS = (b"--", b"\xff\xd8", b"\0\0\1", b"\0\0\0\1")
"""How motion JPEG and bare H.264 begin, which are read from their beginning whatever size a server says."""

_MOST_BETWEEN = 64_000_000
"""Bytes without one whole packet: FFmpeg would keep them all."""

_CHUNK = 32_768

BROKEN = (av.FFmpegError, OSError, ValueError)
"""What PyAV raises."""

T = TypeVar("T")


class WebInput:
    """Opens one address of http or https, a clip, a stream or a playlist, and all that it leads to.

    Nothing may be raised into FFmpeg, which goes on and may lose it, so what is refused while it reads is
    kept for :meth:`check`.

    Args:
        how: address and options, with which FFmpeg follows no redirect.
        label: the address for people.
        timeout: seconds for opening and for each read.

    Raises:
        ConfigError: a limit in the environment is none.
        SourceError: the address names no plain host.
    """

    def __init__(self, how: OpenOptions, *, label: str, timeout: tuple[float, float]) -> None:
        self._url, self._options, self._label, self._timeout = how.url, how.options, label, timeout
        self._limits = Limits.from_environment()
        parts = urlsplit(how.url)
        # A password of the user's own address may hold anything; what follows its last @ is the host.
        self._base = f"{parts.scheme}://{parts.netloc}"
        home = place_of(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}")
        if home is None:
            raise SourceError(f"{label}: its host cannot be read", f"Write {parts.scheme}://HOST/PATH")
        self._home = home
        self._entries = 0
        self._opening = True
        self._until = time.monotonic() + timeout[0] + timeout[1]
        self._refused: BaseException | None = None
        self._broken: BaseException | None = None
        self._readers: list[_Reader] = []
        self.size = 0

    def open(self) -> InputContainer:
        """Open the address.

        Raises:
            SourceError: it leads to a host that is not allowed, or it sends too much. PyAV's own errors pass
                through.
        """
        final: list[str] = []

        def first(url: str) -> _Reader:
            final.append(url)
            return self._reader(url, {}, main=True)

        reader = self.follow(self._url, first)
        self.size = reader.size
        try:
            container = self._open(final[-1], reader)
        except BROKEN:
            self.close()
            self.check(ended=True)
            raise
        self._opening = False
        try:
            self.check()
        except BaseException:
            container.close()
            self.close()
            raise
        return container

    def _open(self, url: str, reader: _Reader) -> InputContainer:
        if reader.is_playlist:
            return self._open_playlist(url, reader)
        if self.size > 0 and not reader.is_endless:
            # A clip: FFmpeg opens it itself, because it may want to look at its end first.
            reader.close()
            return av.open(url, mode="r", options=self._options, timeout=self._timeout)
        return av.open(reader, mode="r", options=self._options, timeout=self._timeout)

    def check(self, *, ended: bool = False) -> None:
        """Raise what was refused since the address was opened.

        Args:
            ended: no more pictures come; then it also raises what broke the connection.
        """
        refused = self._refused or (self._broken if ended else None)
        if refused is not None:
            self._refused = self._broken = None
            raise refused from None

    def broke_off(self) -> bool:
        """Return whether the connection broke, as it does at the end of what has no length; forget it."""
        broken, self._broken = self._broken, None
        if broken is not None and getattr(broken, "errno", None) != errno.EIO:
            self._broken = broken
            return False
        return broken is not None

    def packet(self) -> None:
        """Note that a whole packet came: what was read until then is no longer kept."""
        for reader in self._readers:
            reader.since = 0

    def _open_playlist(self, url: str, reader: _Reader) -> InputContainer:
        """Open a playlist, whose pieces and keys are opened by :meth:`_open_piece`."""
        ready = [reader]

        def io_open(url: str, flags: int, options: dict[str, str]) -> _Reader:
            return ready.pop() if ready else self._open_piece(url, options)

        options = self._options | {
            # Only so are all its addresses opened by the function above.
            "http_persistent": "0",
            "http_multiple": "0",
            "format_whitelist": f"hls,{self._options['format_whitelist']}",
        }
        return av.open(url, mode="r", format="hls", options=options, timeout=self._timeout, io_open=io_open)

    def close(self) -> None:
        """Release the connections that FFmpeg does not close itself."""
        for reader in list(self._readers):
            reader.close()

    def follow(self, url: str, open_it: Callable[[str], T]) -> T:
        """Open an address with ``open_it``, and what it redirects to if that is allowed."""
        for _ in range(_MOST_REDIRECTS):
            try:
                return open_it(url)
            except OSError as error:
                # FFmpeg says EIO for a redirect that it may not follow, and for much else.
                target = redirect_of(url, self._timeout[0]) if error.errno == errno.EIO else None
                if target is None:
                    raise
            self._check(target)
            url = target
        raise SourceError(f"{self._label}: it redirects again and again", "Check the address")

    def _check(self, url: str) -> None:
        """Raise if an address may not be reached."""
        if url.startswith(self._base) and url[len(self._base) : len(self._base) + 1] in ("", "/", "?", "#"):
            return
        place = place_of(url)
        if place is None:
            raise SourceError(
                f"{self._label}: it leads to an address that is not plain http",
                "Playlists and redirects may name http and https only",
            )
        if not self._limits.allows(place, home=self._home):
            where = f"{place[1]}:{place[2]}"
            raise SourceError(
                f"{self._label}: it leads to another host, {place[0]}://{where}",
                f"If you trust it, allow it with the environment variable {HOSTS}={where}",
            )

    def _open_piece(self, url: str, options: dict[str, str]) -> _Reader:
        """Open what a playlist names; what cannot be read is empty, so that FFmpeg takes the next piece."""
        try:
            if self._refused is None and self._in_time():
                self._check(url.removeprefix("crypto+").removeprefix("crypto:"))
                return self.follow(url, lambda url: self._reader(url, options))
        except (SourceError, fail.ExitError, TimeoutError) as refused:
            # Nobody waits for each of thousands of pieces in turn.
            self._refused = refused
        except BROKEN as error:
            _log.warning("%s: a piece could not be read (%s)", self._label, type(error).__name__)
        except BaseException as interrupted:  # noqa: BLE001 - Ctrl+C; FFmpeg would swallow it
            self._refused = interrupted
        return _Reader(iter(()), note=self._note)

    def _in_time(self) -> bool:
        """Whether there is time left; when it opens, many small pieces may take long together."""
        if self._opening and time.monotonic() > self._until:
            self._refused = TimeoutError(errno.ETIMEDOUT, "no answer in time")
            return False
        return True

    def _reader(self, url: str, options: dict[str, str], *, main: bool = False) -> _Reader:
        handed = {key: value for key, value in self._options.items() if key != "format_whitelist"}
        handed |= options | {"max_redirects": "0", "raw_packet_size": str(_CHUNK), "probesize": "32"}
        # FFmpeg's format for anything: the bytes as they come, over its own protocols.
        container = av.open(url, mode="r", format="data", options=handed, timeout=self._timeout)
        try:
            reader = _Reader(
                _chunks(container), note=self._note, close=container.close, size=container.size, main=main
            )
        except BaseException:
            container.close()
            raise
        self._readers = [one for one in self._readers if not one.closed] + [reader]
        return reader

    def _note(self, reader: _Reader, new_entries: int) -> bool:
        """Note what was read; return whether to read on."""
        if reader.error is not None:
            if not isinstance(reader.error, Exception):
                self._refused = reader.error
            elif reader.main and not reader.is_playlist:
                self._broken = reader.error
            return False
        limits, what, hint = self._limits, "", "Raise {} if you trust it"
        if self._opening:
            self._entries += new_entries
        if reader.since > _MOST_BETWEEN:
            what, hint = (
                f"it sends more than {_MOST_BETWEEN // 1_000_000} MB without a picture",
                "Check the source",
            )
        elif reader.is_playlist and reader.total > limits.most_bytes:
            what = f"its playlist is larger than {limits.most_bytes // 1_000_000} MB"
            hint = hint.format(PLAYLIST_MB)
        elif max(reader.entries, self._entries) > limits.most_entries:
            what, hint = (
                f"its playlist has more than {limits.most_entries} entries",
                hint.format(PLAYLIST_ENTRIES),
            )
        if what:
            self._refused = SourceError(f"{self._label}: {what}", hint)
        return not what and self._in_time()


class _Reader:
    """The bytes of one address as a file that can only be read; what it may hold is bounded.

    Args:
        chunks: the bytes.
        note: told what was read; says whether to go on.
        close: releases what the bytes come from.
        size: bytes, as the server says; 0 or less if it does not.
        main: it is the user's own address, no piece of a playlist.

    Attributes:
        total, since: bytes read, and of these since the last packet that was whole.
        entries: of a playlist.
        error: what ended it.
    """

    def __init__(
        self,
        chunks: Iterator[bytes],
        *,
        note: Callable[[_Reader, int], bool],
        close: Callable[[], None] = lambda: None,
        size: int = 0,
        main: bool = False,
    ) -> None:
        self._chunks, self._note, self._release = chunks, note, close
        self.size, self.main, self.closed = size, main, False
        self.total = self.since = self.entries = 0
        self.error: BaseException | None = None
        self._rest = b""
        while len(self._rest) < len(_START) and (more := next(chunks, b"")):
            # Cameras begin with an empty line, at which FFmpeg would not know their format.
            self._rest = (self._rest + more).lstrip(b"\r\n") if main else self._rest + more
        # FFmpeg wants the mark at the very beginning, too.
        self.is_playlist = self._rest.startswith(_START)
        self.is_endless = self._rest.startswith(_ENDLESS)
        self._look()

    def _look(self) -> None:
        """Look at the bytes just read; none of them are handed on if they are too many."""
        new = 0
        if self.is_playlist:
            new = sum(self._rest.count(tag) * weight for tag, weight in _ENTRY_TAGS.items())
        self.total, self.since = self.total + len(self._rest), self.since + len(self._rest)
        self.entries += new
        if not self._note(self, new):
            self._rest, self._chunks = b"", iter(())

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes, none at the end or where the connection broke."""
        if not self._rest:
            try:
                self._rest = next(self._chunks, b"")
            except BaseException as error:  # noqa: BLE001 - FFmpeg would swallow Ctrl+C, too
                self.error = error
            self._look()
            if not self._rest:
                self.close()
        out, self._rest = self._rest[:size], self._rest[size:]
        return out

    def close(self) -> None:
        """Release the connection; may be called twice."""
        self._chunks, self.closed = iter(()), True
        self._release()


def _chunks(container: InputContainer) -> Iterator[bytes]:
    """Yield the bytes of an open address."""
    for packet in container.demux():
        if packet.size:
            yield bytes(packet)
