"""Addresses of the web: what they may reach, and how large a playlist may be.

A server can answer with a redirect or with a playlist that names other servers, and FFmpeg would follow to
any host and port, also to those that only this machine can reach. So FFmpeg follows no redirect by itself,
and every address of a playlist is opened here, after a look at its host. Only the host and port of the
address that the user gave are allowed, and what the environment variable :data:`HOSTS` names.
"""

from __future__ import annotations

import contextlib
import errno
import http.client
import logging
import os
import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

import av
from av import error as fail
from av.container import InputContainer

from crowdmon.capture.ffmpeg import OpenOptions
from crowdmon.errors import ConfigError, SourceError

_log = logging.getLogger(__name__)

HOSTS = "CROWDMON_ALLOW_HOSTS"
"""Environment variable: hosts that playlists and redirects may reach too, such as
``cdn.example,b.example:8080``; ``*`` for all."""

PLAYLIST_MB = "CROWDMON_PLAYLIST_MB"
PLAYLIST_ENTRIES = "CROWDMON_PLAYLIST_ENTRIES"
"""Environment variables: what a playlist may hold at most."""

_MEGABYTES = 8
_ENTRIES = 50_000
"""A day of pieces of two seconds, with addresses that are signed at length."""

_MOST_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
_PORTS = {"http": 80, "https": 443}
_PLAIN = re.compile(
    r"(?P<scheme>https?)://(?:[^@/?#\\\s]*@)?(?P<host>\[[0-9a-f:.%]+\]|[\w.-]+)(?::(?P<port>\d{1,5}))?(?=[/?#]|$)",
    re.I,
)
"""Nothing that two parsers of addresses could understand differently."""

_START = b"#EXTM3U"
_ENTRY_TAGS = {b"#EXTINF": 1, b"#EXT-X-MAP": 1, b"#EXT-X-STREAM-INF": 100, b"#EXT-X-MEDIA:": 100}
"""What makes FFmpeg keep something for each line, and for how many entries it counts: for each of the last
two a playlist is opened."""

_PLAYLIST_NAMES = (".m3u8", ".m3u")
_CHUNK = 32_768

BROKEN = (av.FFmpegError, OSError, ValueError)
"""What PyAV raises."""

T = TypeVar("T")
Place = tuple[str, str, int]
"""Scheme, host and port, in lower case."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What an address of the web may reach and hold.

    Attributes:
        hosts: allowed beside the address's own, as ``host`` or ``host:port``; ``*`` for all.
        most_bytes: bytes of one playlist.
        most_entries: pieces of one playlist, and of all that one address leads to while it opens.
    """

    hosts: frozenset[str] = frozenset()
    most_bytes: int = _MEGABYTES * 1_000_000
    most_entries: int = _ENTRIES

    @classmethod
    def from_environment(cls, env: Mapping[str, str] | None = None) -> Limits:
        """Return the limits that the environment asks for.

        Raises:
            ConfigError: a limit is no whole number above 0.
        """
        values = os.environ if env is None else env
        hosts = (host.strip().lower() for host in values.get(HOSTS, "").split(","))
        return cls(
            frozenset(host for host in hosts if host),
            _whole(values, PLAYLIST_MB, _MEGABYTES) * 1_000_000,
            _whole(values, PLAYLIST_ENTRIES, _ENTRIES),
        )

    def allows(self, place: Place, *, home: Place) -> bool:
        """Whether ``place`` may be reached from ``home``: the same one, also encrypted, or a named one."""
        scheme, host, port = place
        if host == home[1] and (port == home[2] or (home[2], place[0], port) == (80, "https", 443)):
            return (home[0], scheme) != ("https", "http")
        return bool(self.hosts & {"*", host, f"{host}:{port}"})


def _whole(values: Mapping[str, str], name: str, usual: int) -> int:
    text = values.get(name, "").strip() or str(usual)
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or int(text) < 1:
        raise ConfigError(f"{name} is no whole number above 0", f"Set it to such as {usual}, or unset it")
    return int(text)


def place_of(url: str) -> Place | None:
    """Return where an address leads; None if that is not plain to see."""
    found = _PLAIN.match(url)
    if found is None:
        return None
    scheme = found["scheme"].lower()
    return scheme, found["host"].lower(), int(found["port"] or _PORTS[scheme])


