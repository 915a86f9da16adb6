"""What the configuration's values are made of: names, numbers, points, and the model that all others are."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from crowdmon.errors import ConfigError

_INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
"""Unicode categories that would break a CSV row or the file, or that are invisible. With those, two
different names would look the same, and a direction mark would reverse a title."""


def text(value: object) -> object:
    """Refuse what YAML did not read as text."""
    # YAML does not read no, off, 12:30 and 2024-05-01 as text, and would lose the typed characters.
    if value is None or isinstance(value, str):
        return value
    raise ConfigError(f"YAML reads this as {_kind(value)}, not as text", "Put it in quotes")


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    names = {int: "a number", float: "a number", list: "a list", dict: "a mapping", date: "a date"}
    return names.get(type(value), "something else")


def _visible(value: str) -> str:
    if value != value.strip():
        raise ConfigError("it begins or ends with a blank", "Remove the blank")
    if any(unicodedata.category(c) in _INVISIBLE for c in value):
        raise ConfigError(
            "it holds a line break, a control character or one that cannot be seen",
            "Use visible characters only",
        )
    return value


def _source(value: object) -> object:
    # `source: 0` is the first webcam, and needs no quotes.
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else text(value)


def _number(value: object) -> object:
    if isinstance(value, bool):
        raise ConfigError("YAML reads this as true or false, not as a number", "Give a number")
    return value


def listed(value: object) -> object:
    """Take a key whose entries are all commented out for an empty list."""
    return () if value is None else value


Name = Annotated[str, Field(min_length=1, max_length=64), BeforeValidator(text), AfterValidator(_visible)]
Source = Annotated[
    str, Field(min_length=1, max_length=4096), BeforeValidator(_source), AfterValidator(_visible)
]
Place = Annotated[str, Field(min_length=1, max_length=4096), BeforeValidator(text), AfterValidator(_visible)]
Number = Annotated[float, BeforeValidator(_number), Field(allow_inf_nan=False)]
Positive = Annotated[Number, Field(gt=0)]
Point = tuple[Number, Number]


class MisplacedError(ConfigError):
    """A value that does not fit another part of the file.

    Attributes:
        loc: where it stands below what is validated, such as ``("alarms", 0, "of", "roi")``.
        value: the value.
    """

    def __init__(self, message: str, hint: str, *, loc: tuple[int | str, ...], value: object) -> None:
        super().__init__(message, hint)
        self.loc, self.value = loc, value


class Model(BaseModel):
    """Frozen. Refuses unknown keys, and does not repeat values in its error texts."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def look_of(name: str) -> str:
    """Return a form of a name that is equal for names that look the same.

    Upper and lower case make no difference. An accent may be one character or two.
    """
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def refuse_twins(names: Iterable[str], what: str) -> None:
    """Raise ConfigError if two names are the same, or look alike; ``what`` says whose they are."""
    seen: dict[str, str] = {}
    for name in names:
        look = look_of(name)
        if seen.get(look) == name:
            raise ConfigError(f"two {what} are named '{name}'", "Give each a name of its own")
        if look in seen:
            raise ConfigError(
                f"two {what} have names that look alike, '{seen[look]}' and '{name}'",
                "Give each a name that cannot be mistaken for another",
            )
        seen[look] = name
