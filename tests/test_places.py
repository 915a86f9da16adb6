"""Two paths that lead to one file are found out, whatever they look like and whether the file is there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from crowdmon import places
from crowdmon.errors import ConfigError
from crowdmon.places import Place, check_apart, same_file


def linked(folder: Path) -> tuple[Path, Path]:
    (folder / "a.mp4").touch()
    (folder / "b.csv").symlink_to("a.mp4")
    return folder / "a.mp4", folder / "b.csv"


def hard(folder: Path) -> tuple[Path, Path]:
    (folder / "a.mp4").touch()
    (folder / "b.csv").hardlink_to(folder / "a.mp4")
    return folder / "a.mp4", folder / "b.csv"


def roundabout(folder: Path) -> tuple[Path, Path]:
    (folder / "sub").mkdir()
    return folder / "a.csv", folder / "sub" / ".." / "a.csv"


def by_a_linked_folder(folder: Path) -> tuple[Path, Path]:
    (folder / "real").mkdir()
    (folder / "link").symlink_to("real")
    return folder / "real" / "new.csv", folder / "link" / "new.csv"


def dangling(folder: Path) -> tuple[Path, Path]:
    (folder / "link.csv").symlink_to("new.csv")
    return folder / "link.csv", folder / "new.csv"


def missing_folder(folder: Path) -> tuple[Path, Path]:
    return folder / "none" / "a.csv", folder / "none" / "." / "a.csv"


def itself(folder: Path) -> tuple[Path, Path]:
    return folder / "a.csv", folder / "a.csv"


@pytest.mark.parametrize(
    "make", [itself, linked, hard, roundabout, by_a_linked_folder, dangling, missing_folder]
)
def test_one_file_by_two_paths(tmp_path: Path, make) -> None:
    one, other = make(tmp_path)
    assert same_file(one, other)
    with pytest.raises(ConfigError, match=r"--csv .* is the same file as SOURCE .*, which it would replace"):
        check_apart([Place("--csv", other)], [Place("SOURCE", one)])
    with pytest.raises(ConfigError, match=r"--video .* is the same file as --csv "):
        check_apart([Place("--csv", one), Place("--video", other)])


def test_a_relative_and_an_absolute_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert same_file(Path("new.csv"), tmp_path / "new.csv")


def test_two_files_are_two(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).touch()
    outputs = [Place("--csv", tmp_path / "a.csv"), Place("--video", tmp_path / "new.mp4")]
    check_apart(outputs, [Place("SOURCE", tmp_path / "b.csv"), Place("--config", tmp_path / "none.yaml")])


def test_case_makes_no_difference_where_the_disk_makes_none(tmp_path: Path, monkeypatch) -> None:
    one, other = tmp_path / "GRÖSSE.csv", tmp_path / "gro\u0308sse.csv"
    monkeypatch.setattr(places, "folds_case", lambda folder: True)
    assert same_file(one, other)
    monkeypatch.setattr(places, "folds_case", lambda folder: False)
    assert not same_file(one, other)


def test_a_disk_is_asked_whether_it_tells_case_apart(tmp_path: Path) -> None:
    (tmp_path / "Asked").touch()
    assert places.folds_case(tmp_path) == (tmp_path / "aSKED").exists()


def test_a_picture_of_a_folder_that_is_read_is_not_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in ("1.png", "notes.csv"):
        (folder / name).touch()
    (tmp_path / "link.png").symlink_to("pictures/1.png")
    read = Place("SOURCE", folder, frozenset({".png"}))
    for path in (folder / "1.png", tmp_path / "link.png"):
        with pytest.raises(ConfigError, match=r"--snapshot .* is one of the files .* read in SOURCE "):
            check_apart([Place("--snapshot", path)], [read])
    check_apart([Place("--snapshot", folder / "new.png"), Place("--csv", folder / "notes.csv")], [read])


def test_a_stream_may_take_several_outputs() -> None:
    null = Path(os.devnull)
    check_apart([Place("--json", null), Place("--markdown", null)])
