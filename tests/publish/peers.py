"""Real peers on this machine: a broker, a mail server, a web server; each ends with its block."""

from __future__ import annotations

import contextlib
import email
import json
import shutil
import socket
import socketserver
import subprocess
import threading
import time
from collections.abc import Iterator
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

MOSQUITTO = shutil.which("mosquitto") or (
    "/usr/sbin/mosquitto" if Path("/usr/sbin/mosquitto").exists() else None
)

needs_mosquitto = pytest.mark.skipif(MOSQUITTO is None, reason="the Debian package mosquitto is missing")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
        return True
    return False


class Broker:
    """mosquitto, which can be stopped and started again on the same port."""

    def __init__(self, folder: Path, *more: str) -> None:
        self.port = free_port()
        self._config = folder / "mosquitto.conf"
        self._config.write_text(
            "\n".join([f"listener {self.port} 127.0.0.1", *(more or ["allow_anonymous true"])])
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        assert MOSQUITTO is not None
        self._process = subprocess.Popen([MOSQUITTO, "-c", str(self._config)], stderr=subprocess.DEVNULL)
        end = time.monotonic() + 20
        while not answers(self.port):
            assert time.monotonic() < end
            time.sleep(0.05)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None


@contextlib.contextmanager
def broker(folder: Path, *more: str) -> Iterator[Broker]:
    one = Broker(folder, *more)
    one.start()
    try:
        yield one
    finally:
        one.stop()


class Listener:
    """Hears everything that a broker gets, with whether it was retained."""

    def __init__(self, port: int) -> None:
        import paho.mqtt.client as mqtt
        from paho.mqtt.enums import CallbackAPIVersion

        self.heard: list[tuple[str, str, bool]] = []
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = lambda _c, _d, got: self.heard.append(
            (got.topic, got.payload.decode(), got.retain)
        )
        self._client.on_connect = lambda client, *_: client.subscribe("#", qos=1)
        subscribed = threading.Event()
        self._client.on_subscribe = lambda *_: subscribed.set()
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert subscribed.wait(10)

    def topic(self, topic: str) -> list[str]:
        return [payload for one, payload, _ in self.heard if one == topic]

    def last(self, topic: str) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.topic(topic)[-1])
        return found

    def say(self, topic: str, payload: str, *, retain: bool = False) -> None:
        """Publish something, and wait until the broker has it."""
        self._client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(10)

    def settle(self) -> None:
        """Wait until everything that was kept for this listener has come: the broker sends in order."""
        self._client.publish("listener/settled", "", qos=1)
        end = time.monotonic() + 10
        while not self.topic("listener/settled"):
            assert time.monotonic() < end
            time.sleep(0.01)

    def alarms(self) -> list[str]:
        return [payload for one, payload, _ in self.heard if "/alarms/" in one]

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@contextlib.contextmanager
def listener(port: int) -> Iterator[Listener]:
    one = Listener(port)
    try:
        yield one
    finally:
        one.close()


class _Mail(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        mails: list[Message] = self.server.mails  # type: ignore[attr-defined]
        self._say("220 here")
        while line := self.rfile.readline():
            word = line.decode().strip().upper()
            if word == "DATA":
                self._say("354 go on")
                lines = []
                while (text := self.rfile.readline()) != b".\r\n":
                    lines.append(text[1:] if text.startswith(b".") else text)
                mails.append(email.message_from_bytes(b"".join(lines)))
                self._say("250 taken")
            elif word == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 yes")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextlib.contextmanager
def mail_server() -> Iterator[tuple[int, list[Message]]]:
    """Takes every mail; yields its port and what it got."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Mail) as server:
        server.mails = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.server_address[1], server.mails  # type: ignore[attr-defined]
        finally:
            server.shutdown()
            thread.join()


@contextlib.contextmanager
def web_server(*, status: int = 200) -> Iterator[tuple[int, list[dict[str, object]]]]:
    """Takes JSON by POST, and answers with ``status``; yields its port and what it got."""
    got: list[dict[str, object]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.server_address[1], got
        finally:
            server.shutdown()
            thread.join()
