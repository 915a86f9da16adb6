"""MATLAB files of both versions: the same values from both, and hostile ones refused."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.io import loadmat, savemat
from scipy.sparse import csc_matrix

from crowdmon.errors import DatasetError
from crowdmon.formats import limits
from crowdmon.formats.mat import load_mat
from tests.formats.writers import HEADER, cell, element, matrix, packed, write_v5, write_v73

Writer = Callable[[Path, dict[str, Any]], Path]
both = pytest.mark.parametrize("write", [write_v5, write_v73])

numbers = arrays(
    st.sampled_from([np.float64, np.float32, np.uint8, np.int16]),
    array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=4),
    elements=st.integers(0, 100),
)
values = st.recursive(
    numbers | st.text("abc é", min_size=1, max_size=5).filter(str.strip),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map(lambda found: cell(*found))
        | st.dictionaries(st.sampled_from(["loc", "number", "mask"]), inner, min_size=1)
    ),
    max_leaves=6,
)


def same(a: Any, b: Any) -> bool:
    """Deep equality of what load_mat returns; all that is empty is equal if its size is."""
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        return a.shape == b.shape and all(same(x, y) for x, y in zip(a.flat, b.flat, strict=True))
    return bool(a == b)


class TestBothVersions:
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
    @given(value=values, compress=st.booleans())
    def test_what_was_written_comes_back_the_same_from_both(
        self, tmp_path: Path, value: Any, compress: bool
    ) -> None:
        five = load_mat(write_v5(tmp_path / "5.mat", {"v": value}, compress=compress))
        seven = load_mat(write_v73(tmp_path / "7.mat", {"v": value}))
        assert same(five["v"], value)
        assert same(seven["v"], value)

    @both
    def test_arrays_keep_rows_columns_and_kind(self, tmp_path: Path, write: Writer) -> None:
        array = np.arange(6.0).reshape(3, 2)
        found = load_mat(write(tmp_path / "a.mat", {"a": array, "mask": array > 2, "b": np.uint8([[7]])}))
        np.testing.assert_array_equal(found["a"], array)
        assert found["a"].dtype == np.float64
        assert found["b"].dtype == np.uint8
        np.testing.assert_array_equal(found["mask"] != 0, array > 2)

    @both
    def test_empty_values_keep_their_size(self, tmp_path: Path, write: Writer) -> None:
        found = load_mat(write(tmp_path / "a.mat", {"a": np.zeros((0, 0)), "b": np.zeros((0, 2))}))
        assert (found["a"].shape, found["b"].shape) == ((0, 0), (0, 2))

    @both
    def test_only_what_was_asked_for_is_read(self, tmp_path: Path, write: Writer) -> None:
        path = write(tmp_path / "a.mat", {"a": np.ones((2, 2)), "b": np.ones((1, 1))})
        assert set(load_mat(path, names=["b"])) == {"b"}

    @both
    def test_a_missing_variable_lists_what_there_is(self, tmp_path: Path, write: Writer) -> None:
        path = write(tmp_path / "a.mat", {"frame": np.ones((2, 2)), "count": np.ones((1, 1))})
        with pytest.raises(DatasetError, match=r"a\.mat has no variable 'loc'; it has 'count', 'frame'"):
            load_mat(path, names=["loc"])

    @both
    def test_a_limit_holds_before_memory_is_asked_for(self, tmp_path: Path, write: Writer) -> None:
        path = write(tmp_path / "a.mat", {"a": np.zeros((600, 600))})
        with pytest.raises(DatasetError, match=r"announces more than 1 MB \(.*values\)"):
            load_mat(path, limit=2**20)

    @both
    def test_every_cut_is_noticed(self, tmp_path: Path, write: Writer) -> None:
        # Noise does not compress, so that the file is long enough to be cut anywhere.
        noise = np.random.default_rng(0).random((40, 40))
        whole = write(tmp_path / "a.mat", {"a": noise, "c": cell(noise, noise)}).read_bytes()
        for share in np.linspace(0, 0.99, 60):
            (tmp_path / "cut.mat").write_bytes(whole[: int(len(whole) * share)])
            try:
                found = load_mat(tmp_path / "cut.mat", names=["a", "c"])
            except DatasetError:
                continue
            # HDF5 keeps an index behind its data: what is read in spite of the cut must be whole.
            np.testing.assert_array_equal(found["a"], noise)
            np.testing.assert_array_equal(found["c"][0, 1], noise)

    @both
    def test_damage_anywhere_never_escapes_as_another_error(self, tmp_path: Path, write: Writer) -> None:
        whole = write(
            tmp_path / "a.mat", {"a": np.ones((3, 2)), "c": cell(np.ones((1, 1)), "x")}
        ).read_bytes()
        random = np.random.default_rng(1)
        refused = 0
        for _ in range(300):
            raw = bytearray(whole)
            for at in random.integers(0, len(raw), 3):
                raw[at] = random.integers(0, 256)
            (tmp_path / "bad.mat").write_bytes(raw)
            try:
                load_mat(tmp_path / "bad.mat")
            except DatasetError as error:
                refused += "bad.mat" in str(error)
        assert refused > 20


class TestNoMatlabFile:
    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", r"it is empty \(0 bytes\)"),
            (b"hello", "it is not a MAT v5 or v7.3 file"),
            (b"\xff\xd8\xff" * 300, "it is not a MAT v5 or v7.3 file"),
            (b"MATLAB 5.0 MAT-file", "the file ends within its header"),
            (b"MATLAB 7.3 MAT-file".ljust(200), "the file ends within its header"),
            (b"\x89HDF\r\n\x1a\n", "it is truncated or damaged"),
        ],
    )
    def test_says_what_it_is_instead(self, tmp_path: Path, content: bytes, words: str) -> None:
        (tmp_path / "a.mat").write_bytes(content)
        with pytest.raises(DatasetError, match=rf"a\.mat: {words}"):
            load_mat(tmp_path / "a.mat")

    def test_missing_file_and_folder(self, tmp_path: Path) -> None:
        with pytest.raises(DatasetError, match=r"none\.mat: no such file"):
            load_mat(tmp_path / "none.mat")
        with pytest.raises(DatasetError, match="cannot read the MATLAB file"):
            load_mat(tmp_path)

    def test_a_header_alone_has_no_variables(self, tmp_path: Path) -> None:
        (tmp_path / "a.mat").write_bytes(HEADER)
        assert load_mat(tmp_path / "a.mat") == {}
        with pytest.raises(DatasetError, match="it has no variable at all"):
            load_mat(tmp_path / "a.mat", names=["loc"])


class TestHostileV5:
    double = element(9, struct.pack("<d", 1.0))

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (matrix("a", 6, (2**31 - 1, 2**31 - 1), double), "announces more than 256 MB"),
            (matrix("a", 1, (2**30, 1)), "announces more than 256 MB"),
            (matrix("a", 4, (2**30, 1), element(16, b"x")), "announces more than 256 MB"),
            (
                matrix("a", 2, (2**24, 4), element(5, struct.pack("<i", 8)), element(1, b"x".ljust(8))),
                "more than 256",
            ),
            (matrix("a", 6, (-1, 3), double), "makes no sense"),
            (matrix("a", 6, (50, 50), double), "announces 2500 values and holds 8 bytes"),
            (
                matrix("a", 6, (1, 1), element(265, bytes(8))),
                "data of the unknown type 265 stands where numbers",
            ),
            (matrix("a", 4, (1, 1), element(9, bytes(8))), "data of the unknown type 9 stands where text"),
            (matrix("a", 1, (1, 1), double), "data of the type 9 stands where a cell"),
            (matrix("a", 6, (1,), double), "dimensions of a variable are damaged"),
            (matrix("a", 6, (0, *[2**31 - 1] * 20), element(9, b"")), "cannot be read"),
            (matrix("a", 1, (3, 1), matrix("", 6, (1, 1), double)), "announces 3 values and holds 1"),
            (matrix("a", 6, (1, 1), double) * 2, "the variable 'a' stands twice"),
            (element(9, bytes(8)), "data of the unknown type 9"),
            (element(14, b""), "a variable ends too early"),
            (
                struct.pack("<II", 14, 2**31) + bytes(64),
                r"ends in the middle of a variable \(2147483584 bytes",
            ),
            (matrix("a", 6, (1, 1), struct.pack("<HH", 9, 200) + bytes(4)), "small data element is larger"),
            (packed(matrix("a", 6, (2**31 - 1, 4), double)), "announces more than 256 MB"),
            (struct.pack("<II", 15, 16) + bytes(16), "a compressed variable is damaged"),
            (packed(b""), "a variable ends too early"),
            (packed(bytes(2**28 + 2**20)), "announces more than 256 MB"),
            (
                matrix("a", 2, (1, 1), element(5, struct.pack("<i", 0)), element(1, b"")),
                "field names .* damaged",
            ),
        ],
    )
    def test_is_refused_before_it_costs_anything(self, tmp_path: Path, content: bytes, words: str) -> None:
        (tmp_path / "a.mat").write_bytes(HEADER + content)
        with pytest.raises(DatasetError, match=words):
            load_mat(tmp_path / "a.mat")

    def test_cells_nested_without_end(self, tmp_path: Path) -> None:
        inner = matrix("", 6, (1, 1), self.double)
        for _ in range(40):
            inner = matrix("", 1, (1, 1), inner)
        (tmp_path / "a.mat").write_bytes(HEADER + matrix("a", 1, (1, 1), inner))
        with pytest.raises(DatasetError, match="nested more than 16 deep"):
            load_mat(tmp_path / "a.mat")

    def test_more_cells_than_any_label_has(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "MAX_ITEMS", 50)
        write_v5(tmp_path / "a.mat", {"a": cell(*[np.ones((1, 1))] * 60)})
        with pytest.raises(DatasetError, match="more than 50 cells and fields"):
            load_mat(tmp_path / "a.mat")

    def test_the_hand_made_elements_are_what_other_readers_read(self, tmp_path: Path) -> None:
        for content in (matrix("a", 6, (1, 1), self.double), packed(matrix("a", 6, (1, 1), self.double))):
            (tmp_path / "a.mat").write_bytes(HEADER + content)
            assert load_mat(tmp_path / "a.mat")["a"] == loadmat(tmp_path / "a.mat")["a"] == [[1.0]]

    def test_packed_and_plain_variables_may_follow_each_other(self, tmp_path: Path) -> None:
        found = [matrix(name, 6, (1, 1), self.double) for name in "abc"]
        (tmp_path / "a.mat").write_bytes(HEADER + packed(found[0]) + found[1] + packed(found[2]))
        assert load_mat(tmp_path / "a.mat") == {"a": 1.0, "b": 1.0, "c": 1.0}
        assert loadmat(tmp_path / "a.mat", variable_names=["b"])["b"] == 1.0

    def test_text_of_several_lines(self, tmp_path: Path) -> None:
        savemat(tmp_path / "a.mat", {"t": np.array(["ab", "cd", "ef"]), "e": ""})
        assert load_mat(tmp_path / "a.mat") == {"t": "ab\ncd\nef", "e": ""}

    def test_a_struct_without_fields_costs_nothing(self, tmp_path: Path) -> None:
        none = element(5, struct.pack("<i", 8)), element(1, b"")
        (tmp_path / "a.mat").write_bytes(HEADER + matrix("a", 2, (2**20, 8), *none))
        assert load_mat(tmp_path / "a.mat") == {"a": {}}

    def test_what_is_not_supported_is_left_out_unless_asked_for(self, tmp_path: Path) -> None:
        savemat(tmp_path / "a.mat", {"s": csc_matrix(np.eye(3)), "a": np.ones((1, 1))})
        assert set(load_mat(tmp_path / "a.mat")) == {"a"}
        with pytest.raises(DatasetError, match="MATLAB's class 5, which is not supported"):
            load_mat(tmp_path / "a.mat", names=["s"])

    def test_big_endian_files_are_read(self, tmp_path: Path) -> None:
        flags, dims = struct.pack(">IIII", 6, 8, 6, 0), struct.pack(">IIii", 5, 8, 1, 1)
        body = flags + dims + struct.pack(">II", 1, 1) + b"a" + bytes(7) + struct.pack(">IId", 9, 8, 2.5)
        raw = b"MATLAB 5.0 MAT-file".ljust(124) + b"\x01\x00MI" + struct.pack(">II", 14, len(body)) + body
        (tmp_path / "a.mat").write_bytes(raw)
        assert load_mat(tmp_path / "a.mat")["a"] == [[2.5]]


class TestHostileV73:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "a.mat"

    def test_an_array_that_is_announced_and_not_there(self, path: Path) -> None:
        with h5py.File(path, "w") as file:
            file.create_dataset("a", (10**6, 10**6), dtype="f8", chunks=(64, 64))
        with pytest.raises(DatasetError, match=r"announces more than 256 MB \(1000000 x 1000000"):
            load_mat(path)

    def test_one_array_referred_to_a_thousand_times(self, path: Path) -> None:
        with h5py.File(path, "w") as file:
            target = file.create_dataset("#refs#/a", data=np.zeros((1000, 1000)))
            cells = file.create_dataset("a", (1000, 1), dtype=h5py.ref_dtype)
            cells[:, 0] = target.ref
        with pytest.raises(DatasetError, match="announces more than 256 MB"):
            load_mat(path)

    def test_a_cell_that_holds_itself(self, path: Path) -> None:
        with h5py.File(path, "w") as file:
            cells = file.create_dataset("a", (1, 1), dtype=h5py.ref_dtype)
            cells[0, 0] = cells.ref
        with pytest.raises(DatasetError, match="nested more than 16 deep"):
            load_mat(path)

    def test_links_out_of_the_file_are_not_followed(self, path: Path, tmp_path: Path) -> None:
        with h5py.File(tmp_path / "other.h5", "w") as file:
            file["secret"] = np.ones((2, 2))
        with h5py.File(path, "w") as file:
            file["loc"] = h5py.ExternalLink("other.h5", "/secret")
        with pytest.raises(DatasetError, match="'loc' is a link, not a value"):
            load_mat(path)

    def test_values_kept_in_another_file_are_not_read(self, path: Path, tmp_path: Path) -> None:
        (tmp_path / "raw.bin").write_bytes(bytes(64))
        with h5py.File(path, "w") as file:
            file.create_dataset("loc", (4, 2), dtype="f8", external=[(str(tmp_path / "raw.bin"), 0, 64)])
        with pytest.raises(DatasetError, match="no array"):
            load_mat(path, names=["loc"])

    def test_a_cell_that_refers_to_nothing(self, path: Path) -> None:
        with h5py.File(path, "w") as file:
            file.create_dataset("a", (1, 1), dtype=h5py.ref_dtype)
        with pytest.raises(DatasetError, match="a cell refers to nothing"):
            load_mat(path)

    def test_an_empty_array_that_is_not(self, path: Path) -> None:
        with h5py.File(path, "w") as file:
            file.create_dataset("a", data=np.array([10**9, 10**9], dtype=np.uint64)).attrs["MATLAB_empty"] = 1
        with pytest.raises(DatasetError, match="announces a size that is not empty"):
            load_mat(path)

    def test_struct_arrays_are_arrays_of_dicts(self, path: Path) -> None:
        with h5py.File(path, "w") as file:
            group = file.create_group("frame")
            column = group.create_dataset("loc", (3, 1), dtype=h5py.ref_dtype)
            for i in range(3):
                column[i, 0] = file.create_dataset(f"#refs#/{i}", data=np.full((2, i + 1), float(i))).ref
        frames = load_mat(path)["frame"]
        assert frames.shape == (1, 3)
        assert frames[0, 2]["loc"].shape == (3, 2)

    def test_plain_hdf5_of_other_tools_is_read_as_it_is(self, path: Path) -> None:
        with h5py.File(path, "w") as file:
            file["loc"] = np.arange(6.0).reshape(2, 3)
        assert load_mat(path)["loc"].shape == (3, 2)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "roi.mat")
    with pytest.raises(DatasetError, match="not a plain file"):
        load_mat(tmp_path / "roi.mat")
