"""``crowdmon bench``: the shape of its JSON and the sums behind it; no speed is asserted here."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from crowdmon.__main__ import main
from crowdmon.bench import (
    deciding as bench_deciding,
)
from crowdmon.bench import (
    harness as measuring,
)
from crowdmon.bench import (
    history as bench_history,
)
from crowdmon.bench import (
    inference as bench_inference,
)
from crowdmon.bench import (
    offline as bench_offline,
)
from crowdmon.bench import (
    profile as bench_profile,
)
from crowdmon.bench import (
    run as bench,
)
from crowdmon.bench import (
    tables as bench_tables,
)
from crowdmon.bench.harness import Bench, alternating, goal
from crowdmon.bench.inference import described
from crowdmon.bench.processor import Kind
from crowdmon.counting import reference
from crowdmon.counting.network_config import NetworkConfig
from crowdmon.counting.openvino_backend import OpenVinoBackend
from crowdmon.counting.preprocess import Preprocess
from crowdmon.counting.torch_backend import TorchBackend
from crowdmon.counting.weights import Weights
from crowdmon.errors import CountingError, CrowdmonError
from crowdmon.values import Frame
from tests.counting.test_counter import some_weights
from tests.fakes import FakeCounter

ROWS = [{"what": "inference", "model": "ssr-hef", "backend": "torch", "device": "cpu", "precision": "f32",
         "size": "720p", "median_ms": 100.0}]  # fmt: skip
GOALS = [
    goal("start", "crowdmon --help", limit=0.3, measured=0.2, unit="s"),
    goal("latency", "p95 of arrival to reading, 720p", limit=250.0, measured=300.0, unit="ms"),
    goal("vs-mcnn", "openvino bf16, 512x1024", limit=25.0, measured=31.4, unit="x", at_least=True),
]


def test_decisions_are_measured_with_a_goal(tmp_path: Path) -> None:
    (row,), (wanted,) = bench_deciding.deciding(Bench(tmp_path))
    assert row["cameras"] == 16
    assert row["percent_of_core"] == wanted["measured"] > 0
    assert (wanted["goal"], wanted["bound"]) == (1.0, "at most")


def test_a_day_of_history_is_written_and_asked(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bench_history, "_DAY", 7200.0)
    monkeypatch.setattr(measuring, "_PAUSE", 0.0)
    rows, goals = bench_history.history(Bench(tmp_path))
    assert [row["part"] for row in rows] == ["an hour of one ROI", "a day of one ROI, minute by minute"]
    assert all(row["median_ms"] > 0 for row in rows)
    assert goals == []


def test_starts_are_those_of_a_user_and_one_is_of_a_recording(monkeypatch, tmp_path: Path) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(bench_offline, "process", lambda words: started.append(words))
    monkeypatch.setattr(bench_offline, "_PICTURES", 2)
    monkeypatch.setattr(measuring, "_PAUSE", 0.0)
    rows, goals = bench_offline.start(Bench(tmp_path))
    assert started[1][:3] == ["-m", "crowdmon", "count"]
    assert started[2][3] == str(tmp_path / "plaza.mp4")
    assert [one["of"] for one in goals] == [row["command"] for row in rows]
    assert [one["goal"] for one in goals] == [0.15, 5.0, 2.0]


def test_the_class_and_a_sentence_are_printed(monkeypatch, capsys, tmp_path: Path) -> None:
    held = [{"what": "cameras", "cameras": 5, "held": True}]
    monkeypatch.setattr(bench, "PARTS", (("cameras", lambda b: (held, [])),))
    target, page = tmp_path / "b.json", tmp_path / "b.md"
    assert main(["bench", "--json", str(target), "--markdown", str(page)]) == 0
    said = "This machine counts 5 cameras of 720p twice a second."
    out = capsys.readouterr().out
    assert out.splitlines()[-1] == said
    assert "class: " in out
    assert page.read_text().splitlines()[-1] == said
    result = json.loads(target.read_text())
    assert result["sentence"] == said
    assert result["machine"]["class"] in list(Kind)
    assert {"processor", "cores", "system", "python", "crowdmon"} <= set(result["machine"])


@pytest.mark.parametrize(
    ("flags", "said"),
    [(None, "the system does not tell"), ([], "flags: none"), (["avx2"], "flags: avx2")],
)
def test_unknown_flags_are_said_to_be_unknown(flags: list[str] | None, said: str) -> None:
    assert said in bench_tables.kind({"class": "AVX2", "flags": flags})


def test_the_figures_are_printed_and_written(monkeypatch, capsys, tmp_path: Path) -> None:
    monkeypatch.setattr(
        bench, "PARTS", (("inference", lambda b: (ROWS, [])), ("start", lambda b: ([], GOALS)))
    )
    json_file, markdown = tmp_path / "bench.json", tmp_path / "bench.md"
    assert main(["bench", "--json", str(json_file), "--markdown", str(markdown)]) == 0
    said = capsys.readouterr()
    for text in ("100.0 ms", "at most 0.3 s", "MISSED", "at least 25 x", "31.4 x"):
        assert text in said.out
    assert "inference: " in said.err
    result = json.loads(json_file.read_text())
    assert result["rows"] == ROWS
    assert [(one["name"], one["ok"]) for one in result["goals"]] == [
        ("start", True), ("latency", False), ("vs-mcnn", True)
    ]  # fmt: skip
    assert result["machine"]["cores"] >= 1
    table = markdown.read_text()
    assert "| latency | p95 of arrival to reading, 720p | at most 250 ms | 300 ms | MISSED |" in table
    assert "| inference | ssr-hef torch cpu f32 | 720p | 100.0 ms |" in table
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bench.json", "bench.md"]


def test_a_part_is_given_the_rows_before_it_and_the_form(monkeypatch) -> None:
    seen: list[Bench] = []
    parts = (("one", lambda b: (ROWS, [])), ("two", lambda b: (seen.append(b), ([], []))[1]))
    monkeypatch.setattr(bench, "PARTS", parts)
    assert main(["bench", "--long"]) == 0
    assert seen[0].rows == ROWS
    assert seen[0].long
    assert seen[0].rounds > Bench(Path()).rounds
    assert not seen[0].folder.exists()


def test_a_part_that_fails_is_named_and_the_others_are_kept(monkeypatch, capsys, tmp_path: Path) -> None:
    def fails(_: Bench) -> measuring.Figures:
        raise CountingError("no H.264 encoder")

    monkeypatch.setattr(bench, "PARTS", (("cameras", fails), ("start", lambda b: ([], GOALS))))
    target = tmp_path / "bench.json"
    assert main(["bench", "--json", str(target)]) == 1
    assert "cameras could not be measured: no H.264 encoder" in capsys.readouterr().err
    result = json.loads(target.read_text())
    assert result["failed"] == [{"part": "cameras", "why": "no H.264 encoder"}]
    assert len(result["goals"]) == 3


def test_a_place_that_cannot_be_written_is_known_before_anything_is_measured(monkeypatch, capsys) -> None:
    monkeypatch.setattr(bench, "PARTS", (("never", lambda b: 1 / 0),))
    assert main(["bench", "--json", "/nowhere/b.json"]) == 6
    assert main(["bench", "--markdown", "/nowhere/b.md"]) == 6
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
        ("openvino cpu bf16", {"backend": "openvino", "device": "cpu", "precision": "bf16"}),
        ("torch NVIDIA H200 f16", {"backend": "cuda", "device": "NVIDIA H200", "precision": "f16"}),
    ],
)
def test_devices_are_taken_apart(device: str, expected: dict[str, str]) -> None:
    assert described(device) == expected


def test_every_model_and_back_end_gets_its_row(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(measuring, "_PAUSE", 0.0)
    monkeypatch.setattr(Bench, "rounds", 1)
    monkeypatch.setattr(OpenVinoBackend, "steady", 1)
    monkeypatch.setattr(bench_inference, "SIZES", {"512x1024": (64, 64), "720p": (96, 64)})
    monkeypatch.setattr(bench_inference, "load", lambda path: some_weights())
    monkeypatch.setattr(reference.matrix_product, "__kwdefaults__", {"side": 8, "device": "cpu"})
    rows, goals = bench_inference.inference(Bench(tmp_path))
    kinds = {(row["what"], row.get("model"), row["backend"], row["precision"]) for row in rows}
    for backend in ("torch-eager", "torch", "openvino", "onnxruntime"):
        assert ("inference", "ssr-hef", backend, "f32") in kinds
    for model in ("mcnn", "csrnet"):
        found = [row["backend"] for row in rows if row.get("model") == model]
        assert found == ["torch-eager", "openvino"]
    counts = [(row["size"], row.get("part")) for row in rows if row["what"] == "count"]
    assert counts == [("512x1024", None), ("720p", None), ("720p", "ROIs only")]
    assert all(row["median_ms"] > 0 for row in rows)
    together = next(row for row in rows if row["what"] == "together")
    assert together["batch"] == bench_inference.TOGETHER
    names = [one["name"] for one in goals]
    assert names[:3] == ["vs-mcnn", "vs-csrnet", "peak"]
    assert {one["bound"] for one in goals} == {"at least"}


def figure(model: str, backend: str, precision: str, ms: float, **more: float) -> measuring.Row:
    return {"what": "inference", "model": model, "backend": backend, "precision": precision,
            "size": "512x1024", "median_ms": ms, **more}  # fmt: skip


WANTED = {"mcnn": 25.0, "csrnet": 50.0}


def test_networks_are_compared_by_the_best_back_end_and_peaks_by_precision() -> None:
    rows = [
        figure("ssr-hef", "openvino", "bf16", 20.0, gflop_per_s=500.0),
        figure("ssr-hef", "openvino", "f32", 40.0, gflop_per_s=250.0),
        figure("ssr-hef", "onnxruntime", "f32", 50.0, gflop_per_s=200.0),
        figure("ssr-hef", "torch-eager", "f32", 1.0, gflop_per_s=9999.0),
        figure("ssr-hef", "cuda", "f16", 0.5, gflop_per_s=9999.0),
        figure("mcnn", "torch-eager", "f32", 800.0),
        figure("mcnn", "openvino", "bf16", 80.0),
        figure("csrnet", "torch-eager", "f32", 900.0),
        {"what": "matrix product", "backend": "torch", "precision": "f32", "gflop_per_s": 200.0, "size": "4"},
        {
            "what": "matrix product",
            "backend": "torch",
            "precision": "bf16",
            "gflop_per_s": 1000.0,
            "size": "4",
        },
    ]
    found = {(one["name"], one["of"]): (one["measured"], one["ok"]) for one in
             [*bench_inference._faster(rows, WANTED), *bench_inference._near(rows)]}  # fmt: skip
    assert found == {
        ("vs-mcnn", "openvino bf16, 512x1024"): (40.0, True),
        ("vs-csrnet", "openvino bf16, 512x1024"): (45.0, False),
        ("peak", "f32, 512x1024"): (125.0, True),
        ("peak", "bf16, 512x1024"): (50.0, False),
    }


def test_the_peak_is_measured_only_in_precisions_that_ours_runs_in() -> None:
    def entry(model: str, precision: str) -> bench_inference.Entry:
        named = {"backend": "openvino", "device": "cpu", "precision": precision}
        return {"what": "inference", "model": model, **named, "size": "512x1024"}, lambda: None

    entries = [entry("ssr-hef", "int8"), entry("ssr-hef", "f32"), entry("csrnet", "bf16")]
    found = [row["precision"] for row, _ in bench_inference._products(entries)]
    assert found == ["f32"]


def test_a_recording_is_decoded_and_counted_alone_and_together(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bench_offline, "Counter", FakeCounter)
    monkeypatch.setattr(bench_offline, "SCENE", "synthetic:empty?width=64&height=64")
    monkeypatch.setattr(bench_offline, "_PICTURES", 12)
    rows, (one,) = bench_offline.offline(Bench(tmp_path))
    assert [row["command"] for row in rows] == ["decoding alone", "counting alone", "crowdmon count"]
    slower = max(rows[0]["median_ms"], rows[1]["median_ms"])
    assert one["measured"] == pytest.approx(100 * slower / rows[2]["median_ms"])
    assert (one["name"], one["bound"], one["goal"]) == ("offline", "at least", 90.0)


def test_a_process_that_fails_says_why() -> None:
    with pytest.raises(CrowdmonError, match=r"ended with 3: .*no such file"):
        measuring.process(["-m", "crowdmon", "count", "nowhere.mp4"])


def test_a_profile_has_the_longest_layers_in_their_order(monkeypatch, capsys) -> None:
    layers = [(f"conv {number}", "gemm", float(number % 30 + 1)) for number in range(40)]
    lines = bench_profile.lines(layers)
    assert [line[0] for line in lines[:2]] == ["conv 7", "conv 8"]
    assert lines[-2][0] == "15 others"
    assert lines[-1] == ("all", "", f"{sum(ms for _, _, ms in layers):.3f}", "100.0 %")


def test_the_profile_is_of_the_network_that_counts(monkeypatch, capsys) -> None:
    monkeypatch.setattr(bench_profile, "load", lambda path: some_weights())
    monkeypatch.setattr(bench_profile, "SIZES", {"512x1024": (64, 32)})
    monkeypatch.setattr(bench_profile, "picture", lambda w, h: Frame(np.zeros((h, w, 3), np.uint8)))
    assert main(["bench", "--profile"]) == 0
    out = capsys.readouterr().out
    assert "openvino f32, 512x1024" in out
    assert "torch f32, 512x1024" in out
    assert "conv" in out.lower()


def test_the_arithmetic_is_that_of_the_weights_at_hand() -> None:
    config = NetworkConfig(norm=False, classes=0)
    batch = Preprocess().prepare(np.zeros((512, 1024, 3), np.uint8))
    one = bench_inference._gflop(config, batch)
    other = bench_inference._gflop(NetworkConfig(norm=False, classes=0, msrf=64), batch)
    assert 9 < one < other < 20
    assert isinstance(some_weights(), Weights)


def test_a_card_is_measured_where_there_is_one(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bench_inference, "load", lambda path: some_weights())
    assert bench_inference.card(Bench(tmp_path)) == ([], [])
    monkeypatch.setattr(bench_inference, "SIZES", {"512x1024": (64, 32)})
    monkeypatch.setattr(measuring, "_PAUSE", 0.0)
    cpu = reference.matrix_product("f32", side=8)
    monkeypatch.setattr(reference, "matrix_product", lambda precision, device: cpu)

    class Card(TorchBackend):
        def __init__(self, weights: Weights) -> None:
            super().__init__(weights)
            self.device = "a card"

    monkeypatch.setattr("crowdmon.counting.torch_backend.TorchBackend", Card)
    rows, (one, many) = bench_inference.card(Bench(tmp_path))
    assert [(row["what"], row.get("batch")) for row in rows] == [
        ("on the card", 1), ("on the card", 16), ("matrix product", None)
    ]  # fmt: skip
    assert {row["backend"] for row in rows} == {"cuda"}
    assert rows[0]["percent_of_peak"] == pytest.approx(100 * rows[0]["gflop_per_s"] / rows[2]["gflop_per_s"])
    assert (one["name"], one["bound"], one["measured"]) == ("card", "at most", rows[0]["median_ms"])
    assert (many["name"], many["bound"], many["measured"]) == ("card", "at least", rows[1]["pictures_per_s"])
