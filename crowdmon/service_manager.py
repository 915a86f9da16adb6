"""What a service tells the program that started it, by systemd's protocol (``sd_notify``).

Without a service manager every call does nothing. Source: sd_notify(3).
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping


class ServiceManager:
    """Sends short texts to the socket that ``NOTIFY_SOCKET`` names; it never raises."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        """Read where to send to; ``environment`` is the process's own if None."""
        found = os.environ if environment is None else environment
        self._address = _address(found.get("NOTIFY_SOCKET", ""))
        self._every = _watchdog_seconds(found)

    @property
    def watchdog(self) -> float | None:
        """Seconds within which :meth:`alive` has to be called; None if nobody waits for it."""
        return self._every

    def ready(self, status: str) -> None:
        """Say that the service has started, or has taken another configuration."""
        self._send("READY=1", f"STATUS={status}")

    def reloading(self) -> None:
        """Say that the configuration is being read again; :meth:`ready` has to follow."""
        self._send("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def status(self, text: str) -> None:
        """Give one line for people, as ``systemctl status`` shows it."""
        self._send(f"STATUS={text}")

    def alive(self) -> None:
        """Keep the watchdog quiet until the next call."""
        self._send("WATCHDOG=1")

    def stopping(self) -> None:
        """Say that the service ends."""
        self._send("STOPPING=1")

    def _send(self, *lines: str) -> None:
        if self._address is None:
            return
        text = "\n".join(" ".join(line.splitlines()) for line in lines)
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
                out.setblocking(False)
                out.sendto(text.encode("utf-8", "replace"), self._address)
        except OSError:
            # Nobody listens any more. The service goes on: it counts people also if nobody watches it.
            return


def _address(text: str) -> str | None:
    if not text.startswith(("/", "@")) or not hasattr(socket, "AF_UNIX"):
        return None
    # An at sign stands for the zero byte of a socket that is no file.
    return "\0" + text[1:] if text.startswith("@") else text


def _watchdog_seconds(found: Mapping[str, str]) -> float | None:
    microseconds, process = found.get("WATCHDOG_USEC", ""), found.get("WATCHDOG_PID", "")
    if not microseconds.isdecimal() or int(microseconds) == 0:
        return None
    if process and process != str(os.getpid()):  # meant for another process of the service
        return None
    return int(microseconds) / 1e6
