"""An alarm rule while it is edited: its levels, its words, and its place in a configuration. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from crowdmon.config import AppConfig, validate
from crowdmon.config.alarms import CLEAR_SHARE, AlarmConfig
from crowdmon.config.fields import MisplacedError
from crowdmon.config.rules import check_alarms, to_rule
from crowdmon.errors import ConfigError
from crowdmon.track.levels import RISING
from crowdmon.track.replay import Course
from crowdmon.track.rule import Measure, Rule
from crowdmon.values import Level
from crowdmon.view.wording import span

DAY_S = 86_400.0
BINS = 144
"""Points of the line: ten minutes each."""


@dataclass(frozen=True, slots=True)
class StageDraft:
    """One level: raised above ``above``, cleared below ``clear``, after ``hold`` seconds."""

    above: float
    clear: float
    hold: float = 0.0

    def raised_to(self, above: float) -> StageDraft:
        """Return it with another level to raise; the level to clear stays at or below it."""
        return replace(self, above=above, clear=min(self.clear, above))

    def cleared_at(self, clear: float) -> StageDraft:
        """Return it with another level to clear, at most the one that raises."""
        return replace(self, clear=min(max(clear, 0.0), self.above))


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """The rule of one ROI.

    Attributes:
        name: unique among the rules.
        camera, roi: what it is about.
        measure: what is compared.
        stages: the levels it uses.
        saved: the configuration has a rule of this name.
    """

    name: str
    camera: str
    roi: str
    measure: Measure = Measure.COUNT
    stages: Mapping[Level, StageDraft] = field(default_factory=dict)
    saved: bool = False


def draft_of(config: AppConfig, camera: str, roi: str) -> RuleDraft:
    """Return the first rule about what is counted in a ROI; a new one without levels if there is none."""
    for alarm in config.alarms:
        of = alarm.target
        if (of.camera, of.roi) == (camera, roi) and alarm.measure != "unknown":
            stages = {
                Level(key): StageDraft(
                    stage.above,
                    CLEAR_SHARE * stage.above if stage.clear is None else stage.clear,
                    stage.hold,
                )
                for key, stage in alarm.stages
                if stage.above is not None
            }
            return RuleDraft(alarm.name, camera, roi, Measure(alarm.measure), stages, saved=True)
    taken = {alarm.name.casefold() for alarm in config.alarms}
    wanted = f"{roi} full"[:64]
    names = [wanted, *(f"{wanted[:60]} {number}" for number in range(2, len(taken) + 3))]
    return RuleDraft(next(one for one in names if one.casefold() not in taken), camera, roi)


def put(config: AppConfig, draft: RuleDraft) -> AppConfig:
    """Return a configuration with the rule as it was edited, all else of it as it is; without levels it goes.

    Raises:
        ConfigError: its levels do not rise, or a value is not allowed.
    """
    old = next((one for one in config.alarms if draft.saved and one.name == draft.name), None)
    rest = tuple(one for one in config.alarms if one is not old)
    if not draft.stages:
        return config.model_copy(update={"alarms": rest})
    new = _configured(draft, old)
    alarms = tuple(new if one is old else one for one in config.alarms) if old else (*rest, new)
    try:
        check_alarms((new,), config.cameras, config.groups)
    except MisplacedError as error:
        level = str(error.loc[2]) if len(error.loc) > 2 else "the rule"
        raise ConfigError(f"{level}: {error.message}", error.hint) from None
    return config.model_copy(update={"alarms": alarms})


def rule_of(config: AppConfig, draft: RuleDraft) -> Rule:
    """Return the rule as the engine would get it. Raises ConfigError as :func:`put` does."""
    changed = put(config, draft)
    alarm = next(one for one in changed.alarms if one.name == draft.name)
    return to_rule(alarm, changed.cameras, changed.groups, changed.zone)


def _configured(draft: RuleDraft, old: AlarmConfig | None) -> AlarmConfig:
    values = {} if old is None else old.model_dump(by_alias=True, exclude_none=True)
    values |= {"name": draft.name, "of": {"camera": draft.camera, "roi": draft.roi}}
    values["measure"] = draft.measure.value
    for level in RISING:
        values.pop(level.value, None)
        if (stage := draft.stages.get(level)) is not None:
            values[level.value] = {"above": stage.above, "clear": stage.clear, "for": stage.hold}
    return validate(AlarmConfig, values, where="the rule")


def line_of(course: Course, now: float) -> tuple[float | None, ...]:
    """Return the highest value of each ten minutes of the last 24 h; None where nothing was known."""
    at = np.floor((course.times - (now - DAY_S)) / (DAY_S / BINS))
    inside = (at >= 0) & (at < BINS) & np.isfinite(course.values)
    most = np.full(BINS, -np.inf)
    np.maximum.at(most, at[inside].astype(np.intp), course.values[inside])
    return tuple(float(one) if math.isfinite(one) else None for one in most)


def proposed(line: Sequence[float | None]) -> StageDraft:
    """Return a level to begin with: a fifth above the most of the day, or ten where nothing is known."""
    most = max((one for one in line if one is not None), default=0.0)
    above = float(math.ceil(1.2 * most)) or 10.0
    return StageDraft(above, round(CLEAR_SHARE * above, 1))


def replayed_words(times: int, course: Course) -> str:
    """Return what a replay found, and over how long."""
    if not len(course.times):
        return "Nothing is recorded of the last 24 h"
    lasted = float(course.times.max() - course.times.min())
    over = "these 24 h" if lasted > DAY_S - 3600.0 else f"the {span(lasted, tenths=False)} recorded"
    often = {0: "not have raised", 1: "have raised once"}.get(times, f"have raised {times} times")
    return f"Would {often} in {over}"
