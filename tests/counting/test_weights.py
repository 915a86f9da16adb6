"""The weights file: nothing without a header, nothing that could run code."""

import json
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from crowdmon.counting.network import SSRHEF, NetworkConfig, fold
from crowdmon.counting.preprocess import Preprocess
from crowdmon.counting.weights import Weights, header, load, save
from crowdmon.errors import SinkError, WeightsError

CONFIG = NetworkConfig(stem=1, widths=(2, 2, 2), msrf=1, head=(2, 2, 2), norm=False, classes=0)


def made(**more: object) -> Weights:
    tensors, slim = fold(SSRHEF(CONFIG).state_dict(), CONFIG)
    values = {"network": slim.header(), "preprocess": Preprocess(density_scale=7.0), **more}
    return Weights(tensors={k: v.numpy() for k, v in tensors.items()}, **values)  # type: ignore[arg-type]


def test_a_file_gives_back_what_was_saved(tmp_path: Path) -> None:
    before = made(provenance={"name": "x", "seed": 3}, scores={"a val": {"mae": 9.5}})
    save(before, tmp_path / "w.safetensors")
    after = load(tmp_path / "w.safetensors")
    assert after.preprocess == before.preprocess
    assert after.provenance == before.provenance
    assert after.scores == before.scores
    assert after.name == "x"
    assert NetworkConfig.from_header(after.network) == CONFIG
    for key, value in before.tensors.items():
        assert np.array_equal(after.tensors[key], value)


def test_the_layout_of_an_array_in_memory_does_not_matter(tmp_path: Path) -> None:
    values = np.arange(24, dtype=np.float32).reshape(1, 2, 3, 4)
    turned = np.ascontiguousarray(values.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)
    save(Weights({"a": turned}, {"model": "x"}, Preprocess()), tmp_path / "w.safetensors")
    assert np.array_equal(load(tmp_path / "w.safetensors").tensors["a"], values)


def test_nothing_is_left_of_a_save_that_fails(tmp_path: Path) -> None:
    (tmp_path / "w").mkdir()
    with pytest.raises(SinkError, match="cannot write weights"):
        save(made(), tmp_path / "w")
    assert [p.name for p in tmp_path.iterdir()] == ["w"]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"no weights file at .*gone"):
        load(tmp_path / "gone.safetensors")


def test_a_file_without_a_header_is_refused(tmp_path: Path) -> None:
    save_file({"a": np.zeros(3, np.float32)}, tmp_path / "bare.safetensors")
    with pytest.raises(WeightsError, match="has no crowdmon header"):
        load(tmp_path / "bare.safetensors")


class _Bomb:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (Path.touch, (Path("exploded"),))  # type: ignore[return-value]


def test_a_pickle_is_refused_and_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("w.pth").write_bytes(pickle.dumps(_Bomb()))
    with pytest.raises(WeightsError, match="looks like a pickle"):
        load(Path("w.pth"))
    assert not Path("exploded").exists()


@pytest.mark.parametrize("content", [b"", b"hello", b"\x10\x00\x00\x00\x00\x00\x00\x00{", b"\xff" * 64])
def test_rubbish_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "w.safetensors").write_bytes(content)
    with pytest.raises(WeightsError, match="not a safetensors file"):
        load(tmp_path / "w.safetensors")


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    save(made(), tmp_path / "w.safetensors")
    whole = (tmp_path / "w.safetensors").read_bytes()
    (tmp_path / "w.safetensors").write_bytes(whole[: len(whole) - 20])
    with pytest.raises(WeightsError, match="not a safetensors file"):
        load(tmp_path / "w.safetensors")


@pytest.mark.parametrize(
    "header", ["{}", "not json", '{"format": 99}', '{"format": 1, "network": {}, "preprocess": {"std": 3}}']
)
def test_a_header_that_says_nothing_useful_is_refused(tmp_path: Path, header: str) -> None:
    save_file({"a": np.zeros(3, np.float32)}, tmp_path / "w.safetensors", metadata={"crowdmon": header})
    with pytest.raises(WeightsError, match="header"):
        load(tmp_path / "w.safetensors")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("density_scale", float("inf")),
        ("density_scale", 1e308),
        ("density_scale", 0.0),
        ("density_scale", -1.0),
        ("density_scale", float("nan")),
        ("density_scale", 1e-300),
        ("density_scale", "10"),
        ("density_scale", 1e6),
        ("std", ["0.2"] * 3),
        ("std", [True] * 3),
        ("mean", [[0.4]] * 3),
        ("gains", [[0.0, 0.0]]),
        ("gains", 3.0),
        ("gains", [1.0, 2.0]),
        ("gains", [[]]),
        ("gains", [[1.0], [1.0, 1.0]]),
        ("gains", [[1.0]] * 65),
        ("gains", [[1.0, float("nan")]]),
        ("gains", [[-0.1]]),
        ("gains", [[1e9]]),
        ("gains", [["1"]]),
        ("gains", [[True]]),
        ("density_scale", True),
        ("std", [0.0, 0.0, 0.0]),
        ("std", [0.27, float("nan"), 0.28]),
        ("std", [0.27, -0.27, 0.28]),
        ("std", [1e300, 1.0, 1.0]),
        ("std", [0.27, 0.27]),
        ("mean", [float("inf"), 0.4, 0.4]),
        ("mean", [114.0, 112.0, 110.0]),
        ("stride", 0),
        ("stride", 8.5),
        ("stride", 10**9),
        ("multiple", 12),
        ("multiple", True),
        ("surprise", 1),
    ],
)
def test_pre_processing_that_makes_every_count_absurd_is_refused(
    tmp_path: Path, key: str, value: object
) -> None:
    path = tmp_path / "w.safetensors"
    said = header(made())
    said["preprocess"][key] = value
    save_file({"a": np.zeros(3, np.float32)}, path, metadata={"crowdmon": json.dumps(said)})
    with pytest.raises(WeightsError, match=key) as caught:
        load(path)
    assert caught.value.exit_code == 4
    assert "\n" not in str(caught.value)


