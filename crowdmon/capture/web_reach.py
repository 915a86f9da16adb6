"""Where an address of the web may lead, and how large a playlist may be. Nothing of FFmpeg here.

Allowed are the host and port of the address that the user gave, the same host encrypted, and what the
environment variable :data:`HOSTS` names.
"""

from __future__ import annotations

import http.client
import os
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from crowdmon.errors import ConfigError

HOSTS = "CROWDMON_ALLOW_HOSTS"
"""Environment variable: hosts that playlists and redirects may reach too, such as
``cdn.example,b.example:8080``; ``*`` for all."""

PLAYLIST_MB = "CROWDMON_PLAYLIST_MB"
PLAYLIST_ENTRIES = "CROWDMON_PLAYLIST_ENTRIES"
"""Environment variables: what a playlist may hold at most."""

_MEGABYTES = 8
_ENTRIES = 50_000
"""A day of pieces of two seconds, with addresses that are signed at length."""

_REDIRECTS = (301, 302, 303, 307, 308)
_PORTS = {"http": 80, "https": 443}
_PLAIN = re.compile(
    r"(?P<scheme>https?)://(?:[^@/?#\\\s]*@)?(?P<host>\[[0-9a-f:.%]+\]|[\w.-]+)(?::(?P<port>\d{1,5}))?(?=[/?#]|$)",
    re.I,
)
"""Nothing that two parsers of addresses could understand differently."""

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


def redirect_of(url: str, timeout: float) -> str | None:
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
