"""The documentation tells the truth: links lead somewhere, generated parts are fresh."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "assets").rglob("*.md")])

_LINK = re.compile(r"\]\((?!https?://|mailto:|#)([^)#\s]+)")
_PATH = re.compile(r"`((?:crowdmon|trainer|tests|configs|docs|assets)/[\w./-]*)`")


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    dead = [link for link in _LINK.findall(text_of(page)) if not (page.parent / link).exists()]
    assert dead == []


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "docs/architecture.md"])
def test_paths_that_are_named_exist(name: str) -> None:
    gone = [path for path in _PATH.findall(text_of(ROOT / name)) if not (ROOT / path).exists()]
    assert gone == []


def test_the_command_reference_is_fresh() -> None:
    spec = importlib.util.spec_from_file_location("make_docs", ROOT / "docs" / "make.py")
    assert spec is not None
    assert spec.loader is not None
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    assert text_of(make.TARGET) == make.reference(), "run make docs"


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads(text_of(ROOT / "pyproject.toml"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["train"]]
    architecture = text_of(ROOT / "docs" / "architecture.md")
    names = [re.split(r"[<>=!~\[; ]", one)[0] for one in wanted]
    assert [
        name for name in names if not re.search(rf"^\| {re.escape(name)} \|", architecture, re.M | re.I)
    ] == []


def test_every_room_of_the_house_is_drawn() -> None:
    architecture = text_of(ROOT / "docs" / "architecture.md")
    rooms = [path for path in (ROOT / "crowdmon").iterdir() if not path.name.startswith("_")]
    missing = [path.name for path in rooms if not re.search(rf"\b{re.escape(path.stem)}\b", architecture)]
    assert missing == []
