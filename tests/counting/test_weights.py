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
    save(Weights({"a": turned}, {}, Preprocess()), tmp_path / "w.safetensors")
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
