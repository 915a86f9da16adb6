"""From SOURCE words and a configuration file to cameras. Opens nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath
from urllib.parse import urlsplit

from crowdmon.capture.uri import SourceSpec, parse_source
from crowdmon.config import AppConfig, CameraConfig, load, validate, with_cameras
from crowdmon.config.fields import look_of
from crowdmon.errors import ConfigError
from crowdmon.places import is_there
from crowdmon.values import WHOLE_FRAME

_LONGEST_NAME = 64


def cameras_of(sources: Sequence[str], config: Path | None) -> tuple[CameraConfig, ...]:
    """Return the cameras a command line means, each with a name of its own.

    Without sources these are the configuration's; a source takes over name and ROIs of the camera
    it means, see :func:`meant`. Where several mean the same one, such as the clips of a week, each has
    the name of its own.

    Args:
        sources: as typed.
        config: the configuration file, if one was given.

    Raises:
        ConfigError: the file or a source is wrong, or nothing says which camera a source means.
    """
    known = load(config).cameras if config else ()
    if not sources:
        return known
    cameras: list[CameraConfig] = []
    lenders = [meant(text, known, where=str(config)) if known else None for text in sources]
    for text, found in zip(sources, lenders, strict=True):
        alone = found is not None and sum(one is found for one in lenders) == 1
        source = _source(text, found)
        name = _unique(found.name if found and alone else name_of(source), [c.name for c in cameras])
        base = found.model_dump(exclude_unset=True) if found else {}
        made = {**base, "name": name, "source": source}
        cameras.append(validate(CameraConfig, made, where="the command line"))
    return tuple(cameras)


def config_of(sources: Sequence[str], config: Path | None) -> AppConfig:
    """Return the same as a configuration, with what else the file says."""
    known = load(config) if config else AppConfig()
    return with_cameras(known, cameras_of(sources, config))


def meant(text: str, cameras: Sequence[CameraConfig], *, where: str) -> CameraConfig:
    """Return the camera of a file that a SOURCE means: by its source, its name, or as the only one.

    Raises:
        ConfigError: there are several, and none has this source or name.
    """
    for camera in cameras:
        if text in (camera.source, camera.name):
            return camera
    if len(cameras) == 1:
        return cameras[0]
    label = parse_source(text).label
    raise ConfigError(
        f"{where} has {len(cameras)} cameras and none of them has the source or name {label}",
        f"Give the name of one: {', '.join(camera.name for camera in cameras)}",
    )


def name_of(text: str) -> str:
    """Return what to call the camera of a SOURCE: short, without secrets, fit for a CSV cell."""
    spec = parse_source(text)
    name = "".join(c if c.isprintable() else " " for c in _name(spec)).strip()[:_LONGEST_NAME].strip()
    return f"camera {name}".strip() if not name or name.casefold() == WHOLE_FRAME else name


def _name(spec: SourceSpec) -> str:
    if spec.kind == "webcam":
        return f"webcam {spec.label}" if spec.label.isdigit() else PurePath(spec.label).name
    if spec.kind == "synthetic":
        return spec.label.removeprefix("synthetic:").partition("?")[0]
    if spec.kind == "network":
        parts = urlsplit(spec.label)
        return f"{parts.hostname or spec.scheme}{parts.path.rstrip('/')}"
    path = spec.uri if "\\" in spec.label else spec.label  # a label writes out what cannot be shown
    return PurePath(path).stem or Path(spec.uri).resolve().name


def path_or_address(text: str) -> str:
    """Return a SOURCE as typed, as a configuration takes it: a file that is there is that file.

    Its name may hold what means something else in a configuration (blanks at its ends, ``${X}``, ``video=``),
    or bytes that are no text: such a path becomes a ``file://`` address. ``0`` stays the webcam.
    """
    path = Path(text)
    try:
        if not text or text.isdecimal() or not (path.is_file() or path.is_dir()) or _is_plain(text):
            return text
    except (OSError, ValueError):  # no name of a file
        return text
    return path.absolute().as_uri()


def _is_plain(text: str) -> bool:
    """Whether a path is understood as it is, and can be written into a configuration."""
    if "${" in text or text.startswith("file:") or not text.isprintable() or text != text.strip():
        return False
    try:
        spec = parse_source(text)
    except ConfigError:
        return False
    return spec.kind in ("file", "folder") and spec.uri == text


def _source(text: str, found: CameraConfig | None) -> str:
    """What to open: SOURCE itself, unless it is the name of a camera and no file of that name is there."""
    by_name = found is not None and text == found.name and not is_there(Path(text))
    return found.source if found is not None and by_name else path_or_address(text)


def _unique(name: str, taken: Sequence[str]) -> str:
    """Return the name, numbered if another one looks like it: a CSV must tell them apart."""
    looks = {look_of(one) for one in taken}
    numbered = (f"{name[: _LONGEST_NAME - 4]} {n}" for n in range(2, len(taken) + 3))
    return name if look_of(name) not in looks else next(one for one in numbered if look_of(one) not in looks)
