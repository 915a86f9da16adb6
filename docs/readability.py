"""Measure how easy the documentation is to read, and list old-fashioned words in it.

Run by ``make readability``. It warns and never fails: a person decides.

    python docs/readability.py              a row for each document
    python docs/readability.py --long 30    also print sentences of more than 30 words
    python docs/readability.py --prose      leave out tables, which have short sentences
    python docs/readability.py --python     a row for each Python file with old words or long sentences in its
                                            docstrings, help texts and messages, and the lines of these words
"""

from __future__ import annotations

import argparse
import ast
import inspect
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

GOAL = 20.0
"""Words a sentence on average; a page above it should be read again."""

OLD_WORDS = (
    "albeit", "amid", "amidst", "amongst", "anew", "aught", "but for", "diary", "errand", "for want of",
    "foretell", "foretold", "forthwith", "hence", "henceforth", "hitherto", "in vain", "is to be had", "lest",
    "naught", "nay", "nobody knows", "nor", "nought", "oft", "save for", "shall", "sought", "thereby",
    "therein", "thereof", "thither", "thrice", "thus", "twain", "unto", "upon", "whence", "whereby",
    "wherein", "whilst", "whoever", "whosoever", "wont", "yonder",
)  # fmt: skip
"""Words and phrases that a reader with English as a second language may not know."""

_CODE = re.compile(r"```.*?```", re.S)
_COMMENT = re.compile(r"<!--.*?-->", re.S)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_INLINE = re.compile(r"`[^`]*`")
_WORD = re.compile(r"[A-Za-z][\w'-]*")
_END = re.compile(r"(?<=[.!?])[\"')]?\s+(?=[A-Z\"'(\[*`])")
_OLD = re.compile(r"\b(?:" + "|".join(map(re.escape, OLD_WORDS)) + r")\b", re.I)


@dataclass(frozen=True, slots=True)
class Page:
    """How one document reads.

    Attributes:
        sentences: each as text; table cells and list items are sentences of their own.
        words: number of words in each sentence.
        old: old-fashioned words found, in order.
    """

    sentences: tuple[str, ...]
    words: tuple[int, ...]
    old: tuple[str, ...]

    @property
    def average(self) -> float:
        """Words a sentence, 0 for a page without sentences."""
        return sum(self.words) / len(self.words) if self.words else 0.0


def read(text: str) -> Page:
    """Measure Markdown text. Headings, code blocks and fragments of less than four words do not count."""
    text = _COMMENT.sub("", _CODE.sub("", text))
    text = _INLINE.sub("code", _LINK.sub(r"\1", text))
    sentences = [one for block in _blocks(text) for one in _END.split(block)]
    counted = [(one, len(_WORD.findall(one))) for one in sentences]
    kept = [(one, number) for one, number in counted if number >= 4]
    return Page(tuple(one for one, _ in kept), tuple(number for _, number in kept), tuple(_OLD.findall(text)))


def _blocks(text: str) -> list[str]:
    """Split text into paragraphs, list items and table cells, each on one line."""
    blocks: list[str] = []
    paragraph: list[str] = []
    for line in [*text.splitlines(), ""]:
        stripped = line.strip()
        starts_new = re.match(r"(?:[-*+]|\d+\.)\s", stripped)
        if not stripped or stripped.startswith(("#", "|")) or starts_new:
            if paragraph:
                blocks.append(" ".join(paragraph))
            paragraph = []
        if stripped.startswith("|"):
            blocks.extend(cell.strip() for cell in stripped.strip("|").split("|"))
        elif stripped and not stripped.startswith("#"):
            paragraph.append(re.sub(r"^(?:[-*+]|\d+\.)\s+", "", stripped))
    return blocks


def without_tables(text: str) -> str:
    """Return Markdown without its tables: cells are short and hide how long the sentences around them are."""
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("|"))


@dataclass(frozen=True, slots=True)
class Passage:
    """Text inside a Python file: a docstring, a comment, a help text or the words of an error.

    Attributes:
        line: where it starts, from 1.
        text: its words, as Markdown.
    """

    line: int
    text: str


_HELP = {"help", "short_help", "epilog", "description", "hint"}
_SPEAKERS = ("Error", ".echo", "log.debug", "log.info", "log.warning", "log.error", "log.exception")
"""How calls end whose words are read by users."""


