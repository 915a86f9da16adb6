"""The error tree: one line for the reader, an exit code, and no password in it."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon import errors
from crowdmon.errors import CrowdmonError, redact

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


class TestRedact:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("rtsp://user:pass@host/s", "rtsp://user:***@host/s"),
            ("rtsp://user:p@ss@host:554/s", "rtsp://user:***@host:554/s"),
            ("rtsp://:pass@host", "rtsp://:***@host"),
            (
                "cannot open rtsp://u:p@h/a, then http://v:q@i/b",
                "cannot open rtsp://u:***@h/a, then http://v:***@i/b",
            ),
            ("http://host/s?user=u&password=hunter2&x=1", "http://host/s?user=u&password=***&x=1"),
            ("http://host/s?TOKEN=hunter2", "http://host/s?TOKEN=***"),
            (
                "srt://h?passwd=a&pwd=b&secret=c&key=d&auth=e",
                "srt://h?passwd=***&pwd=***&secret=***&key=***&auth=***",
            ),
            ("rtsp://host:554/stream", "rtsp://host:554/stream"),
            ("C:\\clips\\a@b.mp4 at 12:30", "C:\\clips\\a@b.mp4 at 12:30"),
            ("", ""),
        ],
    )
    def test_known_texts(self, text: str, expected: str) -> None:
        assert redact(text) == expected

    @given(
        st.text(st.characters(exclude_categories=["Z", "C"], exclude_characters="/"), min_size=1).map(
            "~{}~".format
        ),
        st.text(max_size=20),
    )
    def test_no_password_of_a_url_survives(self, password: str, around: str) -> None:
        found = redact(f"{around} rtsp://user:{password}@camera.example/stream")
        assert found.endswith("rtsp://user:***@camera.example/stream")

    @given(st.text())
    def test_redacting_twice_changes_nothing_more(self, text: str) -> None:
        once = redact(text)
        assert redact(once) == once
