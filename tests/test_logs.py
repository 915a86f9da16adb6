"""Logging: levels, one handler, and no password on the screen."""

from __future__ import annotations

import logging
import sys
import warnings
from pathlib import Path

import pytest

from crowdmon import logs


def said(capsys: pytest.CaptureFixture[str]) -> str:
    out, err = capsys.readouterr()
    assert out == ""
    return err


@pytest.mark.parametrize(
    ("verbosity", "ours", "others"),
    [
        (-1, ["error"], ["error"]),
        (0, ["warning", "error"], ["warning", "error"]),
        (1, ["info", "warning", "error"], ["warning", "error"]),
        (2, ["debug", "info", "warning", "error"], ["info", "warning", "error"]),
        (9, ["debug", "info", "warning", "error"], ["info", "warning", "error"]),
    ],
)
def test_verbosity(
    capsys: pytest.CaptureFixture[str], verbosity: int, ours: list[str], others: list[str]
) -> None:
    logs.setup(verbosity)
    for name, expected in (("crowdmon.engine", ours), ("somebody.else", others)):
        for level in ("debug", "info", "warning", "error"):
            getattr(logging.getLogger(name), level)(level)
        assert [line.split()[-1] for line in said(capsys).splitlines()] == expected


def test_a_second_setup_replaces_the_first(capsys: pytest.CaptureFixture[str]) -> None:
    logs.setup(2)
    logs.setup(0)
    logging.getLogger("crowdmon").info("quiet")
    logging.getLogger("crowdmon").warning("once")
    assert said(capsys).count("\n") == 1


def test_passwords_are_redacted_in_message_arguments_and_traceback(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.setup()
    log = logging.getLogger("crowdmon.capture")
    log.warning("lost rtsp://u:hunter2@h/s")
    log.warning("lost %s", "rtsp://u:hunter2@h/s?token=hunter2")
    try:
        raise OSError("cannot open rtsp://u:hunter2@h/s")
    except OSError:
        log.exception("failed")
    err = said(capsys)
    assert err.count("lost rtsp://***@h/s") == 2
    assert "OSError: cannot open rtsp://***@h/s" in err
    assert "hunter2" not in err


def test_the_record_itself_stays_as_it_was(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    logs.setup()
    logging.getLogger("crowdmon").warning("%d people", 3)
    assert caplog.records[-1].args == (3,)
    assert "WARNING crowdmon: 3 people" in said(capsys)


def test_follows_standard_error_when_it_is_exchanged(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    logs.setup()
    monkeypatch.setattr(sys, "stderr", sys.stdout)
    logging.getLogger("crowdmon").warning("here")
    assert "here" in capsys.readouterr().out


def test_does_without_standard_error(monkeypatch: pytest.MonkeyPatch) -> None:
    logs.setup()
    monkeypatch.setattr(sys, "stderr", None)
    logging.getLogger("crowdmon").warning("to nobody")


def test_warnings_of_python_come_through_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logs.setup()
        warnings.warn("old name in rtsp://u:hunter2@h", stacklevel=1)
    err = said(capsys)
    assert "WARNING py.warnings" in err
    assert "hunter2" not in err


def test_a_log_that_another_program_moved_away_is_begun_again(tmp_path: Path) -> None:
    log = tmp_path / "watch.log"
    logs.setup(1, file=log)
    try:
        logging.getLogger("crowdmon").info("before")
        log.rename(tmp_path / "watch.log.1")
        logs.reopen()
        logging.getLogger("crowdmon").info("after")
        assert log.read_text().split()[-1] == "after"
        assert (tmp_path / "watch.log.1").read_text().split()[-1] == "before"
    finally:
        logs.setup(0)
