"""Kinds of sources: each line of the registry leads to its reader, and one more line is one more kind."""

from __future__ import annotations

import pytest

from crowdmon.capture.kinds import KINDS, SourceKind
from crowdmon.capture.source import _reader, open_source
from crowdmon.capture.uri import SourceSpec, parse_source
from crowdmon.errors import ConfigError
from tests.fakes import FakeSource

OPENED: list[tuple[SourceSpec, tuple[float, float]]] = []


def replay(spec: SourceSpec, *, timeout: tuple[float, float], stopped: object) -> FakeSource:
    """Open a source of a kind that only this test knows."""
    OPENED.append((spec, timeout))
    return FakeSource(3)


@pytest.mark.parametrize("name", KINDS)
def test_every_line_names_a_reader(name: str) -> None:
    assert callable(_reader(name))


def test_a_new_kind_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="replay:// is unknown"):
        parse_source("replay://yesterday")
    monkeypatch.setitem(KINDS, "replay", SourceKind(f"{__name__}:replay", prefix="replay:", live=True))
    assert parse_source("replay://yesterday") == SourceSpec(
        "replay", "replay://yesterday", "replay://yesterday", live=True
    )
    with open_source("replay:today", timeout=(1.0, 2.0)) as source:
        assert len(list(source.pictures())) == 3
    assert [(SourceSpec("replay", "replay:today", "replay:today", live=True), (1.0, 2.0))] == OPENED
