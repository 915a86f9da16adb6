"""``${ENV}`` placeholders: kept in the configuration, replaced only when a source is opened."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from urllib.parse import quote

from crowdmon import address
from crowdmon.errors import ConfigError

_PLACEHOLDER = re.compile(r"\$\{([^{}]*)\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


def expand_secrets(text: str, env: Mapping[str, str] | None = None) -> str:
    """Return ``text`` with each ``${NAME}`` replaced by the environment's value.

    A value used as the user or password of a URL is percent-encoded where necessary, so a password
    may contain ``@`` or ``/``. A value that is already encoded does not change. Values are not
    expanded again. The result is a secret: it must not be stored, shown or logged.

    Args:
        text: usually a camera's source.
        env: where to look; the process environment if None.

    Raises:
        ConfigError: a variable is missing, or the text in ``${}`` is not a variable name.
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
        if name not in values:
            raise ConfigError(
                f"the environment variable {name} is not set", f"Set it, or replace ${{{name}}}"
            )
        inside = start <= match.start() < end
        return _encode(values[name]) if inside else values[name]

    return _PLACEHOLDER.sub(value_of, text)


def _encode(value: str) -> str:
    return quote(_STRAY_PERCENT.sub("%25", value), safe="%:!$&'()*+,;=~-._")
