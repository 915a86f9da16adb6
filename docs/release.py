"""Make a release: the version, the changelog and the tag from one place.

    make release VERSION=0.2.0

Writes the version into ``crowdmon/__init__.py`` and a dated heading into ``CHANGELOG.md``, then commits and
tags both. Nothing is pushed.
"""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UNRELEASED = "## Unreleased\n"


def versioned(source: str, version: str) -> str:
    """Return the text of ``crowdmon/__init__.py`` with a later version; ValueError if it is none."""
    found = re.search(r'^__version__ = "([\d.]+)"$', source, re.M)
    if found is None or not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise ValueError(f"a version looks like 0.2.0, not {version!r}")
    if tuple(map(int, version.split("."))) <= tuple(map(int, found[1].split("."))):
        raise ValueError(f"version {version} is not later than {found[1]}")
    return source.replace(found[0], f'__version__ = "{version}"')


def dated(changes: str, version: str, day: date) -> str:
    """Return the changelog with what is unreleased under the version; ValueError if there is nothing."""
    before, found, after = changes.partition(UNRELEASED)
    body = re.split(r"^## ", after, maxsplit=1, flags=re.M)[0].strip()
    if not found or not body:
        raise ValueError("CHANGELOG.md has nothing under 'Unreleased'")
    return f"{before}{UNRELEASED}\n## {version} ({day.isoformat()})\n{after}"


def main(version: str) -> int:
    package, log = ROOT / "crowdmon" / "__init__.py", ROOT / "CHANGELOG.md"
    try:
        source = versioned(package.read_text(encoding="utf-8"), version)
        changes = dated(log.read_text(encoding="utf-8"), version, date.today())
    except ValueError as error:
        sys.stderr.write(f"release: {error}\n")
        return 2
    if subprocess.run(["git", "diff", "--quiet", "HEAD"], cwd=ROOT, check=False).returncode:
        sys.stderr.write("release: there are changes that are not committed; commit or remove them first\n")
        return 2
    package.write_text(source, encoding="utf-8")
    log.write_text(changes, encoding="utf-8")
    subprocess.run(["git", "commit", "-qam", f"Release {version}"], cwd=ROOT, check=True)
    subprocess.run(["git", "tag", "-a", f"v{version}", "-m", f"crowdmon {version}"], cwd=ROOT, check=True)
    sys.stdout.write(f"v{version} is committed and tagged; push it with: git push --follow-tags\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
