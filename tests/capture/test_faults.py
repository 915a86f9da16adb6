from __future__ import annotations

import os
from pathlib import Path

import pytest

from crowdmon.capture.faults import AccessRefusedError
from crowdmon.capture.source import Source, open_source
from crowdmon.errors import ConfigError, SourceError
from tests.capture.clips import cut, number_of, write_clip, write_sound
from tests.capture.servers import content, nothing, refused_port, status, web


@pytest.fixture(autouse=True)
def silence(capfd: pytest.CaptureFixture[str]) -> object:
    """FFmpeg says nothing of its own, whatever it is fed."""
    yield
    assert capfd.readouterr() == ("", "")


def refusal(source: object, timeout: tuple[float, float] = (2.0, 2.0)) -> SourceError:
    with pytest.raises(SourceError) as caught:
        open_source(str(source), timeout=timeout)
    error = caught.value
    assert error.exit_code == 3
    assert error.hint
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None
    assert "\n" not in str(error)
    return error


def drain(source: Source) -> tuple[list[int], str]:
    """Read all there is: the numbers painted, and what was said at the end."""
    numbers: list[int] = []
    try:
        for picture in source.pictures():
            numbers.append(number_of(picture.rgb()))
    except SourceError as error:
        return numbers, str(error)
    return numbers, ""


def read_until_it_fails(path: Path) -> tuple[list[int], str]:
    with open_source(str(path)) as source:
        return drain(source)


def test_a_missing_file(tmp_path: Path) -> None:
    assert "none.mp4: no such file" in str(refusal(tmp_path / "none.mp4"))
    assert "none.jpg: no such file" in str(refusal(tmp_path / "none.jpg"))


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    assert "empty.mp4 is empty (0 bytes)" in str(refusal(tmp_path / "empty.mp4"))


def test_a_text_named_mp4(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("There is no picture in here.\n" * 400)
    assert "text.mp4 is not a video" in str(refusal(tmp_path / "text.mp4"))


@pytest.mark.parametrize("name", ["notes.txt", "list.csv", "art.ans"])
def test_texts_that_ffmpeg_would_paint_as_a_terminal(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("There is no picture in here.\n" * 400)
    assert "is not a video" in str(refusal(tmp_path / name))


def test_an_mp4_without_its_index(tmp_path: Path) -> None:
    whole = write_clip(tmp_path / "clip.mp4")
    error = refusal(cut(whole, 0.5, "cut.mp4"))
    assert "cut.mp4 is incomplete: its index (moov) is missing" in str(error)


def test_a_sound_has_no_video(tmp_path: Path) -> None:
    assert "sound.wav has no video stream" in str(refusal(write_sound(tmp_path / "sound.wav")))


def test_pictures_too_small_to_show_anybody(tmp_path: Path) -> None:
    error = refusal(write_clip(tmp_path / "a.mp4", size=(64, 30)))
    assert "64x30" in str(error)
    assert "32x32" in error.hint


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("no named pipes here")
    os.mkfifo(tmp_path / "pipe.mp4")
    assert "pipe.mp4 is not a file" in str(refusal(tmp_path / "pipe.mp4"))


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("clip.mp4", {"movflags": "faststart"}, "of its 60 pictures could be read"),
        ("clip.avi", {}, "of its 60 pictures could be read"),
        ("clip.mkv", {}, "is cut short after"),
    ],
)
def test_a_cut_file_gives_all_its_good_pictures_and_then_says_how_many(
    tmp_path: Path, name: str, options: dict[str, str], words: str
) -> None:
    whole = write_clip(tmp_path / name, frames=60, options=options, encoder={"g": "10"})
    numbers, error = read_until_it_fails(cut(whole, 0.7, f"cut-{name}"))
    assert 10 < len(numbers) < 60
    assert numbers == list(range(len(numbers)))
    assert words in error
    assert f" {len(numbers)} " in error


