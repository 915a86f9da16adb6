"""What an address of the web may reach and hold, and when it is a clip. All servers are on 127.0.0.1."""

from __future__ import annotations

import itertools
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crowdmon.capture.source import open_source
from crowdmon.capture.web import WebInput
from crowdmon.capture.web_reach import HOSTS, PLAYLIST_ENTRIES, PLAYLIST_MB, Limits, place_of, redirect_of
from crowdmon.errors import ConfigError, SourceError
from tests.capture.clips import encoded, number_of, numbered, write_clip
from tests.capture.servers import Handler, Reply, content, nothing, web

LIST = "#EXTM3U\n#EXT-X-TARGETDURATION:10\n{before}#EXTINF:2.4,\n{piece}\n#EXT-X-ENDLIST\n"


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("web") / "a.ts"
    return write_clip(path, codec="mpeg2video", fps=25, frames=60, size=(128, 96)).read_bytes()


@pytest.fixture(autouse=True)
def silence(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Nothing is printed, by FFmpeg or PyAV: it would hold addresses with their passwords."""
    yield
    assert capfd.readouterr() == ("", "")


def playlist(piece: str, before: str = "") -> Reply:
    return content(LIST.format(piece=piece, before=before).encode(), kind="application/vnd.apple.mpegurl")


def redirect(target: str) -> Reply:
    def reply(handler: Handler) -> None:
        handler.send_response(302)
        handler.send_header("Location", target)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return reply


def endless(start: bytes, again: bytes) -> Reply:
    def reply(handler: Handler) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(start)
        while not handler.over.is_set():
            handler.wfile.write(again * 1000)

    return reply


def numbers(address: str) -> list[int]:
    with open_source(address, timeout=(5, 5)) as source:
        assert not source.info.live
        return [number_of(picture.rgb()) for picture in source.pictures()]


def refusal(address: str) -> str:
    with pytest.raises(SourceError) as caught, open_source(address, timeout=(5, 5)) as source:
        list(source.pictures())
    error = caught.value
    assert "\n" not in str(error)
    assert error.__suppress_context__ or error.__context__ is None, "FFmpeg's errors hold passwords"
    return str(caught.value)


@pytest.mark.parametrize("name", ["list.m3u8", "list"])
def test_a_playlist_and_its_pieces_on_one_host(clip: bytes, name: str) -> None:
    with web({f"/{name}": playlist("a.ts"), "/a.ts": content(clip)}) as (host, _):
        assert numbers(f"http://me:geheim@{host}/{name}") == list(range(60))


def reaching(kind: str, other: str) -> dict[str, Reply]:
    """Return the pages of a server by which a reader is led to another port."""
    return {
        "a piece": {"/x": playlist(f"http://{other}/a.ts")},
        "a key": {"/x": playlist("a.ts", f'#EXT-X-KEY:METHOD=AES-128,URI="http://{other}/key"\n')},
        "a playlist of a playlist": {
            "/x": content(f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhttp://{other}/l.m3u8\n".encode())
        },
        "a redirect": {"/x": redirect(f"http://{other}/a.ts")},
        "a redirected piece": {"/x": playlist("b.ts"), "/b.ts": redirect(f"http://{other}/a.ts")},
        "a redirected key": {
            "/x": playlist("a.ts", '#EXT-X-KEY:METHOD=AES-128,URI="key"\n'),
            "/key": redirect(f"http://{other}/key"),
        },
        "a second redirect": {"/x": redirect("/y"), "/y": redirect(f"http://{other}/a.ts")},
        "a host that looks like the own one": {"/x": playlist(f"http://127.0.0.1:80@{other}/a.ts")},
    }[kind]


KINDS = [
    "a piece",
    "a key",
    "a playlist of a playlist",
    "a redirect",
    "a redirected piece",
    "a redirected key",
    "a second redirect",
    "a host that looks like the own one",
]


@pytest.mark.parametrize("kind", KINDS)
def test_another_port_is_never_asked(clip: bytes, kind: str) -> None:
    own = {"/a.ts": content(clip)}
    with (
        web({"/a.ts": content(clip), "/key": content(b"k" * 16), "/l.m3u8": playlist("a.ts")}) as (
            other,
            far,
        ),
        web(own | reaching(kind, other)) as (host, _),
    ):
        said = refusal(f"http://me:geheim@{host}/x")
        assert far == []
    assert f"leads to another host, http://{other}" in said
    assert f"{HOSTS}={other}" in said
    assert "geheim" not in said


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "key" not in kind])
@pytest.mark.parametrize("allowed", ["{other}", "x.example, 127.0.0.1", "*"])
def test_another_host_is_asked_if_that_is_allowed(
    clip: bytes, kind: str, allowed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        web({"/a.ts": content(clip), "/l.m3u8": playlist("a.ts")}) as (other, far),
        web(reaching(kind, other)) as (host, _),
    ):
        monkeypatch.setenv(HOSTS, allowed.format(other=other))
        assert numbers(f"http://{host}/x") == list(range(60))
        assert "/a.ts" in far


@pytest.mark.parametrize("target", ["file:///etc/hostname", "ftp://127.0.0.1/x", "rtsp://127.0.0.1/x"])
def test_other_schemes_are_not_followed(target: str) -> None:
    with web({"/x": redirect(target), "/l": playlist(target)}) as (host, _):
        assert "not plain http" in refusal(f"http://{host}/x")
        refusal(f"http://{host}/l")


def test_a_redirect_on_the_same_host_is_followed(clip: bytes) -> None:
    pages = {"/x": redirect("/sub/l"), "/sub/l": playlist("a.ts"), "/sub/a.ts": content(clip)}
    with web(pages) as (host, _):
        assert numbers(f"http://{host}/x") == list(range(60))


def test_a_head_that_drips_is_not_waited_for_long() -> None:
    def drip(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 302 Found\r\n")
        while not handler.over.wait(0.05):
            handler.wfile.write(b"X")

    began = time.monotonic()
    with web({"/x": drip}) as (host, _):
        assert redirect_of(f"http://{host}/x", 0.5) is None
    assert time.monotonic() - began < 3.0


def test_what_is_asked_of_a_redirect_is_one_line(clip: bytes) -> None:
    with web({"/a%20b?x=1": redirect("/y")}) as (host, asked):
        assert redirect_of(f"http://{host}/a b?x=1", 5.0) == f"http://{host}/y"
        assert redirect_of(f"http://{host}/a%20b?x=1\r\nX: y", 5.0) is None
    assert "/a%20b?x=1" in asked


def test_a_redirect_to_itself_ends() -> None:
    with web({"/x": redirect("/x")}) as (host, asked):
        assert "redirects again and again" in refusal(f"http://{host}/x")
        assert len(asked) <= 12


@pytest.mark.parametrize(
    ("again", "words", "option"),
    [
        (b"#EXTINF:1,\na.ts\n", "more than 50000 entries", PLAYLIST_ENTRIES),
        (b"#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8\n", "more than 50000 entries", PLAYLIST_ENTRIES),
        (b"# nothing, but much of it " * 8 + b"\n", "larger than 8 MB", PLAYLIST_MB),
    ],
)
@pytest.mark.parametrize("name", ["x.m3u8", "x"])
def test_an_endless_playlist_is_refused(again: bytes, words: str, option: str, name: str) -> None:
    began = time.monotonic()
    start = b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n"
    with web({f"/{name}": endless(start, again)}) as (host, _):
        said = refusal(f"http://{host}/{name}")
    assert words in said
    assert option in said
    assert time.monotonic() - began < 20


MULTIPART = b"--shot\r\nContent-Type: image/jpeg\r\n"


def test_a_camera_may_begin_with_an_empty_line() -> None:
    shots = [encoded(numbered(index=i), ".jpg") for i in range(20)]

    def reply(handler: Handler) -> None:
        handler.wfile.write(
            b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=shot\r\n\r\n"
        )
        for shot in shots:
            handler.wfile.write(b"\r\n" + MULTIPART + b"\r\n" + shot)

    with web({"/x": reply}) as (host, _), open_source(f"http://{host}/x", timeout=(5, 5)) as source:
        assert source.info.live
        found = [number_of(picture.rgb()) for picture in itertools.islice(source.pictures(), 10)]
    assert found == list(range(10))


def test_a_server_that_says_any_number_of_bytes_of_its_pictures_is_a_camera() -> None:
    shots = [encoded(numbered(index=i), ".jpg") for i in range(20)]
    body = b"".join(MULTIPART + b"\r\n" + shot + b"\r\n" for shot in shots)

    def reply(handler: Handler) -> None:
        head = b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=shot\r\n"
        handler.wfile.write(head + b"Content-Length: 999999999\r\n\r\n" + body)

    with web({"/x": reply}) as (host, _), open_source(f"http://{host}/x", timeout=(5, 5)) as source:
        assert source.info.live


@pytest.mark.parametrize("kind", ["a part", "a part that says its size", "bare H.264"])
def test_an_endless_picture_is_refused(kind: str, tmp_path: Path) -> None:
    start = {
        "a part": MULTIPART + b"\r\n",
        "a part that says its size": MULTIPART + b"Content-Length: 2000000000\r\n\r\n",
        "bare H.264": write_clip(tmp_path / "a.h264", codec="libx264").read_bytes(),
    }[kind]
    with web({"/x": endless(start, b"\1" * 1000)}) as (host, _):
        assert "more than 64 MB without a picture" in refusal(f"http://{host}/x")


def test_who_interrupts_while_a_playlist_is_opened_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: WebInput, url: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(WebInput, "_check", interrupted)
    with web({"/x": playlist("a.ts")}) as (host, _), pytest.raises(KeyboardInterrupt):
        open_source(f"http://{host}/x", timeout=(5, 5))


def test_many_pieces_of_a_silent_host_are_not_waited_for_in_turn() -> None:
    many = "#EXTINF:1,\na.ts\n" * 50
    page = content(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n{many}#EXT-X-ENDLIST\n".encode())
    began = time.monotonic()
    with (
        web({"/x": page, "/a.ts": nothing}) as (host, _),
        pytest.raises(SourceError, match=r"no answer|no picture"),
    ):
        open_source(f"http://{host}/x", timeout=(1, 1))
    assert time.monotonic() - began < 8.0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the bound on memory is Linux's")
def test_an_endless_playlist_takes_little_memory() -> None:
    code = (
        "import resource, sys\n"
        "from crowdmon.capture.source import open_source\n"
        "from crowdmon.errors import SourceError\n"
        "import crowdmon.capture.av_source\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try: open_source(sys.argv[1])\n"
        "except SourceError: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    pages = {"/x.m3u8": endless(b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n", b"#EXTINF:1,\na.ts\n")}
    with web(pages) as (host, _):
        call = [sys.executable, "-c", code, f"http://{host}/x.m3u8"]
        done = subprocess.run(call, capture_output=True, text=True, timeout=60, check=True)
    assert int(done.stdout) < 100_000, "kilobytes"


def test_the_limits_of_a_playlist_can_be_raised(clip: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = {"/x.m3u8": playlist("a.ts"), "/a.ts": content(clip)}
    long = LIST.format(piece="a.ts", before="#EXTINF:2.4,\na.ts\n" * 3).encode()
    with web(pages | {"/long": content(long)}) as (host, _):
        monkeypatch.setenv(PLAYLIST_ENTRIES, "3")
        assert "more than 3 entries" in refusal(f"http://{host}/long")
        monkeypatch.setenv(PLAYLIST_ENTRIES, "4")
        assert len(numbers(f"http://{host}/long")) >= 60
        for wrong in ("0", "many", "-1", "1.5"):
            monkeypatch.setenv(PLAYLIST_ENTRIES, wrong)
            with pytest.raises(ConfigError, match=PLAYLIST_ENTRIES):
                open_source(f"http://{host}/x.m3u8")


def test_which_places_are_allowed() -> None:
    home = ("http", "cam.example", 80)
    limits = Limits(hosts=frozenset({"cdn.example", "b.example:8080"}))
    assert limits.allows(("http", "cam.example", 80), home=home)
    assert limits.allows(("https", "cam.example", 443), home=home), "the same host, encrypted"
    assert not limits.allows(("http", "cam.example", 81), home=home)
    assert not limits.allows(("http", "cam.example", 443), home=("https", "cam.example", 443))
    assert limits.allows(("https", "cdn.example", 443), home=home)
    assert limits.allows(("http", "b.example", 8080), home=home)
    assert not limits.allows(("http", "b.example", 80), home=home)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("http://h/x", ("http", "h", 80)),
        ("HTTPS://H.example:8443?x", ("https", "h.example", 8443)),
        ("http://me:pw@h:81#f", ("http", "h", 81)),
        ("http://[::1]:81/", ("http", "[::1]", 81)),
        ("http://a@b@h/", None),
        ("http://h\\@evil/", None),
        ("http://h /", None),
        ("http://h:1x/", None),
        ("file:///etc/passwd", None),
        ("x.ts", None),
    ],
)
def test_where_an_address_leads(url: str, place: tuple[str, str, int] | None) -> None:
    assert place_of(url) == place


def without_length(data: bytes, kind: str) -> Reply:
    """Send ``data`` as HTTP 1.0 may: its end is the end of the connection."""

    def reply(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", kind)
        handler.end_headers()
        handler.wfile.write(data)

    return reply


def test_a_clip_of_a_server_without_byte_ranges_is_no_camera(clip: bytes) -> None:
    with web({"/a.ts": content(clip, kind="video/mp2t")}) as (host, asked):
        assert numbers(f"http://{host}/a.ts") == list(range(60))
        assert asked == ["/a.ts"] * 2, "a look at it, and then it is read"


@pytest.mark.parametrize("length", [True, False])
def test_an_mp4_says_how_long_it_is_itself(tmp_path: Path, length: bool) -> None:
    data = write_clip(tmp_path / "a.mp4", options={"movflags": "faststart"}).read_bytes()
    page = content(data) if length else without_length(data, "video/mp4")
    with web({"/a.mp4": page}) as (host, _):
        assert numbers(f"http://{host}/a.mp4") == list(range(20))


def chunked(data: bytes, kind: str, *, ends: bool = True, every: float = 0.0) -> Reply:
    """Send ``data`` in chunks, one ``every`` so many seconds; without an end the server only hangs up."""

    def reply(handler: Handler) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n"
        handler.wfile.write(head.encode())
        for start in range(0, len(data), 4000):
            piece = data[start : start + 4000]
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            handler.over.wait(every)
        if ends:
            handler.wfile.write(b"0\r\n\r\n")

    return reply


@pytest.mark.parametrize("how", ["without a length", "chunked", "chunked, hung up"])
@pytest.mark.parametrize("name", ["a.ts", "a.mkv"])
def test_a_clip_whose_server_says_no_length_is_read_from_its_beginning_to_its_end(
    how: str, name: str, tmp_path: Path
) -> None:
    data = write_clip(tmp_path / name, frames=60).read_bytes()
    page = {
        "without a length": without_length(data, "application/octet-stream"),
        "chunked": chunked(data, "video/mp2t"),
        "chunked, hung up": chunked(data, "video/mp2t", ends=False),
    }[how]
    with web({"/x": page}) as (host, _):
        assert numbers(f"http://{host}/x") == list(range(60))


def test_what_comes_as_slowly_as_it_is_shown_is_a_camera(clip: bytes) -> None:
    with (
        web({"/live": chunked(clip, "video/mp2t", every=0.5)}) as (host, _),
        open_source(f"http://{host}/live", timeout=(5, 5)) as source,
    ):
        assert source.info.live


def test_an_mp4_without_a_length_that_is_cut_says_so(tmp_path: Path) -> None:
    data = write_clip(tmp_path / "a.mp4", frames=60, options={"movflags": "faststart"}).read_bytes()
    with web({"/a.mp4": without_length(data[: len(data) * 2 // 3], "video/mp4")}) as (host, _):
        assert "of its 60 pictures" in refusal(f"http://{host}/a.mp4")
