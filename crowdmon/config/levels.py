"""``levels:`` of the site, a camera or a ROI."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal, Self

from pydantic import model_validator

from crowdmon.config.fields import Model, Positive
from crowdmon.errors import ConfigError
from crowdmon.track.levels import GENERAL, TABLES, Bounds, Limits

Table = Literal["general", "fruin-walkway", "fruin-queuing", "green-guide-standing", "nfpa", "none"]


class BoundsConfig(Model):
    """Where levels begin, in people per m2 or in people. At least one, rising.

    Attributes:
        amber, red, critical: a value from this one on has the level; None for a level that is not used.
    """

    amber: Positive | None = None
    red: Positive | None = None
    critical: Positive | None = None

    @model_validator(mode="after")
    def _rises(self) -> Self:
        given = [(key, value) for key, value in self if value is not None]
        if not given:
            raise ConfigError("it holds no bound", "Allowed: at least one of amber, red, critical")
        for (low, first), (high, second) in pairwise(given):
            if second <= first:
                raise ConfigError(
                    f"{high} = {second:g} is not above {low} = {first:g}", "Allowed: amber < red < critical"
                )
        return self

    def to_bounds(self) -> Bounds:
        """Return them as the value that readings are compared with."""
        return Bounds(self.amber, self.red, self.critical)


class LevelsConfig(Model):
    """What gives a ROI its level: people per m2 where its area is known, else people.

    Attributes:
        table: a named table of :data:`crowdmon.track.levels.TABLES`; the default one if ``per_m2`` is not
            given either.
        per_m2: own bounds, people per m2.
        people: bounds for ROIs without a known area, and for the whole picture; no level there if None.
    """

    table: Table | None = None
    per_m2: BoundsConfig | None = None
    people: BoundsConfig | None = None

    @model_validator(mode="after")
    def _one_table(self) -> Self:
        if self.table is not None and self.per_m2 is not None:
            raise ConfigError(
                f"it has both table = '{self.table}' and per_m2", "Allowed: a named table, or own bounds"
            )
        return self

    def to_limits(self) -> Limits:
        """Return it as the value that readings are compared with."""
        per_m2 = TABLES[self.table or GENERAL] if self.per_m2 is None else self.per_m2.to_bounds()
        none = per_m2 == TABLES["none"]
        return Limits(None if none else per_m2, self.people.to_bounds() if self.people else None)
