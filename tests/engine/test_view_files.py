"""Files of what cameras see: whatever bytes they hold, they are read or learned again; and where they lie."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.config import CameraConfig, RecordConfig
from crowdmon.engine.view_files import KeptView, ViewFiles, read, write
from crowdmon.track.view_check import ViewMemory

CAMERA = CameraConfig(name="Nord/Tor ö", source="rtsp://user:Hunter2Secret@host/1?pw=Hunter2Secret")
WHOLE: list[bytes] = []
RECORD = RecordConfig(history="/data/history.sqlite")


def kept(*, changed: bool = False) -> KeptView:
    edges = np.random.default_rng(1).uniform(-0.7, 0.7, (90, 160, 2)).astype(np.float32)
    return KeptView(ViewMemory(edges, 0.1, 5.0, 0.8, changed), "abc")


@pytest.mark.parametrize("changed", [True, False])
def test_a_view_is_read_as_it_was_written(tmp_path: Path, changed: bool) -> None:
    path, one = tmp_path / "views" / "a.npz", kept(changed=changed)
    write(path, one)
    found = read(path)
    assert found is not None
    assert found.memory is not None
    assert one.memory is not None
    assert np.abs(found.memory.field - one.memory.field).max() < 1e-3
    assert (found.rois, found.confirmed, found.memory.changed) == ("abc", False, changed)
    assert (path.parent.stat().st_mode & 0o077) == 0, "others have no business there"


@given(data=st.data())
def test_no_bytes_raise(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "mutated.npz"
    whole = bytearray(WHOLE[0]) if WHOLE else bytearray()
    if not whole:
        write(path, kept())
        WHOLE.append(path.read_bytes())
        whole = bytearray(WHOLE[0])
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(bytes(whole[: data.draw(st.integers(0, len(whole)))]))
    found = read(path)
    assert found is None or found.memory is None or np.isfinite(found.memory.field).all()


def test_no_secret_is_in_a_name_and_another_source_is_another_view() -> None:
    files = ViewFiles()
    path = files.path(CAMERA, RECORD)
    assert path is not None
    assert path.parent == Path("/data/history.sqlite.views")
    assert "Hunter2" not in path.name
    other = CAMERA.model_copy(update={"source": "rtsp://host/2"})
    assert files.path(other, RECORD) != path
    assert files.path(CAMERA.model_copy(update={"id": CAMERA.name, "name": "renamed"}), RECORD) == path


def test_another_password_is_the_same_view() -> None:
    other = CAMERA.model_copy(update={"source": "rtsp://user:Other@host/1?pw=Other"})
    assert ViewFiles().path(other, RECORD) == ViewFiles().path(CAMERA, RECORD)


def test_without_a_history_each_configuration_has_a_folder_and_no_configuration_has_none(
    tmp_path: Path,
) -> None:
    here, there = ViewFiles(tmp_path / "a.yaml"), ViewFiles(tmp_path / "b.yaml")
    nothing = RecordConfig()
    assert here.folder(nothing) != there.folder(nothing)
    assert here.folder(nothing) == ViewFiles(tmp_path / "x" / ".." / "a.yaml").folder(nothing)
    assert ViewFiles().folder(nothing) is None
