"""What ends a training run is a flag, so that it is saved: Ctrl+C, SIGTERM, and a terminal that closes."""

from __future__ import annotations

import os
import signal

import pytest

from trainer.loop.devices import interruptible


@pytest.mark.skipif(os.name == "nt", reason="signals of this kind are not sent on Windows")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_is_a_flag(name: str) -> None:
    number = getattr(signal, name)
    before = signal.getsignal(number)
    with interruptible() as asked:
        assert not asked()
        handler = signal.getsignal(number)
        assert callable(handler)
        handler(number, None)
        assert asked()
    assert signal.getsignal(number) is before


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGHUP")
def test_a_run_that_is_to_outlive_its_terminal_does(monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interruptible():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
