"""``crowdmon check``: READY, or every reason why not."""

from __future__ import annotations

import json
import os
import re
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

from crowdmon.__main__ import main
from crowdmon.commands.check import ground_found
from crowdmon.commands.check_publish import readable_secrets
from crowdmon.config import AppConfig, CameraConfig, validate
from crowdmon.config.publish import PersonConfig, PublishConfig
from crowdmon.errors import WeightsError
from tests.fakes import FakeCounter

SMALL = "synthetic:empty?width=64&height=64"


@pytest.fixture(autouse=True)
def no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crowdmon.commands.check.missing_display", lambda: "there is no display")


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crowdmon.counting.counter.Counter", FakeCounter)
    monkeypatch.setattr("crowdmon.commands.check.speed", lambda counter: f"quick, with {counter.name}")


def test_ready(counter, capsys) -> None:
    assert main(["check", SMALL]) == 0
    network, speed, camera, clock, window, verdict = capsys.readouterr().out.splitlines()
    assert network.startswith("ok    network          fake on fake cpu f32, 640x360 in ")
    assert speed == "ok    speed            quick, with fake"
    assert camera == "ok    camera empty     synthetic:empty?width=64&height=64: 64x64, 25 fps"
    assert clock.startswith("ok    clock            20")
    assert window == "note  window           there is no display; count works without"
    assert verdict == "READY"


def test_every_reason_is_told_and_the_first_decides(counter, capsys, tmp_path: Path) -> None:
    words = ["check", "rtsp://u:secret@127.0.0.1:9/x", SMALL, str(tmp_path / "gone.mp4"), "synthetic:beach"]
    assert main(words) == 3
    out = capsys.readouterr().out
    verdicts = [line.split()[0] for line in out.splitlines()[:6]]
    assert verdicts == ["ok", "ok", "FAIL", "ok", "FAIL", "FAIL"]
    assert "connection refused" in out
    assert "gone.mp4: no such file" in out
    assert "unknown scene 'beach'" in out
    assert "secret" not in out
    assert out.splitlines()[-1] == "NOT READY: 3 reasons"