def passages(source: str) -> Iterator[Passage]:
    """Find what people read in Python source: comments, docstrings, help texts and what errors say."""
    yield from _comments(source)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            if isinstance(node.value.value, str):
                yield Passage(node.lineno, _unfold(inspect.cleandoc(node.value.value)))
        elif isinstance(node, ast.keyword) and node.arg in _HELP:
            yield from _strings(node.value)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(_SPEAKERS):
            for argument in node.args:
                yield from _strings(argument)


def _comments(source: str) -> Iterator[Passage]:
    """Every comment that is not for a tool; lines that follow each other are one passage."""
    first, last, lines = 0, 0, list[str]()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        text = token.string.removeprefix("#").strip()
        if token.type != tokenize.COMMENT or re.match(r"noqa|type:|fmt:|pragma", text):
            continue
        if lines and token.start[0] != last + 1:
            yield Passage(first, " ".join(lines))
            lines = []
        if not lines:
            first = token.start[0]
        last, lines = token.start[0], [*lines, text]
    if lines:
        yield Passage(first, " ".join(lines))


def _strings(node: ast.expr) -> Iterator[Passage]:
    """A string, or the fixed parts of an f-string, as one passage."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield Passage(node.lineno, node.value)
    elif isinstance(node, ast.JoinedStr):
        parts = [
            part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else "X"
            for part in node.values
        ]
        yield Passage(node.lineno, "".join(parts))


def _unfold(docstring: str) -> str:
    """Make every entry of a docstring's lists a list item, so that it counts as a sentence of its own."""
    unfolded = []
    for line in docstring.replace("``", "`").splitlines():
        entry = re.match(
            r"\s*(?:Args|Attributes|Returns|Yields|Raises|Source):\s*$|\s+[*\w, ./()]+: \S", line
        )
        unfolded.append(f"- {line.strip()}" if entry else line)
    return "\n".join(unfolded)


def code() -> list[Path]:
    """Return the Python files of the program and the trainer."""
    return sorted([*(ROOT / "crowdmon").rglob("*.py"), *(ROOT / "trainer").rglob("*.py")])


def describe_python(path: Path, *, longer_than: int | None) -> Iterator[str]:
    """Return lines about one Python file: its average, and where its old words and long sentences are."""
    found = [(one, read(one.text)) for one in passages(path.read_text(encoding="utf-8"))]
    words = [number for _, page in found for number in page.words]
    average = sum(words) / len(words) if words else 0.0
    details = []
    for one, page in found:
        details += [f"    line {one.line}: {word.lower()}" for word in page.old]
        details += [
            f"    line {one.line}: {number} words: {sentence}"
            for sentence, number in zip(page.sentences, page.words, strict=True)
            if longer_than is not None and number > longer_than
        ]
    if details or average > GOAL:
        yield f"{_name(path):<48} {average:5.1f} words a sentence"
        yield from details


def _name(path: Path) -> str:
    """The path as people know it."""
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)


def pages() -> list[Path]:
    """Return the documents that people read."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "assets").rglob("*.md")])


def main(argv: list[str] | None = None) -> int:
    """Print a row for each document or file; the exit code is always 0."""
    parser = argparse.ArgumentParser(description="How easy the documentation is to read.")
    parser.add_argument("--long", type=int, metavar="N", help="print sentences of more than N words")
    parser.add_argument("--prose", action="store_true", help="leave out tables")
    parser.add_argument(
        "--python", action="store_true", help="read docstrings, help texts and messages instead"
    )
    parser.add_argument("files", nargs="*", type=Path)
    asked = parser.parse_args(argv)
    if asked.python:
        for path in asked.files or code():
            for line in describe_python(path, longer_than=asked.long):
                sys.stdout.write(f"{line}\n")
        return 0
    for path in asked.files or pages():
        text = path.read_text(encoding="utf-8")
        page = read(without_tables(text) if asked.prose else text)
        mark = "  <- long sentences" if page.average > GOAL else ""
        old = f"  old words: {', '.join(sorted({one.lower() for one in page.old}))}" if page.old else ""
        sys.stdout.write(f"{_name(path):<32} {page.average:5.1f} words a sentence{mark}{old}\n")
        for sentence, number in zip(page.sentences, page.words, strict=True):
            if asked.long is not None and number > asked.long:
                sys.stdout.write(f"    {number}: {sentence}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
