"""``groups:`` and ``alarms:``: what is watched, from which value on, and when."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from crowdmon.config.fields import Model, Name, Number, Positive, listed, refuse_twins, text
from crowdmon.errors import ConfigError
from crowdmon.track.schedule import DAYS, MINUTES_A_DAY, Shift

CLEAR_SHARE = 0.9
"""The clear level is this share of the level that raises, where none is given."""

_RANGE = re.compile(r"([a-z]{3})(?:-([a-z]{3}))?")
_TIME = re.compile(r"(\d{1,2}):(\d{2})")


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # a folder of zones, a path, an unknown name
        raise ConfigError(
            "this machine knows no such time zone", "Allowed: a name such as Europe/Berlin or UTC"
        ) from None
    return name


TimeZone = Annotated[str, Field(min_length=1, max_length=64), BeforeValidator(text), AfterValidator(_zone)]


class MemberConfig(Model):
    """A ROI of a camera, or its whole picture."""

    camera: Name
    roi: Name | None = None

    @model_validator(mode="before")
    @classmethod
    def _no_group(cls, value: object) -> object:
        if isinstance(value, dict) and "group" in value:
            raise ConfigError("a group is no member of a group", "Allowed: camera, or camera and roi")
        return value


class GroupConfig(Model):
    """Places whose people are counted together.

    Attributes:
        name: unique.
        members: ROIs and whole pictures; those of one camera must not overlap.
        capacity: people; the level of a rule on this group that names none.
    """

    name: Name
    members: Annotated[tuple[MemberConfig, ...], BeforeValidator(listed), Field(min_length=1)]
    capacity: Positive | None = None


class TargetConfig(Model):
    """What a rule is about: a camera's whole picture, one of its ROIs, or a group."""

    camera: Name | None = None
    roi: Name | None = None
    group: Name | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.camera is None) == (self.group is None) or (self.roi is not None and self.camera is None):
            raise ConfigError("it names no one thing", "Allowed: camera, camera and roi, or group")
        return self


