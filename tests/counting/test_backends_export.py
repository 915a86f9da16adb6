"""What is exported is read back by its own runtime, fed as its header says, and counts the same."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from crowdmon.__main__ import main
from crowdmon.counting.backend import reason
from crowdmon.counting.counter import Counter
from crowdmon.counting.export import export
from crowdmon.counting.openvino_runtime import core, openvino
from crowdmon.counting.preprocess import Preprocess
from crowdmon.counting.weights import Weights, save
from crowdmon.errors import ConfigError, SinkError
from crowdmon.values import Frame
from tests.counting.test_counter import picture, some_weights

Reader = Callable[[Path], tuple[dict[str, object], Callable[[np.ndarray], np.ndarray]]]


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    some = some_weights()
    said = {"name": 'dots & "quotes" <é>', "data": ["one", "two"]}
    fed = Preprocess(mean=(0.4, 0.5, 0.6), density_scale=25.0)
    save(Weights(some.tensors, some.network, fed, provenance=said), tmp_path / "mine.safetensors")
    return tmp_path / "mine.safetensors"


def read_onnx(path: Path) -> tuple[dict[str, object], Callable[[np.ndarray], np.ndarray]]:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    header = json.loads(session.get_modelmeta().custom_metadata_map["crowdmon"])
    return header, lambda batch: session.run(["density"], {"picture": batch})[0]


def read_openvino(path: Path) -> tuple[dict[str, object], Callable[[np.ndarray], np.ndarray]]:
    model = core().read_model(path)
    compiled = core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return json.loads(model.get_rt_info("crowdmon").value), lambda batch: compiled({"picture": batch})[
        "density"
    ]


@pytest.mark.parametrize(
    ("form", "name", "read"), [("onnx", "crowd.onnx", read_onnx), ("openvino", "crowd.xml", read_openvino)]
)
def test_it_counts_the_same_elsewhere(
    form: str, name: str, read: Reader, weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "there"
    out.mkdir()
    assert main(["export", "--format", form, "--weights", str(weights), str(out / name)]) == 0
    assert str(out / name) in capsys.readouterr().out
    assert {one.name for one in out.iterdir()} == {name, *(["crowd.bin"] if form == "openvino" else [])}

    header, run = read(out / name)
    assert header["provenance"] == {"name": 'dots & "quotes" <é>', "data": ["one", "two"]}
    fed = Preprocess.from_header(header["preprocess"])  # type: ignore[arg-type]
    assert fed.density_scale == 25.0
    rgb = picture(75, 131)
    people = fed.people(run(fed.prepare(rgb))[0, 0], height=75, width=131)
    wanted = Counter(weights, backend="torch").count(Frame(rgb))
    np.testing.assert_allclose(people, wanted.people, rtol=1e-4, atol=1e-5 * float(wanted.people.max()))
    assert people.sum(dtype=float) == pytest.approx(wanted.count, rel=1e-5)


def test_an_export_is_whole_or_not_there(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise RuntimeError("Exception from src/core/pass/serialize.cpp:1:\nno space left on device\n")

    out = tmp_path / "there"
    out.mkdir()
    monkeypatch.setattr(openvino, "save_model", full)
    with pytest.raises(SinkError, match=r"cannot write .*crowd\.xml: no space left on device") as caught:
        export(some_weights(), out / "crowd.xml", form="openvino")
    assert "\n" not in str(caught.value)
    assert list(out.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--format", "onnx", "crowd.xml"], 2, "does not end in .onnx"),
        (["--format", "onnx", "nowhere/crowd.onnx"], 6, "no folder nowhere"),
        (["--format", "pickle", "crowd.pkl"], 2, "pickle"),
        (["--format", "onnx", "--weights", "no.safetensors", "crowd.onnx"], 4, "no weights file"),
        (["crowd.onnx"], 2, "--format"),
    ],
)
def test_what_is_wrong_is_said_on_one_line(
    words: list[str], code: int, said: str, tmp_path: Path, monkeypatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["export", *words]) == code
    error = capsys.readouterr().err
    assert said in error
    assert list(tmp_path.iterdir()) == []


def test_openvino_s_format_needs_openvino(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delitem(sys.modules, "crowdmon.counting.openvino_runtime")
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(ConfigError, match=r"back end openvino is not installed\. pip install openvino"):
        export(some_weights(), tmp_path / "crowd.xml", form="openvino")
    assert list(tmp_path.iterdir()) == []


def test_a_message_is_told_by_the_line_that_says_something() -> None:
    said = "Exception from a.cpp:1:\nCheck 'x' failed at b.cpp:2:\n\nthe picture is too large\n\n"
    assert reason(RuntimeError(said)) == "the picture is too large"
    assert reason(MemoryError()) == "out of memory"
    assert reason(RuntimeError()) == "RuntimeError"
    assert reason(OSError(28, "No space left on device", "/somewhere/.hidden")) == "No space left on device"
