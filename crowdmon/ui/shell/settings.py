"""What the window remembers between runs: theme, layout, recent sources. Never a password."""

from __future__ import annotations

import json

from PyQt6.QtCore import QByteArray, QSettings

from crowdmon.address import holds_secret

MOST_RECENT = 8
"""Recent sources that are kept."""


class Settings:
    """Small values by name.

    Whatever was written there by hand or by another version cannot do harm: a value that is not allowed
    is taken for none.
    """

    def __init__(self, store: QSettings | None = None) -> None:
        """Keep values in ``store``; without one they are forgotten with this object."""
        self._store = store
        self._values: dict[str, object] = {}

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        """Return one of ``allowed``, the first if nothing else was kept."""
        value = self._get(name)
        return value if isinstance(value, str) and value in allowed else allowed[0]

    def number(self, name: str, usual: int, *, low: int, high: int) -> int:
        """Return a whole number in ``low..high``, ``usual`` if none was kept."""
        try:
            value = int(str(self._get(name)))
        except ValueError:
            return usual
        return value if low <= value <= high else usual

    def text(self, name: str) -> str:
        """Return a text, empty if none was kept."""
        value = self._get(name)
        return value if isinstance(value, str) else ""

    def blob(self, name: str) -> QByteArray:
        """Return bytes, empty if none were kept."""
        value = self._get(name)
        return value if isinstance(value, QByteArray) else QByteArray()

    def keep(self, name: str, value: str | int | QByteArray) -> None:
        """Remember a value."""
        if self._store is None:
            self._values[name] = value
        else:
            self._store.setValue(name, value)

    def recent(self) -> tuple[str, ...]:
        """Return the sources opened last, the newest first."""
        try:
            found = json.loads(str(self._get("recent")))
        except ValueError:
            return ()
        texts = [one for one in found if isinstance(one, str)] if isinstance(found, list) else []
        return tuple(texts[:MOST_RECENT])

    def opened(self, source: str) -> None:
        """Remember a source, unless it holds a password: passwords belong in ``${NAME}`` and in no file."""
        if not holds_secret(source):
            sources = dict.fromkeys([source, *self.recent()])
            self.keep("recent", json.dumps(list(sources)[:MOST_RECENT]))

    def sync(self) -> None:
        """Write what was kept."""
        if self._store is not None:
            self._store.sync()

    def _get(self, name: str) -> object:
        return self._values.get(name) if self._store is None else self._store.value(name)


def on_disk() -> Settings:
    """Return the user's own settings, a file that a person can read."""
    store = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "crowdmon", "crowdmon")
    return Settings(store)
