"""No secret of an address in anything the program puts out, however odd the address is."""

from __future__ import annotations

import json
import logging
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from av import error as fail
from hypothesis import given
from hypothesis import strategies as st

from crowdmon import address
from crowdmon.capture.faults import AccessRefusedError, explain_open, explain_read
from crowdmon.capture.uri import parse_source
from crowdmon.commands.cameras import name_of
from crowdmon.config import AppConfig, CameraConfig, save
from crowdmon.engine.camera_events import CameraEvents
from crowdmon.engine.protocols import SystemClock
from crowdmon.errors import ConfigError, CrowdmonError, describe
from crowdmon.facts import EventKind, Fact
from crowdmon.logs import RedactingFormatter
from crowdmon.roi.exchange import save_yaml
from crowdmon.sinks.csv_file import ReadingCsv
from crowdmon.ui.shell.settings import Settings
from crowdmon.values import Reading, RoiReading

SECRET = "Hunter2Secret"

signs = st.text(st.sampled_from("aZ9/?#@:%&=;, ~!$é"), max_size=3)
users = st.sampled_from(["", "admin", "ad min", "me@corp.com", "größe", "a/b"])
schemes = st.sampled_from(
    ["rtsp://", "RTSP://", "rtsp:/", "rtsp:", "http://", "https://", "srt://", "rtmp://"]
)
keys = st.sampled_from(
    ["password", "pwd", "pw", "passphrase", "passcode", "loginpas", "token", "auth", "key", "x"]
)


@st.composite
def addresses(draw: st.DrawFn) -> str:
    """An address with the secret in its password, query or fragment, also where it is odd."""
    secret = f"{draw(signs)}{SECRET}{draw(signs)}"
    scheme = draw(schemes)
    if draw(st.booleans()):
        password = quote(secret, safe="") if draw(st.booleans()) else secret
        return f"{scheme}{draw(users)}:{password}@cam.example:554/live"
    slashed = scheme if scheme.endswith("/") else f"{scheme}//"
    mark = draw(st.sampled_from(["?", "#", "?channel=1&", "?channel=1#", "?a;", "%3F", "%3fchannel=1%26"]))
    return f"{slashed}cam.example/live{mark}{draw(keys)}={secret}"


def log_line(text: str) -> str:
    record = logging.LogRecord("crowdmon.x", logging.INFO, "", 1, "opening %s", (text,), None)
    return RedactingFormatter("%(message)s").format(record)


def said(call: object) -> str:
    """Return what an error of a call says; empty if there is none."""
    try:
        call()  # type: ignore[operator]
    except CrowdmonError as error:
        return f"{error} {error.hint} {error!r}"
    return ""


def outputs(text: str, folder: Path) -> Iterator[tuple[str, str]]:
    """Yield whatever an address may end up in: (where, what stands there)."""
    yield "log", log_line(text)
    yield "another library's error", describe(ValueError(f"cannot open {text} (5)"))
    yield "configuration", said(lambda: parse_source(text))
    try:
        spec = parse_source(text)
    except ConfigError:
        return
    yield "label", spec.label
    yield "camera's name", name_of(text)
    for error in (
        fail.HTTPUnauthorizedError(401, "Unauthorized", text),
        fail.InvalidDataError(1, "Invalid data", text),
        OSError(5, "Input/output error", text),
        TimeoutError(110, "timed out", text),
        ConnectionRefusedError(111, "refused", text),
    ):
        yield "error of opening", str(explain_open(error, spec, timeout=0.1))
        yield "error of reading", str(explain_read(error, spec, timeout=0.1, done=3))
    facts: list[Fact] = []
    events = CameraEvents(name_of(text), clock=SystemClock(), out=facts.append)
    events.note(EventKind.LOST, f"{text}: no picture")
    yield "history", repr(facts)
    text = text.strip()  # a configuration takes no other
    camera = CameraConfig(name="gate", source=text)
    yield "repr", repr(AppConfig(cameras=(camera,)))
    save_yaml(camera, folder / "rois.yaml")
    yield "ROIs", (folder / "rois.yaml").read_text(encoding="utf-8")
    settings = Settings()
    settings.opened(text)
    yield "recent sources", json.dumps(settings.recent())
    csv = folder / "o.csv"
    with ReadingCsv(csv) as sink:
        sink.write(Reading(1.0, name_of(text), (RoiReading("frame", 3.0),)))
    yield "CSV", csv.read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def no_names_are_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crowdmon.capture.faults._resolves", lambda host: False)


@given(text=addresses())
def test_no_secret_in_any_output(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for where, what in outputs(text, Path(folder)):
            assert SECRET not in what, where
            assert SECRET.lower() not in what.lower(), where


def test_an_output_shows_what_is_no_secret(tmp_path: Path) -> None:
    shown = dict(outputs("rtsp://cam.example:554/live?channel=1", tmp_path))
    assert shown["label"] == "rtsp://cam.example:554/live?channel=1"
    assert shown["camera's name"] == "cam.example/live"
    assert "cam.example" in shown["log"]
    assert "rtsp://cam.example:554/live?channel=1" in shown["recent sources"]


def test_the_hint_about_a_refused_password_can_be_read() -> None:
    error = explain_open(
        fail.HTTPUnauthorizedError(401, "Unauthorized"), parse_source("http://h/x"), timeout=1.0
    )
    assert isinstance(error, AccessRefusedError)
    assert "scheme://USER:PASSWORD@HOST/PATH" in address.redact(str(error))


@pytest.mark.parametrize(
    ("password", "words"),
    [("pa/ss", "%2F for /"), ("pa#ss", "%23 for #"), ("pa?s/s", "%2F for /, %3F for ?"), ("#", "%23 for #")],
)
def test_a_sign_that_ends_the_host_is_named(password: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_source(f"rtsp://admin:{password}@cam.example/live")
    assert words in str(caught.value)
    assert f"admin:{password}" not in str(caught.value)


def test_a_sign_that_ends_the_port_is_named_when_nobody_answers() -> None:
    """``admin:12`` could be a host with its port, so that only opening tells."""
    spec = parse_source("rtsp://admin:12/34@cam.example/live")
    said = str(explain_open(ConnectionRefusedError(111, "x"), spec, timeout=1.0))
    assert (
        said == "rtsp://***@cam.example/live: connection refused. In a user name or password write %2F for /"
    )


@pytest.mark.parametrize("text", ["http://cam.example/@me/live.m3u8", "rtsp://cam.example/a@b"])
def test_an_at_in_a_path_is_no_password(text: str) -> None:
    assert parse_source(text).uri == text
    missing = explain_open(fail.HTTPNotFoundError(404, "x"), parse_source(text), timeout=1.0)
    assert "nothing under this path" in str(missing)


@pytest.mark.skipif(os.name != "posix", reason="permissions are not these here")
def test_a_new_configuration_with_a_password_is_the_users_alone(tmp_path: Path) -> None:
    with_one = AppConfig(cameras=(CameraConfig(name="a", source="rtsp://u:p@h/s"),))
    without = AppConfig(cameras=(CameraConfig(name="a", source="rtsp://u:${PW}@h/s"),))
    save(with_one, tmp_path / "with.yaml")
    save(without, tmp_path / "without.yaml")
    assert stat.S_IMODE((tmp_path / "with.yaml").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "without.yaml").stat().st_mode) != 0o600
