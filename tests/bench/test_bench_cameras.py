"""The cameras of the bench are real ones for whoever reads them; what watches them says what it saw."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.bench import harness as measuring
from crowdmon.bench import live as bench_live
from crowdmon.bench import watch as bench_watch
from crowdmon.bench.clip import access_units, read_clip, write_clip
from crowdmon.bench.harness import Bench
from crowdmon.bench.live import Cameras, cameras
from crowdmon.bench.memory import resident_mb
from crowdmon.bench.rtsp_server import payloads
from crowdmon.capture.source import open_source
from crowdmon.errors import CrowdmonError
from crowdmon.scene import parse_scene
from tests.fakes import FakeCounter

SIZE = (160, 96)


def pictures(number: int) -> Iterator[np.ndarray]:
    scene = parse_scene(f"synthetic:plaza?people=20&width={SIZE[0]}&height={SIZE[1]}")
    return (scene.render(one / 25).rgb for one in range(number))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    units = access_units(pictures(30), fps=25, gop=10, megabits=2.0)
    assert len(units) == 30
    return write_clip(tmp_path_factory.mktemp("clip") / "camera.h264", units, fps=25)


@given(st.lists(st.binary(min_size=1), max_size=5), st.floats(1, 120))
def test_a_clip_is_read_as_it_was_written(units: list[bytes], fps: float) -> None:
    path = Path(f"/tmp/crowdmon-test-{time.monotonic_ns()}")
    try:
        assert read_clip(write_clip(path, units, fps=fps)) == (units, fps)
    finally:
        path.unlink()


@given(st.lists(st.integers(2, 5000), min_size=1, max_size=4))
def test_packets_are_short_and_hold_the_whole_picture(sizes: list[int]) -> None:
    nals = [bytes([0x65]) + bytes([1 + number]) * (size - 1) for number, size in enumerate(sizes)]
    packets = list(payloads(b"".join(b"\0\0\0\1" + nal for nal in nals)))
    assert max(map(len, packets)) <= 1402
    rebuilt: list[bytes] = []
    for packet in packets:
        if packet[0] & 0x1F != 28:
            rebuilt.append(packet)
        elif packet[1] & 0x80:
            rebuilt.append(bytes([packet[0] & 0xE0 | packet[1] & 0x1F]) + packet[2:])
        else:
            rebuilt[-1] += packet[2:]
        assert packet[0] & 0x1F != 28 or bool(packet[1] & 0x40) == (
            len(rebuilt[-1]) == sizes[len(rebuilt) - 1]
        )
    assert rebuilt == nals


def test_guests_get_live_pictures_each_from_the_beginning(clip: Path) -> None:
    with cameras(clip) as them:
        for name in ("one", "two"):
            asked = time.time()
            with open_source(them.source(name), timeout=(10, 10)) as source:
                assert source.info.live
                assert (source.info.width, source.info.height) == SIZE
                seen = [picture for picture, _ in zip(source.pictures(), range(35), strict=False)]
            assert [one.pts for one in seen] == pytest.approx([number / 25 for number in range(35)], abs=1e-3)
            assert seen[30].fingerprint() == seen[0].fingerprint(), "the clip plays in a loop"
            assert seen[20].fingerprint() != seen[0].fingerprint()
            first = them.first_pictures()[name]
            assert asked <= first <= seen[0].time
            assert seen[34].time - first >= 34 / 25, "it has its own pace"


def test_the_server_ends_with_its_leash(clip: Path) -> None:
    with cameras(clip) as them:
        port = int(them.source("x").split(":")[2].split("/")[0])
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=2)


def test_a_guest_who_speaks_nonsense_does_not_disturb_the_others(clip: Path) -> None:
    with cameras(clip) as them, open_source(them.source("a"), timeout=(10, 10)) as source:
        port = int(them.source("x").split(":")[2].split("/")[0])
        with socket.create_connection(("127.0.0.1", port)) as other:
            other.sendall(b"PLAY\r\n\r\n")
        seen = [picture for picture, _ in zip(source.pictures(), range(20), strict=False)]
    assert len(seen) == 20


def test_watching_tells_counts_and_cost(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_watch, "Counter", FakeCounter)
    monkeypatch.setattr(bench_watch, "_WARM", 1)
    with cameras(clip) as them:
        seen = bench_watch.watch([them.source("a"), them.source("b")], rate=10.0, seconds=1.0)
    json.dumps(seen)
    assert {one[0] for one in seen["counts"]} == {"0", "1"}
    assert all(taken <= now for _, now, taken, _ in seen["counts"])
    assert seen["seconds"] >= 1.0
    assert seen["cpu"] > 0
    assert seen["cameras"]["0"]["skipped"] > 0
    assert seen["error"] == ""


asked: list[object] = []
"""The ROI of each watch."""


def answers(monkeypatch: pytest.MonkeyPatch, most: int) -> list[int]:
    """Let the bench watch machines that hold ``most`` cameras; gives the numbers it tried."""
    tried: list[int] = []
    asked.clear()
    monkeypatch.setattr(measuring, "cores", lambda: 2)

    def answer(_: str, *, sources: list[str], rate: float, seconds: float, roi: object) -> dict[str, object]:
        tried.append(len(sources))
        asked.append(roi)
        good = round(rate * seconds)
        counts = [(f"{n}", 0.0, 0.0, 0.0) for n in range(len(sources)) for _ in range(good)]
        known = {f"{n}": {"message": "", "skipped": 1} for n in range(len(sources))}
        cpu = 0.1 if len(sources) <= most else 1000.0
        return {"counts": counts, "seconds": seconds, "cpu": cpu, "cameras": known, "error": ""}

    monkeypatch.setattr(bench_live, "answer", answer)
    return tried


@pytest.mark.parametrize(
    ("most", "tried", "said"),
    [
        (9, [4, 6, 9, 13, 11, 10], 9),
        (100, [4, 6, 9, 13, 19, 28, 42, 63], 63),
        (3, [4, 2, 3], 3),
        (0, [4, 2, 1], 0),
    ],
)
def test_cameras_are_added_until_they_are_not_held(
    most: int, tried: list[int], said: int, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = answers(monkeypatch, most)
    monkeypatch.setattr(bench_live, "clip", lambda bench: clip)
    rows, (goal,) = bench_live.held(Bench(tmp_path))
    assert seen == tried
    assert [row["cameras"] for row in rows] == tried
    assert (goal["name"], goal["bound"], goal["measured"], goal["ok"]) == (
        "cameras",
        "at least",
        said,
        said >= 4,
    )
    assert set(asked) == {None}
    assert rows[0]["counts_per_s"] == pytest.approx(2.0)


def test_cameras_of_which_only_a_roi_is_counted_have_rows_and_a_goal_of_their_own(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(monkeypatch, 6)
    monkeypatch.setattr(bench_live, "clip", lambda bench: clip)
    rows, (goal,) = bench_live.held_rois_only(Bench(tmp_path))
    assert {row["part"] for row in rows} == {"ROIs only"}
    assert (goal["goal"], goal["measured"], goal["ok"]) == (6, 6, True)
    assert goal["of"].startswith("ROIs only, 720p")
    assert set(asked) == {bench_live.ROI}


def test_more_cores_are_wanted_to_hold_more_cameras(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for cores, wanted in ((1, 2), (2, 4), (16, 32)):
        monkeypatch.setattr(measuring, "cores", lambda cores=cores: cores)
        assert Bench(tmp_path).wanted_cameras(4) == wanted


@pytest.mark.parametrize("start", [0.0, 0.2, 0.49])
def test_a_camera_s_rate_does_not_depend_on_where_the_watch_begins(start: float) -> None:
    moments = [start + 0.5 * number for number in range(16) if start + 0.5 * number < 8]
    assert bench_live._per_second(moments, seconds=8) == pytest.approx(2.0)


def test_a_camera_that_falls_silent_is_divided_by_the_whole_time() -> None:
    assert bench_live._per_second([0.0, 0.5, 1.0], seconds=8) == pytest.approx(3 / 8)
    assert bench_live._per_second([], seconds=8) == 0


def test_latency_is_told_from_both_ends(clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = [["0", 1000.0 + number + 0.2, 1000.0 + number + 0.15, float(number)] for number in range(30)]
    monkeypatch.setattr(bench_live, "answer", lambda *_, **__: {"counts": counts})
    monkeypatch.setattr(bench_live, "clip", lambda bench: clip)
    monkeypatch.setattr(Cameras, "first_pictures", lambda self: {"gate": 1000.0})
    bench = Bench(tmp_path, rows=[
        {"what": "inference", "model": "ssr-hef", "size": "720p", "median_ms": 30.0},
        {"what": "inference", "model": "ssr-hef", "size": "1080p", "median_ms": 3.0},
    ])  # fmt: skip
    (arrival, sent), (goal,) = bench_live.latency(bench)
    assert (arrival["median_ms"], sent["median_ms"]) == (pytest.approx(50.0), pytest.approx(200.0))
    assert (goal["goal"], goal["measured"], goal["ok"]) == (75.0, pytest.approx(50.0), True)
    assert (goal["times"], goal["times_of"]) == (pytest.approx(5 / 3), "inference")


def test_memory_is_that_of_the_program_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crowdmon.bench.memory._START", 1.0)
    words = ["count", "synthetic:empty?width=64&height=64", "--csv", str(tmp_path / "m.csv")]
    most = resident_mb(words, seconds=1.0, folder=tmp_path)
    assert most is None or 10 < most < 2000
    with pytest.raises(CrowdmonError, match=r"crowdmon count ended with 3: .*no such file"):
        resident_mb(["count", "nowhere.mp4"], seconds=20.0, folder=tmp_path)


def test_every_part_of_a_camera_costs_something(clip: Path, tmp_path: Path) -> None:
    path = tmp_path / "plain.h264"
    path.write_bytes(b"".join(read_clip(clip)[0]))
    costs = measuring.answer("costs", source=str(path))
    assert list(costs) == [
        "decode", "convert to count", "convert to show", "count", "paint", "paint a new heatmap"
    ]  # fmt: skip
    assert all(cost >= 0 for cost in costs.values())
    assert costs["count"] > 0
