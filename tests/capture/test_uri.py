from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.capture.uri import SCHEMES, STREAM_SCHEMES, parse_source
from crowdmon.errors import ConfigError


def no_folder(path: str) -> bool:
    return False


@pytest.mark.parametrize(
    ("text", "kind", "live"),
    [
        ("0", "webcam", True),
        ("12", "webcam", True),
        ("/dev/video0", "webcam", True),
        ("video=Front Camera", "webcam", True),
        ("synthetic:plaza?people=40&seed=1", "synthetic", False),
        ("rtsp://host/stream", "network", True),
        ("RTSP://host/stream", "network", True),
        ("http://host:8080/clip.mp4", "network", True),
        ("udp://@:5000", "network", True),
        ("rtsp://[fe80::1]:554/x", "network", True),
        ("clip.mp4", "file", False),
        ("/dev/video0.mp4", "file", False),
        ("0.mp4", "file", False),
        (r"C:\videos\clip.mp4", "file", False),
        ("C:/videos/clip.mp4", "file", False),
        ("concat:a.ts|b.ts", "file", False),
        ("a b/100%d:x.mp4", "file", False),
    ],
)
def test_kinds(text: str, kind: str, live: bool) -> None:
    spec = parse_source(text, is_folder=no_folder)
    assert (spec.kind, spec.live) == (kind, live)


def test_a_folder_is_told_from_a_file_by_looking(tmp_path: Path) -> None:
    (tmp_path / "looks like a clip.mp4").mkdir()
    assert parse_source(str(tmp_path)).kind == "folder"
    assert parse_source(str(tmp_path / "looks like a clip.mp4")).kind == "folder"
    assert parse_source(str(tmp_path / "none")).kind == "file"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("file:///a/b%20c.mp4", "/a/b c.mp4"),
        ("file://localhost/a.mp4", "/a.mp4"),
        ("file:///C:/a.mp4", "C:/a.mp4"),
        ("file:a%20b.mp4", "a%20b.mp4"),
        ("  clip.mp4 ", "clip.mp4"),
    ],
)
def test_paths(text: str, path: str) -> None:
    spec = parse_source(text, is_folder=no_folder)
    assert (spec.kind, spec.uri) == ("file", path)


@pytest.mark.parametrize("text", ["ftp://host/a.mp4", "foo://x", "concat://a", "gopher://h/", "pipe://0"])
def test_an_unknown_scheme_is_a_configuration_error_that_names_the_known(text: str) -> None:
    with pytest.raises(ConfigError, match="unknown") as caught:
        parse_source(text)
    assert "rtsp" in caught.value.hint
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    "text", ["", "   ", "rtsp://", "http:///clip.mp4", "rtsp://user:pw@/x", "a\0b", "rtsp://[::1/x"]
)
def test_what_names_nothing_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        parse_source(text)


def test_the_label_hides_the_password_and_the_uri_keeps_it() -> None:
    spec = parse_source("rtsp://admin:p@ss@host/s?token=abc&x=1")
    assert spec.uri == "rtsp://admin:p@ss@host/s?token=abc&x=1"
    assert spec.label == "rtsp://***@host/s?***&***"


def test_a_label_given_is_shown_instead_and_redacted_too() -> None:
    spec = parse_source("rtsp://a:geheim@host/x7", label="rtsp://a:${PW}@host/${PATH_}")
    assert spec.label == "rtsp://a:${PW}@host/${PATH_}"
    assert "geheim" in spec.uri


secrets = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="/:@"), min_size=4)


@given(scheme=st.sampled_from(SCHEMES), password=secrets)
def test_no_password_reaches_a_label_or_an_error(scheme: str, password: str) -> None:
    text = f"{scheme}://user:Q{password}Q@host.example/path"
    try:
        shown = parse_source(text).label
    except ConfigError as error:
        shown = str(error)
    assert f"Q{password}Q" not in shown


@given(text=st.text())
def test_any_text_is_understood_or_refused(text: str) -> None:
    try:
        spec = parse_source(text, is_folder=no_folder)
    except ConfigError:
        return
    assert spec.kind in ("file", "network", "webcam", "synthetic")
    assert spec.live == (spec.kind in ("network", "webcam"))
    assert (spec.kind == "network") == (spec.scheme in SCHEMES)


@given(scheme=st.sampled_from(STREAM_SCHEMES), host=st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True))
def test_addresses_survive_unchanged(scheme: str, host: str) -> None:
    spec = parse_source(f"{scheme.upper()}://{host}:554/a%20b?c=d")
    assert spec.uri == f"{scheme}://{host}:554/a%20b?c=d"
    assert spec.scheme == scheme


@pytest.mark.parametrize(
    "text", ["file:///clip.mp4%00", "file:///a%00b/c", "file:clip\0", "file://", "file:"]
)
def test_a_file_address_without_a_sound_path_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        parse_source(text)


@pytest.mark.parametrize(
    "text", ["rtsp://h:99999/x", "rtsp://h:-1/x", "http://h:0/", "rtsp://fe80::1/x", "srt://h:1x"]
)
def test_a_port_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="port is no number"):
        parse_source(text)
