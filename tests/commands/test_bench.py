"""``crowdmon bench``: the shape of its JSON and the sums behind it; no speed is asserted here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crowdmon.__main__ import main
from crowdmon.commands import bench, measuring
from crowdmon.commands.measuring import alternating, described, goal
from tests.fakes import FakeCounter

ROWS = [{"what": "inference", "model": "ssr-hef", "backend": "torch", "device": "cpu", "precision": "f32",
         "size": "720p", "median_ms": 100.0}]  # fmt: skip


def test_the_figures_are_printed_and_written(monkeypatch, capsys, tmp_path: Path) -> None:
    goals = [
        goal("start", "crowdmon --help", limit=0.3, measured=0.2, unit="s"),
        goal("latency", "p95, 720p", limit=250.0, measured=300.0, unit="ms"),
    ]
    monkeypatch.setattr(
        bench, "PARTS", (("inference", lambda before: (ROWS, [])), ("start", lambda b: ([], goals)))
    )
    target = tmp_path / "bench.json"
    assert main(["bench", "--json", str(target)]) == 0
    out = capsys.readouterr().out
    assert "100.0 ms" in out
    assert "at most 0.30 s" in out
    assert "MISSED" in out
    result = json.loads(target.read_text())
    assert result["rows"] == ROWS
    assert [(one["name"], one["ok"]) for one in result["goals"]] == [("start", True), ("latency", False)]
    assert result["machine"]["cores"] >= 1
    assert [path.name for path in tmp_path.iterdir()] == ["bench.json"]


def test_a_part_is_given_the_rows_before_it(monkeypatch) -> None:
    seen: list[object] = []
    parts = (("one", lambda before: (ROWS, [])), ("two", lambda before: (seen.extend(before), ([], []))[1]))
    monkeypatch.setattr(bench, "PARTS", parts)
    assert main(["bench"]) == 0
    assert seen == ROWS


def test_a_place_that_cannot_be_written_is_known_before_anything_is_measured(monkeypatch, capsys) -> None:
    monkeypatch.setattr(bench, "PARTS", (("never", lambda before: 1 / 0),))
    assert main(["bench", "--json", "/nowhere/b.json"]) == 6
    assert "no folder" in capsys.readouterr().err


def test_alternating_takes_turns_and_drops_the_first_round() -> None:
    order: list[str] = []
    taken = alternating([lambda: order.append("a"), lambda: order.append("b")], rounds=3)
    assert order == ["a", "b"] * 4
    assert [len(times) for times in taken] == [3, 3]


@pytest.mark.parametrize(
    ("device", "expected"),
    [
        ("torch cpu f32", {"backend": "torch", "device": "cpu", "precision": "f32"}),
        ("openvino-f32 cpu f32", {"backend": "openvino", "device": "cpu", "precision": "f32"}),
        ("torch NVIDIA H200 f16", {"backend": "cuda", "device": "NVIDIA H200", "precision": "f16"}),
    ],
)
def test_devices_are_taken_apart(device: str, expected: dict[str, str]) -> None:
    assert described(device) == expected


def test_latency_goes_through_the_whole_engine(monkeypatch) -> None:
    monkeypatch.setattr(measuring, "Counter", lambda: FakeCounter())
    monkeypatch.setattr(measuring, "CAMERA", "synthetic:empty?width=64&height=64")
    (row,), (one,) = measuring.latency(ROWS, seconds=0.6)
    assert 0 < row["median_ms"] <= row["p95_ms"] < 5000
    assert one["goal"] == 250.0


def test_back_ends_that_are_the_same_here_are_measured_once(monkeypatch) -> None:
    class Named(FakeCounter):
        def __init__(self, *, backend: str) -> None:
            super().__init__()
            self.device = f"{backend} cpu f32"

    monkeypatch.setattr(measuring, "Counter", Named)
    monkeypatch.setattr(measuring, "installed", lambda: ("openvino", "openvino-f32", "torch"))
    monkeypatch.setattr(measuring, "SIZES", {"small": (64, 64)})
    rows, _ = measuring.inference([])
    assert [(row["backend"], row["size"]) for row in rows] == [("openvino", "small"), ("torch", "small")]
    assert all(row["median_ms"] > 0 for row in rows)
