"""What a configuration is. All models are frozen; change one with ``model_copy`` or build a new one.

A model built in code raises pydantic's ``ValidationError``; :func:`crowdmon.config.validate` builds
one from untrusted values and raises ``ConfigError`` instead.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from crowdmon.address import public
from crowdmon.errors import ConfigError
from crowdmon.geometry import validate_polygon
from crowdmon.values import WHOLE_FRAME, Roi

_INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
"""Unicode categories that would break a CSV row or the file, or that are invisible. With those, two
different names would look the same, and a direction mark would reverse a title."""


def _text(value: object) -> object:
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
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else _text(value)


def _number(value: object) -> object:
    if isinstance(value, bool):
        raise ConfigError("YAML reads this as true or false, not as a number", "Give a number")
    return value


def _listed(value: object) -> object:
    # A key whose entries are all commented out is an empty list.
    return () if value is None else value


Name = Annotated[str, Field(min_length=1, max_length=64), BeforeValidator(_text), AfterValidator(_visible)]
Source = Annotated[
    str, Field(min_length=1, max_length=4096), BeforeValidator(_source), AfterValidator(_visible)
]
Number = Annotated[float, BeforeValidator(_number), Field(allow_inf_nan=False)]
Positive = Annotated[Number, Field(gt=0)]
Point = tuple[Number, Number]
Colour = Literal["sky", "pink", "lime", "violet", "sand", "teal"]

COLOURS: tuple[Colour, ...] = get_args(Colour)
"""The colours of ROIs by name, in the order in which ROIs receive them."""


class Model(BaseModel):
    """Frozen. Refuses unknown keys, and does not repeat values in its error texts."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class RoiConfig(Model):
    """A region of interest.

    Attributes:
        name: 1..64 characters, unique on its camera, not ``frame``.
        polygon: points (x, y) in fractions 0..1 of the picture; see ``geometry.validate_polygon``.
        area_m2: square metres of ground under the people whose heads are in the polygon, > 0;
            None if unknown.
        colour: one of :data:`COLOURS`; None to take the one for its position among the ROIs.
    """

    name: Name
    polygon: tuple[Point, ...]
    area_m2: Positive | None = None
    colour: Colour | None = None

    @field_validator("name")
    @classmethod
    def _not_reserved(cls, name: str) -> str:
        if name.casefold() == WHOLE_FRAME:
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
        rois: the camera's ROIs, in the order they are shown and recorded.
    """

    name: Name
    source: Source
    rate: Annotated[Positive, Field(le=1000)] | None = None
    unknown_after: Annotated[Positive, Field(le=86_400)] | None = None
    watch_view: bool = True
    rois: Annotated[tuple[RoiConfig, ...], BeforeValidator(_listed)] = ()

    @field_validator("rois")
    @classmethod
    def _unique(cls, rois: tuple[RoiConfig, ...]) -> tuple[RoiConfig, ...]:
        _refuse_twins((roi.name for roi in rois), "ROIs of one camera")
        return rois

    def to_rois(self) -> tuple[Roi, ...]:
        """Return the ROIs as the values the engine measures with."""
        return tuple(
            Roi(name=r.name, polygon=r.polygon, area_m2=r.area_m2, colour=r.colour_at(place))
            for place, r in enumerate(self.rois)
        )

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        for key, value in super().__repr_args__():
            yield key, public(value) if key == "source" else value


Place = Annotated[str, Field(min_length=1, max_length=4096), BeforeValidator(_text), AfterValidator(_visible)]


class RecordConfig(Model):
    """Where the window stores its readings. A relative path starts at the folder where crowdmon was started.

    Attributes:
        history: a SQLite file, created with the first reading; its folder must exist.
        csv_log: a folder that gets one CSV file a day; it must exist.
    """

    history: Place | None = None
    csv_log: Place | None = None


class DisplayConfig(Model):
    """How pictures are shown on the screen and in saved files; None for what is not set.

    Attributes:
        palette: one of :data:`crowdmon.heatmap.PALETTES`.
        heat: strength of the heatmap, 0..1; 0 for none.
        pixelate: make people unrecognisable.
    """

    palette: Literal["inferno", "viridis", "cividis"] | None = None
    heat: Annotated[Number, Field(ge=0, le=1)] | None = None
    pixelate: bool | None = None


class AppConfig(Model):
    """The whole configuration.

    Attributes:
        cameras: in the order they are shown.
        record: where readings are stored; nowhere by default.
        display: how pictures are shown.
    """

    cameras: Annotated[tuple[CameraConfig, ...], BeforeValidator(_listed)] = ()
    record: RecordConfig = RecordConfig()
    display: DisplayConfig = DisplayConfig()

    @field_validator("cameras")
    @classmethod
    def _unique(cls, cameras: tuple[CameraConfig, ...]) -> tuple[CameraConfig, ...]:
        _refuse_twins((camera.name for camera in cameras), "cameras")
        return cameras


def look_of(name: str) -> str:
    """Return a form of a name that is equal for names that look the same.

    Upper and lower case make no difference. An accent may be one character or two.
    """
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _refuse_twins(names: Iterable[str], what: str) -> None:
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