def test_a_wrong_configuration_is_one_reason(counter, capsys, tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("camera: 1\n")
    assert main(["check", "--config", str(tmp_path / "c.yaml")]) == 2
    out = capsys.readouterr().out
    assert "FAIL  configuration" in out
    assert "ok    network" in out  # the rest is checked all the same
    assert out.endswith("NOT READY: 1 reason\n")


def test_a_configuration_is_counted_with_its_rois(counter, capsys, tmp_path: Path) -> None:
    roi = "rois: [{name: gate, polygon: [[0, 0], [1, 0], [1, 1]]}]"
    (tmp_path / "c.yaml").write_text(f"cameras: [{{name: square, source: '{SMALL}', {roi}}}]\n")
    assert main(["check", "--config", str(tmp_path / "c.yaml")]) == 0
    out = capsys.readouterr().out
    assert "c.yaml: 1 camera\n" in out
    assert "ok    camera square    " in out
    assert "25 fps, 1 ROI\n" in out


def test_what_a_ground_plane_gives_is_told(counter, capsys, tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(
        """\
cameras:
  - name: square
    source: synthetic:empty?width=320&height=180
    ground:
      points:
        - {at: [0.0577, 0.9694], metres: [-5, 8]}
        - {at: [0.9423, 0.9694], metres: [5, 8]}
        - {at: [0.6980, 0.3424], metres: [6, 25]}
        - {at: [0.3020, 0.3424], metres: [-6, 25]}
        - {at: [0.5000, 0.6100], metres: [0, 13.7]}
    rois:
      - {name: near, polygon: [[0.2, 0.4], [0.8, 0.4], [0.95, 0.95], [0.05, 0.95]]}
      - {name: far, polygon: [[0.4, 0.002], [0.6, 0.002], [0.6, 0.2], [0.4, 0.2]]}
      - {name: known, polygon: [[0.2, 0.4], [0.8, 0.4], [0.95, 0.95], [0.05, 0.95]], area_m2: 170}
"""
    )
    assert main(["check", "--config", str(tmp_path / "c.yaml")]) == 0
    (line,) = [one for one in capsys.readouterr().out.splitlines() if "ok    camera square" in one]
    assert re.search(
        r", 3 ROIs, ground off by \d\.\d px or \d+ cm, most at point \d, camera 6\.0 m above", line
    )
    assert re.search(
        r", near 17\d(\.\d)? m2, far \S+ m2, \S+ m2 of them with heads out of the picture, ", line
    )
    assert line.endswith(", known 170 m2 as entered")
    assert not re.search(r"\de\+\d", line), "nobody reads powers of ten"


def test_a_picture_in_which_the_ground_tells_no_height_says_so() -> None:
    corners = [[0.1, 0.9], [0.9, 0.9], [0.7, 0.4], [0.3, 0.4]]
    ground = {"rectangle": {"corners": corners, "sides": [6, 12]}}
    camera = validate(CameraConfig, {"name": "a", "source": "x", "ground": ground}, where="x")
    assert next(iter(ground_found(camera, width=1600, height=900))).startswith("camera ")
    (said,) = ground_found(camera, width=100, height=2000)
    assert said.startswith("no people per m2: ")


def test_weights_that_cannot_be_used_are_a_reason(monkeypatch, capsys) -> None:
    def broken() -> None:
        raise WeightsError("default.safetensors is cut short", "Install crowdmon again")

    monkeypatch.setattr("crowdmon.counting.counter.Counter", broken)
    assert main(["check"]) == 4
    assert "FAIL  network          default.safetensors is cut short. Install crowdmon again" in (
        capsys.readouterr().out
    )


@pytest.mark.parametrize("key", ["csv_log", "history"])
def test_a_missing_record_folder_is_a_reason(counter, capsys, tmp_path: Path, key: str) -> None:
    place = tmp_path / "gone" / ("" if key == "csv_log" else "history.sqlite")
    camera = f"cameras: [{{name: square, source: '{SMALL}'}}]\n"
    (tmp_path / "c.yaml").write_text(f"{camera}record: {{{key}: '{place}'}}\n")
    assert main(["check", "--config", str(tmp_path / "c.yaml")]) == 6
    out = capsys.readouterr().out
    assert f"FAIL  record {key:<9} " in out
    assert f"there is no folder {tmp_path / 'gone'}. Create it first" in out
    assert out.endswith("NOT READY: 1 reason\n")


@pytest.mark.parametrize("key", ["csv_log", "history"])
def test_a_record_place_that_fits_is_told(counter, capsys, tmp_path: Path, key: str) -> None:
    place = tmp_path if key == "csv_log" else tmp_path / "history.sqlite"
    camera = f"cameras: [{{name: square, source: '{SMALL}'}}]\n"
    (tmp_path / "c.yaml").write_text(f"{camera}record: {{{key}: '{place}'}}\n")
    assert main(["check", "--config", str(tmp_path / "c.yaml")]) == 0
    assert f"ok    record {key:<9} {place}\n" in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["c.yaml"], "nothing is written by a check"


def test_a_history_that_is_a_folder_is_a_reason(counter, capsys, tmp_path: Path) -> None:
    camera = f"cameras: [{{name: square, source: '{SMALL}'}}]\n"
    (tmp_path / "c.yaml").write_text(f"{camera}record: {{history: '{tmp_path}'}}\n")
    assert main(["check", "--config", str(tmp_path / "c.yaml")]) == 6
    assert "is a folder, not a file. Give the name of a history file" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "cameras: []\n", "display: {heat: 1}\n"])
def test_a_configuration_without_cameras_is_a_reason(counter, capsys, tmp_path: Path, text: str) -> None:
    (tmp_path / "c.yaml").write_text(text)
    assert main(["check", "--config", str(tmp_path / "c.yaml")]) == 2
    out = capsys.readouterr().out
    assert "FAIL  configuration" in out
    assert out.endswith("NOT READY: 1 reason\n")


def test_without_a_configuration_no_camera_is_needed(counter, capsys) -> None:
    assert main(["check"]) == 0
    assert capsys.readouterr().out.endswith("\nREADY to count; no camera named\n")


def test_as_json(counter, capsys) -> None:
    assert main(["check", "--json", SMALL, "rtsp://u:secret@127.0.0.1:9/x"]) == 3
    out = capsys.readouterr().out
    found = json.loads(out)
    assert found["ready"] is False
    verdicts = {check["what"]: check["verdict"] for check in found["checks"]}
    assert verdicts["network"] == "ok"
    assert verdicts["camera empty"] == "ok"
    assert "fail" in verdicts.values()
    assert "secret" not in out


