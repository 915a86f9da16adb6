"""Addresses: taken apart in one place, and no secret in what people see, however odd the address is."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crowdmon.address import HARMLESS, holds_secret, parse, public, redact

SECRET = "Hunter2Secret"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("rtsp://user:pass@host/s", "rtsp://***@host/s"),
        ("rtsp://user:p@ss@host:554/s", "rtsp://***@host:554/s"),
        ("rtsp://:pass@host", "rtsp://***@host"),
        ("rtsp://user@host/s", "rtsp://***@host/s"),
        ("rtsp://user:pa ss@host/s", "rtsp://***@host/s"),
        ("rtsp://us er:pass@host/s", "rtsp://***@host/s"),
        ("rtsp://me@corp.com:pass@host/s", "rtsp://***@host/s"),
        ("rtsp:/user:pass@host/s", "rtsp:/***@host/s"),
        ("rtsp:user:pass@host/s", "rtsp:***@host/s"),
        ("RTSP:/user:pass@host/s", "RTSP:/***@host/s"),
        ("rtsp://user:pa/ss?x#y@host/s", "rtsp://***@host/s"),
        ("rtsp://user:pass", "rtsp://user:***"),
        ("http://host/s?password=@hunter2", "http://***"),
        ("http://host:80/s#password=a@hunter2", "http://***"),
        ("rtsp://h/user=admin_password=x@hunter2_channel=1", "rtsp://***"),
        ("rtsp://user:pass@[fe80::1]:554/s", "rtsp://***@[fe80::1]:554/s"),
        ("http://host/s?user=u&password=hunter2", "http://host/s?***&***"),
        ("http://host/s?TOKEN=hunter2", "http://host/s?***"),
        ("http://host/s?hunter2", "http://host/s?***"),
        ("srt://h:9?passphrase=hunter2", "srt://h:9?***"),
        ("http://h/v?loginuse=a&loginpas=hunter2", "http://h/v?***&***"),
        ("http://h/x#password=hunter2", "http://h/x#***"),
        ("rtsp://h/cam?pwd=a/hunter2", "rtsp://h/cam?***"),
        ("rtsp://h/user=admin_password=hunter2_channel=1", "rtsp://h/user=***"),
        (
            "rtsp://u:p@h/cam/realmonitor?channel=1&subtype=0",
            "rtsp://***@h/cam/realmonitor?channel=1&subtype=0",
        ),
        ("rtsp://h/s?channel=a-very-long-value-like-a-key", "rtsp://h/s?***"),
        ("rtsp://${USER}:${PW}@h/s?key=${KEY}", "rtsp://${USER}:${PW}@h/s?key=${KEY}"),
        ("rtsp://admin:${PW}@h/s", "rtsp://admin:${PW}@h/s"),
        ("rtsp://admin:x${PW}@h/s", "rtsp://***@h/s"),
        ("rtsp://USER:PASSWORD@HOST/s", "rtsp://USER:PASSWORD@HOST/s"),
        ("rtsp://host:554/stream", "rtsp://host:554/stream"),
        ("udp://@:5000", "udp://@:5000"),
        ("C:\\clips\\a@b.mp4", "C:\\clips\\a@b.mp4"),
        ("clip@home.mp4", "clip@home.mp4"),
        ("synthetic:plaza?people=40&seed=1", "synthetic:plaza?people=40&seed=1"),
        ("0", "0"),
        ("", ""),
    ],
)
def test_what_is_shown_of_an_address(address: str, shown: str) -> None:
    assert public(address) == shown
    assert holds_secret(address) == (address != shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "cannot open rtsp://u:p@h/a, then http://v:q@i/b",
            "cannot open rtsp://***@h/a, then http://***@i/b",
        ),
        (
            "'rtsp://u:p p@h/a' is live. Write %40 for @ in it",
            "'rtsp://***@h/a' is live. Write %40 for @ in it",
        ),
        ("//u:hunter2@h/x: no such file", "//***@h/x: no such file"),
        ("rtsp//me:hunter2@h/x: no such file", "rtsp//***@h/x: no such file"),
        ("me:hunter2/2@h/x: no such file", "***@h/x: no such file"),
        ("rtsp://h:554/s: no such host. Check it", "rtsp://h:554/s: no such host. Check it"),
        ("tcp: connection refused", "tcp: connection refused"),
        ("https and http: both", "https and http: both"),
        ("C:\\clips\\a@b.mp4 at 12:30", "C:\\clips\\a@b.mp4 at 12:30"),
        ("cannot open http://h/v?pw=a hunter2: no answer", "cannot open http://h/v?***"),
        ("cannot open 'http://h/v?pw=a h'unter2': no answer", "cannot open 'http://h/v?***': no answer"),
        ("cannot open http://h/v?***: no answer", "cannot open http://h/v?***: no answer"),
        ("http://h/v?channel=1 is live, and so on", "http://h/v?channel=1 is live, and so on"),
        ("rtsp://h/user=a_password=b c: no\nanswer", "rtsp://h/user=***\nanswer"),
        ("first rtsp://h/s\nthen a@b.example", "first rtsp://h/s\nthen a@b.example"),
    ],
)
def test_what_is_shown_of_a_sentence(text: str, shown: str) -> None:
    assert redact(text) == shown


def test_the_parts_of_an_address() -> None:
    parts = parse("rtsp://me@x:a/b@[fe80::1]:554/s?channel=1#f")
    assert parts is not None
    assert (parts.scheme, parts.userinfo, parts.host, parts.port) == (
        "rtsp://",
        "me@x:a/b",
        "[fe80::1]",
        "554",
    )
    assert (parts.path, parts.query, parts.fragment) == ("/s", "channel=1", "f")
    assert parse("clip.mp4") is None
    assert parse("tcp: connection refused") is None


# Passwords as people type them: anything printable, on one line. Quotes end an address in a sentence.
passwords = st.text(st.characters(min_codepoint=32, max_codepoint=382, exclude_categories=["C", "Zl", "Zp"]))
schemes = st.sampled_from(
    ["rtsp://", "RTSP://", "rtsp:/", "http://", "https://", "srt://", "rtmp://", "udp://"]
)
users = st.sampled_from(["", "admin", "ad min", "me@corp.com", "größe"])
keys = st.sampled_from(
    "password passwd pwd pw pass passphrase passcode token loginpas auth key api_key sig x".split()  # noqa: SIM905
)


@given(scheme=schemes, user=users, before=passwords, after=passwords, encoded=st.booleans())
@example("rtsp://", "admin", "@", "/@x#?", False)
@example("rtsp://", "", '"', " ", False)
def test_no_password_of_a_user_is_shown(
    scheme: str, user: str, before: str, after: str, encoded: bool
) -> None:
    password = f"{before}{SECRET}{after}"
    address = f"{scheme}{user}:{quote(password) if encoded else password}@camera.example:554/stream"
    assert SECRET not in public(address)
    assert SECRET not in redact(f"cannot open {address}: no answer within 5 s. Check the address")


@given(scheme=schemes, key=keys, value=passwords, mark=st.sampled_from("?#&;"))
def test_no_secret_of_a_query_or_fragment_is_shown(scheme: str, key: str, value: str, mark: str) -> None:
    for address in (
        f"{scheme}camera.example/stream?channel=1{mark}{key}={SECRET}{value}",
        f"{scheme}camera.example/stream?channel=1{mark}{key}={value}{SECRET}",
    ):
        assert SECRET not in public(address)
        assert SECRET not in redact(f"cannot open {address}")
        assert SECRET not in redact(f"cannot open '{address}': no answer within 5 s. Check it")


@given(st.text())
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


hosts = st.from_regex(r"[a-z][a-z0-9.-]{0,20}", fullmatch=True)
paths = st.from_regex(r"(/[a-z0-9_.-]{1,9}){0,3}", fullmatch=True)


@given(scheme=schemes, host=hosts, path=paths)
def test_an_address_without_secrets_is_shown_whole(scheme: str, host: str, path: str) -> None:
    address = f"{scheme}{host}:554{path}?channel=1"
    if scheme != "rtsp:/":
        assert public(address) == address
        assert not holds_secret(address)


def test_no_harmless_parameter_sounds_like_a_secret() -> None:
    secret = ("pass", "pw", "key", "tok", "auth", "sec", "user")
    assert not any(word in key for key in HARMLESS for word in secret)


@pytest.mark.parametrize(
    "text",
    [
        "opening rtsp://cam.example/live?password=Hunter2Secret://",
        "opening rtsp://cam.example/live?password=Hunter2Secret://more",
        "source=rtsp://me:Hunter2Secret@cam.example/live",
        "rtsp://a/1,rtsp://me:Hunter2Secret@b/2",
        "rtsp://a/1 rtsp://me:Hunter2Secret@b/2",
    ],
)
def test_what_looks_like_a_scheme_within_an_address_is_a_part_of_it(text: str) -> None:
    assert "Hunter2Secret" not in redact(text)
    assert redact("rtsp://a/1 rtsp://b/2") == "rtsp://a/1 rtsp://b/2"


@pytest.mark.timeout(120)
@pytest.mark.parametrize("piece", ["x", "http:", "a.b-c+", "rtsp://", "rtsp://a@", "rtsp://'", "?a=", "@"])
def test_a_long_text_does_not_hang(piece: str) -> None:
    """The square of its length would be hours."""
    text = piece * (500_000 // len(piece))
    assert redact(redact(text)) == redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "rtsp://u%3AHunter2%40cam/live",
        "http://cam/a%3Fpw%3DHunter2",
        "http://cam/a%23Hunter2",
        "http://cam/a%3bHunter2/b",
        "http://cam/x?channel=Hunter2",
        "http://cam/x?stream=Hunter2&channel=1",
        "rtsp://a:b@Hunter2@cam/live",
        "rtsp://:Hunter2@cam/live",
        "rtsp://u:Hunter2@[fe80::1%25eth0]/live",
        "rtsp://cam/live?password=@ Hunter2",
        "rtsp://cam/live#a@ Hunter2 it is",
        "Authorization: Basic Hunter2",
        "proxy-authorization: Digest username=a, response=Hunter2",
        "Set-Cookie: sid=Hunter2; path=/",
        "X-Auth-Token: Hunter2",
        "cannot log in with password=Hunter2, try again",
        "{'user': 'a', 'password': 'Hunter2'}",
    ],
)
def test_a_secret_is_hidden_in_whatever_form(text: str) -> None:
    assert "Hunter2" not in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "http://cam/x?channel=1&subtype=0&resolution=640x360&stream=main",
        "http://cam/a%20b/live",
        "rtsp://[fe80::1%25eth0]:554/live",
        "password: it must not be empty",
        "Put the password into the environment",
    ],
)
def test_what_holds_no_secret_is_shown(text: str) -> None:
    assert redact(text) == text
