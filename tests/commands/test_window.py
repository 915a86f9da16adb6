"""``crowdmon window``: what the command line says about weights and back end reaches the engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from crowdmon.__main__ import main
from crowdmon.counting.counter import Counter
from crowdmon.counting.weights import save
from tests.counting.test_counter import some_weights

EMPTY = "synthetic:empty?width=64&height=64"


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """What the window was opened with."""
    given: list[dict[str, object]] = []

    def run_window(config: object, **words: object) -> int:
        given.append({"config": config, **words})
        return 0

    monkeypatch.setattr("crowdmon.ui.shell.app.run_window", run_window)
    return given


@pytest.mark.parametrize("verb", [[], ["window"]])
def test_weights_and_back_end_reach_the_counter(shown, tmp_path: Path, verb: list[str]) -> None:
    save(some_weights(), tmp_path / "mine.safetensors")
    words = ["--weights", str(tmp_path / "mine.safetensors"), "--backend", "onnxruntime"]
    assert main([*verb, EMPTY, *words]) == 0
    (given,) = shown
    counter = given["counter_factory"]()
    assert isinstance(counter, Counter)
    assert counter.weights.path == tmp_path / "mine.safetensors"
    assert counter.device.startswith("onnxruntime ")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--backend", "abacus"], 2, "unknown back end 'abacus'"),
        (["--weights", "none.safetensors"], 4, "no weights file at none.safetensors"),
    ],
)
def test_wrong_ones_are_refused_before_the_window_opens(
    shown, capsys: pytest.CaptureFixture[str], words: list[str], code: int, said: str
) -> None:
    assert main([EMPTY, *words]) == code
    assert said in capsys.readouterr().err
    assert shown == []
