"""Any error in one line for people."""

from __future__ import annotations

from crowdmon.errors import CrowdmonError, redact


def words(error: Exception) -> str:
    """Say what happened without secrets, also where a library did not care."""
    if isinstance(error, CrowdmonError):
        return redact(str(error))
    if isinstance(error, MemoryError):
        return "Memory ran out"
    return redact(f"{type(error).__name__}: {error}") if str(error) else type(error).__name__
