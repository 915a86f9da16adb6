"""Tells people of alarms, through whatever the library ``apprise`` reaches: mail, chat, web hooks."""

from __future__ import annotations

import html
import logging
import re
import warnings
from collections.abc import Callable
from datetime import tzinfo
from typing import Any, ClassVar

from crowdmon.errors import ConfigError, SinkError
from crowdmon.facts import AlarmEvent, Event, Fact
from crowdmon.publish.messages import is_told, plain_markdown, text, title
from crowdmon.sinks.base import Sink
from crowdmon.track.alarm_words import sentence
from crowdmon.values import Level

_log = logging.getLogger(__name__)

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,19}")
_ADDRESS = re.compile(rf"({_SCHEME.pattern})://.*", re.DOTALL)

INSTALL = "Install it: pip install 'crowdmon[publish]'"

PAUSE = 0.5
"""Seconds between two messages to a kind of address that has no limit of its own: alarms come together."""

Send = Callable[[str, str], bool]
"""Sends a title and a text; whether they arrived."""


class Person(Sink):
    """Tells one person at one address. A message that fails is tried again, until it is old news."""

    takes: ClassVar[tuple[type[Fact], ...]] = (Event,)

    def __init__(
        self,
        name: str,
        address: str,
        *,
        told: Callable[[AlarmEvent], bool],
        least: Level = Level.RED,
        zone: tzinfo | None = None,
        clock: Callable[[], float],
        give_up: float,
        send: Callable[[str], Send] | None = None,
    ) -> None:
        """Send nothing yet.

        Args:
            name: of the person.
            address: as ``apprise`` knows it, with its secrets.
            told: whether an event is for this person.
            least: the lowest level of alarms that are told.
            zone: of the times in messages; the system's own if None.
            clock: epoch seconds.
            give_up: seconds after which an event that was not sent is left out.
            send: makes what sends to an address; ``apprise`` if None.

        Raises:
            ConfigError: ``apprise`` does not know such an address.
            SinkError: it is not installed.
        """
        self.name, self._shown = name, kind_of(address)
        self._told, self._least, self._zone = told, least, zone
        self._clock, self._give_up = clock, give_up
        self._send = (send or by_apprise)(address)
        self.missed = 0
        self.origin: object = None

    def write(self, fact: Fact) -> None:
        """Send the message about an alarm's event; other events are left out."""
        event = AlarmEvent.of(fact) if isinstance(fact, Event) else None
        if event is None or not is_told(event, least=self._least) or not self._told(event):
            return
        if self._clock() - event.time > self._give_up:
            self.missed += 1
            _log.warning("%s was not told, it is too late for that: %s", self.name, sentence(event))
            return
        if not self._send(title(event), text(event, sentence(event), zone=self._zone)):
            raise SinkError(f"{self.name} could not be told at {self._shown}", "Check the address")

    def test(self, event: AlarmEvent) -> None:
        """Send a message that is marked as a test. Raises SinkError if it does not arrive."""
        shown = text(event, sentence(event), zone=self._zone, test=True)
        if not self._send(title(event, test=True), shown):
            raise SinkError(f"{self.name} could not be told at {self._shown}", "Check the address")

    def flush(self) -> None:
        """Nothing is gathered."""

    def close(self) -> None:
        """Nothing is open."""


def kind_of(address: str) -> str:
    """Return what may be shown of an address: its host and its path may be tokens, too."""
    scheme, found, _ = address.partition("://")
    return f"{scheme}://***" if found and _SCHEME.fullmatch(scheme) else "***"


class _Hide(logging.Filter):
    """Takes addresses out of what the library says."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = _ADDRESS.sub(r"\1://***", record.getMessage()), ()
        return True


_HIDE = _Hide()


def by_apprise(address: str) -> Send:
    """Return what sends to one address.

    Raises:
        ConfigError: there is no such kind of address.
        SinkError: ``apprise`` is not installed.
    """
    with warnings.catch_warnings():
        # Its plug-ins import what Python is about to drop, and it copes with the lack of it.
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            import apprise
        except ImportError:
            raise SinkError("messages need the package apprise", INSTALL) from None
        logging.getLogger("apprise").addFilter(_HIDE)
        found: Any = apprise.Apprise(asset=apprise.AppriseAsset(app_id="crowdmon", app_desc="crowdmon"))
        # Without a scheme the library would show the whole of it in its messages.
        added = kind_of(address) != "***" and found.add(address)
    if not added:
        raise ConfigError(
            f"'{kind_of(address)}' is no address that can be told", "See the list of the package apprise"
        )
    # Mails are HTML at the receiver; a name with an angle bracket in it must stay a name.
    for one in found:
        if one.request_rate_per_sec == apprise.NotifyBase.request_rate_per_sec:  # nobody chose that
            one.request_rate_per_sec = PAUSE
    formats = {one.notify_format for one in found}

    def send(head: str, body: str) -> bool:
        kind = apprise.NotifyFormat.TEXT
        if apprise.NotifyFormat.HTML in formats:
            kind, body = apprise.NotifyFormat.HTML, html.escape(body).replace("\n", "<br/>")
        elif apprise.NotifyFormat.MARKDOWN in formats:
            kind, head, body = apprise.NotifyFormat.MARKDOWN, plain_markdown(head), plain_markdown(body)
        return bool(found.notify(title=head, body=body, body_format=kind))

    return send