class StageConfig(Model):
    """A level of a rule.

    Attributes:
        above: raised by a value above it; None for the capacity of the group, or for ``unknown``.
        hold: (``for`` in the YAML) seconds for which it must have been so.
        clear: cleared by a value below it; None for :data:`CLEAR_SHARE` of ``above``.
    """

    above: Positive | None = None
    hold: Annotated[Number, Field(ge=0, le=86_400, alias="for")] = 0.0
    clear: Annotated[Number, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _clears_below(self) -> Self:
        if self.above is not None and self.clear is not None and self.clear > self.above:
            raise ConfigError(
                f"clear = {self.clear:g} is higher than above = {self.above:g}", "Allowed: up to above"
            )
        return self


class ShiftConfig(Model):
    """A time of the day on some days of the week.

    Attributes:
        days: such as ``mon-fri`` or ``sat, sun``; those on which it begins.
        start, end: (``from`` and ``to`` in the YAML) "HH:MM", up to "24:00". An end that is not after the
            start is one on the next day.
    """

    days: Annotated[str, BeforeValidator(text)] = "mon-sun"
    start: Annotated[str, BeforeValidator(text), Field(alias="from")]
    end: Annotated[str, BeforeValidator(text), Field(alias="to")]

    @field_validator("days")
    @classmethod
    def _known_days(cls, days: str) -> str:
        days_of(days)
        return days

    @field_validator("start")
    @classmethod
    def _a_start(cls, value: str) -> str:
        if minutes_of(value) == MINUTES_A_DAY:
            raise ConfigError("a day ends at 24:00", 'Allowed: "00:00" to "23:59"')
        return value

    @field_validator("end")
    @classmethod
    def _an_end(cls, value: str) -> str:
        minutes_of(value)
        return value

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if minutes_of(self.start) == minutes_of(self.end):
            raise ConfigError(
                f"it begins and ends at {self.start}", 'Allowed: another end; "00:00" to "24:00" is a day'
            )
        return self

    def to_shift(self) -> Shift:
        """Return it as the value that moments are compared with."""
        return Shift(days_of(self.days), minutes_of(self.start), minutes_of(self.end))


def _once(names: tuple[str, ...]) -> tuple[str, ...]:
    refuse_twins(names, "people of one list")
    return names


People = Annotated[tuple[Name, ...], BeforeValidator(listed), AfterValidator(_once)]


class ThenConfig(Model):
    """Who is to be told of a red or critical alarm that nobody acknowledges.

    Attributes:
        after: seconds for which nobody has acknowledged it.
        tell: names, at least one.
    """

    after: Annotated[Positive, Field(ge=1, le=86_400)]
    tell: Annotated[People, Field(min_length=1)]


class AlarmConfig(Model):
    """An alarm rule.

    Attributes:
        name: unique.
        target: (``of`` in the YAML) what it is about.
        measure: what is compared: people, people per m2, the most of them in any 3x3 m, or whether nothing is
            known.
        amber, red, critical: its levels, at least one.
        repeat: seconds after which a red or critical alarm is repeated until it is acknowledged.
        cooldown: seconds for which a level is not raised again after it was cleared.
        schedule: when anything may be raised; always if empty.
        tell: names of people who are to be told of it; they stand in its events, and nothing is sent.
        then: further people, if nobody acknowledges it.
    """

    name: Name
    target: Annotated[TargetConfig, Field(alias="of")]
    measure: Literal["count", "per_m2", "local_per_m2", "unknown"] = "count"
    amber: StageConfig | None = None
    red: StageConfig | None = None
    critical: StageConfig | None = None
    repeat: Annotated[Positive, Field(ge=1, le=86_400)] | None = None
    cooldown: Annotated[Number, Field(ge=0, le=86_400)] = 0.0
    schedule: Annotated[tuple[ShiftConfig, ...], BeforeValidator(listed)] = ()
    tell: People = ()
    then: ThenConfig | None = None

    @property
    def stages(self) -> tuple[tuple[str, StageConfig], ...]:
        """The levels that are given, by name, the lowest first."""
        all_of_them = (("amber", self.amber), ("red", self.red), ("critical", self.critical))
        return tuple((key, stage) for key, stage in all_of_them if stage is not None)

    @model_validator(mode="after")
    def _levels_fit(self) -> Self:
        if not self.stages:
            raise ConfigError("it has no level", "Allowed: at least one of amber, red, critical")
        if self.then is not None and self.red is None and self.critical is None:
            raise ConfigError("then is for red and critical, and it has neither", "Add red or critical")
        if self.measure == "unknown":
            for key, stage in self.stages:
                if stage.above is not None or stage.clear is not None:
                    raise ConfigError(
                        f"{key} has a level, and unknown is none or all", "Allowed: for, in seconds"
                    )
        return self


def days_of(text: str) -> frozenset[int]:
    """Return the days that a text such as ``mon-fri, sun`` names, 0 for Monday.

    Raises:
        ConfigError: it is no such text, or names a day twice.
    """
    found: list[int] = []
    for part in text.lower().split(","):
        match = _RANGE.fullmatch(part.strip())
        ends = [one for one in match.groups() if one] if match else []
        if not ends or any(one not in DAYS for one in ends):
            raise ConfigError(f"'{part.strip()}' is no day", f"Allowed: {', '.join(DAYS)}, mon-fri, sat-sun")
        first, last = DAYS.index(ends[0]), DAYS.index(ends[-1])
        found += [(first + step) % 7 for step in range((last - first) % 7 + 1)]
    for day in found:
        if found.count(day) > 1:
            raise ConfigError(f"it names {DAYS[day]} twice", "Allowed: each day once")
    return frozenset(found)


def minutes_of(text: str) -> int:
    """Return the minutes since midnight of a text such as ``07:30``; ConfigError if it is none."""
    match = _TIME.fullmatch(text)
    minutes = int(match[1]) * 60 + int(match[2]) if match and int(match[2]) < 60 else MINUTES_A_DAY + 1
    if minutes > MINUTES_A_DAY:
        raise ConfigError("it is no time of the day", 'Allowed: "00:00" to "24:00", in quotes')
    return minutes
