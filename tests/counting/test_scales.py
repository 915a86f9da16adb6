"""The int8 form: filters in whole steps, scales that travel, the same count however it is computed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from crowdmon.counting.counter import Counter
from crowdmon.counting.graph import BRANCHES, JOINED
from crowdmon.counting.openvino_backend import OpenVinoBackend
from crowdmon.counting.scales import PICTURE_STEPS, STEPS, Scales, fingerprint, rounded, step_of
from crowdmon.counting.weights import Weights, load, save
from crowdmon.errors import ConfigError, WeightsError
from crowdmon.values import Frame
from tests.counting.test_backends_graph import random_weights, some_batch
from tests.counting.test_counter import picture, some_weights

TENSORS = (
    "picture", "stem", "stages.0.0.0", "segment.0", "stages.1.0.0", "stages.1.1.0", "segment.1",
    "stages.2.0.0", "stages.2.1.0", "stages.2.2.0", "stages.2.3.0", "segment.2", "refined", "fuse.0",
    "enhance.attend", "head.0.0",
)  # fmt: skip

FILTERS = st.tuples(st.integers(1, 4), st.integers(1, 7), st.sampled_from((1, 3))).flatmap(
    lambda shape: arrays(
        np.float32, (shape[0], shape[1], shape[2], shape[2]), elements=st.floats(-3, 3, width=32)
    )
)


def quantised(weights: Weights, most: float = 8.0) -> Weights:
    """The same weights with one scale for everything."""
    return replace(weights, scales=Scales({**dict.fromkeys(TENSORS, most), "picture": 2.1}))


@given(FILTERS)
def test_two_neighbours_never_exceed_what_sixteen_bits_hold(filters: np.ndarray) -> None:
    whole, _ = rounded(filters)
    steps = whole.astype(int)
    steps = np.pad(steps, ((0, 0), (0, steps.shape[1] % 2), (0, 0), (0, 0)))
    for side in (steps, -steps):
        pairs = np.maximum(side, 0)[:, 0::2] + np.maximum(side, 0)[:, 1::2]
        assert STEPS * pairs.max() <= np.iinfo(np.int16).max


@given(FILTERS)
def test_no_weight_is_off_by_a_step_and_their_errors_cancel(filters: np.ndarray) -> None:
    whole, step = rounded(filters)
    errors = whole - filters / step[:, None, None, None]
    assert np.abs(errors).max() < 1.001
    assert (
        np.abs(errors.sum(axis=(2, 3))).max() < 1.001
    )  # of a kernel; a half but for the few that were turned
    assert np.abs(errors.sum(axis=(1, 2, 3))).max() < 0.501  # of a filter
    assert not whole[filters == 0].any()
    assert np.isfinite(step).all()


def test_a_filter_of_zeros_stays_one() -> None:
    whole, step = rounded(np.zeros((2, 3, 3, 3), np.float32))
    assert not whole.any()
    assert (step > 0).all()


def test_steps_of_a_picture_go_both_ways() -> None:
    assert step_of("picture", 2.0) == (np.float32(2 / PICTURE_STEPS), -128, 127)
    assert step_of("stem", 2.0) == (np.float32(2 / STEPS), 0, 255)


@pytest.mark.parametrize("batch", [(1, 64, 96), (2, 96, 64)])
def test_both_forms_of_the_stem_count_the_same_to_the_last_digit(batch: tuple[int, int, int]) -> None:
    weights = quantised(random_weights())
    joined, branches = (
        OpenVinoBackend(weights, precision="int8", stem=stem, threads=1) for stem in (JOINED, BRANCHES)
    )
    pixels = some_batch(*batch)
    counted = joined.run(pixels)
    assert counted.sum() > 0
    np.testing.assert_allclose(branches.run(pixels), counted, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("precision", ["f32", "bf16"])
def test_both_forms_of_the_stem_count_the_same_in_float(precision: str) -> None:
    joined, branches = (
        OpenVinoBackend(random_weights(), precision=precision, stem=stem, threads=1).run(
            some_batch(1, 64, 96)
        )
        for stem in (JOINED, BRANCHES)
    )
    within = 1e-5 if precision == "f32" else 2e-2
    assert branches.sum(dtype=float) == pytest.approx(joined.sum(dtype=float), rel=within)


def test_int8_is_near_float32_and_is_not_it() -> None:
    weights = random_weights()
    exact = OpenVinoBackend(weights, precision="f32", threads=1).run(some_batch(1, 64, 96))
    rough = OpenVinoBackend(quantised(weights), precision="int8", threads=1).run(some_batch(1, 64, 96))
    assert rough.sum() == pytest.approx(exact.sum(), rel=0.1)
    assert not np.array_equal(rough, exact)


CODE = """
import sys
from pathlib import Path
import numpy as np
from crowdmon.counting.openvino_backend import OpenVinoBackend
from crowdmon.counting.weights import load
made = OpenVinoBackend(load(Path(sys.argv[1])), precision="int8", threads=1)
np.save(sys.argv[2], made.run(np.load(sys.argv[3])))
"""


@pytest.mark.slow
def test_every_processor_counts_the_same(tmp_path: Path) -> None:
    """Without VNNI, products are added in sixteen bits; large weights and activations must not be cut off."""
    weights = random_weights()
    # Scales that are far too small: nearly every activation is at its highest step.
    save(quantised(weights, most=0.05), tmp_path / "w.safetensors")
    np.save(tmp_path / "pixels.npy", some_batch(1, 64, 96))
    counted = []
    for kind in ("", "AVX2", "AVX512_CORE"):
        out = tmp_path / f"{kind}.npy"
        words = [sys.executable, "-c", CODE, tmp_path / "w.safetensors", out, tmp_path / "pixels.npy"]
        named = {"ONEDNN_MAX_CPU_ISA": kind} if kind else {}
        subprocess.run(list(map(str, words)), check=True, timeout=120, env={**os.environ, **named})
        counted.append(np.load(out))
    for other in counted[1:]:
        np.testing.assert_allclose(other, counted[0], rtol=1e-4, atol=1e-5 * float(counted[0].max()))


def test_scales_travel_in_the_file_and_leave_the_tensors_alone(tmp_path: Path) -> None:
    plain = some_weights()
    save(plain, tmp_path / "plain.safetensors")
    save(quantised(plain), tmp_path / "int8.safetensors")
    one, other = load(tmp_path / "plain.safetensors"), load(tmp_path / "int8.safetensors")
    assert one.scales is None
    assert other.scales == quantised(plain).scales
    assert all(np.array_equal(other.tensors[key], value) for key, value in one.tensors.items())
    tail = [(tmp_path / name).read_bytes()[-4096:] for name in ("plain.safetensors", "int8.safetensors")]
    assert tail[0] == tail[1]


def test_scales_of_other_tensors_are_left_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    weights = quantised(some_weights())
    assert weights.scales is not None
    measured = replace(weights, scales=replace(weights.scales, of=fingerprint(weights.tensors)))
    save(measured, tmp_path / "w.safetensors")
    assert load(tmp_path / "w.safetensors").scales == measured.scales
    retrained = {key: value + np.float32(0.01) for key, value in weights.tensors.items()}
    save(replace(measured, tensors=retrained), tmp_path / "w.safetensors")
    assert load(tmp_path / "w.safetensors").scales is None
    assert "was trained since its scales" in caplog.text


@pytest.mark.parametrize(
    "said",
    [
        {"most": {"stem": 0}},
        {"most": {"stem": -1.0}},
        {"most": {"stem": "wide"}},
        {"most": {"stem": True}},
        {"most": {"stem": 1e9}},
        {"most": 3},
        {},
        [1],
        {"most": dict.fromkeys(map(str, range(2000)), 1.0)},
    ],
)
def test_scales_that_make_no_sense_are_refused(tmp_path: Path, said: Any) -> None:
    path = tmp_path / "w.safetensors"
    save(quantised(some_weights()), path)
    raw = path.read_bytes()
    length = int.from_bytes(raw[:8], "little")
    head = json.loads(raw[8 : 8 + length])
    inner = {**json.loads(head["__metadata__"]["crowdmon"]), "int8": said}
    head["__metadata__"]["crowdmon"] = json.dumps(inner)
    written = json.dumps(head).encode()
    path.write_bytes(len(written).to_bytes(8, "little") + written + raw[8 + length :])
    if said == {}:  # as if there were none
        assert load(path).scales is None
        return
    with pytest.raises(WeightsError, match="header that cannot be used"):
        load(path)


@given(
    st.dictionaries(st.text(max_size=8), st.floats(allow_nan=True) | st.none() | st.integers(), max_size=4)
)
def test_a_header_gives_scales_or_a_reason(most: Mapping[str, Any]) -> None:
    try:
        made = Scales.from_header({"most": most})
    except (ValueError, TypeError, OverflowError):
        return
    assert Scales.from_header(made.header()) == made


def test_a_counter_names_its_precision_in_every_reading() -> None:
    weights = quantised(some_weights())
    for precision, named in (("int8", "unnamed int8"), ("f32", "unnamed")):
        counter = Counter(weights, backend="openvino", precision=precision, threads=1)
        assert counter.precision == precision
        assert counter.device == f"openvino cpu {precision}"
        assert counter.count(Frame(picture(64, 64))).weights == named


def test_int8_without_scales_says_how_to_get_them() -> None:
    with pytest.raises(
        ConfigError, match=r"has no scales for int8\. Measure them with crowdmon-train --quantise"
    ):
        Counter(some_weights(), precision="int8", backend="openvino")


@pytest.mark.parametrize(
    ("backend", "precision"), [("onnxruntime", "int8"), ("torch", "bf16"), ("auto", "f64")]
)
def test_a_precision_that_a_back_end_does_not_have_is_refused(backend: str, precision: str) -> None:
    with pytest.raises(ConfigError, match=f"has no precision '{precision}'. Choose one of auto, "):
        Counter(quantised(some_weights()), backend=backend, precision=precision)
