"""Turns pydantic's errors into one plain line: file, key path, value, and what is allowed."""

from __future__ import annotations

import difflib
import reprlib
from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from crowdmon.config.alarms import (
    AlarmConfig,
    GroupConfig,
    MemberConfig,
    ShiftConfig,
    StageConfig,
    TargetConfig,
    ThenConfig,
)
from crowdmon.config.fields import MisplacedError
from crowdmon.config.ground import GroundConfig, GroundPointConfig, RectangleConfig
from crowdmon.config.levels import BoundsConfig, LevelsConfig
from crowdmon.config.models import CameraConfig, DisplayConfig, RecordConfig, RoiConfig
from crowdmon.errors import ConfigError, redact
from crowdmon.geometry import MAX_POINTS

M = TypeVar("M", bound=BaseModel)

_ALLOWED = {
    "float_parsing": "a number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "string_type": "text",
    "string_unicode": "visible characters",
    "string_too_short": "at least one character",
    "tuple_type": "a list",
    "too_short": "at least one",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "model_type": "a mapping of keys to values",
    "dict_type": "a mapping of keys to values",
    "invalid_key": "keys that are text",
}
_STRUCTURES = ("a list", "a mapping")
_KEYS: dict[str, type[BaseModel]] = {
    "cameras": CameraConfig,
    "rois": RoiConfig,
    "record": RecordConfig,
    "display": DisplayConfig,
    "ground": GroundConfig,
    "points": GroundPointConfig,
    "rectangle": RectangleConfig,
    "levels": LevelsConfig,
    "groups": GroupConfig,
    "members": MemberConfig,
    "alarms": AlarmConfig,
    "of": TargetConfig,
    **dict.fromkeys(("amber", "red", "critical"), StageConfig),
    "schedule": ShiftConfig,
    "then": ThenConfig,
    "per_m2": BoundsConfig,
    "people": BoundsConfig,
}

# Bounded in depth and length, because the file may be hostile.
_brief = reprlib.Repr()
_brief.maxstring = _brief.maxother = 60
_brief.maxlevel = 2
_brief.maxlist = _brief.maxdict = 3


def validate(model: type[M], data: object, *, where: str) -> M:
    """Build a model from untrusted values.

    Args:
        model: AppConfig, CameraConfig or RoiConfig.
        data: a mapping from YAML, or a model.
        where: what to call its origin in the message, such as a file name.

    Raises:
        ConfigError: the first thing that is wrong, with its key path, and how many more there are.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        found = error.errors(include_url=False)
        message, hint = _explain(found[0], model)
        more = f" ({len(found) - 1} more)" if len(found) > 1 else ""
        raise ConfigError(f"{redact(where)}: {redact(message)}{more}", redact(hint)) from None


def _explain(error: Any, model: type[BaseModel]) -> tuple[str, str]:
    cause = error.get("ctx", {}).get("error")
    kind, loc, value = error["type"], error["loc"], error["input"]
    if isinstance(cause, MisplacedError):
        loc, value = (*loc, *cause.loc), cause.value
    path = key_path(loc)
    at = path or "the file"
    if kind == "extra_forbidden":
        return _unknown_key(error["loc"], _model_at(error["loc"][:-1], model))
    if kind == "missing":
        return f"{at} is missing", "Add it"
    if isinstance(cause, ConfigError):
        shown = _show(value)
        given = "" if shown in _STRUCTURES else f" = {shown}"
        return f"{at}{given}: {cause.message.removeprefix(': ')}", cause.hint
    if kind == "model_type" and not error["loc"]:
        return f"the top of the file is {_show(value)}, not a mapping", "Begin it with 'cameras:'"
    ctx = error.get("ctx", {})
    limits = {
        "greater_than": f"a number greater than {ctx.get('gt')}",
        "greater_than_equal": f"a number from {ctx.get('ge')} on",
        "less_than_equal": f"a number up to {ctx.get('le')}",
        "string_too_long": f"at most {ctx.get('max_length')} characters",
        "missing_tuple_item": "two numbers [x, y]",
        "too_long": "two numbers [x, y]",
        "literal_error": str(ctx.get("expected")).replace("'", ""),
    }
    allowed = limits.get(kind) or _ALLOWED.get(kind) or str(error["msg"])
    return f"{at} = {_show(value)} is not allowed", f"Allowed: {allowed}"


def _unknown_key(loc: Sequence[int | str], model: type[BaseModel]) -> tuple[str, str]:
    key, allowed = str(loc[-1]), [field.alias or name for name, field in model.model_fields.items()]
    close = difflib.get_close_matches(key, allowed, n=1)
    guess = f"Did you mean '{close[0]}'? " if close else ""
    return f"{key_path(loc)} is not a known key", f"{guess}Known here: {', '.join(allowed)}"


def _model_at(loc: Sequence[int | str], model: type[BaseModel]) -> type[BaseModel]:
    for step in loc:
        model = _KEYS.get(str(step), model)
    return model


def key_path(loc: Sequence[int | str]) -> str:
    """Return the place of a value, such as ``cameras[0].rois[1].polygon``."""
    text = ""
    for step in loc:
        shown = _brief.repr(step).strip("'")
        text += f"[{step}]" if isinstance(step, int) else f".{shown}" if text else shown
    return text


def _show(value: object) -> str:
    """Return a value as it is in the file, shortened, and without possible secrets inside a structure."""
    if isinstance(value, str):
        # Redact before cutting: half a password is also a secret.
        return _brief.repr(redact(value))
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "empty"}[value]
    if isinstance(value, dict | BaseModel):
        return "a mapping"
    if isinstance(value, list | tuple):
        return _brief.repr(list(value)) if _numbers_only(value) else "a list"
    try:
        return _brief.repr(value)
    except ValueError:  # Python refuses to print integers of thousands of digits
        return "a very long number"


def _numbers_only(value: object, depth: int = 2) -> bool:
    if isinstance(value, list | tuple):
        return depth > 0 and len(value) <= MAX_POINTS and all(_numbers_only(v, depth - 1) for v in value)
    return isinstance(value, float) or (isinstance(value, int) and abs(value) < 10**9)
