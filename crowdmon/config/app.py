"""The whole configuration."""

from __future__ import annotations

import logging
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, field_validator, model_validator

from crowdmon.config.alarms import AlarmConfig, GroupConfig, TimeZone
from crowdmon.config.fields import MisplacedError, Model, listed, refuse_twins
from crowdmon.config.levels import LevelsConfig
from crowdmon.config.models import CameraConfig, DisplayConfig, RecordConfig, refuse_shared_keys
from crowdmon.config.publish import PublishConfig, check_told
from crowdmon.config.rules import check_alarms, check_groups, to_rule
from crowdmon.track.alarms import Rule

_log = logging.getLogger(__name__)


class AppConfig(Model):
    """The whole configuration.

    Attributes:
        cameras: in the order they are shown.
        record: where readings are kept; nowhere unless told.
        display: how pictures are shown.
        levels: what gives a ROI its level, on every camera that has no levels of its own; none if None.
        time_zone: of schedules; the system's own if None.
        groups: places whose people are counted together.
        alarms: the alarm rules.
        publish: who is told of alarms, and where facts go over the network.
    """

    cameras: Annotated[tuple[CameraConfig, ...], BeforeValidator(listed)] = ()
    record: RecordConfig = RecordConfig()
    display: DisplayConfig = DisplayConfig()
    levels: LevelsConfig | None = None
    time_zone: TimeZone | None = None
    groups: Annotated[tuple[GroupConfig, ...], BeforeValidator(listed)] = ()
    alarms: Annotated[tuple[AlarmConfig, ...], BeforeValidator(listed)] = ()
    publish: PublishConfig = PublishConfig()

    @field_validator("cameras")
    @classmethod
    def _unique(cls, cameras: tuple[CameraConfig, ...]) -> tuple[CameraConfig, ...]:
        refuse_twins((camera.name for camera in cameras), "cameras")
        refuse_shared_keys(cameras, "cameras")
        return cameras

    @field_validator("groups")
    @classmethod
    def _unique_groups(cls, groups: tuple[GroupConfig, ...]) -> tuple[GroupConfig, ...]:
        refuse_twins((group.name for group in groups), "groups")
        return groups

    @field_validator("alarms")
    @classmethod
    def _unique_alarms(cls, alarms: tuple[AlarmConfig, ...]) -> tuple[AlarmConfig, ...]:
        refuse_twins((alarm.name for alarm in alarms), "alarms")
        return alarms

    @model_validator(mode="after")
    def _names_what_is_there(self) -> Self:
        check_groups(self.groups, self.cameras)
        check_alarms(self.alarms, self.cameras, self.groups)
        check_told(self.alarms, self.publish.people)
        return self

    def counted_cameras(self) -> tuple[CameraConfig, ...]:
        """Return the cameras as they are counted: with the site's levels where they have none."""
        if self.levels is None:
            return self.cameras
        return tuple(
            camera if camera.levels is not None else camera.model_copy(update={"levels": self.levels})
            for camera in self.cameras
        )

    def fitting(self) -> Self:
        """Return it without the groups and alarm rules that do not fit the cameras, which is logged.

        A ROI that was edited may be gone, may have lost its area, or may overlap with another member now.
        """
        fits = self
        while True:
            try:
                check_groups(fits.groups, fits.cameras)
                check_alarms(fits.alarms, fits.cameras, fits.groups)
            except MisplacedError as error:
                key, place = str(error.loc[0]), error.loc[1]
                _log.warning("%s[%s] of the configuration is left out: %s", key, place, error.message)
                left = (one for number, one in enumerate(getattr(fits, key)) if number != place)
                fits = fits.model_copy(update={key: tuple(left)})
            else:
                return fits

    @property
    def zone(self) -> ZoneInfo | None:
        """The time zone of schedules and days; None for the system's own."""
        return ZoneInfo(self.time_zone) if self.time_zone else None

    def to_rules(self) -> tuple[Rule, ...]:
        """Return the alarm rules that fit, as the values the engine decides with."""
        fits = self.fitting()
        return tuple(to_rule(alarm, fits.cameras, fits.groups, self.zone) for alarm in fits.alarms)
