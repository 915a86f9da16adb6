"""A test alarm through real peers on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from crowdmon.__main__ import main
from crowdmon.config.publish import MqttConfig
from crowdmon.facts import Event
from crowdmon.publish.mqtt import Mqtt
from tests.fakes import until
from tests.publish import peers


def test_everybody_is_tried_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "site.yaml"
    with peers.web_server() as (good, got), peers.web_server(status=500) as (bad, _):
        config.write_text(
            "publish:\n  people:\n"
            f"    - {{name: ops, send_to: ['json://127.0.0.1:{good}/', 'json://u:secret@127.0.0.1:{bad}/']}}\n"
        )
        assert main(["alarm", "test", "--config", str(config)]) == 6
    out = capsys.readouterr().out
    assert "ok    people ops 1" in out
    assert "FAIL  people ops 2" in out
    assert "1 of 2 took the test alarm" in out
    assert "secret" not in out
    (message,) = got
    assert str(message["title"]).startswith("TEST RED")


@pytest.mark.peer
@peers.needs_mosquitto
def test_a_broker_gets_it_and_its_end_and_keeps_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "site.yaml"
    with peers.broker(tmp_path) as broker:
        config.write_text(f"publish: {{mqtt: {{broker: 'mqtt://127.0.0.1:{broker.port}'}}}}")
        with peers.listener(broker.port) as there:
            assert main(["alarm", "test", "--config", str(config)]) == 0
            until(lambda: there.alarms() and there.alarms()[-1] == "")
            on, off, _ = there.alarms()
            assert '"state": "on"' in on
            assert '"state": "off"' in off
        with peers.listener(broker.port) as late:
            late.settle()
            assert late.topic("crowdmon/status") == [], "a test says nothing of the service"
            assert late.alarms() == []
    assert "ok    mqtt" in capsys.readouterr().out


@pytest.mark.peer
@peers.needs_mosquitto
@pytest.mark.parametrize("words", [["alarm", "test"], ["check"]])
def test_a_service_that_runs_is_not_disturbed(tmp_path: Path, words: list[str]) -> None:
    config = tmp_path / "site.yaml"
    with peers.broker(tmp_path) as broker:
        address = f"mqtt://127.0.0.1:{broker.port}"
        config.write_text(f"publish: {{mqtt: {{broker: '{address}', client_id: service}}}}")
        with (
            peers.listener(broker.port) as heard,
            Mqtt(MqttConfig(broker=address, client_id="service")) as service,
        ):
            service.write(Event(1.0, "lost", "gate"))
            service.flush()
            main([*words, "--config", str(config)])
            service.write(Event(2.0, "live", "gate"))
            service.flush()  # its connection is still the same one
            heard.settle()
            assert heard.topic("crowdmon/status") == ["online"]


def test_nobody_to_tell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "site.yaml"
    config.write_text("cameras: []")
    assert main(["alarm", "test", "--config", str(config)]) == 2
    assert "tells nobody" in capsys.readouterr().err


def test_a_secret_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "site.yaml"
    config.write_text("publish: {people: [{name: ops, send_to: ['json://u:${NO_SUCH_PW}@127.0.0.1/']}]}")
    assert main(["alarm", "test", "--config", str(config)]) == 2
    assert "NO_SUCH_PW is not set" in capsys.readouterr().out