PUBLISH = """
cameras: [{name: gate, source: "synthetic:empty?width=64&height=64"}]
record: {history: HERE/h.sqlite}
publish:
  people: [{name: ops, send_to: ["json://u:secret@127.0.0.1:1/"]}]
  metrics: {port: PORT}
"""


def test_publishers_disk_and_passwords_that_others_can_read(counter, capsys, tmp_path: Path) -> None:
    config = tmp_path / "site.yaml"
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        text = PUBLISH.replace("HERE", str(tmp_path)).replace("PORT", str(other.getsockname()[1]))
        config.write_text(text)
        config.chmod(0o644)
        assert main(["check", "--config", str(config)]) == 6
    out = capsys.readouterr().out
    assert "ok    people ops       a known kind of address" in out
    assert "FAIL  metrics          cannot listen at 127.0.0.1" in out
    assert "GB are free in" in out
    if os.name != "nt":
        assert "note  passwords" in out
        assert "chmod 600" in out
    assert "secret" not in out
    config.chmod(0o600)
    main(["check", "--config", str(config)])
    assert "note  passwords" not in capsys.readouterr().out


def test_a_disk_that_is_nearly_full(counter, capsys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "site.yaml"
    config.write_text(
        f"cameras: [{{name: gate, source: '{SMALL}'}}]\nrecord: {{history: {tmp_path}/h.sqlite}}\n"
    )
    used = SimpleNamespace(free=12_000_000)
    monkeypatch.setattr("crowdmon.commands.check_publish.shutil.disk_usage", lambda _folder: used)
    assert main(["check", "--config", str(config)]) == 6
    assert "only 12 MB are free" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("says", "code"), [(b'crowdmon_people{camera="gate",roi="frame"} 5.0\n', 0), (b"node_load1 0.2\n", 6)]
)
def test_the_port_of_metrics_may_be_that_of_the_service_itself(
    counter, capsys, tmp_path: Path, says: bytes, code: int
) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(says)

        def log_message(self, *_: object) -> None:
            pass

    config = tmp_path / "site.yaml"
    with HTTPServer(("127.0.0.1", 0), Handler) as service:
        thread = threading.Thread(target=service.serve_forever, args=(0.05,))
        thread.start()
        port = service.server_address[1]
        config.write_text(
            f"cameras: [{{name: gate, source: '{SMALL}'}}]\npublish: {{metrics: {{port: {port}}}}}\n"
        )
        assert main(["check", "--config", str(config)]) == code
        service.shutdown()
        thread.join()
    out = capsys.readouterr().out
    assert ("ok    metrics          a service that runs answers" in out) is not bool(code)
    assert ("in use" in out) is bool(code)


def test_a_broker_that_nobody_runs(counter, capsys, tmp_path: Path) -> None:
    config = tmp_path / "site.yaml"
    config.write_text(
        f"cameras: [{{name: gate, source: '{SMALL}'}}]\npublish: {{mqtt: {{broker: 'mqtt://u:secret@127.0.0.1:9'}}}}\n"
    )
    assert main(["check", "--config", str(config)]) == 6
    out = capsys.readouterr().out
    assert "FAIL  mqtt" in out
    assert "connection refused" in out
    assert "secret" not in out


@pytest.mark.skipif(os.name == "nt", reason="permissions of this kind are not on Windows")
@pytest.mark.parametrize(
    ("address", "secret"),
    [
        ("mailto://crowdmon:${MAIL_PW}@example.org?from=a@example.org&to=ops@example.org", False),
        ("mailto://10.0.0.3:25?from=a@example.org&to=ops@example.org", False),
        ("mailto://crowdmon:hidden@example.org?to=ops@example.org", True),
        ("mailto://10.0.0.3:25?to=ops@example.org&pass=hidden", True),
    ],
)
def test_the_mail_boxes_of_an_address_are_no_password(tmp_path: Path, address: str, secret: bool) -> None:
    site = tmp_path / "site.yaml"
    site.touch()
    site.chmod(0o644)
    known = AppConfig(publish=PublishConfig(people=(PersonConfig(name="ops", send_to=(address,)),)))
    assert bool(readable_secrets(site, known)) is secret
