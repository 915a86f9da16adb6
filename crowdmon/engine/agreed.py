"""Which configuration a window and its service agree on, while either may change it."""

from __future__ import annotations

import threading

from crowdmon.config import AppConfig


class Agreed:
    """What the window's changes are based on, and what the service has got from elsewhere since.

    The window's thread calls :meth:`based` and :meth:`news`, the thread that talks to the service the others.
    """

    def __init__(self, edition: str) -> None:
        """Start with the service's configuration, of which the window shows ``edition``."""
        self._edition = edition
        self._steps = 0
        self._offered: tuple[str, AppConfig] | None = None
        self._refused, self._late = "", False
        self._lock = threading.Lock()

    @property
    def refused(self) -> str:
        """Why the service did not take the window's last change; empty if it did."""
        return self._refused

    def based(self) -> int:
        """Return what a change that the window makes now is based on."""
        return self._steps

    def news(self) -> AppConfig | None:
        """Return the configuration that the window is to show from now on, once; None if it shows it."""
        with self._lock:
            if self._offered is None:
                return None
            (self._edition, config), self._offered = self._offered, None
            self._steps += 1
            # A change that came too late is worth a word after this, and no longer than until the next time.
            self._refused, self._late = self._refused if self._late else "", False
        return config

    def edition(self, based: int) -> str | None:
        """Return the edition that a change is based on; None if the window has taken another one since."""
        with self._lock:
            return self._edition if based == self._steps else None

    def accept(self, based: int, edition: str) -> None:
        """Note that the service took a change, and what its configuration is called now."""
        with self._lock:
            if based == self._steps:  # or the window shows another one by now, and is offered this one again
                self._edition = edition
            self._refused, self._late = "", False

    def refuse(self, why: str, *, late: bool) -> None:
        """Note that the service did not take a change; ``late`` if it had another configuration by then."""
        with self._lock:
            self._refused, self._late = f"the service did not take the change: {why}", late

    def lacks(self, edition: str) -> bool:
        """Whether the window neither shows nor is offered what the service has."""
        with self._lock:
            if edition == self._edition:
                self._offered = None
                return False
            return self._offered is None or self._offered[0] != edition

    def offer(self, edition: str, config: AppConfig) -> None:
        """Have the window take what the service has."""
        with self._lock:
            self._offered = None if edition == self._edition else (edition, config)
