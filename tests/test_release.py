"""A release takes its version, its changelog and its tag from one place."""

from __future__ import annotations

import importlib.util
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

import crowdmon

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def release() -> ModuleType:
    spec = importlib.util.spec_from_file_location("release", ROOT / "docs" / "release.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_version_stands_in_one_place(release: ModuleType) -> None:
    source = (ROOT / "crowdmon" / "__init__.py").read_text(encoding="utf-8")
    assert f'__version__ = "{crowdmon.__version__}"' in source
    assert '__version__ = "99.0.0"' in release.versioned(source, "99.0.0")
    assert f'version = "{crowdmon.__version__}"' not in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("version", ["0.0.1", "0.1.0", "1.0", "v1.0.0", ""])
def test_a_version_that_is_none_or_not_later_is_refused(release: ModuleType, version: str) -> None:
    with pytest.raises(ValueError, match="not"):
        release.versioned('__version__ = "0.1.0"\n', version)


def test_what_is_unreleased_gets_the_version_and_the_day(release: ModuleType) -> None:
    changes = "# Changes\n\n## Unreleased\n\n- a line\n\n## 0.1.0 (2026-01-01)\n\n- old\n"
    found = release.dated(changes, "0.2.0", date(2026, 2, 3))
    assert found == (
        "# Changes\n\n## Unreleased\n\n## 0.2.0 (2026-02-03)\n\n- a line\n\n## 0.1.0 (2026-01-01)\n\n- old\n"
    )
    with pytest.raises(ValueError, match="nothing"):
        release.dated("# Changes\n\n## Unreleased\n\n## 0.1.0 (2026-01-01)\n\n- old\n", "0.2.0", date.today())


def test_the_changelog_of_today_can_be_released(release: ModuleType) -> None:
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "## 99.0.0 (2026-02-03)" in release.dated(changes, "99.0.0", date(2026, 2, 3))
