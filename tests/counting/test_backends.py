"""Which back end runs, what it says of itself, and how it fails."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from crowdmon.counting import backends
from crowdmon.counting.counter import Counter
from crowdmon.counting.onnx_backend import OnnxRuntimeBackend
from crowdmon.counting.openvino_backend import OpenVinoBackend
from crowdmon.counting.weights import save
from crowdmon.errors import ConfigError, CountingError, WeightsError
from crowdmon.values import Frame
from tests.counting.test_counter import picture, some_weights

ROOT = Path(__file__).resolve().parents[2]
EACH = [name for name in backends.NAMES if name != "auto"]


def batch_of(*shape: int, seed: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape, np.float32)


def without_card(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    monkeypatch.setattr(backends, "_has_card", lambda: False)
    monkeypatch.setattr(backends, "find_spec", lambda package: package if package in names else None)


@pytest.mark.parametrize(
    ("there", "chosen"),
    [
        (("torch", "onnxruntime", "openvino"), "openvino"),
        (("torch", "onnxruntime"), "onnxruntime"),
        (("torch",), "torch"),
    ],
)
def test_the_quickest_that_is_installed_is_chosen(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, there: tuple[str, ...], chosen: str
) -> None:
    without_card(monkeypatch, *there)
    with caplog.at_level(logging.INFO, logger="crowdmon"):
        counter = Counter(some_weights())
    assert counter.device.split()[0] == chosen
    assert f"counting with {chosen} on" in caplog.text


def test_a_card_comes_first(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(backends, "_has_card", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert backends._best() == "torch"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert backends._best() == "openvino"
    assert "this build of torch cannot use it" in caplog.text


def test_without_any_back_end_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    without_card(monkeypatch)
    with pytest.raises(ConfigError, match=r"no back end is installed\. pip install openvino"):
        Counter(some_weights())


@pytest.mark.parametrize("name", EACH)
def test_one_that_is_missing_is_an_error_and_never_another(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    package = name.removesuffix("-f32")
    without_card(monkeypatch, *({"openvino", "onnxruntime", "torch"} - {package}))
    with pytest.raises(ConfigError, match=f"back end {name} is not installed. pip install {package}"):
        Counter(some_weights(), backend=name)


def test_one_that_is_installed_and_broken_is_an_error_and_never_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    without_card(monkeypatch, "openvino", "onnxruntime", "torch")
    for module in ("forms", "openvino_backend", "openvino_runtime"):
        monkeypatch.delitem(sys.modules, f"crowdmon.counting.{module}", raising=False)
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(CountingError, match=r"back end openvino cannot be loaded: .*Install openvino again"):
        Counter(some_weights())


def test_no_driver_means_no_card(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_library(name: str) -> None:
        raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr(backends.ctypes, "CDLL", no_library)
    assert backends._has_card() is False


def test_each_says_what_it_is() -> None:
    made = {name: backends.make(name, some_weights(), threads=1) for name in EACH}
    assert [one.name for one in made.values()] == ["openvino", "openvino", "onnxruntime", "torch"]
    assert made["openvino-f32"].precision == made["onnxruntime"].precision == "f32"
    assert made["openvino"].precision in ("bf16", "f32")


def test_a_cpu_counts_without_torch_and_tells_nobody(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    save(some_weights(), tmp_path / "w.safetensors")
    code = f"""
import sys
import crowdmon.counting.backends as backends
early = {{"torch", "openvino", "onnxruntime", "cv2"}} & set(sys.modules)
assert not early, early
backends._has_card = lambda: False
import numpy
from pathlib import Path
from crowdmon.counting.counter import Counter
from crowdmon.values import Frame
counter = Counter(Path({str(tmp_path / "w.safetensors")!r}))
assert counter.count(Frame(numpy.zeros((40, 50, 3), numpy.uint8))).people.shape == (5, 7)
assert counter.device.startswith("openvino cpu "), counter.device
assert "torch" not in sys.modules
assert not sys.modules.get("openvino_telemetry"), "OpenVINO reports its use"
assert len(sys._current_frames()) == 1, "a thread nobody asked for"
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=ROOT,
        env={**os.environ, "HOME": str(home)},
    )
    assert done.returncode == 0, done.stderr
    assert list(home.iterdir()) == []


def test_openvino_is_imported_in_one_place_only() -> None:
    importing = re.compile(r"^\s*(import|from) openvino\b", re.MULTILINE)
    sources = [*(ROOT / "crowdmon").rglob("*.py"), *(ROOT / "trainer").rglob("*.py")]
    found = [path.name for path in sources if importing.search(path.read_text(encoding="utf-8"))]
    assert found == ["openvino_runtime.py"]


@pytest.mark.parametrize("name", EACH)
def test_a_batch_counts_as_its_pictures_do(name: str) -> None:
    made = backends.make(name, some_weights(), threads=1)
    batch = batch_of(3, 3, 64, 96)
    together = made.run(batch)
    assert together.shape == (3, 8, 12)
    alone = np.concatenate([made.run(batch[index : index + 1]) for index in range(3)])
    np.testing.assert_allclose(together, alone, rtol=2e-2 if made.precision == "bf16" else 1e-5, atol=1e-6)


