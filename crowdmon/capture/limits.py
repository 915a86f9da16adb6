"""How large a picture may be that strangers can give, and how a user allows more. Loads nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from crowdmon.errors import ConfigError

MEGAPIXELS = 50.0
"""Millions of pixels a picture has at most unless more are allowed, so that a machine of 4 GB survives: read,
counted and painted, 50 million take 1.4 GB."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What is read at most.

    Attributes:
        megapixels: millions of pixels of a picture file.
    """

    megapixels: float = MEGAPIXELS


_allowed = Limits()


def allowed() -> Limits:
    """Return the limits of this process."""
    return _allowed


def allow(*, megapixels: float) -> None:
    """Set the limits of this process, before anything is opened; ConfigError unless they are above 0."""
    global _allowed  # one setting of the command line, as logging is
    if not (math.isfinite(megapixels) and megapixels > 0):
        raise ConfigError(f"--max-megapixels is {megapixels:g}", "Give a number above 0")
    _allowed = replace(_allowed, megapixels=megapixels)
