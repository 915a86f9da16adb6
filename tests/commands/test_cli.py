"""The command line as other programs call it: verbs, messages, exit codes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crowdmon import __version__
from crowdmon.__main__ import main
from crowdmon.commands import cli as declared
from crowdmon.commands import manual
from crowdmon.errors import ConfigError, CountingError, CrowdmonError, DatasetError, SinkError, SourceError


@pytest.fixture
def verbs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """Record which verb is called with what instead of doing it."""
    calls: list[tuple[object, ...]] = []
    monkeypatch.setattr("crowdmon.commands.window.run", lambda *a, **_: calls.append(("window", *a)))
    monkeypatch.setattr("crowdmon.commands.check.run", lambda *a, **_: calls.append(("check", *a)))
    monkeypatch.setattr("crowdmon.commands.count.run", lambda **o: calls.append(("count", *o["sources"])))
    return calls


@pytest.mark.parametrize(
    ("words", "called"),
    [
        ([], ("window", (), None)),
        (["clip.mp4"], ("window", ("clip.mp4",), None)),
        (["0"], ("window", ("0",), None)),
        (["rtsp://u:p@h/1", "0"], ("window", ("rtsp://u:p@h/1", "0"), None)),
        (["--config", "x.yaml"], ("window", (), Path("x.yaml"))),
        (["clip.mp4", "--config", "x.yaml"], ("window", ("clip.mp4",), Path("x.yaml"))),
        (["-v", "clip.mp4"], ("window", ("clip.mp4",), None)),
        (["-vv", "--config", "x.yaml"], ("window", (), Path("x.yaml"))),
        (["clip.mp4", "-v"], ("window", ("clip.mp4",), None)),
        (["./count"], ("window", ("./count",), None)),
        (["window", "count"], ("window", ("count",), None)),
        (["--", "-odd.mp4"], ("window", ("-odd.mp4",), None)),
        (["count", "clip.mp4"], ("count", "clip.mp4")),
        (["-v", "count", "clip.mp4"], ("count", "clip.mp4")),
        (["count", "a.mp4", "b.mp4", "--pixelate"], ("count", "a.mp4", "b.mp4")),
        (["check"], ("check", (), None)),
        (["check", "0", "--config", "x.yaml"], ("check", ("0",), Path("x.yaml"))),
    ],
)
def test_the_first_word_is_a_verb_or_a_source(verbs, words: list[str], called: tuple[object, ...]) -> None:
    assert main(words) == 0
    assert verbs == [called]


def test_the_window_gets_weights_and_back_end(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[dict[str, object]] = []
    monkeypatch.setattr("crowdmon.commands.window.run", lambda *_, **words: given.append(words))
    assert main(["--backend", "torch", "clip.mp4"]) == 0
    assert main(["window", "--weights", "mine.safetensors"]) == 0
    assert given == [
        {"backend": "torch", "precision": "auto", "weights": None},
        {"backend": "auto", "precision": "auto", "weights": Path("mine.safetensors")},
    ]


def test_help_is_the_manual_page(capsys) -> None:
    assert main(["--help"]) == 0
    assert capsys.readouterr().out == manual.PAGE


def test_the_manual_names_every_verb_and_its_own_options() -> None:
    for name, command in declared.cli.commands.items():
        assert command.hidden or re.search(rf"^  {name}\b", manual.PAGE, re.MULTILINE), name
    assert max(len(line) for line in manual.PAGE.splitlines()) <= 80


def test_the_manual_tells_every_exit_status() -> None:
    errors = (CrowdmonError, ConfigError, SourceError, DatasetError, SinkError, CountingError)
    for code in (0, 130, *(error.exit_code for error in errors)):
        assert re.search(rf"^  {code}\s", manual.PAGE, re.MULTILINE), code


@pytest.mark.parametrize("verb", ["window", "count", "check", "bench"])
def test_every_verb_has_help_with_examples(capsys, verb: str) -> None:
    assert main([verb, "--help"]) == 0
    out = capsys.readouterr().out
    assert f"\n  crowdmon {verb if verb != 'window' else ''}" in out
    assert "Examples:" in out


def test_the_version(capsys) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"crowdmon {__version__}\n"


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["count"], "Missing argument 'SOURCE ...'. Try 'crowdmon count --help'"),
        (["bench", "b"], "Got unexpected extra argument (b). Try 'crowdmon bench --help'"),
        (["count", "a", "--every", "often"], "'often' is not a valid float. Try 'crowdmon count --help'"),
        (["check", "--bogus"], " Try 'crowdmon check --help'"),
    ],
)
def test_wrong_words_are_one_line_and_exit_2(capsys, words: list[str], line: str) -> None:
    assert main(words) == 2
    err = capsys.readouterr().err
    assert err.startswith("crowdmon: ")
    assert err.endswith(f"{line}\n")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("error", "code"),
    [(CrowdmonError, 1), (ConfigError, 2), (SourceError, 3), (SinkError, 6), (CountingError, 7)],
)
def test_an_error_is_one_line_and_its_own_exit_code(capsys, monkeypatch, error, code: int) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error("it broke at rtsp://user:secret@h/1\nhere", "Mend it")

    monkeypatch.setattr("crowdmon.commands.window.run", fail)
    assert main(["x"]) == code
    captured = capsys.readouterr()
    assert captured.err == "crowdmon: it broke at rtsp://***@h/1 here. Mend it\n"
    assert captured.out == ""


def test_v_shows_where_an_error_came_from_without_secrets(capsys, monkeypatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise SourceError("no rtsp://user:secret@h/1")

    monkeypatch.setattr("crowdmon.commands.window.run", fail)
    assert main(["-v", "x"]) == 3
    err = capsys.readouterr().err
    assert "Traceback" in err
    assert "in fail" in err
    assert "secret" not in err


def test_a_fault_of_ours_is_one_line_too(capsys, monkeypatch) -> None:
    monkeypatch.setattr("crowdmon.commands.window.run", lambda *_, **__: 1 / 0)
    assert main(["x"]) == 1
    err = capsys.readouterr().err
    assert err.startswith(
        "crowdmon: unexpected ZeroDivisionError: division by zero. This is a fault in crowdmon"
    )
    assert err.count("\n") == 1


def test_ctrl_c_is_130(capsys, monkeypatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("crowdmon.commands.window.run", interrupt)
    assert main(["x"]) == 130
    assert capsys.readouterr().err.strip() == "crowdmon: interrupted"
