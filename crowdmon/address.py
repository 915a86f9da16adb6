"""Addresses of cameras: how they are taken apart, and what of them people may see.

One parser for all of the program. What is shown is decided by an allow-list: scheme, host, port and path.
User name, password, query and fragment are replaced by ``***``, because any of them can hold a secret.
Placeholders such as ``${CAM_PASSWORD}`` hold no secret and are kept, with the user name before them. So are
query parameters that say which picture is meant (``channel=1``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

HIDDEN = "***"
"""What stands for a secret."""

SCHEMES_WITH_HOST = ("rtsp", "rtsps", "rtmp", "rtmps", "srt", "udp", "rtp", "tcp", "http", "https")
"""Schemes that are recognised even with a slash too few."""

HARMLESS = frozenset(
    [
        "camera",
        "channel",
        "chn",
        "compression",
        "fps",
        "height",
        "latency",
        "mode",
        "profile",
        "proto",
        "quality",
        "resolution",
        "rtsp_transport",
        "stream",
        "streamtype",
        "subtype",
        "tcp",
        "transport",
        "udp",
        "unicast",
        "width",
    ]
)
"""Query parameters that are shown if their value is a number, a size or one of :data:`WORDS`."""

# No scheme is longer, and a search in a text of one long word must not take the square of its length.
_SCHEME = r"(?:[A-Za-z][\w+.-]{0,30}://+|(?i:\b(?:" + "|".join(SCHEMES_WITH_HOST) + r")):/*(?=\S))"
_START = re.compile(_SCHEME)
_ADDRESS = re.compile(rf"(?P<scheme>{_SCHEME})(?P<rest>.*)", re.S)
_AT = re.compile(r"@(?=[\w\[$*])|^@")
_END = re.compile(r"[\s'\"<>|`]")
_TAIL = re.compile(r"[.,;:!)\]]*$")
_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.%\w]*\]|[^:/?#]*)")
_PLACEHOLDERS = re.compile(r"(?:\$\{\w+\})+")
_PUBLIC_USER = re.compile(r"(?:[\w.-]*:|\$\{\w+\}:?)(?:\$\{\w+\})*")
_BARE = re.compile(r"(?<![\w.+-])(?![A-Za-z]:[\\/])[^\s'\"/\\:@]{1,64}:[^\s'\"@]{1,256}@(?=[\w\[])")
_QUERY_WITH_AT = re.compile(r"[\w.-]+(?::\d*)?(?:[/?#].*=|[/?].*#)", re.S)
"""What stands before an ``@`` and is a password with a slash, or else a host and a value with an ``@`` in it:
it cannot be told which part is the secret."""

_QUOTES = "'\"`"

_EXAMPLE = re.compile(r"USER(?:NAME)?:PASSWORD")
_PLAIN = re.compile(r"\d{0,6}(?:[.x]\d{1,6})?")
_ENCODED = re.compile(r"%(?:2[36Bb]|3[ABDFabdf]|40)")
"""``# & + : ; = ?`` and ``@`` as an address writes them: what follows may be a user or a query."""

_KEYED = re.compile(
    r"(?P<key>\b(?:pass(?:word|wd|phrase|code)|pwd|token|secret|api_?key)(?:['\"]?=|['\"]: *['\"]))[^\s,;&]+"
    r"|(?P<header>\b(?:(?:proxy-)?authorization|(?:set-)?cookie|x-[a-z-]{0,30}(?:token|key)): *)[^\r\n]+",
    re.I,
)
"""What holds a secret in the messages of libraries, without an address around it."""

WORDS = frozenset(
    [
        "caller",
        "false",
        "first",
        "h264",
        "h265",
        "high",
        "jpeg",
        "listener",
        "live",
        "low",
        "main",
        "medium",
        "mjpeg",
        "multicast",
        "no",
        "onvif",
        "rendezvous",
        "rtp",
        "rtsp",
        "second",
        "sub",
        "tcp",
        "third",
        "true",
        "udp",
        "unicast",
        "yes",
    ]
)
"""Values of such a parameter that are shown, beside numbers and sizes."""


@dataclass(frozen=True, slots=True)
class Address:
    """One address, taken apart as text; ``"".join`` of the parts with their separators gives it back.

    Attributes:
        scheme: with its colon and slashes, such as ``rtsp://``.
        userinfo: what stands before the last ``@``; None without one. A password may hold ``/``, ``@``
            and blanks here, although the address should have them percent-encoded.
        host: name or number, IPv6 in brackets.
        port: what follows the host's colon; None without one. Not checked.
        path: from the slash on; may be empty.
        query: what follows ``?``; None without one.
        fragment: what follows ``#``; None without one.
    """

    scheme: str
    userinfo: str | None
    host: str
    port: str | None
    path: str
    query: str | None
    fragment: str | None

    @property
    def secret_at_end(self) -> bool:
        """Whether what follows the host could hold a secret."""
        if re.search(r"[/?#]", self.userinfo or ""):  # then it may be a value with an @ in it, which goes on
            return True
        path, query, fragment = _public_path(self.path), self.query, self.fragment
        hidden = query is not None and query != _public_query(query)
        return path != self.path or hidden or fragment not in (None, "", HIDDEN)

    @property
    def secret(self) -> bool:
        """Whether a part of it could be a secret, so that it must not be stored or shown."""
        return self.public() != self._joined()

    def public(self) -> str:
        """Return the address with everything that could be a secret replaced."""
        if self.userinfo is not None and _QUERY_WITH_AT.match(self.userinfo):
            return f"{self.scheme}{HIDDEN}"
        user = None if self.userinfo is None else _public_user(self.userinfo)
        port = None if self.port is None else _public_port(self.port)
        query = None if self.query is None else _public_query(self.query)
        fragment = None if self.fragment is None else HIDDEN
        host = self.host if self.host.startswith("[") or not re.search(r"[%\s]", self.host) else HIDDEN
        return _join(self.scheme, user, host, port, _public_path(self.path), query, fragment)

    def _joined(self) -> str:
        return _join(self.scheme, self.userinfo, self.host, self.port, self.path, self.query, self.fragment)


