"""``crowdmon count`` on a real RTSP server, GStreamer's, in a process of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from crowdmon.__main__ import main
from crowdmon.sinks.csv_file import read_csv
from tests.fakes import FakeCounter
from tests.faults.clips import encode, plaza, write
from tests.faults.gstreamer import need_rtsp_server, rtsp_server

LOGIN = ("viewer", "s3cret@home")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight seconds that are played without end."""
    need_rtsp_server()
    return write(tmp_path_factory.mktemp("rtsp") / "plaza.au", encode(plaza(100)))


@pytest.fixture(autouse=True)
def counter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crowdmon.commands.count.make_counter_factory", lambda *_: lambda: FakeCounter())


@pytest.mark.peer
def test_a_camera_is_counted_for_its_duration(clip: Path, tmp_path: Path, capsys) -> None:
    csv = tmp_path / "out.csv"
    with rtsp_server(clip) as (port,):
        address = f"rtsp://127.0.0.1:{port}/camera"
        assert main(["count", address, "--every", "0.25", "--duration", "2.5", "--csv", str(csv)]) == 0
    rows = [row for row in read_csv(csv) if row["count"] is not None]
    assert len(rows) >= 3
    assert {row["count"] for row in rows} == {12.0}
    assert rows[0]["camera"] == "127.0.0.1/camera"
    assert [row["time"] for row in rows] == sorted(row["time"] for row in rows)


@pytest.mark.peer
def test_the_password_opens_and_is_never_shown(clip: Path, tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("CAM_PASSWORD", LOGIN[1])
    csv = tmp_path / "out.csv"
    with rtsp_server(clip, login=LOGIN) as (port,):
        address = f"rtsp://viewer:${{CAM_PASSWORD}}@127.0.0.1:{port}/camera"
        words = ["--every", "0.25", "--duration", "2.5", "--csv", str(csv)]
        assert main(["-v", "count", address, *words]) == 0
        wrong = f"rtsp://viewer:guess@127.0.0.1:{port}/camera"
        assert main(["count", wrong, "--duration", "2"]) == 3
    captured = capsys.readouterr()
    assert "the user name or password was refused" in captured.err
    for text in (captured.out, captured.err, csv.read_text()):
        assert "s3cret" not in text
        assert "guess" not in text