@pytest.mark.parametrize("name", EACH)
def test_a_result_stays_when_the_next_picture_comes(name: str) -> None:
    made = backends.make(name, some_weights(), threads=1)
    first = made.run(batch_of(1, 3, 64, 64, seed=1))
    kept = first.copy()
    made.run(batch_of(1, 3, 64, 64, seed=2))
    assert np.array_equal(first, kept)


@pytest.mark.parametrize("name", EACH)
def test_a_picture_it_cannot_take_is_one_line_of_error(name: str) -> None:
    made = backends.make(name, some_weights(), threads=1)
    with pytest.raises(CountingError, match=f"{made.name} on .* failed: ..") as caught:
        made.run(batch_of(1, 4, 64, 64))
    assert "\n" not in str(caught.value)
    assert "Exception from" not in str(caught.value)
    assert made.run(batch_of(1, 3, 64, 64)).shape == (1, 8, 8)


@pytest.mark.parametrize("name", EACH)
def test_weights_that_do_not_fit_are_refused(name: str) -> None:
    one = some_weights()
    tensors = {**one.tensors, "fuse.0.weight": np.zeros((1, 2, 3), np.float32)}
    with pytest.raises(WeightsError, match=r"does not fit its own network: .*fuse\.0\.weight"):
        backends.make(name, type(one)(tensors, one.network, one.preprocess))


def test_weights_that_are_not_numbers_are_never_a_count_of_nobody() -> None:
    one = some_weights()
    tensors = {**one.tensors, "head.2.bias": np.array([np.nan], np.float32)}
    for name in EACH:
        with pytest.raises((WeightsError, CountingError), match="not numbers"):
            Counter(type(one)(tensors, one.network, one.preprocess), backend=name).count(
                Frame(picture(32, 32))
            )


def test_threads_are_those_asked_for() -> None:
    openvino = OpenVinoBackend(some_weights(), threads=1)
    compiled = openvino._any.get_compiled_model()
    assert compiled.get_property("INFERENCE_NUM_THREADS") == 1
    runtime = OnnxRuntimeBackend(some_weights(), threads=1)
    assert runtime._session.get_session_options().intra_op_num_threads == 1


@pytest.mark.parametrize("precision", [None, "f32"])
def test_a_steady_size_gets_its_own_network_and_the_same_count(
    monkeypatch: pytest.MonkeyPatch, precision: str | None
) -> None:
    monkeypatch.setattr(OpenVinoBackend, "steady", 3)
    made = OpenVinoBackend(some_weights(), precision=precision, threads=1)
    batches = [batch_of(1, 3, 64, 32 * width) for width in range(1, 5)]
    early = [made.run(batch) for batch in batches]
    assert not made._own
    for batch, wanted in zip(batches, early, strict=True):
        for _ in range(4):
            assert np.array_equal(made.run(batch), wanted)
        assert batch.shape in made._own
    assert len(made._own) == made.kept
    assert np.array_equal(made.run(batches[0]), early[0])  # its own network is gone again


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
@pytest.mark.parametrize("name", ["openvino", "openvino-f32", "onnxruntime"])
def test_pictures_of_many_sizes_do_not_add_up_in_memory(name: str, tmp_path: Path) -> None:
    save(some_weights(), tmp_path / "w.safetensors")
    code = f"""
import numpy
from pathlib import Path
from crowdmon.counting import backends
from crowdmon.counting.weights import load

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 // 2**20

made = backends.make({name!r}, load(Path({str(tmp_path / "w.safetensors")!r})), threads=1)
seen = []
for rows, columns in [(16, 16), *numpy.ndindex(8, 16)]:
    made.run(numpy.zeros((1, 3, 32 * rows + 32, 32 * columns + 32), numpy.float32))
    seen.append(resident())
assert max(seen[40:]) - max(seen[:40]) < 48, seen
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=90, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr


class Constant:
    """A back end that only this test knows."""

    name, device, precision, batch = "constant", "cpu", "f32", 1

    def __init__(self, weights: object, *, threads: int | None, people: float) -> None:
        self.people = people

    def run(self, batch: np.ndarray) -> np.ndarray:
        return np.full((len(batch), batch.shape[2] // 8, batch.shape[3] // 8), self.people, np.float32)


def test_a_new_back_end_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = backends.BackendEntry("numpy", f"{__name__}:Constant", {"people": 2.0})
    monkeypatch.setitem(backends.BACKENDS, "constant", entry)
    monkeypatch.setattr(backends, "NAMES", (*backends.NAMES, "constant"))
    made = backends.make("constant", some_weights(), threads=1)
    assert made.run(np.zeros((1, 3, 32, 32), np.float32)).sum() == 32.0
