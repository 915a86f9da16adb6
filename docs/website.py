"""What the site of the documentation adds: its start, the reference of the public names, links that work.

Used by mkdocs (``hooks:`` in mkdocs.yml); ``make docs`` builds the site into out/site.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

import crowdmon

ROOT = Path(__file__).resolve().parent.parent

_LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")


def on_files(files: Files, config: Any) -> Files:
    """Add the start, which is the README, and the reference."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    start = _LINK.sub(lambda link: _from_root(link), readme)
    for name, content in (("index.md", start), ("reference.md", reference())):
        files.append(File.generated(config, name, content=content))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Leave of a link to what is not on the site only its text: a file of the repository."""
    return _LINK.sub(lambda link: _inside(link, page.file.src_uri), markdown)


def reference() -> str:
    """Return a page with the documentation of every public name."""
    parts = ["# Reference", "", "The public names of crowdmon: `from crowdmon import Counter`.", ""]
    for name in sorted(crowdmon.__all__, key=str.casefold):
        value = getattr(crowdmon, name)
        module = getattr(value, "__module__", "")
        if isinstance(value, type) or callable(value):
            parts += [f"::: {module}.{value.__name__}", "    options:", f"      heading: {name}", ""]
        else:
            parts += [f"### `{name}`", "", f"`{value!r}`", ""]
    return "\n".join(parts)


def _from_root(link: re.Match[str]) -> str:
    mark, text, target = link.groups()
    return f"{mark}[{text}]({target.removeprefix('docs/')})" if target.startswith("docs/") else link[0]


def _inside(link: re.Match[str], page: str) -> str:
    mark, text, target = link.groups()
    path, _, anchor = target.partition("#")
    if "://" in target or not path:
        return link[0]
    found = posixpath.normpath(posixpath.join(posixpath.dirname(page), path))
    generated = ("index.md", "reference.md")
    if not found.startswith("..") and ((ROOT / "docs" / found).is_file() or found in generated):
        return link[0]
    if found in ("../README.md",):
        return f"{mark}[{text}](index.md{'#' + anchor if anchor else ''})"
    return text
