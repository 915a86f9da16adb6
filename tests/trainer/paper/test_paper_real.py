"""Tables on real pictures of Part A, at a tiny budget: a few pictures, linked, never copied."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest

from tests.trainer.printed import TINY
from trainer import __main__ as program
from trainer.data.datasets import MissingDataError, load

pytestmark = pytest.mark.data


@pytest.fixture
def part_a(data_root: Path, tmp_path: Path) -> Path:
    """Build a tree of links to a dozen small pictures of Part A."""
    for split, folder, number in (("trainval", "train_data", 10), ("test", "test_data", 2)):
        try:
            found = load("shanghaitech_a", data_root, split)
        except MissingDataError as error:
            pytest.skip(str(error))
        small = sorted(found.samples, key=lambda one: (one.size or (0, 0))[0] * (one.size or (0, 0))[1])
        for name in ("images", "ground_truth"):
            (tmp_path / "part_A" / folder / name).mkdir(parents=True)
        for one in small[:number]:
            truth = next(one.image.parents[1].glob(f"ground*/GT_{one.name}.mat"))
            base = tmp_path / "part_A" / folder
            (base / "images" / one.image.name).symlink_to(one.image)
            (base / "ground_truth" / truth.name).symlink_to(truth)
    return tmp_path


@pytest.fixture
def words(part_a: Path) -> tuple[str, ...]:
    (part_a / "tiny.yaml").write_text(TINY, encoding="utf-8")
    found = ("--root", part_a, "--out", part_a / "runs", "--config", part_a / "tiny.yaml", "--steps", 2)
    return tuple(map(str, found))


def table(capsys: pytest.CaptureFixture[str]) -> list[dict[str, str]]:
    found = re.search(r"```csv\n(.*)```", capsys.readouterr().out, re.DOTALL)
    assert found
    return list(csv.DictReader(io.StringIO(found[1])))


def test_trained_tables_and_the_one_that_takes_their_run(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert program.main(["train", "--table", "VII", *words]) == 0
    found = [one for one in table(capsys) if one["benchmark"] == "ShanghaiTech Part A"]
    assert len(found) == 25
    assert all(one["ours"] for one in found)
    assert program.main(["train", "--table", "VIII", *words]) == 0
    found = table(capsys)
    assert all(one["ours"] for one in found)
    trained = next(one for one in found if (one["classes"], one["measure"]) == ("15", "MAE"))
    assert program.main(["train", "--table", "V", *words]) == 0
    ours = [one for one in table(capsys) if one["method"] == "SSR-HEF" and one["measure"] == "MAE"]
    assert ours[0]["ours"] == trained["ours"]
    assert "missing" in ours[1]["note"]


def test_table_ii_of_the_whole_benchmark(data_root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["train", "--table", "II", "--root", str(data_root)]) == 0
    found = {(one["benchmark"], one["measure"]): one for one in table(capsys)}
    part_a = found["ShanghaiTech Part A", "pictures"]
    assert (part_a["ours"], part_a["difference"]) == ("482", "0")
    assert found["ShanghaiTech Part A", "heads"]["ours"] == "241275"


def test_figures(words: tuple[str, ...], part_a: Path) -> None:
    import cv2

    for number in ("3", "7", "8", "9", "1"):
        assert program.main(["train", "--figure", number, *words]) == 0
        picture = cv2.imread(str(part_a / "runs" / f"figure-{number}.png"))
        assert picture is not None
        assert picture.std() > 5


@pytest.mark.parametrize("name", ["III", "IV", "VI"])
def test_tables_of_benchmarks_that_are_not_there(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert program.main(["train", "--table", name, *words]) == 0
    ours = [one for one in table(capsys) if one["method"] == "SSR-HEF"]
    assert all(one["note"].startswith("missing: ") and not one["ours"] for one in ours)
