"""Measure how easy the documentation is to read, and list old-fashioned words in it.

Run by ``make readability``. It warns and never fails: a person decides.

    python docs/readability.py              a row a document
    python docs/readability.py --long 30    also print sentences of more than 30 words
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

GOAL = 20.0
"""Words a sentence on average; a page above it should be read again."""

OLD_WORDS = (
    "albeit", "amid", "anew", "but for", "forthwith", "hence", "henceforth", "hitherto", "is to be had",
    "lest", "nay", "nobody knows", "nor", "oft", "save for", "shall", "sought", "thereby", "therein",
    "thereof", "thither", "thrice", "thus", "twain", "unto", "upon", "whence", "whereby", "wherein",
    "whosoever", "yonder",
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


def pages() -> list[Path]:
    """Return the documents that people read."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "assets").rglob("*.md")])


def main(argv: list[str] | None = None) -> int:
    """Print a row a document; the exit code is always 0."""
    parser = argparse.ArgumentParser(description="How easy the documentation is to read.")
    parser.add_argument("--long", type=int, metavar="N", help="print sentences of more than N words")
    parser.add_argument("files", nargs="*", type=Path)
    asked = parser.parse_args(argv)
    for path in asked.files or pages():
        page = read(path.read_text(encoding="utf-8"))
        name = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
        mark = "  <- long sentences" if page.average > GOAL else ""
        old = f"  old words: {', '.join(sorted({one.lower() for one in page.old}))}" if page.old else ""
        sys.stdout.write(f"{name!s:<32} {page.average:5.1f} words a sentence{mark}{old}\n")
        for sentence, number in zip(page.sentences, page.words, strict=True):
            if asked.long is not None and number > asked.long:
                sys.stdout.write(f"    {number}: {sentence}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
