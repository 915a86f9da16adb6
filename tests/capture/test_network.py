from __future__ import annotations

import itertools
import time
from pathlib import Path

import pytest

from crowdmon.capture.faults import AccessRefusedError
from crowdmon.capture.source import open_source
from crowdmon.errors import SourceError
from tests.capture.clips import encoded, number_of, numbered, write_clip
from tests.capture.servers import RtspServer, content, motion_jpeg, silent_port, web


@pytest.fixture(scope="module")
def stream(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    clip = write_clip(
        tmp_path_factory.mktemp("stream") / "a.ts", codec="mpeg2video", fps=25, frames=60, size=(128, 96)
    )
    return clip.read_bytes()


def test_an_rtsp_camera_over_tcp(stream: bytes) -> None:
    began = time.time()
    with RtspServer(stream) as camera, open_source(f"rtsp://127.0.0.1:{camera.port}/x") as source:
        info = source.info
        assert (info.kind, info.width, info.height, info.fps) == ("network", 128, 96, None), "it does not say"
        assert (info.live, info.seekable, info.duration, info.frames) == (True, False, None, None)
        pictures = list(itertools.islice(source.pictures(), 50))
        assert camera.requests[:4] == ["OPTIONS", "DESCRIBE", "SETUP", "PLAY"]
        with pytest.raises(SourceError, match="cannot seek in"):
            source.seek(0)
    assert [number_of(picture.rgb()) for picture in pictures] == list(range(50))
    assert [picture.pts for picture in pictures] == pytest.approx([i / 25 for i in range(50)], abs=0.001)
    assert all(began <= picture.time <= time.time() for picture in pictures)


def test_a_live_stream_that_ends_is_a_loss(stream: bytes) -> None:
    with RtspServer(stream) as camera, open_source(f"rtsp://127.0.0.1:{camera.port}/x") as source:
        iterator = source.pictures()
        with pytest.raises(SourceError, match="the stream ended"):
            list(iterator)


def test_a_live_stream_that_falls_silent_is_given_up_in_time(stream: bytes) -> None:
    with RtspServer(stream, hang=True) as camera:
        address = f"rtsp://127.0.0.1:{camera.port}/x"
        with (
            open_source(address, timeout=(2, 0.3)) as source,
            pytest.raises(SourceError, match=r"for 0\.3 s"),
        ):
            list(source.pictures())


def test_the_password_is_sent_and_never_shown(stream: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMERA_PW", "p@ss/w#rd")
    with RtspServer(stream, password="me:p@ss/w#rd") as camera:
        with open_source("rtsp://me:${CAMERA_PW}@127.0.0.1:" + f"{camera.port}/x") as source:
            assert number_of(next(source.pictures()).rgb()) == 0
            assert source.info.label == "rtsp://me:${CAMERA_PW}@127.0.0.1:" + f"{camera.port}/x"
        with pytest.raises(AccessRefusedError) as caught:
            open_source(f"rtsp://me:geheim@127.0.0.1:{camera.port}/x")
    assert "geheim" not in str(caught.value)
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(
    ("line", "words"),
    [("404 Not Found", "nothing under this path"), ("453 Not Enough Bandwidth", "refused the request")],
)
def test_what_a_camera_answers(line: str, words: str) -> None:
    with RtspServer(refuse=line) as camera, pytest.raises(SourceError, match=words) as caught:
        open_source(f"rtsp://127.0.0.1:{camera.port}/x")
    assert not isinstance(caught.value, AccessRefusedError)


@pytest.mark.parametrize("scheme", ["rtsp", "http", "rtmp"])
def test_a_host_that_accepts_and_says_nothing(scheme: str) -> None:
    with silent_port() as port, pytest.raises(SourceError, match=r"no answer within 0\.3 s"):
        open_source(f"{scheme}://127.0.0.1:{port}/x", timeout=(0.3, 0.3))


def test_nobody_sends_to_a_udp_port() -> None:
    with silent_port() as port, pytest.raises(SourceError, match=r"no answer within 0\.3 s"):
        open_source(f"udp://127.0.0.1:{port}", timeout=(0.3, 0.3))


def test_a_clip_behind_an_address_is_a_file(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4", options={"movflags": "faststart"})
    with (
        web({"/a.mp4": content(clip.read_bytes())}) as (host, _),
        open_source(f"http://{host}/a.mp4") as source,
    ):
        assert (source.info.live, source.info.frames) == (False, 20)
        assert source.info.duration == pytest.approx(2.0)
        assert [number_of(picture.rgb()) for picture in source.pictures()] == list(range(20))


def test_a_motion_jpeg_camera() -> None:
    shots = [encoded(numbered(index=i), ".jpg") for i in range(40)]
    with web({"/video": motion_jpeg(shots)}) as (host, _), open_source(f"http://{host}/video") as source:
        assert source.info.live
        pictures = list(itertools.islice(source.pictures(), 30))
    assert [number_of(picture.rgb()) for picture in pictures] == list(range(30))
    assert all((a.pts or 0) < (b.pts or 0) for a, b in itertools.pairwise(pictures))


def test_a_motion_jpeg_camera_slower_than_it_says() -> None:
    """FFmpeg takes it for 25 pictures a second; only the first of those that come slowly may be left out."""
    shots = [encoded(numbered(index=i), ".jpg") for i in range(6)]
    with (
        web({"/video": motion_jpeg(shots, wait=1.2)}) as (host, _),
        open_source(f"http://{host}/video", timeout=(5, 5)) as source,
    ):
        found = [number_of(picture.rgb()) for picture in itertools.islice(source.pictures(), 5)]
    assert found[-1] <= 5
    assert found == sorted(set(found))


def test_another_codec_in_mid_stream_is_a_loss_and_then_opened_anew(stream: bytes, tmp_path: Path) -> None:
    other = write_clip(tmp_path / "b.ts", codec="libx264", fps=25, frames=60, size=(128, 96)).read_bytes()
    numbers: list[int] = []
    with RtspServer(stream + other, hang=True) as camera:
        address = f"rtsp://127.0.0.1:{camera.port}/x"
        with (
            open_source(address, timeout=(2, 0.5)) as source,
            pytest.raises(SourceError, match=r"for 0\.5 s|no picture can be decoded"),
        ):
            numbers.extend(number_of(picture.rgb()) for picture in source.pictures())
        assert numbers == list(range(len(numbers)))
        camera.send_next(other)
        with open_source(address, timeout=(5, 5)) as source:
            assert number_of(next(source.pictures()).rgb()) == 0


def test_who_is_told_to_stop_while_it_opens_does_not_wait_for_a_picture(stream: bytes) -> None:
    """The answer is there, and no picture follows."""
    began = time.monotonic()
    with RtspServer(stream[: len(stream) // 2], hang=True) as camera:
        address = f"rtsp://127.0.0.1:{camera.port}/x"
        with pytest.raises(SourceError, match="no picture could be read"):
            open_source(address, timeout=(9, 9), stopped=lambda: True)
        asked = iter([False] * 3)
        with (
            pytest.raises(SourceError, match="ended"),
            open_source(address, timeout=(9, 9), stopped=lambda: next(asked, True)) as source,
        ):
            list(source.pictures())
    assert time.monotonic() - began < 9.0
