"""The counter's factory: wrong options are refused at once, the network is loaded only when it is built."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from crowdmon.counting.counter import Counter
from crowdmon.counting.factory import make_counter_factory
from crowdmon.counting.weights import save
from crowdmon.errors import ConfigError, WeightsError
from tests.counting.test_counter import some_weights


def test_it_builds_a_counter_with_the_given_weights_and_back_end(tmp_path: Path) -> None:
    save(some_weights(), tmp_path / "mine.safetensors")
    made = make_counter_factory(tmp_path / "mine.safetensors", "onnxruntime")()
    assert isinstance(made, Counter)
    assert made.weights.path == tmp_path / "mine.safetensors"
    assert made.device.startswith("onnxruntime ")


def test_wrong_options_are_refused_before_anything_is_built(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="unknown back end 'abacus'"):
        make_counter_factory(backend="abacus")
    with pytest.raises(WeightsError, match="no weights file at"):
        make_counter_factory(tmp_path / "none.safetensors")


def test_making_the_factory_loads_no_library() -> None:
    code = (
        "import sys; from crowdmon.counting.factory import make_counter_factory as make; make(None, 'auto'); "
        "make(None, 'torch'); assert not {'torch', 'openvino', 'onnxruntime'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
