"""Cameras, ROIs, and how they are shown and recorded.

All models are frozen; change one with ``model_copy`` or build a new one.

A model built in code raises pydantic's ``ValidationError``; :func:`crowdmon.config.validate` builds
one from untrusted values and raises ``ConfigError`` instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BeforeValidator, Field, field_validator, model_validator

from crowdmon.address import public
from crowdmon.config.fields import (
    Model,
    Name,
    Number,
    Place,
    Point,
    Positive,
    Source,
    listed,
    refuse_twins,
)
from crowdmon.config.ground import GroundConfig
from crowdmon.config.levels import LevelsConfig
from crowdmon.errors import ConfigError
from crowdmon.geometry import validate_polygon
from crowdmon.track.levels import Limits
from crowdmon.values import WHOLE_FRAME, Roi

Colour = Literal["sky", "pink", "lime", "violet", "sand", "teal"]

KEEP_RAW, KEEP_MINUTES, KEEP_PICTURES = 48.0, 400.0, 30.0
"""Hours, days and days for which the history keeps readings, minutes and pictures, unless told otherwise."""

COLOURS: tuple[Colour, ...] = get_args(Colour)
"""The colours of ROIs by name, in the order in which ROIs receive them."""


class RoiConfig(Model):
    """A region of interest.

    Attributes:
        name: 1..64 characters, unique on its camera, not ``frame``.
        polygon: points (x, y) in fractions 0..1 of the picture; see ``geometry.validate_polygon``.
        area_m2: square metres of ground under the people who are counted in the ROI, > 0; None if unknown, or
            to take the area that follows from the camera's ground plane.
        levels: what gives it its level; None for the camera's.
        id: what it is kept by in the history, whatever its name; None for its name. Renaming sets it.
        colour: one of :data:`COLOURS`; None to take the one for its position among the ROIs.
    """

    name: Name
    polygon: tuple[Point, ...]
    area_m2: Positive | None = None
    colour: Colour | None = None
    levels: LevelsConfig | None = None
    id: Name | None = None

    @property
    def key(self) -> str:
        """What it is kept by in the history."""
        return self.id or self.name

    @field_validator("name", "id")
    @classmethod
    def _not_reserved(cls, name: str | None) -> str | None:
        if name is not None and name.casefold() == WHOLE_FRAME:
            raise ConfigError(f"'{WHOLE_FRAME}' is the whole picture's own name", "Choose another name")
        return name

    @field_validator("polygon")
    @classmethod
    def _simple(cls, polygon: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
        return validate_polygon(polygon, where="")

    def colour_at(self, place: int) -> int:
        """Return the index of its colour in the palette; ``place`` is its position among the ROIs, from 0."""
        return place % len(COLOURS) if self.colour is None else COLOURS.index(self.colour)


class CameraConfig(Model):
    """A camera.

    Attributes:
        name: 1..64 characters, unique in the configuration.
        source: a file, folder, URL, webcam or ``synthetic:``; ``${ENV}`` placeholders are kept, use
            :func:`crowdmon.config.expand_secrets` when opening.
        rate: counts a second to aim for; None for as many as the machine can do.
        unknown_after: seconds without a newly counted picture after which a stale count becomes unknown;
            None for the default.
        watch_view: whether to notice that the lens is covered or the camera was turned; for live cameras.
            False for one that is turned on purpose.
        whole_picture: whether the whole picture is counted. False counts the ROIs only, which is less work;
            without any ROI the whole picture is counted all the same.
        rois: the camera's ROIs, in the order they are shown and recorded.
        levels: what gives its ROIs and the whole picture their levels; None for the site's.
        ground: the floor it sees; None if unknown.
        rois_at: with ``ground``, whether ROIs are drawn on the floor or where heads are.
        weights: a weights file for this camera alone; None for those of all. A relative path starts at the
            folder where crowdmon was started.
        id: what it is kept by in the history, whatever its name; None for its name. Renaming sets it.
    """

    name: Name
    source: Source
    rate: Annotated[Positive, Field(le=1000)] | None = None
    unknown_after: Annotated[Positive, Field(le=86_400)] | None = None
    watch_view: bool = True
    whole_picture: bool = True
    rois: Annotated[tuple[RoiConfig, ...], BeforeValidator(listed)] = ()
    levels: LevelsConfig | None = None
    ground: GroundConfig | None = None
    rois_at: Literal["ground", "heads"] = "ground"
    weights: Place | None = None
    id: Name | None = None

    @property
    def key(self) -> str:
        """What it is kept by in the history."""
        return self.id or self.name

    @field_validator("rois")
    @classmethod
    def _unique(cls, rois: tuple[RoiConfig, ...]) -> tuple[RoiConfig, ...]:
        refuse_twins((roi.name for roi in rois), "ROIs of one camera")
        refuse_shared_keys(rois, "ROIs of one camera")
        return rois

    @property
    def counts_whole(self) -> bool:
        """Whether the whole picture is counted: it is wanted, or there is no ROI."""
        return self.whole_picture or not self.rois

    def to_rois(self) -> tuple[Roi, ...]:
        """Return the ROIs as the values the engine measures with."""
        plane = None if self.ground is None else self.ground.to_plane()
        at_heads = plane is not None and self.rois_at == "heads"
        return tuple(
            Roi(r.name, r.polygon, r.area_m2, r.colour_at(place), plane, at_heads, r.id or "")
            for place, r in enumerate(self.rois)
        )

    def to_limits(self) -> dict[str, Limits]:
        """Return what gives the whole picture and each ROI its level; a ROI without levels is left out."""
        levels = {WHOLE_FRAME: self.levels, **{roi.name: roi.levels or self.levels for roi in self.rois}}
        return {name: one.to_limits() for name, one in levels.items() if one is not None}

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        for key, value in super().__repr_args__():
            yield key, public(value) if key == "source" else value


class RecordConfig(Model):
    """Where the window stores its readings. A relative path starts at the folder where crowdmon was started.

    Attributes:
        history: a SQLite file, created with the first reading; its folder must exist.
        keep_raw: hours for which the history keeps each reading; then its minutes stand for it. None for
            :data:`KEEP_RAW`, and for ever what a version before 0.2.0 recorded.
        keep_minutes: days for which it keeps minutes; None for :data:`KEEP_MINUTES`.
        keep_pictures: days for which the pictures of spot checks and alarms are kept; None for
            :data:`KEEP_PICTURES`.
        alarm_pictures: whether the picture that raised an alarm is kept beside the history. People in it are
            pixelated, unless ``display: {pixelate: false}`` is given.
        csv_log: a folder that gets one CSV file a day; it must exist.
    """

    history: Place | None = None
    csv_log: Place | None = None
    keep_raw: Annotated[Positive, Field(ge=1, le=876_000)] | None = None
    keep_minutes: Annotated[Positive, Field(ge=1, le=36_500)] | None = None
    keep_pictures: Annotated[Positive, Field(le=36_500)] | None = None
    alarm_pictures: bool | None = None

    @model_validator(mode="after")
    def _minutes_outlast_readings(self) -> Self:
        raw, minutes = self.keep_raw or KEEP_RAW, self.keep_minutes or KEEP_MINUTES
        if raw > minutes * 24:
            raise ConfigError(
                f"keep_raw = {raw:g} hours is longer than keep_minutes = {minutes:g} days",
                f"Allowed: keep_raw up to {minutes * 24:g}, or more keep_minutes",
            )
        return self

    def sinks(self) -> dict[str, tuple[object, ...]]:
        """Return what each sink is opened with, by its key: another value needs another sink."""
        kept = self.keep_raw, self.keep_minutes, self.keep_pictures
        return {"history": (self.history, *kept), "csv_log": (self.csv_log,)}


class DisplayConfig(Model):
    """How pictures are shown on the screen and in saved files; None for what is not set.

    Attributes:
        palette: one of :data:`crowdmon.heatmap.PALETTES`.
        heat: strength of the heatmap, 0..1; 0 for none.
        pixelate: make people unrecognisable.
        heat_view: the heatmap as an area, averaged and smoothed, or as heads; for the window.
        video: whether the window shows a picture together with its count, or at once.
    """

    palette: Literal["inferno", "viridis", "cividis"] | None = None
    heat: Annotated[Number, Field(ge=0, le=1)] | None = None
    pixelate: bool | None = None
    heat_view: Literal["area", "heads"] | None = None
    video: Literal["in step", "instant"] | None = None


def refuse_shared_keys(ones: Iterable[CameraConfig | RoiConfig], what: str) -> None:
    """Raise ConfigError if two would be kept as one in the history; ``what`` says whose they are."""
    seen: dict[str, str] = {}
    for one in ones:
        if (other := seen.setdefault(one.key, one.name)) != one.name:
            raise ConfigError(
                f"the {what} '{other}' and '{one.name}' have the same id '{one.key}'",
                "Allowed: an id of its own for each; without one the name is the id",
            )
