"""A device that no test has seen is compared with the CPU when it starts, and refused with figures."""

from __future__ import annotations

import numpy as np
import pytest

from crowdmon.counting import backends, compare, openvino_backend
from crowdmon.counting.counter import Counter
from crowdmon.counting.openvino_backend import OpenVinoBackend
from crowdmon.counting.weights import Weights
from crowdmon.errors import ConfigError, CountingError
from tests.counting.test_counter import some_weights


class Card:
    """A device that computes as the CPU does, but for what ``fault`` does to it."""

    name, precision, batch = "openvino", "f16", 1

    def __init__(self, weights: Weights, *, threads: int | None, fault: str, device: str = "gpu") -> None:
        self.device, self._fault = device, fault
        self._cpu = OpenVinoBackend(weights, precision="f32", threads=threads)

    def run(self, batch: np.ndarray) -> np.ndarray:
        people = self._cpu.run(batch)
        if self._fault == "half precision":
            return people.astype(np.float16).astype(np.float32)
        if self._fault == "too many":
            return people * np.float32(1.03)
        if self._fault == "elsewhere":  # the same sum, and everybody in the wrong place
            moved = np.zeros_like(people)
            moved[:, 0, 0] = people.sum(axis=(1, 2))
            return moved
        if self._fault == "no numbers":
            return np.full_like(people, np.nan)
        return np.zeros_like(people)


@pytest.fixture
def weights() -> Weights:
    return some_weights()


def made(monkeypatch: pytest.MonkeyPatch, weights: Weights, fault: str) -> Counter:
    entry = backends.BackendEntry("numpy", f"{__name__}:Card", {"fault": fault})
    monkeypatch.setitem(backends.BACKENDS, "card", entry)
    monkeypatch.setattr(backends, "NAMES", (*backends.NAMES, "card"))
    return Counter(weights, backend="card", threads=1)


def test_a_device_that_counts_as_the_cpu_does_is_taken(
    monkeypatch: pytest.MonkeyPatch, weights: Weights
) -> None:
    assert made(monkeypatch, weights, "half precision").device == "openvino gpu f16"


@pytest.mark.parametrize("fault", ["too many", "elsewhere", "no numbers", "nobody"])
def test_one_that_does_not_is_refused_with_figures(
    monkeypatch: pytest.MonkeyPatch, weights: Weights, fault: str
) -> None:
    with pytest.raises(
        CountingError, match=r"openvino on gpu in f16 counts .+ people in .+, the CPU [\d.]+; .* differ"
    ):
        made(monkeypatch, weights, fault)


def test_the_pictures_are_made_and_always_the_same() -> None:
    first, second = compare.pictures(), compare.pictures()
    assert len(first) == 3
    assert all(np.array_equal(second[name], rgb) for name, rgb in first.items())
    assert {rgb.shape for rgb in first.values()} == {(288, 512, 3)}


def test_a_device_that_is_not_there_is_told_with_those_that_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openvino_backend, "devices", lambda: ("CPU", "GPU.0", "GPU.1"))
    with pytest.raises(
        ConfigError, match=r"OpenVINO finds no device npu here\. It finds CPU, GPU\.0, GPU\.1"
    ):
        backends.make("openvino:npu", some_weights())
    assert backends._device("gpu.1") == "GPU.1"
    assert backends._device("gpu") == "GPU"


def test_the_cpu_may_be_named_too() -> None:
    counter = Counter(some_weights(), backend="openvino:CPU", threads=1)
    assert counter.device.startswith("openvino cpu ")


@pytest.mark.parametrize("name", ["openvino:", "torch:0", "auto:GPU", "abacus", "openvino-f32:GPU"])
def test_a_name_that_means_nothing_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match=f"unknown back end '{name}'"):
        backends.check_name(name)
