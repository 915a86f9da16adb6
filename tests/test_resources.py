"""Assets and configurations are found in a checkout and in a wheel, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from crowdmon import resources
from crowdmon.errors import CrowdmonError


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed package with nothing next to it that is its own."""
    package = tmp_path / "site-packages" / "crowdmon"
    package.mkdir(parents=True)
    monkeypatch.setattr(resources, "_PACKAGE", package)
    return package


def put(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x", encoding="utf-8")
    return path


def test_finds_what_the_checkout_or_the_wheel_has() -> None:
    assert resources.path("configs/example.yaml").is_file()
    assert resources.path("configs").is_dir()


def test_a_wheel_carries_its_own(package: Path) -> None:
    bundled = put(package / "_bundled" / "configs" / "a.yaml")
    assert resources.path("configs/a.yaml") == bundled


def test_a_checkout_is_known_by_its_project_file(package: Path) -> None:
    beside = put(package.parent / "configs" / "a.yaml")
    with pytest.raises(CrowdmonError, match=r"configs/a\.yaml"):
        resources.path("configs/a.yaml")
    put(package.parent / "pyproject.toml")
    assert resources.path("configs/a.yaml") == beside


def test_what_is_missing_says_where_it_was_looked_for(package: Path) -> None:
    with pytest.raises(
        CrowdmonError, match=r"nothing\.png does not belong .*_bundled.*Install crowdmon again"
    ):
        resources.path("assets/nothing.png")


@pytest.mark.parametrize("relative", ["/etc/passwd", "../x", "assets/../../x", ""])
def test_nothing_outside_is_reachable(relative: str) -> None:
    with pytest.raises(ValueError, match="not a path inside the program"):
        resources.path(relative)
