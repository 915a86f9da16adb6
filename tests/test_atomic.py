"""A file is written whole or not at all, and what was there before stays until then."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from crowdmon import atomic
from crowdmon.atomic import remove_leftovers, replacing, write_whole
from crowdmon.errors import SinkError
from crowdmon.locks import only_writer


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def test_the_new_content_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_whole(path, b"old")
    write_whole(path, b"new", mode=0o600)
    assert path.read_bytes() == b"new"
    assert os.name == "nt" or path.stat().st_mode & 0o777 == 0o600
    assert names(tmp_path) == ["a.txt"]


def test_what_fails_leaves_the_former_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_whole(path, b"old")

    def fails_half_way() -> None:
        with replacing(path) as part:
            part.write_bytes(b"half")
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        fails_half_way()
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a.txt"]


def test_a_move_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with pytest.raises(FileNotFoundError), replacing(path):
        pass  # nothing was written
    assert names(tmp_path) == []


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target, link = tmp_path / "real" / "a.txt", tmp_path / "link.txt"
    target.write_bytes(b"old")
    link.symlink_to(target)
    write_whole(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


def test_file_and_folder_are_on_the_disk_before_and_after_the_move(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    keep, move = os.fsync, Path.replace

    def fsync(handle: int) -> None:
        said.append("folder" if os.fstat(handle).st_mode & 0o040000 else "file")
        keep(handle)

    def replace(self: Path, target: Path) -> Path:
        said.append("move")
        return move(self, target)

    monkeypatch.setattr(atomic.os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)
    write_whole(tmp_path / "a.txt", b"new")
    assert said == (["file", "move", "folder"] if os.name == "posix" else ["file", "move"])


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="no devices with a name here")
def test_a_device_is_written_to_and_not_replaced() -> None:
    write_whole(Path("/dev/null"), b"gone")
    assert Path("/dev/null").is_char_device()


def test_what_a_killed_program_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    over = subprocess.Popen([sys.executable, "-c", ""])
    over.wait()
    left = [f".a[1].mp4.{over.pid}.part", f".a[1].mp4.{over.pid}-00ff.part"]
    kept = [f".a[1].mp4.{os.getpid()}.part", f".b.mp4.{over.pid}.part", ".a[1].mp4.old.part", "a[1].mp4"]
    for name in left + kept:
        (tmp_path / name).write_bytes(b"x")
    remove_leftovers(tmp_path / "a[1].mp4")
    assert names(tmp_path) == sorted(kept)


@pytest.mark.parametrize("name", ["x" * 255, "ä" * 127, "x" * 250 + ".mp4", "x" * 100])
def test_a_name_as_long_as_the_disk_takes_is_replaced_and_locked(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    write_whole(path, b"1")
    write_whole(path, b"2")
    with only_writer(path):
        assert len(list(tmp_path.iterdir())) == 2, "the file and its lock"
        with pytest.raises(SinkError, match="is being written"), only_writer(path):
            pass
    assert [one.name for one in tmp_path.iterdir()] == [name]
    assert path.read_bytes() == b"2"


def test_long_names_that_begin_alike_do_not_share_a_lock(tmp_path: Path) -> None:
    with only_writer(tmp_path / ("x" * 254 + "1")), only_writer(tmp_path / ("x" * 254 + "2")):
        assert len(list(tmp_path.iterdir())) == 2
