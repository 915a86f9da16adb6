from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from crowdmon.capture.ffmpeg import open_options
from crowdmon.capture.source import open_source
from crowdmon.capture.uri import SCHEMES, parse_source
from crowdmon.capture.webcams import list_webcams
from crowdmon.errors import SourceError


@pytest.mark.parametrize(
    ("text", "platform", "url", "kind"),
    [
        ("0", "linux", "/dev/video0", "video4linux2"),
        ("/dev/video3", "linux", "/dev/video3", "video4linux2"),
        ("1", "darwin", "1", "avfoundation"),
        ("video=Front Camera", "win32", "video=Front Camera", "dshow"),
    ],
)
def test_webcams_by_platform(text: str, platform: str, url: str, kind: str) -> None:
    how = open_options(parse_source(text), read_timeout=5, platform=platform)
    assert (how.url, how.format) == (url, kind)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_network_source_may_touch_files(scheme: str) -> None:
    how = open_options(parse_source(f"{scheme}://host:554/x"), read_timeout=5)
    allowed = how.options["protocol_whitelist"].split(",")
    assert allowed
    assert not {"file", "concat", "subfile", "pipe", "data", "fd", "cache"} & set(allowed)
    formats = how.options["format_whitelist"].split(",")
    assert not {"concat", "lavfi", "image2", "tty"} & set(formats)
    assert "hls" not in formats, "playlists are opened where it is seen what they lead to"


def test_a_file_may_touch_itself_only() -> None:
    how = open_options(parse_source("clip.mp4"), read_timeout=5)
    assert how.url == "file:clip.mp4"
    assert how.options["protocol_whitelist"] == "file"
    assert not {"hls", "dash", "concat", "sdp", "image2", "tty"} & set(
        how.options["format_whitelist"].split(",")
    )


def test_rtsp_comes_over_tcp() -> None:
    assert open_options(parse_source("rtsp://host/x"), read_timeout=5).options["rtsp_transport"] == "tcp"


def node(root: Path, name: str, index: str, label: str) -> None:
    (root / name).mkdir()
    (root / name / "index").write_text(index)
    (root / name / "name").write_text(label)


def test_webcams_are_listed_by_number(tmp_path: Path) -> None:
    node(tmp_path, "video10", "0\n", "Front\n")
    node(tmp_path, "video2", "0\n", "Back\n")
    node(tmp_path, "video3", "1\n", "Back\n")  # the second node of a camera
    (tmp_path / "video4").mkdir()  # just unplugged
    assert list_webcams(platform="linux", sysfs=tmp_path) == [("2", "Back"), ("10", "Front")]
    assert list_webcams(platform="linux", sysfs=tmp_path / "none") == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="device files are Linux's")
@pytest.mark.parametrize("text", ["987", "/dev/video987"])
def test_a_camera_that_is_not_there(text: str) -> None:
    with pytest.raises(SourceError, match=f"camera {text} does not exist"):
        open_source(text)


def test_understanding_a_source_does_not_load_ffmpeg() -> None:
    code = (
        "import sys, crowdmon.capture.source, crowdmon.capture.taps, crowdmon.capture.webcams;"
        "assert not {'av', 'cv2', 'torch'} & set(sys.modules), sorted(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
