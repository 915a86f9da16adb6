"""The bundled weights in int8 against float32, on the validation pictures that they were selected by."""

from __future__ import annotations

from pathlib import Path

import pytest

from crowdmon import resources
from crowdmon.counting.counter import Counter
from crowdmon.counting.weights import DEFAULT, load
from crowdmon.values import Frame
from trainer.data.datasets import load as load_dataset
from trainer.quantise import bounds


def counter(precision: str) -> Counter:
    return Counter(backend="openvino", precision=precision)


def test_the_bundled_weights_have_scales_and_say_how_they_compared() -> None:
    scales = load(resources.path(DEFAULT)).scales
    assert scales is not None
    assert set(scales.provenance["compared"]) >= {"shanghaitech_a", "shanghaitech_b", "beijing_brt"}


def test_nobody_is_seen_on_a_wall() -> None:
    rough = counter("int8")
    seen = {name: rough.count(Frame(rgb)).count for name, rgb in bounds.empty_pictures().items()}
    assert max(seen.values()) < 0.5, seen


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.parametrize("name", ["shanghaitech_a", "shanghaitech_b", "beijing_brt"])
def test_int8_counts_as_float_does(name: str, data_root: Path) -> None:
    one = bounds.compare(load_dataset(name, data_root, "val"), counter("f32"), counter("int8"))
    exact, rough = one.errors
    assert abs(one.signed) < 0.005, one.header()
    assert rough < 1.01 * exact, one.header()
