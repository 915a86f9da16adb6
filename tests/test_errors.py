"""The error tree: one line for the reader, an exit code, and no password in it."""

from __future__ import annotations

import pickle

import pytest

from crowdmon import errors
from crowdmon.errors import CrowdmonError

TREE = [
    (errors.CrowdmonError, 1, Exception),
    (errors.ConfigError, 2, ValueError),
    (errors.SourceError, 3, OSError),
    (errors.WeightsError, 4, ValueError),
    (errors.DatasetError, 5, ValueError),
    (errors.SinkError, 6, OSError),
    (errors.CountingError, 7, RuntimeError),
]


@pytest.mark.parametrize(("kind", "code", "builtin"), TREE)
class TestTree:
    def test_knows_its_exit_code_and_its_builtin(
        self, kind: type[CrowdmonError], code: int, builtin: type[Exception]
    ) -> None:
        assert kind("x").exit_code == code
        assert issubclass(kind, builtin)
        assert issubclass(kind, CrowdmonError)

    def test_reads_as_message_then_hint(
        self, kind: type[CrowdmonError], code: int, builtin: type[Exception]
    ) -> None:
        error = kind("cannot open a.mp4: no such file", "Check the path")
        assert str(error) == "cannot open a.mp4: no such file. Check the path"
        assert (error.message, error.hint) == ("cannot open a.mp4: no such file", "Check the path")
        assert str(kind("alone")) == "alone"

    def test_is_one_line_whatever_it_is_made_from(
        self, kind: type[CrowdmonError], code: int, builtin: type[Exception]
    ) -> None:
        assert str(kind("two\nlines", "three\r\n  four")) == "two lines. three four"

    def test_survives_the_way_between_processes(
        self, kind: type[CrowdmonError], code: int, builtin: type[Exception]
    ) -> None:
        copy = pickle.loads(pickle.dumps(kind("message", "hint")))
        assert (type(copy), str(copy)) == (kind, "message. hint")


def test_exit_codes_are_all_different() -> None:
    assert len({kind.exit_code for kind, _, _ in TREE}) == len(TREE)


@pytest.mark.parametrize("odd", ["a\x7fb", "a\x00b", "a\u202eb", "a\x85b", "a\nb\r\nc", "a\ud800b"])
def test_an_error_is_one_line_that_can_be_shown(odd: str) -> None:
    said = str(errors.ConfigError(f"unknown {odd}", f"Remove {odd}"))
    assert said.isprintable()
    assert len(said.splitlines()) == 1


def test_letters_of_all_languages_are_shown_as_they_are() -> None:
    assert str(errors.ConfigError("Größe 東門 \U0001f600", "Ändern")) == "Größe 東門 \U0001f600. Ändern"
