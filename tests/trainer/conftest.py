"""What the tests of the trainer's commands get."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.trainer.printed import TINY, Run
from trainer import __main__ as program


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.delenv("CROWDMON_DATA", raising=False)

    def typed(*words: object) -> tuple[int, str, str]:
        code = program.main([str(word) for word in words])
        out, err = capsys.readouterr()
        return code, out, err

    return typed


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.yaml"
    path.write_text(TINY, encoding="utf-8")
    return path