def test_tensors_that_hold_no_numbers_are_refused(tmp_path: Path) -> None:
    weights = made()
    name, values = next(iter(weights.tensors.items()))
    broken = {**weights.tensors, name: np.full_like(values, np.nan)}
    save(replace(weights, tensors=broken), tmp_path / "w.safetensors")
    with pytest.raises(WeightsError, match=name):
        load(tmp_path / "w.safetensors")


@pytest.mark.parametrize("depth", [100, 1_000, 100_000])
def test_a_header_nested_deeply_is_refused(tmp_path: Path, depth: int) -> None:
    path = tmp_path / "w.safetensors"
    nested = "[" * depth + "]" * depth
    said = '{"format": 1, "network": ' + nested + "}"
    save_file({"a": np.zeros(3, np.float32)}, path, metadata={"crowdmon": said})
    with pytest.raises(WeightsError, match="header"):
        load(path)


def test_a_network_without_filters_is_refused() -> None:
    with pytest.raises(ValueError, match="sizes"):
        NetworkConfig.from_header({**CONFIG.header(), "widths": (0, 2, 2)})
    with pytest.raises(ValueError, match="sizes"):
        NetworkConfig.from_header({**CONFIG.header(), "stem": 10**9})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("stem", 4.5),
        ("stem", True),
        ("widths", [32.7, 2, 2]),
        ("widths", [2, 2]),
        ("widths", [4096, 4096, 4096]),
        ("head", [2, 2]),
        ("head", [2, 2, 2, 2]),
        ("dilations", []),
        ("dilations", [[1], [1], []]),
        ("dilations", [[1], [1], [1] * 100_000]),
        ("segmentation", "no"),
        ("enhancement", None),
        ("norm", 1),
        ("classes", -1),
        ("classes", 1.5),
        ("classes", 10**9),
    ],
)
def test_a_network_that_makes_no_sense_is_refused_when_it_is_loaded(
    tmp_path: Path, key: str, value: object
) -> None:
    save(replace(made(), network={**CONFIG.header(), key: value}), tmp_path / "w.safetensors")
    with pytest.raises(WeightsError, match="header that cannot be used"):
        load(tmp_path / "w.safetensors")


@pytest.mark.parametrize("stride", [1, 4, 16])
def test_cells_of_another_size_than_the_networks_are_refused(tmp_path: Path, stride: int) -> None:
    save(made(preprocess=Preprocess(stride=stride)), tmp_path / "w.safetensors")
    with pytest.raises(WeightsError, match=f"stride is {stride}"):
        load(tmp_path / "w.safetensors")


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int64, np.bool_, np.complex64])
def test_tensors_of_whole_numbers_are_refused(tmp_path: Path, kind: type) -> None:
    tensors = {name: values.astype(kind) for name, values in made().tensors.items()}
    save(replace(made(), tensors=tensors), tmp_path / "w.safetensors")
    with pytest.raises(WeightsError, match="no floating-point numbers"):
        load(tmp_path / "w.safetensors")


@pytest.mark.parametrize("kind", [np.float16, np.float64])
def test_tensors_of_another_precision_are_read(tmp_path: Path, kind: type) -> None:
    tensors = {name: values.astype(kind) for name, values in made().tensors.items()}
    save(replace(made(), tensors=tensors), tmp_path / "w.safetensors")
    assert {one.dtype for one in load(tmp_path / "w.safetensors").tensors.values()} == {np.dtype(np.float32)}


def test_weights_that_are_all_zero_are_refused(tmp_path: Path) -> None:
    tensors = {name: np.zeros_like(values) for name, values in made().tensors.items()}
    save(replace(made(), tensors=tensors), tmp_path / "w.safetensors")
    with pytest.raises(WeightsError, match="counts nobody"):
        load(tmp_path / "w.safetensors")


def test_a_header_of_many_megabytes_is_not_read(tmp_path: Path) -> None:
    save(made(provenance={"note": "x" * 5_000_000}), tmp_path / "w.safetensors")
    with pytest.raises(WeightsError, match="header larger than"):
        load(tmp_path / "w.safetensors")


@pytest.mark.parametrize(
    ("said", "shown"),
    [("a\n\x1b[31m\u202eb", "a [31m b"), ("x" * 999, "x" * 80), ("\n", "unnamed"), (["a"], "['a']")],
)
def test_the_name_of_weights_is_fit_to_be_shown(said: object, shown: str) -> None:
    assert made(provenance={"name": said}).name == shown