class _NoPlaylistError(Exception):
    """What an address sends is no playlist."""


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
        self._refused: BaseException | None = None
        self._readers: list[_Reader] = []

    def open(self) -> InputContainer:
        """Open the address.

        Raises:
            SourceError: it leads to a host that is not allowed, or a playlist is too large. PyAV's own errors
                pass through.
        """
        try:
            return self._open()
        except BROKEN:
            self.check()
            raise

    def _open(self) -> InputContainer:
        if urlsplit(self._url).path.lower().endswith(_PLAYLIST_NAMES):
            with contextlib.suppress(_NoPlaylistError):
                return self.open_playlist(self._url)
        # FFmpeg's errors hold the address with its password: none may be the context of what is raised.
        try:
            return self.follow(self._url, self.open_whole)
        except (fail.InvalidDataError, fail.ArgumentError) as error:
            unknown = error
        try:
            return self.open_playlist(self._url)
        except _NoPlaylistError:
            raise unknown from None

    def check(self) -> None:
        """Raise what was refused since the address was opened."""
        refused, self._refused = self._refused, None
        if refused is not None:
            raise refused from None

    def open_whole(self, url: str) -> InputContainer:
        """Open what holds its own pictures."""
        return av.open(url, mode="r", options=self._options, timeout=self._timeout)

    def open_playlist(self, url: str) -> InputContainer:
        """Open a playlist, whose pieces and keys are opened by :meth:`_open_piece`."""
        final: list[str] = []

        def first(url: str) -> _Reader:
            final.append(url)
            return self._reader(url, {})

        ready: list[_Reader] = [self.follow(url, first)]
        try:
            if not ready[0].is_playlist:
                raise _NoPlaylistError

            def io_open(url: str, flags: int, options: dict[str, str]) -> _Reader:
                return ready.pop() if ready else self._open_piece(url, options)

            options = self._options | {
                # Only so are all its addresses opened by the function above.
                "http_persistent": "0",
                "http_multiple": "0",
                "format_whitelist": f"hls,{self._options['format_whitelist']}",
            }
            container = av.open(
                final[-1], mode="r", format="hls", options=options, timeout=self._timeout, io_open=io_open
            )
            self._opening = False
            self.check()
        except BaseException:
            self.close()
            raise
        return container

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
                target = _redirect(url, self._timeout[0]) if error.errno == errno.EIO else None
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
            if self._refused is None:
                self._check(url.removeprefix("crypto+").removeprefix("crypto:"))
                return self.follow(url, lambda url: self._reader(url, options))
        except SourceError as refused:
            self._refused = refused
        except BROKEN as error:
            _log.warning("%s: a piece could not be read (%s)", self._label, type(error).__name__)
        except BaseException as interrupted:  # noqa: BLE001 - Ctrl+C; FFmpeg would swallow it
            self._refused = interrupted
        return _Reader(iter(()), note=self._note)

    def _reader(self, url: str, options: dict[str, str]) -> _Reader:
        handed = {key: value for key, value in self._options.items() if key != "format_whitelist"}
        handed |= options | {"max_redirects": "0", "raw_packet_size": str(_CHUNK), "probesize": "32"}
        # FFmpeg's format for anything: the bytes as they come, over its own protocols.
        container = av.open(url, mode="r", format="data", options=handed, timeout=self._timeout)
        try:
            reader = _Reader(_chunks(container), note=self._note, close=container.close)
        except BaseException:
            container.close()
            raise
        self._readers = [one for one in self._readers if not one.closed] + [reader]
        return reader

    def _note(self, seen: _Seen) -> bool:
        """Note what was read of a piece; return whether to read on."""
        if seen.error is not None:
            self._refused = seen.error
            return False
        limits, hint = self._limits, "Raise {} if you trust it"
        if self._opening:
            self._entries += seen.new_entries
        what = ""
        if seen.size > limits.most_bytes:
            what, name = f"is larger than {limits.most_bytes // 1_000_000} MB", PLAYLIST_MB
        elif max(seen.entries, self._entries) > limits.most_entries:
            what, name = f"has more than {limits.most_entries} entries", PLAYLIST_ENTRIES
        if what:
            self._refused = SourceError(f"{self._label}: its playlist {what}", hint.format(name))
        return not what


@dataclass(slots=True)
class _Seen:
    """What was read of a playlist so far."""

    size: int = 0
    entries: int = 0
    new_entries: int = 0
    error: BaseException | None = None


class _Reader:
    """The bytes of one address as a file that can only be read; a playlist among them is bounded.

    Args:
        chunks: the bytes.
        note: told what was read; says whether to go on.
        close: releases what the bytes come from.
    """

    def __init__(
        self,
        chunks: Iterator[bytes],
        *,
        note: Callable[[_Seen], bool],
        close: Callable[[], None] = lambda: None,
    ) -> None:
        self._chunks, self._tell, self._release = chunks, note, close
        self.closed = False
        self._seen = _Seen()
        self._rest = b""
        while len(self._rest) < len(_START) and (more := next(chunks, b"")):
            self._rest += more
        # FFmpeg wants the mark at the very beginning, too.
        self.is_playlist = self._rest.startswith(_START)
        self._note()

    def _note(self) -> None:
        """Look at the bytes just read; none of them are handed on if they are too many."""
        seen = self._seen
        if self.is_playlist:
            seen.new_entries = sum(self._rest.count(tag) * weight for tag, weight in _ENTRY_TAGS.items())
            seen.size, seen.entries = seen.size + len(self._rest), seen.entries + seen.new_entries
        if (self.is_playlist or seen.error) and not self._tell(seen):
            self._rest, self._chunks = b"", iter(())

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes, none at the end or where the connection broke."""
        if not self._rest:
            try:
                self._rest = next(self._chunks, b"")
            except BROKEN as error:
                _log.debug("a piece of a playlist broke off: %s", type(error).__name__)
            except BaseException as interrupted:  # noqa: BLE001 - Ctrl+C; FFmpeg would swallow it
                self._seen.error = interrupted
            self._note()
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


def _redirect(url: str, timeout: float) -> str | None:
    """Return where an address redirects to; None if it does not."""
    place = place_of(url)
    if place is None:
        return None
    scheme, host, port = place
    parts = urlsplit(url)
    connection: Any
    if scheme == "https":
        context = ssl.create_default_context()
        # As FFmpeg does: cameras sign their certificates themselves.
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = http.client.HTTPSConnection(host.strip("[]"), port, timeout=timeout, context=context)
    else:
        connection = http.client.HTTPConnection(host.strip("[]"), port, timeout=timeout)
    try:
        connection.request("GET", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        answer = connection.getresponse()
        target = answer.getheader("Location")
        return urljoin(url, target) if target and answer.status in _REDIRECTS else None
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
