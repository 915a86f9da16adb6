"""Turns ``synthetic:plaza?people=40&seed=1`` into a scene."""

from __future__ import annotations

import difflib
import re
from urllib.parse import parse_qsl

from crowdmon.errors import ConfigError, redact
from crowdmon.scene.plaza import LIMITS, Plaza

SCENES: tuple[str, ...] = ("plaza", "plaza-night", "empty")
"""Names of the scenes, as in ``synthetic:NAME``."""

_PREFIX = "synthetic:"
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?([0-9]{1,18}(\.[0-9]*)?|\.[0-9]+)")


def parse_scene(uri: str) -> Plaza:
    """Build the scene of a URI.

    Args:
        uri: ``synthetic:NAME`` or ``synthetic:NAME?people=40&seed=1&width=1280&height=720&fps=25``;
            the prefix may be left out. NAME is one of :data:`SCENES`; ``empty`` is the plaza
            without people. Limits of the parameters: :data:`crowdmon.scene.plaza.LIMITS`.

    Raises:
        ConfigError: unknown name or parameter, a parameter given twice or outside its limits.
    """
    text = uri.strip().removeprefix(_PREFIX)
    name, mark, query = text.partition("?")
    shown = redact(uri.strip())
    if name not in SCENES:
        raise ConfigError(f"unknown scene {redact(name)!r} in {shown!r}", f"Scenes are {', '.join(SCENES)}.")
    given = _pairs(query, shown=shown) if mark else {}
    if name == "empty" and "people" in given:
        raise ConfigError(f"people cannot be set in {shown!r}", "The scene 'empty' has none; use 'plaza'.")
    values = {key: _number(key, text, shown=shown) for key, text in given.items()}
    people = 0 if name == "empty" else int(values.get("people", LIMITS["people"].default))
    return Plaza(
        people=people,
        seed=int(values.get("seed", LIMITS["seed"].default)),
        width=int(values.get("width", LIMITS["width"].default)),
        height=int(values.get("height", LIMITS["height"].default)),
        fps=values.get("fps", LIMITS["fps"].default),
        night=name == "plaza-night",
    )


def _pairs(query: str, *, shown: str) -> dict[str, str]:
    """Split a query into parameters. Unknown, repeated and malformed ones are refused."""
    allowed = ", ".join(LIMITS)
    if not query:
        return {}
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True, max_num_fields=32)
    except ValueError:
        raise ConfigError(
            f"cannot read the parameters of {shown!r}", "Write them as key=value&key=value."
        ) from None
    out: dict[str, str] = {}
    for key, value in pairs:
        if key not in LIMITS:
            close = difflib.get_close_matches(key, LIMITS, n=1)
            hint = f"Did you mean {close[0]!r}? " if close else ""
            raise ConfigError(f"unknown parameter {key!r} in {shown!r}", f"{hint}Allowed are {allowed}.")
        if key in out:
            raise ConfigError(f"parameter {key!r} is given twice in {shown!r}", "Give it once.")
        out[key] = value
    return out


def _number(key: str, text: str, *, shown: str) -> float:
    """Read the value of one parameter and check its limits."""
    limit = LIMITS[key]
    if not (_NUMBER if limit.fractional else _WHOLE).fullmatch(text):
        raise ConfigError(f"{key}={text!r} in {shown!r} is not {limit.kind}", limit.allowed(key))
    value = float(text) if limit.fractional else int(text)
    if not limit.holds(value):
        raise ConfigError(f"{key}={text} in {shown!r} is outside its limits", limit.allowed(key))
    return value
