"""Reads MATLAB files of both formats into the same plain form."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from crowdmon.errors import DatasetError
from crowdmon.formats.limits import MAX_BYTES, MatError, ReadLimits
from crowdmon.places import is_there

_HDF5 = b"\x89HDF\r\n\x1a\n"
_HINT = "Copy the file again from where it came"


def load_mat(
    path: str | Path, *, names: Collection[str] | None = None, limit: int = MAX_BYTES
) -> dict[str, Any]:
    """Read a MATLAB file, v5 or v7.3.

    Args:
        path: the file.
        names: the variables to read, which must all exist; None for all that can be read.
        limit: bytes that all values together may take.

    Returns:
        Variable name -> value. Numbers and logicals are arrays as MATLAB shows them (rows first, at
        least 2-D), text is str, a cell is an object array of values, a struct a dict of values and a
        struct array an object array of dicts.

    Raises:
        DatasetError: missing, empty, truncated, not a MATLAB file, larger than ``limit``, or without
            one of ``names`` (the message lists the names it has).
    """
    path = Path(path)
    try:
        values, found = _read(path, names, ReadLimits(limit), limit)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise DatasetError(f"cannot read the MATLAB file {path}: {reason}", "Check the path") from error
    except MatError as error:
        raise DatasetError(f"cannot read the MATLAB file {path}: {error}", _HINT) from error
    missing = [name for name in names or () if name not in values]
    if missing:
        raise DatasetError(
            f"{path} has no variable {quoted(missing)}; it has {quoted(found)}",
            "Is it the right kind of file?",
        )
    return values


def _read(
    path: Path, names: Collection[str] | None, budget: ReadLimits, limit: int
) -> tuple[dict[str, Any], list[str]]:
    if is_there(path) and not path.is_file():  # a pipe would be waited for
        raise MatError("it is not a plain file")
    with path.open("rb") as file:
        head = file.read(520)
        if not head:
            raise MatError("it is empty (0 bytes)")
        if head.startswith(_HDF5) or head[512:520] == _HDF5:
            # h5py is slow to load, and few files need it.
            from crowdmon.formats import mat73

            return mat73.read(path, names, budget)
        if head.startswith(b"MATLAB 7.3") and len(head) < 520:
            raise MatError("the file ends within its header")
        if len(head) < 128 or head[126:128] not in (b"IM", b"MI") or 1 not in head[124:126]:
            cut = head.startswith(b"MATLAB") and len(head) < 128
            raise MatError("the file ends within its header" if cut else "it is not a MAT v5 or v7.3 file")
        raw = head + file.read(limit + 1)
    if len(raw) > limit:
        raise MatError(f"it is larger than {limit // 2**20} MB")
    from crowdmon.formats import mat5

    return mat5.read(raw, names, budget)


def quoted(names: Iterable[str]) -> str:
    """Return names for a message, as many as fit on a line; what cannot be printed is replaced."""
    shown = sorted("".join(c if c.isprintable() else "?" for c in name) for name in names)
    more = f" and {len(shown) - 8} more" if len(shown) > 8 else ""
    return ", ".join(f"'{name:.40}'" for name in shown[:8]) + more if shown else "no variable at all"
