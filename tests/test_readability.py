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


def test_tables_can_be_left_out(
    readability: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text("One two three four five six seven eight.\n\n| one two three four |\n|---|\n")
    assert readability.main([str(page)]) == 0
    assert " 6.0 words a sentence" in capsys.readouterr().out
    assert readability.main([str(page), "--prose"]) == 0
    assert " 8.0 words a sentence" in capsys.readouterr().out


SOURCE = '''"""A module, but for nothing."""

# A comment that shall
# be read as one.
LIMIT = 3  # noqa: sought
"""What nobody knows."""


def open_it(path):
    """Open it.

    Args:
        path: a place upon the disk.
    """
    text = "shall not be read"
    if not path:
        raise ValueError(f"{path} was sought in vain", "Look for it anew")


option("--out", help="Write unto this file.")
'''


def test_docstrings_help_and_messages_of_python_are_read(readability: ModuleType) -> None:
    found = [
        (one.line, word) for one in readability.passages(SOURCE) for word in readability.read(one.text).old
    ]
    comments_and_docstrings = [(1, "but for"), (3, "shall"), (6, "nobody knows"), (10, "upon")]
    messages = [(17, "anew"), (17, "in vain"), (17, "sought")]
    assert sorted(found) == [*comments_and_docstrings, *messages, (20, "unto")]


def test_an_entry_of_a_docstring_is_a_sentence_of_its_own(readability: ModuleType) -> None:
    text = (
        '"""Do one thing quickly.\n\n    Args:\n        a: one two three four.\n        b: one two three."""'
    )
    (one,) = readability.passages(text)
    assert readability.read(one.text).words == (4, 5, 4)


def test_python_files_are_listed_with_their_lines(
    readability: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, plain = tmp_path / "old.py", tmp_path / "plain.py"
    old.write_text(SOURCE)
    plain.write_text('"""All is plain and short here."""\n')
    assert readability.main(["--python", str(old), str(plain)]) == 0
    said = capsys.readouterr().out
    assert "old.py" in said
    assert "    line 6: nobody knows" in said
    assert "plain.py" not in said