def parse(text: str) -> Address | None:
    """Take one address apart, all of ``text`` being the address; None if it is none (a path, ``0``)."""
    found = _ADDRESS.fullmatch(text)
    if found is None:
        return None
    rest = found["rest"]
    if not _slashed(found["scheme"]) and "@" not in rest:
        return None
    at = rest.rfind("@")
    userinfo = None if at < 0 else rest[:at]
    host = _HOST.match(rest, at + 1)
    assert host is not None  # it matches the empty text
    after = rest[host.end() :]
    port: str | None = None
    if after.startswith(":"):
        end = re.search(r"[/?#]|$", after)
        cut = end.start() if end else len(after)
        port, after = after[1:cut], after[cut:]
    after, hash_sign, fragment = after.partition("#")
    path, mark, query = after.partition("?")
    return Address(
        found["scheme"],
        userinfo,
        host[0],
        port,
        path,
        query if mark else None,
        fragment if hash_sign else None,
    )


def public(address: str) -> str:
    """Return one SOURCE for people; a path, a webcam's number or a scene stays as it is."""
    parts = parse(address)
    return redact(address) if parts is None else parts.public()


def holds_secret(address: str) -> bool:
    """Whether a SOURCE holds something that must not be stored where others may read it."""
    parts = parse(address)
    return parts is not None and parts.secret


def redact(text: str) -> str:
    """Return free text with everything in its addresses replaced that could be a secret.

    An address ends at a blank or a quote, unless an ``@`` follows: a password may hold blanks. If its end
    could hold a secret, it ends with its line, or at the last quote of the kind that it stands in: a value
    may hold blanks, too. Rather too much is replaced than too little.
    """
    out: list[str] = []
    at = 0
    starts: list[int] = []
    over = 0
    for found in _START.finditer(text):
        # What looks like a scheme within an address may be the end of a password.
        if found.start() >= over:
            starts.append(found.start())
            ended = _END.search(text, found.start())
            over = ended.end() if ended else len(text)
    for start, limit in pairwise([*starts, len(text)]):
        if start < at:
            continue
        line_end = text.find("\n", start, limit)
        line_end = line_end if line_end >= 0 else limit
        end = _end_of_address(text, start, line_end)
        parts = parse(text[start:end])
        if parts is not None and parts.secret_at_end:
            end = _end_of_value(text, start, end, line_end)
            parts = parse(text[start:end])
        out += [_hide_bare(text[at:start]), text[start:end] if parts is None else parts.public()]
        at = end
    return "".join([*out, _hide_bare(text[at:])])


def _hide_bare(text: str) -> str:
    """Hide what looks like a user and a password before a host, or is called a secret, without a scheme."""
    keyed = _KEYED.sub(lambda found: f"{found['key'] or found['header']}{HIDDEN}", text)
    return _BARE.sub(f"{HIDDEN}@", keyed)


def _end_of_address(text: str, start: int, limit: int) -> int:
    ats = [found.start() for found in _AT.finditer(text, start, limit)]
    scheme = _START.match(text, start)
    after = ats[-1] + 1 if ats else scheme.end() if scheme else start
    found = _END.search(text, after, limit)
    end = found.start() if found else limit
    tail = _TAIL.search(text, after, end)
    return tail.start() if tail else end


def _end_of_value(text: str, start: int, end: int, line_end: int) -> int:
    """Return where an address ends whose last value may hold blanks and quotes."""
    quote = text[start - 1 : start]
    closing = text.rfind(quote, end, line_end) if quote in _QUOTES and quote else -1
    return closing if closing >= 0 else line_end


def _slashed(scheme: str) -> bool:
    return scheme.endswith("/")


def _public_user(userinfo: str) -> str:
    shown = not userinfo or _PUBLIC_USER.fullmatch(userinfo) or _EXAMPLE.fullmatch(userinfo)
    return userinfo if shown else HIDDEN


def _public_port(port: str) -> str:
    return port if port.isdigit() or not port or _PLACEHOLDERS.fullmatch(port) else HIDDEN


def _public_path(path: str) -> str:
    """Hide values that stand in a path, as in ``/user=admin_password=x_channel=1``."""
    encoded = _ENCODED.search(path)
    shown = path if encoded is None else path[: encoded.start()] + HIDDEN
    return re.sub(r"([=;])[^/]*", rf"\1{HIDDEN}", shown)


def _public_query(query: str) -> str:
    parts = re.split(r"([&;])", query)
    return "".join(part if part in ("&", ";") else _public_parameter(part) for part in parts)


def _public_parameter(parameter: str) -> str:
    key, _, value = parameter.partition("=")
    if key.lower() in HARMLESS and (_PLAIN.fullmatch(value) or value.lower() in WORDS):
        return parameter
    if _PLACEHOLDERS.fullmatch(value) and re.fullmatch(r"\w+", key):
        return parameter
    return HIDDEN if parameter else ""


def _join(
    scheme: str,
    userinfo: str | None,
    host: str,
    port: str | None,
    path: str,
    query: str | None,
    fragment: str | None,
) -> str:
    user = "" if userinfo is None else f"{userinfo}@"
    tail = f"{path}{'' if query is None else f'?{query}'}{'' if fragment is None else f'#{fragment}'}"
    return f"{scheme}{user}{host}{'' if port is None else f':{port}'}{tail}"
