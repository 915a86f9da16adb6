"""Who is told of what; and real messages to a mail server and a web server on this machine."""

from __future__ import annotations

import re
from collections.abc import Callable
from email.header import decode_header, make_header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.errors import ConfigError, SinkError
from crowdmon.facts import AlarmChange, AlarmEvent, Event
from crowdmon.publish.messages import is_told, one_line, plain_markdown, text, title
from crowdmon.publish.people import PAUSE, Person, by_apprise, kind_of
from crowdmon.values import Level
from tests.publish import peers


def event(change: AlarmChange = AlarmChange.RAISED, *, time: float = 1000.0, **more: object) -> AlarmEvent:
    more = {
        "alarm": "platform full",
        "camera": "gate",
        "level": Level.RED,
        "value": 5.0,
        "limit": 4.0,
        **more,
    }
    return AlarmEvent(time=time, change=change, **more)  # type: ignore[arg-type]


class Box:
    def __init__(self, arrives: bool = True) -> None:
        self.arrives, self.got = arrives, list[tuple[str, str]]()

    def __call__(self, _address: str) -> Callable[[str, str], bool]:
        def send(head: str, body: str) -> bool:
            self.got.append((head, body))
            return self.arrives

        return send


def person(box: Box, *, now: float = 1000.0, told: bool = True) -> Person:
    return Person(
        "ops",
        "json://user:secret@10.0.0.9/hook",
        told=lambda _event: told,
        clock=lambda: now,
        give_up=3600.0,
        send=box,
    )


def test_a_raised_alarm_is_told() -> None:
    box = Box()
    person(box).write(event().to_event())
    ((head, body),) = box.got
    assert head == "RED: platform full"
    assert "5.0 people in gate" in body
    assert "not a safety device" in body


@pytest.mark.parametrize(
    ("change", "level", "told"),
    [
        (AlarmChange.RAISED, Level.AMBER, False),
        (AlarmChange.RAISED, Level.RED, True),
        (AlarmChange.REPEATED, Level.RED, True),
        (AlarmChange.PASSED_ON, Level.CRITICAL, True),
        (AlarmChange.LOWERED, Level.AMBER, False),
        (AlarmChange.ACKNOWLEDGED, Level.RED, False),
        (AlarmChange.CLEARED, Level.NONE, True),
        (AlarmChange.WITHDRAWN, Level.NONE, False),
    ],
)
def test_what_is_told(change: AlarmChange, level: Level, told: bool) -> None:
    assert is_told(event(change, level=level), least=Level.RED) is told


def test_other_events_and_other_peoples_alarms_are_not() -> None:
    box = Box()
    person(box).write(Event(0.0, "lost", "gate"))
    person(box, told=False).write(event().to_event())
    assert box.got == []


def test_what_does_not_arrive_is_tried_again_and_says_no_secret() -> None:
    one = person(Box(arrives=False))
    with pytest.raises(SinkError) as failed:
        one.write(event().to_event())
    assert "ops could not be told" in str(failed.value)
    assert "secret" not in str(failed.value)


def test_old_news_is_not_sent_but_counted() -> None:
    box = Box()
    one = person(box, now=1000.0 + 3601.0)
    one.write(event().to_event())
    assert (box.got, one.missed) == ([], 1)


def test_a_test_message_says_so() -> None:
    box = Box()
    person(box).test(event())
    ((head, body),) = box.got
    assert head == "TEST RED: platform full"
    assert body.startswith("This is a test. Nothing has happened.")


@given(st.text())
def test_a_name_starts_no_line_and_no_header(name: str) -> None:
    assert "\n" not in one_line(name)
    assert "\r" not in title(event(alarm=name))
    assert len(title(event(alarm=name)).splitlines()) <= 1
    assert len(text(event(), f"'{name}' is red").split("\n")) == 4


def test_a_mail_arrives_and_its_names_stay_names() -> None:
    with peers.mail_server() as (port, mails):
        one = Person(
            "ops",
            f"mailto://127.0.0.1:{port}?from=crowdmon@example.org&to=ops@example.org&mode=insecure",
            told=lambda _event: True,
            clock=lambda: 1000.0,
            give_up=3600.0,
        )
        one.write(event(alarm="Größe <b>bold</b>\nBcc: x@example.org").to_event())
    (mail,) = mails
    assert "Größe <b>bold</b> Bcc" in str(make_header(decode_header(str(mail["Subject"]))))
    assert mail["Bcc"] is None
    parts = [part for part in mail.walk() if part.get_content_type() == "text/html"]
    for part in parts:
        shown = part.get_payload(decode=True)
        assert isinstance(shown, bytes)
        assert b"<b>bold" not in shown
        assert b"&lt;b&gt;bold" in shown


def test_a_web_hook_gets_title_and_text() -> None:
    with peers.web_server() as (port, got):
        one = Person(
            "ops",
            f"json://127.0.0.1:{port}/hook",
            told=lambda _event: True,
            clock=lambda: 1000.0,
            give_up=3600.0,
        )
        one.write(event().to_event())
    (message,) = got
    assert message["title"] == "RED: platform full"
    assert "5.0 people in gate" in str(message["message"])


def test_a_web_hook_that_refuses_is_an_error() -> None:
    with peers.web_server(status=500) as (port, _):
        one = Person(
            "ops",
            f"json://user:secret@127.0.0.1:{port}/",
            told=lambda _event: True,
            clock=lambda: 1000.0,
            give_up=3600.0,
        )
        with pytest.raises(SinkError):
            one.write(event().to_event())


def test_an_address_that_nobody_knows() -> None:
    with pytest.raises(ConfigError, match="no address that can be told"):
        Person("ops", "pigeon://loft", told=bool, clock=lambda: 0.0, give_up=1.0)


@given(st.text(max_size=64))
def test_a_name_in_markdown_is_shown_as_it_is(name: str) -> None:
    shown = plain_markdown(name)
    assert re.sub(r"\\(.)", r"\1", shown, flags=re.DOTALL) == name, "nothing is lost"
    rest = re.sub(r"\\.", "", shown, flags=re.DOTALL)
    assert not set(rest) & set("\\`*_{}[]()<>#!|~"), "every mark has its backslash"


def test_alarms_that_come_together_wait_for_no_long_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    with peers.mail_server() as (port, mails):
        send = by_apprise(f"mailto://127.0.0.1:{port}?from=crowdmon@example.org&to=ops@example.org")
        monkeypatch.setattr("apprise.url.time.sleep", waits.append)
        assert [send(f"RED: {number}", "text") for number in range(20)] == [True] * 20
        monkeypatch.undo()
    assert [str(mail["Subject"]) for mail in mails] == [f"RED: {number}" for number in range(20)]
    assert max(waits) <= PAUSE


@pytest.mark.parametrize(
    "address",
    [
        "mailto://a:hidden@127.0.0.1:1?from=a@example.org&to=b@example.org&pass=hidden",
        "json://127.0.0.1:1/hidden?-X-Token=hidden",
        "slack://T1JJhiddn/A1BhiddnD/hiddenhiddenhiddenhidden/#general",
        "pigeon://hidden/hidden",
        "mailto://a:hidden@",
        "hidden",
        "not a scheme hidden://x",
    ],
)
def test_tokens_in_an_address_are_shown_nowhere(address: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0, logger="apprise")
    said = kind_of(address)
    try:
        Person("ops", address, told=lambda _event: True, clock=lambda: 0.0, give_up=1.0).test(event())
    except (ConfigError, SinkError) as error:
        said += str(error)
    said += caplog.text
    assert "hidd" not in said
    assert "***" in said
