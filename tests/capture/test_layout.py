from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crowdmon.capture.layout import read_layout
from tests.capture.clips import cut, write_clip


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("end.mp4", {}),
        ("front.mp4", {"movflags": "faststart"}),
        ("parts.mp4", {"movflags": "frag_keyframe+empty_moov"}),
        ("clip.avi", {}),
        ("clip.mkv", {}),
        ("clip.mov", {}),
    ],
)
def test_a_whole_file_is_whole_and_a_cut_one_is_cut(
    tmp_path: Path, name: str, options: dict[str, str]
) -> None:
    whole = write_clip(tmp_path / name, options=options)
    layout = read_layout(whole)
    assert layout.size == whole.stat().st_size
    assert not layout.cut
    assert not layout.headless
    assert read_layout(cut(whole, 0.6, f"cut-{name}")).cut


def test_an_mp4_without_its_index_is_headless(tmp_path: Path) -> None:
    whole = write_clip(tmp_path / "end.mp4")
    assert read_layout(cut(whole, 0.5, "cut.mp4")).headless


def test_a_stream_has_no_length_to_miss(tmp_path: Path) -> None:
    whole = write_clip(tmp_path / "clip.ts", codec="mpeg2video")
    assert read_layout(cut(whole, 0.5, "cut.ts")).declared is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    head=st.sampled_from([b"\0\0\0\x18ftyp", b"RIFF", b"\x1a\x45\xdf\xa3", b""]), tail=st.binary(max_size=100)
)
def test_any_bytes_are_survived(tmp_path: Path, head: bytes, tail: bytes) -> None:
    path = tmp_path / "any"
    path.write_bytes(head + tail)
    assert read_layout(path).size == len(head + tail)
