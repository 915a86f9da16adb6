"""``publish:`` in the configuration: what is allowed, and what every mistake is told."""

from __future__ import annotations

import pytest

from crowdmon.config import AppConfig
from crowdmon.config.files import dump, parse
from crowdmon.errors import ConfigError

GOOD = """
publish:
  people:
    - {name: ops, send_to: ["mailto://user:${MAIL_PW}@example.org", "json://127.0.0.1:8000/"]}
    - {name: chief, send_to: ["json://127.0.0.1:8001/"]}
  tell: [ops]
  levels: [red, critical]
  mqtt: {broker: "mqtts://user:${MQTT_PW}@10.0.0.5:8883", topic: site/crowdmon, discovery: homeassistant}
  metrics: {port: 9400}
"""


def test_all_of_it() -> None:
    publish = parse(GOOD, where="site.yaml").publish
    assert [person.name for person in publish.people] == ["ops", "chief"]
    assert publish.mqtt is not None
    assert publish.mqtt.every == 1.0
    assert publish.metrics is not None
    assert publish.metrics.address == "127.0.0.1"


def test_nothing_of_it() -> None:
    assert AppConfig().publish.mqtt is None
    assert "publish" not in dump(AppConfig())


def test_it_is_saved_as_it_was_read() -> None:
    config = parse(GOOD, where="site.yaml")
    assert parse(dump(config), where="again") == config
    assert "${MAIL_PW}" in dump(config)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("pigeons: {}", "pigeons"),
        ("mqtt: {broker: 'tcp://10.0.0.5'}", "no address of a broker"),
        ("mqtt: {broker: 'mqtt://'}", "no address of a broker"),
        ("mqtt: {broker: 'mqtt://host:99999'}", "no address of a broker"),
        ("mqtt: {broker: 'mqtt://host/topic'}", "no address of a broker"),
        ("mqtt: {broker: 'mqtt://host', topic: 'a/+/b'}", "no topic to publish below"),
        ("mqtt: {broker: 'mqtt://host', topic: 'a/#'}", "no topic to publish below"),
        ("mqtt: {broker: 'mqtt://host', topic: '$SYS/x'}", "no topic to publish below"),
        ("mqtt: {broker: 'mqtt://host', topic: 'a//b'}", "no topic to publish below"),
        ("mqtt: {broker: 'mqtt://host', topic: ''}", "topic"),
        ("mqtt: {broker: 'mqtt://host', every: -1}", "every"),
        ("mqtt: {broker: 'mqtt://host', every: .nan}", "every"),
        ("metrics: {port: 0}", "port"),
        ("metrics: {port: 70000}", "port"),
        ("metrics: {port: true}", "port"),
        ("metrics: {port: '9309'}", "port"),
        ("people: [{name: ops, send_to: []}]", "send_to"),
        ("people: [{name: ops, send_to: ['ops@example.org']}]", "no address"),
        ("people: [{name: ops, send_to: ['json://a'], phone: 1}]", "phone"),
        ("people: [{name: ops, send_to: ['json://a']}, {name: ops, send_to: ['json://b']}]", "two people"),
        ("tell: [nobody]", "not among people"),
        ("levels: [none]", "levels"),
        ("levels: []", "levels"),
        ("give_up: 0", "give_up"),
    ],
)
def test_every_mistake_is_named(text: str, says: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse(f"publish:\n  {text}\n", where="site.yaml")
    assert "site.yaml" in str(refused.value)
    assert says in str(refused.value)


def test_a_mistake_tells_no_secret() -> None:
    with pytest.raises(ConfigError) as refused:
        parse("publish: {mqtt: {broker: 'http://user:secret@host'}}", where="site.yaml")
    assert "secret" not in str(refused.value)


RULE = """
cameras: [{name: gate, source: "synthetic:plaza"}]
alarms: [{name: full, of: {camera: gate}, measure: count, red: {above: 5}, %s}]
publish: {people: [{name: ops, send_to: ["json://127.0.0.1/"]}]}
"""


@pytest.mark.parametrize("words", ["tell: [ops, nobody]", "then: {after: 60, tell: [nobody]}"])
def test_a_rule_tells_people_who_are_known(words: str) -> None:
    with pytest.raises(ConfigError, match=r"nobody.*publish.people.*Known: ops"):
        parse(RULE % words, where="site.yaml")
    known = parse(RULE % words.replace("nobody", "ops").replace("ops, ops", "ops"), where="site.yaml")
    assert known.alarms[0].name == "full"
