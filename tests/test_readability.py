"""The measure of how easy the documentation is to read."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def readability() -> ModuleType:
    spec = importlib.util.spec_from_file_location("readability", ROOT / "docs" / "readability.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["readability"] = module
    spec.loader.exec_module(module)
    return module


def test_sentences_are_counted_and_code_is_not(readability: ModuleType) -> None:
    text = "# A heading\n\nOne two three four. Five six `seven eight` nine ten!\n\n```\nnot this here\n```\n"
    page = readability.read(text)
    assert page.words == (4, 5)
    assert page.average == 4.5


def test_list_items_and_cells_are_sentences_of_their_own(readability: ModuleType) -> None:
    text = "- one two three four\n- one two three four five\n\n| one two three four | five |\n|---|---|\n"
    assert readability.read(text).words == (4, 5, 4)


def test_a_link_counts_as_its_words(readability: ModuleType) -> None:
    assert readability.read("See [the whole guide](guide.md) for more of it.").words == (8,)


def test_old_words_are_found(readability: ModuleType) -> None:
    assert readability.read("All is well, but for the word UPON here.").old == ("but for", "UPON")


def test_it_warns_and_never_fails(
    readability: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text(" ".join(["word"] * 41) + ".\n")
    assert readability.main([str(page), "--long", "40"]) == 0
    said = capsys.readouterr().out
    assert "41.0 words a sentence  <- long sentences" in said
    assert "41: word word" in said
