"""The counter: any size, padded, tiled or whole, always the same people."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.counting import backends
from crowdmon.counting.counter import Counter
from crowdmon.counting.network import SSRHEF, NetworkConfig, fold
from crowdmon.counting.preprocess import Preprocess
from crowdmon.counting.weights import Weights, save
from crowdmon.errors import ConfigError, CountingError, WeightsError
from crowdmon.values import Frame


def some_weights(seed: int = 5) -> Weights:
    torch.manual_seed(seed)
    config = NetworkConfig(stem=2, widths=(4, 8, 8), msrf=4, head=(8, 8, 4), norm=False, classes=0)
    tensors, slim = fold(SSRHEF(config).state_dict(), config)
    return Weights({k: v.numpy() for k, v in tensors.items()}, slim.header(), Preprocess())


@pytest.fixture(scope="module")
def counter() -> Counter:
    return Counter(some_weights())


def picture(height: int, width: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (-(-height // 8), -(-width // 8), 3), np.uint8)
    return coarse.repeat(8, 0).repeat(8, 1)[:height, :width].copy()


def test_a_frame_s_identity_travels_with_its_density(counter: Counter) -> None:
    frame = Frame(picture(64, 96), camera="gate", index=7, time=123.5, pts=2.0)
    density = counter.count(frame)
    assert (density.camera, density.index, density.time, density.pts) == ("gate", 7, 123.5, 2.0)
    assert density.people.shape == (8, 12)
    assert density.count == pytest.approx(float(density.people.sum()), rel=1e-6)
    assert density.count > 0
    assert density.took > 0


@pytest.mark.parametrize(("height", "width"), [(1, 1), (7, 9), (33, 64), (200, 3000), (65, 31)])
def test_any_size_is_counted(counter: Counter, height: int, width: int) -> None:
    density = counter.count(Frame(picture(height, width)))
    assert density.people.shape == (-(-height // 8), -(-width // 8))
    assert (density.people >= 0).all()


def test_tiles_count_as_the_whole_picture_does() -> None:
    frame = Frame(picture(500, 900, seed=2))
    whole = Counter(some_weights()).count(frame)
    tiled = Counter(some_weights(), max_pixels=300_000).count(frame)
    assert tiled.count == pytest.approx(whole.count, rel=0.001)
    assert np.abs(tiled.people - whole.people).max() < 0.01 * whole.people.max()


def test_padding_counts_as_the_whole_picture_does(counter: Counter) -> None:
    # The same picture, once a multiple of the padding and once not, less what lies in the cut part.
    whole = counter.count(Frame(picture(256, 320, seed=3)))
    cut = counter.count(Frame(picture(256, 320, seed=3)[:248, :312].copy()))
    assert cut.people[:24, :32].sum() == pytest.approx(whole.people[:24, :32].sum(), rel=0.01)


def test_the_density_scale_is_undone() -> None:
    one = some_weights()
    other = Weights(one.tensors, one.network, Preprocess(density_scale=one.preprocess.density_scale * 4))
    frame = Frame(picture(64, 64))
    assert Counter(one).count(frame).count == pytest.approx(4 * Counter(other).count(frame).count, rel=1e-5)


def test_an_unknown_back_end_is_named_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"unknown back end 'abacus'.*torch"):
        Counter(some_weights(), backend="abacus")
    assert "auto" in backends.NAMES


def test_tensors_of_another_network_are_refused() -> None:
    one = some_weights()
    key = next(iter(one.tensors))
    tensors = {**one.tensors, key: np.zeros((1, 2, 3), np.float32)}
    with pytest.raises(WeightsError, match="does not fit its own network"):
        Counter(Weights(tensors, one.network, one.preprocess))


def test_a_network_this_version_does_not_know_is_refused() -> None:
    one = some_weights()
    with pytest.raises(WeightsError, match="does not know"):
        Counter(Weights(one.tensors, {"layers": 3}, one.preprocess))


def test_values_that_are_not_numbers_are_an_error_not_a_count() -> None:
    one = some_weights()
    tensors = dict(one.tensors)
    tensors["head.2.bias"] = np.array([np.nan], np.float32)
    with pytest.raises(CountingError, match="not numbers"):
        Counter(Weights(tensors, one.network, one.preprocess), backend="torch").count(Frame(picture(32, 32)))


def test_a_failing_network_says_so(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(_: object) -> None:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory\nmore lines")

    fresh = Counter(some_weights(), backend="torch")
    monkeypatch.setattr(fresh._backend, "_network", explode)
    with pytest.raises(CountingError, match="allocate memory") as caught:
        fresh.count(Frame(picture(32, 32)))
    assert "\n" not in str(caught.value)


def test_the_device_is_named(counter: Counter) -> None:
    name, *device, precision = counter.device.split()
    assert name in backends.NAMES
    assert device
    assert precision in ("f32", "bf16", "f16")


def test_a_file_and_memory_count_alike(tmp_path: Path, counter: Counter) -> None:
    save(some_weights(), tmp_path / "w.safetensors")
    frame = Frame(picture(64, 64))
    assert Counter(tmp_path / "w.safetensors").count(frame).count == counter.count(frame).count


@pytest.mark.parametrize("max_pixels", [10_000_000, 150_000])
def test_pictures_counted_together_are_counted_as_alone(max_pixels: int) -> None:
    counter = Counter(some_weights(), max_pixels=max_pixels, backend="torch")
    frames = [Frame(picture(300, 900, seed=seed), camera=f"{seed}", index=seed) for seed in range(3)]
    together = counter.count_together(frames)
    assert [(one.camera, one.index) for one in together] == [("0", 0), ("1", 1), ("2", 2)]
    for frame, density in zip(frames, together, strict=True):
        alone = counter.count(frame)
        np.testing.assert_allclose(density.people, alone.people, rtol=1e-4, atol=1e-6)
        assert density.grid == alone.grid
    assert len({density.count for density in together}) == 3


def test_pictures_of_different_sizes_are_not_counted_together(counter: Counter) -> None:
    with pytest.raises(ValueError, match="one size"):
        counter.count_together([Frame(picture(32, 32)), Frame(picture(32, 64))])


def test_on_a_cpu_pictures_are_counted_one_by_one(counter: Counter) -> None:
    assert counter.batch == 1


def with_gains(gains: tuple[tuple[float, ...], ...]) -> Weights:
    one = some_weights()
    return replace(one, preprocess=replace(one.preprocess, gains=gains))


@pytest.mark.parametrize("backend", ["torch", "openvino-f32", "onnxruntime"])
def test_a_factor_by_row_is_executed_by_every_back_end(backend: str) -> None:
    frame = Frame(picture(96, 64, seed=2))
    plain = Counter(some_weights(), backend=backend).count(frame).people
    people = Counter(with_gains(((0.0,), (3.0,))), backend=backend).count(frame).people
    # The middle of the upper half is cell 3 of 12, or all above it; then it grows evenly to the lower middle.
    assert people[:3] == pytest.approx(0.0 * plain[:3])
    assert people[9:] == pytest.approx(3.0 * plain[9:], rel=1e-5)
    assert people[5] == pytest.approx(3.0 * (2.5 / 6) * plain[5], rel=1e-4)


def test_gains_lie_on_the_whole_picture_also_in_tiles() -> None:
    weights = with_gains(((0.5, 1.0), (2.0, 4.0)))
    frame = Frame(picture(720, 1280, seed=1))
    whole = Counter(weights).count(frame)
    tiled = Counter(weights, max_pixels=300_000).count(frame)
    assert np.abs(tiled.people - whole.people).max() < 0.01 * whole.people.max()


@given(
    st.floats(0, 100),
    st.integers(8, 300),
    st.integers(8, 300),
    st.integers(1, 5),
    st.integers(1, 5),
)
def test_equal_gains_are_one_factor_everywhere(
    value: float, height: int, width: int, rows: int, columns: int
) -> None:
    found = Preprocess(gains=((value,) * columns,) * rows).gain(height=height, width=width)
    assert found is not None
    assert found.shape == (-(-height // 8), -(-width // 8))
    assert found == pytest.approx(value, rel=1e-6)


def test_weights_without_gains_say_nothing_of_them() -> None:
    assert "gains" not in Preprocess().header()
    assert Preprocess().gain(height=64, width=64) is None
    again = Preprocess.from_header(Preprocess(gains=((1.0, 2.0),)).header())
    assert again.gains == ((1.0, 2.0),)
