"""``${NAME}`` placeholders: kept in the configuration, replaced only when a source or a peer is opened.

A name is looked up in this order:

1. the environment variable ``NAME``;
2. the file that the environment variable ``NAME_FILE`` names, as containers give secrets;
3. the file ``NAME`` in the folder ``CREDENTIALS_DIRECTORY``, as systemd's ``LoadCredential=`` gives them;
4. the system's keyring, service ``crowdmon``, user ``NAME``, if the package ``keyring`` is installed.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from crowdmon import address
from crowdmon.errors import ConfigError

_log = logging.getLogger(__name__)

_LONGEST = 65_536

_PLACEHOLDER = re.compile(r"\$\{([^{}]*)\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


def expand_secrets(text: str, env: Mapping[str, str] | None = None) -> str:
    """Return ``text`` with each ``${NAME}`` replaced by what it stands for.

    A value used as the user or password of a URL is percent-encoded where necessary, so a password
    may contain ``@`` or ``/``. A value that is already encoded does not change. Values are not
    expanded again. The result is a secret: it must not be stored, shown or logged.

    Args:
        text: usually a camera's source.
        env: the environment; the process's own, and the keyring, if None.

    Raises:
        ConfigError: a name is nowhere, or the text in ``${}`` is not a name.
    """
    values = os.environ if env is None else env
    parts = address.parse(text)
    start = len(parts.scheme) if parts and parts.userinfo else 0
    end = start + len(parts.userinfo) if parts and parts.userinfo else 0

    def value_of(match: re.Match[str]) -> str:
        name = match[1]
        if not _NAME.fullmatch(name):
            raise ConfigError(
                f"${{{name:.60}}} is not an environment variable", "Write ${NAME}: letters, digits and _"
            )
        value = secret(name, values)
        inside = start <= match.start() < end
        return _encode(value) if inside else value

    return _PLACEHOLDER.sub(value_of, text)


def secret(name: str, env: Mapping[str, str]) -> str:
    """Return what a name stands for; see the top of this file for where it is looked up.

    Raises:
        ConfigError: it is nowhere, or its file cannot be read.
    """
    if name in env:
        return env[name]
    if f"{name}_FILE" in env:
        return _in_file(Path(env[f"{name}_FILE"]), name)
    folder = env.get("CREDENTIALS_DIRECTORY")
    if folder and (Path(folder) / name).is_file():
        return _in_file(Path(folder) / name, name)
    found = _in_keyring(name) if env is os.environ else None
    if found is None:
        raise ConfigError(
            f"the environment variable {name} is not set",
            f"Set it or {name}_FILE, or replace ${{{name}}}",
        )
    return found


def _in_file(path: Path, name: str) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(_LONGEST + 1)
        text = raw.decode("utf-8")
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise ConfigError(f"cannot read {path}, where {name} is: {why}", "Check the file") from error
    except UnicodeDecodeError:
        raise ConfigError(f"{path}, where {name} is, is not UTF-8 text", "Check the file") from None
    if len(raw) > _LONGEST:
        raise ConfigError(f"{path}, where {name} is, is longer than {_LONGEST} bytes", "Check the file")
    return text.rstrip("\r\n")


def _in_keyring(name: str) -> str | None:
    try:
        import keyring
    except ImportError:
        return None
    try:
        found: str | None = keyring.get_password("crowdmon", name)
    except Exception as error:  # noqa: BLE001 - every system's keyring has errors of its own
        _log.debug("no keyring: %s", error)
        return None
    return found


def _encode(value: str) -> str:
    return quote(_STRAY_PERCENT.sub("%25", value), safe="%:!$&'()*+,;=~-._")
