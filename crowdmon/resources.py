"""The one way to assets and configurations, in a checkout and in an installed wheel."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from crowdmon.errors import CrowdmonError

_PACKAGE = Path(__file__).resolve().parent


def path(relative: str) -> Path:
    """Return the path of a file or folder that belongs to the program.

    A wheel carries them in ``crowdmon/_bundled``; a checkout has them next to the package.

    Args:
        relative: as in the checkout, such as ``assets/weights/default.safetensors``.

    Raises:
        CrowdmonError: neither place has it.
        ValueError: ``relative`` leads out of these places, which is a mistake in the program.
    """
    parts = PurePosixPath(relative)
    if parts.is_absolute() or ".." in parts.parts or not parts.parts:
        raise ValueError(f"not a path inside the program: {relative!r}")
    places = list(_places(_PACKAGE))
    for place in places:
        if (found := place / parts).exists():
            return found
    raise CrowdmonError(
        f"{relative} does not belong to this installation (looked in {' and '.join(map(str, places))})",
        "Install crowdmon again",
    )


def _places(package: Path) -> list[Path]:
    places = [package / "_bundled"]
    # Next to an installed package lie other people's folders, which may well be called "configs".
    if (package.parent / "pyproject.toml").is_file():
        places.append(package.parent)
    return places
