"""``crowdmon views``: what is known of each camera, and confirming one without a window."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from crowdmon.commands.cli import cli
from crowdmon.config import load
from crowdmon.engine.view_files import KeptView, ViewFiles, digest, read, write
from crowdmon.errors import ConfigError
from crowdmon.track.view_check import ViewMemory

YAML = """
cameras:
  - {name: gate, source: 'rtsp://host/1'}
  - {name: yard, source: 'rtsp://host/2'}
  - {name: turning, source: 'rtsp://host/3', watch_view: false}
"""


def views(*words: str) -> tuple[int, str]:
    found = CliRunner().invoke(cli, ["views", *words], standalone_mode=False)
    if found.exception is not None:
        raise found.exception
    return int(found.return_value or 0), found.output


def test_a_view_that_has_changed_is_listed_and_confirmed(tmp_path: Path) -> None:
    config = tmp_path / "square.yaml"
    config.write_text(YAML)
    known = load(config)
    path = ViewFiles(config).path(known.cameras[0], known.record)
    assert path is not None
    edges = np.random.default_rng(1).uniform(-0.7, 0.7, (90, 160, 2)).astype(np.float32)
    write(path, KeptView(ViewMemory(edges, 0.1, 5.0, 0.8, changed=True), digest(known.cameras[0])))
    code, said = views("--config", str(config))
    assert code == 0
    gate, yard, turning = said.splitlines()
    assert gate.startswith("gate: the view has changed, ")
    assert yard == "yard: nothing is known of its view yet"
    assert turning == "turning: not watched (watch_view: false)"
    code, said = views("--config", str(config), "--confirm", "gate")
    assert (code, said.splitlines()[0]) == (0, "gate: confirmed; learned again when the camera runs")
    kept = read(path)
    assert kept is not None
    assert kept.confirmed


def test_an_unknown_camera_is_refused_and_the_known_ones_are_named(tmp_path: Path) -> None:
    config = tmp_path / "square.yaml"
    config.write_text(YAML)
    with pytest.raises(ConfigError, match=r"has no camera 'gait'.*gate, yard, turning"):
        views("--config", str(config), "--confirm", "gait")
