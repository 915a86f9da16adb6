"""However a count is ended, it closes its files whole, soon, and with the right exit code."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import pytest

from crowdmon.sinks.csv_file import read_csv
from tests.capture import servers
from tests.capture.clips import write_clip

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of this kind are not sent on Windows")

PROGRAM = """
import sys
import crowdmon.commands.count as count
from crowdmon.__main__ import main
from tests.fakes import FakeCounter
count.make_counter_factory = lambda *_: FakeCounter
sys.exit(main(sys.argv[1:]))
"""
PLAZA = "synthetic:empty?width=64&height=64"


def started(*words: object, **how: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PROGRAM, "count", *map(str, words)]
    how = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **how}
    return subprocess.Popen(command, text=True, **how)  # type: ignore[call-overload, no-any-return]


def rows_in(path: Path, more_than: int = 0) -> None:
    until = time.monotonic() + 30
    while not (path.exists() and path.read_bytes().count(b"\n") > more_than + 1):
        assert time.monotonic() < until
        time.sleep(0.02)


def whole(folder: Path) -> None:
    """Everything that was asked for is there, and nothing else."""
    assert sorted(one.name for one in folder.iterdir()) == ["o.csv", "o.mp4", "o.png"]
    rows = read_csv(folder / "o.csv")
    assert cv2.imread(str(folder / "o.png")) is not None
    with av.open(str(folder / "o.mp4")) as clip:
        # A signal may come between the row and the picture of one count.
        assert abs(len([*clip.decode(video=0)]) - len(rows)) <= 1


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_a_count_with_its_files_whole(tmp_path: Path, number: str) -> None:
    files = [f"--{option}={tmp_path / name}" for option, name in
             (("csv", "o.csv"), ("video", "o.mp4"), ("snapshot", "o.png"))]  # fmt: skip
    with started(PLAZA, *files) as run:
        rows_in(tmp_path / "o.csv", 5)
        run.send_signal(getattr(signal, number))
        if number != "SIGINT":  # the shell and the terminal each send their own
            time.sleep(0.01)
            run.send_signal(signal.SIGHUP)
            run.send_signal(signal.SIGTERM)
        out, err = run.communicate(timeout=20)
    assert (run.returncode, err) == (130, "")
    assert "rows in" in out
    whole(tmp_path)


def test_a_terminal_that_is_closed_loses_nothing(tmp_path: Path) -> None:
    import fcntl
    import pty
    import termios

    files = [f"--{option}={tmp_path / name}" for option, name in
             (("csv", "o.csv"), ("video", "o.mp4"), ("snapshot", "o.png"))]  # fmt: skip

    def own_terminal() -> None:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    keyboard, screen = pty.openpty()
    how = {"stdin": screen, "stdout": screen, "stderr": screen, "start_new_session": True}
    with started(PLAZA, *files, **how, preexec_fn=own_terminal) as run:
        os.close(screen)
        rows_in(tmp_path / "o.csv", 5)
        os.close(keyboard)
        run.wait(timeout=20)
    assert run.returncode == 130
    whole(tmp_path)


def test_nohup_keeps_its_word(tmp_path: Path) -> None:
    def ignore() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    with started(PLAZA, "--duration", 2, "--csv", tmp_path / "o.csv", preexec_fn=ignore) as run:
        rows_in(tmp_path / "o.csv")
        run.send_signal(signal.SIGHUP)
        run.communicate(timeout=20)
    assert run.returncode == 0
    assert len(read_csv(tmp_path / "o.csv")) == 50


def test_two_counts_do_not_write_one_file(tmp_path: Path) -> None:
    csv, video = tmp_path / "o.csv", tmp_path / "o.mp4"
    with started(PLAZA, "--csv", csv, "--video", video) as first:
        rows_in(csv, 5)
        for words in (["--csv", csv], ["--video", video], ["--csv", tmp_path / "new.csv", "--video", video]):
            with started(PLAZA, "--duration", 1, *words) as second:
                _, err = second.communicate(timeout=20)
            assert second.returncode == 6
            assert err.count("\n") == 1
            assert f"{words[-1]} is being written by process {first.pid}. Wait until" in err
        first.send_signal(signal.SIGTERM)
        out, _ = first.communicate(timeout=20)
    assert first.returncode == 130
    assert f"; {len(read_csv(csv))} rows in {csv}" in out
    assert sorted(one.name for one in tmp_path.iterdir()) == ["o.csv", "o.mp4"]


def test_a_count_that_was_killed_holds_nobody_up(tmp_path: Path) -> None:
    csv = tmp_path / "o.csv"
    with started(PLAZA, "--csv", csv) as first:
        rows_in(csv)
        first.kill()
    with started(PLAZA, "--duration", 1, "--csv", csv) as second:
        second.communicate(timeout=20)
    assert second.returncode == 0
    assert len(read_csv(csv)) == 25
    assert [one.name for one in tmp_path.iterdir()] == ["o.csv"]


class Trickle(str):
    """The address of a host that answers a line at a time, for ever.

    Attributes:
        asked: set when somebody has asked.
    """

    asked: threading.Event


@pytest.fixture
def trickle() -> Iterator[Trickle]:
    server = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def answer(client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            client.settimeout(5)
            client.recv(9999)
            address.asked.set()
            client.sendall(b"HTTP/1.1 200 OK\r\n")
            while not over.wait(0.2):
                client.sendall(b"X-More: y\r\n")

    def accept() -> None:
        server.settimeout(0.1)
        while not over.is_set():
            with contextlib.suppress(TimeoutError):
                threads.append(threading.Thread(target=answer, args=(server.accept()[0],), daemon=True))
                threads[-1].start()

    address = Trickle(f"http://127.0.0.1:{server.getsockname()[1]}/x")
    address.asked = threading.Event()
    threads = [threading.Thread(target=accept, daemon=True)]
    threads[0].start()
    yield address
    over.set()
    for thread in threads:
        thread.join(5)
    server.close()


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("sources", [1, 2])
def test_an_address_that_opens_slowly_does_not_hold_up_the_end(
    trickle: Trickle, number: str, sources: int
) -> None:
    with started(*[trickle] * sources) as run:
        assert trickle.asked.wait(60)
        time.sleep(0.3)
        asked = time.monotonic()
        run.send_signal(getattr(signal, number))
        _, err = run.communicate(timeout=20)
    assert run.returncode == 130
    assert time.monotonic() - asked < 6.0
    assert "Traceback" not in err


@pytest.mark.parametrize("sources", [1, 3])
def test_a_duration_holds_for_addresses_that_hang(trickle: Trickle, tmp_path: Path, sources: int) -> None:
    with started(*[trickle] * sources, "--duration", 3, "--csv", tmp_path / "o.csv") as run:
        assert trickle.asked.wait(60)
        began = time.monotonic()
        _, err = run.communicate(timeout=40)
        assert time.monotonic() - began < 7.0
    assert run.returncode == 3
    said = [line for line in err.splitlines() if "no answer" in line or "gave no picture" in line]
    assert len(said) == (1 if sources == 1 else sources + 1), "each of several, and why nothing was counted"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM"])
def test_a_host_that_falls_silent_does_not_hold_up_the_end(tmp_path: Path, number: str) -> None:
    """A clip is read ahead in a thread that FFmpeg keeps for ten seconds; nobody waits that long for it."""
    clip = write_clip(tmp_path / "clip.mp4", frames=300, fps=10, options={"movflags": "+faststart"})
    data = clip.read_bytes()
    csv = tmp_path / "o.csv"
    with (
        servers.web({"/clip.mp4": servers.content(data, sent=len(data) * 6 // 10, hang=True)}) as (host, _),
        started(f"http://{host}/clip.mp4", "--csv", csv) as run,
    ):
        rows_in(csv, 100)
        time.sleep(0.5)
        asked = time.monotonic()
        run.send_signal(getattr(signal, number))
        out, err = run.communicate(timeout=20)
        assert time.monotonic() - asked < 6.0
    assert (run.returncode, err) == (130, "")
    assert f"{len(read_csv(csv))} rows in {csv}" in out
