"""What the service manager hears, on a real socket."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from crowdmon.service_manager import ServiceManager

pytestmark = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="this system has no such sockets")


@pytest.fixture
def heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    monkeypatch.chdir(tmp_path)  # the path of a socket may have a hundred characters only
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind("s")
        listening.settimeout(5)
        yield listening


def manager(**more: str) -> ServiceManager:
    found = ServiceManager({"NOTIFY_SOCKET": "/ignored", **more})
    found._address = "s"  # relative, as the socket of the test
    return found


def test_each_word_as_systemd_knows_it(heard: socket.socket) -> None:
    told = manager()
    told.ready("2 live")
    told.alive()
    told.status("two\nlines\r\nand a third=1")
    told.stopping()
    assert [heard.recv(4096).decode() for _ in range(4)] == [
        "READY=1\nSTATUS=2 live",
        "WATCHDOG=1",
        "STATUS=two lines and a third=1",
        "STOPPING=1",
    ]
    told.reloading()
    first, second = heard.recv(4096).decode().split("\n")
    assert first == "RELOADING=1"
    assert second.startswith("MONOTONIC_USEC=")


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_how_often_a_sign_of_life_is_wanted(given: dict[str, str], seconds: float | None) -> None:
    assert ServiceManager(given).watchdog == seconds


@pytest.mark.parametrize("address", ["", "nowhere", "/nobody/listens/here", "@nobody-listens-here"])
def test_without_anybody_who_listens_nothing_happens(address: str) -> None:
    told = ServiceManager({"NOTIFY_SOCKET": address})
    told.ready("all is well")
    told.alive()
    told.stopping()


def test_one_that_reads_nothing_holds_nobody_up(heard: socket.socket) -> None:
    told = manager()
    for _ in range(5000):
        told.status("x" * 1000)