@pytest.mark.parametrize("name", ["clip.mp4", "clip.avi", "clip.mkv"])
def test_a_file_that_is_cut_while_it_is_read(tmp_path: Path, name: str) -> None:
    clip = write_clip(tmp_path / name, size=(320, 192), frames=300, encoder={"g": "1"})
    with open_source(str(clip)) as source:
        pictures = source.pictures()
        for _ in range(10):
            next(pictures)
        os.truncate(clip, clip.stat().st_size // 2)
        numbers, error = drain(source)
    assert len(numbers) < 200
    assert "cut short" in error


@pytest.mark.skipif(os.name != "posix", reason="an open file cannot be deleted here")
def test_a_file_that_is_deleted_while_it_is_read_is_read_to_its_end(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", frames=60)
    with open_source(str(clip)) as source:
        next(source.pictures())
        clip.unlink()
        numbers, error = drain(source)
    assert (len(numbers), error) == (59, "")


def test_a_whole_file_ends_without_a_word(tmp_path: Path) -> None:
    assert read_until_it_fails(write_clip(tmp_path / "a.mp4")) == (list(range(20)), "")


def test_damage_in_the_middle_costs_the_damaged_pictures_only(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clip = write_clip(tmp_path / "a.mov", codec="png", pix_fmt="rgb24", frames=30)
    data = bytearray(clip.read_bytes())
    middle = data.index(b"\x89PNG", len(data) // 3)
    data[middle : middle + 60] = bytes(60)
    clip.write_bytes(data)
    numbers, error = read_until_it_fails(clip)
    assert error == ""
    assert len(numbers) == 29
    assert numbers == sorted(set(numbers))
    assert "1 damaged pictures were left out" in caplog.text


def test_a_file_in_which_nothing_can_be_decoded(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mov", codec="png", pix_fmt="rgb24", frames=30)
    clip.write_bytes(clip.read_bytes().replace(b"\x89PNG", bytes(4)))
    assert "no picture" in str(refusal(clip))


def test_a_recording_whose_first_key_frame_is_far_is_read_to_its_end(tmp_path: Path) -> None:
    """It was cut in mid-GOP: more packets than a live stream would get cannot be decoded."""
    options = {"g": "400", "keyint_min": "400", "x264-params": "scenecut=0:open-gop=0:threads=1"}
    whole = write_clip(tmp_path / "a.ts", codec="libx264", fps=25, frames=550, size=(64, 64), encoder=options)
    data = whole.read_bytes()
    (tmp_path / "cut.ts").write_bytes(data[188 * (len(data) // 188 // 100) :])
    numbers, error = read_until_it_fails(tmp_path / "cut.ts")
    assert error == ""
    assert numbers[-150:] == [index % 256 for index in range(400, 550)]


PLAYLIST = "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{target}\n#EXT-X-ENDLIST\n"


@pytest.mark.parametrize("name", ["list.m3u8", "list.mp4", "list.ts"])
def test_a_local_playlist_reaches_neither_files_nor_hosts(tmp_path: Path, name: str) -> None:
    clip = write_clip(tmp_path / "clip.ts", codec="mpeg2video", fps=25)
    with web({"/clip.ts": content(clip.read_bytes())}) as (host, asked):
        for target in (f"http://{host}/clip.ts", str(clip), "clip.ts"):
            (tmp_path / name).write_text(PLAYLIST.format(target=target))
            assert "is not a video" in str(refusal(tmp_path / name))
        assert asked == []


def test_a_local_list_of_files_is_not_followed(tmp_path: Path) -> None:
    write_clip(tmp_path / "clip.avi")
    (tmp_path / "list.ffconcat").write_text("ffconcat version 1.0\nfile clip.avi\n")
    assert "is not a video" in str(refusal(tmp_path / "list.ffconcat"))


def test_a_remote_playlist_does_not_reach_local_files(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.ts", codec="mpeg2video", fps=25)
    page = PLAYLIST.format(target=clip.as_uri()).encode()
    with web({"/a.m3u8": content(page), "/b": status(302)}) as (host, _):
        refusal(f"http://{host}/a.m3u8")
        refusal(f"http://{host}/b")


@pytest.mark.parametrize("scheme", ["http", "rtsp", "rtmp"])
def test_an_address_nobody_listens_on(scheme: str) -> None:
    error = refusal(f"{scheme}://me:geheim@127.0.0.1:{refused_port()}/x")
    assert "***@127.0.0.1" in str(error)
    assert "connection refused" in str(error)
    assert "geheim" not in repr(error)


@pytest.mark.parametrize("scheme", ["http", "rtsp"])
def test_a_host_that_does_not_exist(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    error = refusal(f"{scheme}://me:geheim@no-such-host.invalid/x")
    assert "there is no host no-such-host.invalid" in str(error)


@pytest.mark.parametrize(
    ("code", "words"),
    [(404, "nothing under this path"), (500, "fault of its own"), (429, "refused the request")],
)
def test_what_a_web_server_answers(code: int, words: str) -> None:
    with web({"/a.mp4": status(code)}) as (host, _):
        assert words in str(refusal(f"http://{host}/a.mp4"))


@pytest.mark.parametrize("code", [401, 403])
def test_a_refused_password_is_told_from_other_failures(code: int) -> None:
    with web({"/a.mp4": status(code)}) as (host, asked):
        error = refusal(f"http://me:geheim@{host}/a.mp4")
        assert isinstance(error, AccessRefusedError)
        assert "geheim" not in str(error)
        assert len(asked) <= 2  # cameras lock accounts


def test_a_web_page_is_not_a_video() -> None:
    with web({"/": content(b"<html>hello</html>" * 100, kind="text/html")}) as (host, _):
        assert "what it sends is not a video" in str(refusal(f"http://{host}/"))


def test_a_server_that_never_answers_is_given_up_in_time() -> None:
    with web({"/a.mp4": nothing}) as (host, _):
        assert "no answer within 0.3 s" in str(refusal(f"http://{host}/a.mp4", (0.3, 0.3)))


@pytest.mark.parametrize(
    ("hang", "words"), [(True, "no picture for 0.3 s"), (False, "the connection was cut after")]
)
def test_a_server_that_stops_in_the_middle(tmp_path: Path, hang: bool, words: str) -> None:
    data = write_clip(tmp_path / "a.mp4", frames=60, options={"movflags": "faststart"}).read_bytes()
    page = {"/a.mp4": content(data, sent=len(data) * 2 // 3, hang=hang)}
    with web(page) as (host, _), open_source(f"http://{host}/a.mp4", timeout=(5, 0.3)) as source:
        numbers, error = drain(source)
    assert words in error
    assert numbers == list(range(len(numbers)))
    assert len(numbers) > 10


def test_secrets_come_from_the_environment_and_stay_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMERA_PW", "ge/he@im")
    error = refusal("rtsp://me:${CAMERA_PW}@127.0.0.1:" + f"{refused_port()}/x")
    assert "connection refused" in str(error)
    assert "im@" not in str(error)
    monkeypatch.setenv("CAMERA_URL", f"http://127.0.0.1:{refused_port()}/inner")
    assert str(refusal("${CAMERA_URL}")).startswith("${CAMERA_URL}: connection refused")
    monkeypatch.delenv("CAMERA_PW")
    with pytest.raises(ConfigError, match="CAMERA_PW"):
        open_source("rtsp://me:${CAMERA_PW}@127.0.0.1/x")
