"""Every query of the dashboard gives values in a real Prometheus that reads a running publisher."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crowdmon import resources
from crowdmon.config.publish import MetricsConfig
from crowdmon.facts import AlarmChange, AlarmEvent, Event
from crowdmon.publish.metrics import Metrics
from crowdmon.values import Level, Reading, ReadingState
from tests.publish.peers import answers, free_port
from tests.publish.test_metrics import shown

PROMETHEUS = shutil.which("prometheus")
DASHBOARD = resources.path("configs/service/grafana.json")


def queries() -> dict[str, str]:
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    return {panel["title"]: panel["targets"][0]["expr"].replace("$camera", ".*") for panel in panels}


def test_it_asks_for_figures_that_there_are() -> None:
    import re

    from crowdmon.publish.metrics import Counters, families

    known = {
        f"{one.name}_total" if one.kind == "counter" else one.name for one in families(shown(), Counters())
    }
    asked = set(re.findall(r"crowdmon_\w+", " ".join(queries().values())))
    assert asked
    assert asked <= known


@pytest.fixture
def server(tmp_path: Path) -> Iterator[int]:
    assert PROMETHEUS is not None
    metrics, port = free_port(), free_port()
    config = tmp_path / "prometheus.yml"
    config.write_text(
        "global: {scrape_interval: 1s}\n"
        f"scrape_configs: [{{job_name: crowdmon, static_configs: [{{targets: ['127.0.0.1:{metrics}']}}]}}]\n"
    )
    with Metrics(MetricsConfig(port=metrics), shown) as out:
        red = {"alarm": "full", "camera": "gate", "level": Level.RED}
        out.write(AlarmEvent(time=0.0, change=AlarmChange.RAISED, **red).to_event())  # type: ignore[arg-type]
        out.write(Event(0.0, "reconnecting", "gate"))
        out.flush()
        command = [PROMETHEUS, f"--config.file={config}", f"--storage.tsdb.path={tmp_path / 'data'}"]
        listen = f"--web.listen-address=127.0.0.1:{port}"
        run = subprocess.Popen([*command, listen], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            end = time.monotonic() + 40
            while not answers(port):
                assert time.monotonic() < end
                time.sleep(0.1)
            for number in range(6):  # rates need several scrapes
                state = ReadingState.OK if number % 2 else ReadingState.STALE
                out.write(Reading(float(number), "gate", (), state))
                time.sleep(1.0)
            yield port
        finally:
            run.kill()
            run.wait(10)


def ask(port: int, query: str) -> list[Any]:
    words = urllib.parse.urlencode({"query": query})
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/query?{words}", timeout=10) as page:
        answer = json.loads(page.read())
    assert answer["status"] == "success"
    found: list[Any] = answer["data"]["result"]
    return found


@pytest.mark.peer
@pytest.mark.skipif(PROMETHEUS is None, reason="the Debian package prometheus is missing")
def test_every_query_gives_values(server: int) -> None:
    empty = []
    for title, query in queries().items():
        end = time.monotonic() + 15
        while not (found := ask(server, query)) and time.monotonic() < end:
            time.sleep(0.5)
        if not found:
            empty.append(title)
    assert empty == []
