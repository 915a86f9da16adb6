"""Reading and writing the configuration file."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import yaml

from crowdmon import atomic
from crowdmon.address import holds_secret
from crowdmon.config.app import AppConfig
from crowdmon.config.messages import validate
from crowdmon.errors import ConfigError, SinkError, redact

MAX_BYTES = 1_000_000
"""A larger file is not a configuration. Perhaps somebody chose a video."""


def load(path: str | Path) -> AppConfig:
    """Read a configuration file; placeholders such as ``${PASSWORD}`` are kept as they are.

    Raises:
        ConfigError: unreadable, not YAML, a key given twice or unknown, or a value that is not allowed.
    """
    return parse(read_text(Path(path)), where=str(path))


def read_text(path: Path) -> str:
    """Return the text of a file of settings.

    Raises:
        ConfigError: it cannot be read, has no end, is too large or is no text.
    """
    try:
        # A pipe or a device has no end, so reading it would never return.
        if path.exists() and not path.is_file():
            what = "a folder" if path.is_dir() else "not a plain file"
            raise ConfigError(f"cannot read the configuration {path}: it is {what}", "Give a YAML file")
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConfigError(f"cannot read the configuration {path}: {reason}", "Check the path") from error
    if len(raw) > MAX_BYTES:
        raise ConfigError(f"{path} is larger than {MAX_BYTES // 1000} kB", "Is it a configuration file?")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 text", "Is it a configuration file?") from error


def parse(text: str, *, where: str) -> AppConfig:
    """Read a configuration from YAML text; ``where`` is what messages call it. Raises as :func:`load`."""
    data = plain_values(text, where=where)
    return validate(AppConfig, {} if data is None else data, where=where)


def plain_values(text: str, *, where: str) -> Any:
    """Return what YAML text holds, nothing but plain values; ConfigError says where it is wrong."""
    try:
        # A subclass of SafeLoader: it builds plain values only.
        return yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        raise ConfigError(
            f"{where}{line}: {redact(error.problem or 'not YAML')}", "Correct the YAML"
        ) from None
    except yaml.YAMLError:
        raise ConfigError(f"{where} is not YAML text", "Is it a configuration file?") from None
    except (RecursionError, ValueError) as error:
        # PyYAML raises both: for thousands of nested brackets, and for dates such as 2024-13-45.
        reason = "nested too deeply" if isinstance(error, RecursionError) else redact(str(error))
        raise ConfigError(f"{where}: {reason}", "Correct the YAML, put text in quotes") from None


class _Loader(yaml.SafeLoader):
    """Refuses a key that occurs twice in one mapping; plain YAML silently takes the last."""

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        seen: dict[str, int] = {}
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"the key '{key.value:.60}' stands twice, first in line {seen[key.value]}",
                    problem_mark=key.start_mark,
                )
            seen[key.value] = key.start_mark.line + 1
        return node


class _Dumper(yaml.SafeDumper):
    """Writes points as ``[x, y]`` on one line, lists indented below their key."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_list(dumper: yaml.SafeDumper, items: list[Any]) -> yaml.SequenceNode:
    flow = all(isinstance(item, float) or _is_point(item) for item in items)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=flow)


def _is_point(item: object) -> bool:
    return isinstance(item, list) and all(isinstance(value, float) for value in item)


_Dumper.add_representer(list, _represent_list)


def dump(config: AppConfig) -> str:
    """Return the configuration as YAML; ``parse`` of it gives an equal configuration.

    Unset values are left out. Placeholders stay placeholders: the model never contains their values.
    """
    data = config.model_dump(mode="json", exclude_defaults=True, by_alias=True)
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def _mode_of_new(config: AppConfig) -> int | None:
    """Return the mode of a new file: the usual one, but nobody else may read it if it holds a password."""
    return 0o600 if any(holds_secret(camera.source) for camera in config.cameras) else None


def save(config: AppConfig, path: str | Path) -> None:
    """Write the configuration so that the file is, at every moment, either the old or the new one.

    The previous file is kept as ``<name>.bak``, and its mode is kept. Nothing is written if nothing
    changed. A link is followed, not replaced. Alarm rules that do not fit are left out, because the file
    could not be loaded with them.

    Raises:
        SinkError: the file or its folder cannot be written; the previous file is unchanged.
    """
    target = Path(os.path.realpath(path))
    new = dump(config.fitting()).encode()
    try:
        old = target.read_bytes() if target.exists() else None
        if old == new:
            return
        mode = stat.S_IMODE(target.stat().st_mode) if old is not None else _mode_of_new(config)
        if old is not None:
            if not os.access(target, os.W_OK):
                raise PermissionError(None, "the file is read-only")
            atomic.write_whole(target.with_name(f"{target.name}.bak"), old, mode=mode)
        atomic.write_whole(target, new, mode=mode)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SinkError(f"cannot write the configuration {path}: {reason}", "Choose another place") from error
