"""A TCP line between a camera and its reader that breaks on request; loopback only."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import struct
import threading
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self

_CHUNK = 4096


class Line:
    """One camera's line. Its methods run in the loop of :class:`Lines`.

    Args:
        upstream: port of the camera behind it.
        chance: decides which bytes are damaged.
    """

    def __init__(self, upstream: int, chance: random.Random) -> None:
        self.upstream = upstream
        self.port = 0
        self.delay = 0.0
        self.damage = 0.0
        self._chance = chance
        self._server: asyncio.Server | None = None
        self._flows = asyncio.Event()
        self._flows.set()
        self._guests: set[asyncio.StreamWriter] = set()
        self._mute: set[asyncio.StreamWriter] = set()

    async def listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, reuse_address=True)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stall(self) -> None:
        """Let nothing through; who comes is let in and hears nothing."""
        self._flows.clear()

    async def flow(self) -> None:
        self._flows.set()

    async def cut(self) -> None:
        """Reset every connection."""
        for guest in list(self._guests):
            if (raw := guest.get_extra_info("socket")) is not None:
                with contextlib.suppress(OSError):
                    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            guest.transport.abort()

    async def half_close(self) -> None:
        """Say that nothing more comes, and go on listening."""
        for guest in list(self._guests):
            self._mute.add(guest)
            with contextlib.suppress(OSError, RuntimeError):
                guest.write_eof()

    async def refuse(self) -> None:
        """Reset every connection and let nobody in."""
        if self._server is not None:
            self._server.close()
            self._server = None
        await self.cut()

    async def close(self) -> None:
        self._flows.set()
        await self.refuse()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._guests.add(writer)
        behind: asyncio.StreamWriter | None = None
        try:
            await self._flows.wait()
            far, behind = await asyncio.open_connection("127.0.0.1", self.upstream)
            pumps = [
                asyncio.ensure_future(self._pump(reader, behind, guest=None)),
                asyncio.ensure_future(self._pump(far, writer, guest=writer)),
            ]
            _, left = await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            for pump in left:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
        except OSError:  # the camera or its reader hung up
            pass
        finally:
            for one in filter(None, (behind, writer)):
                one.transport.abort()
            self._guests.discard(writer)
            self._mute.discard(writer)

    async def _pump(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        guest: asyncio.StreamWriter | None,
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(_CHUNK):
                await self._flows.wait()
                if guest is not None:
                    if guest in self._mute:
                        continue
                    if self.delay:
                        await asyncio.sleep(self.delay)
                    data = self._damaged(data) if self.damage else data
                writer.write(data)
                await writer.drain()

    def _damaged(self, data: bytes) -> bytes:
        damaged = bytearray(data)
        for place in range(len(damaged)):
            if self._chance.random() < self.damage:
                damaged[place] ^= 1 << self._chance.randrange(8)
        return bytes(damaged)


class Lines:
    """Runs lines in a loop of their own, in one thread; ends with its ``with`` block."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="lines")
        self._lines: list[Line] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for line in self._lines:
            self.run(line.close())
        self.run(self._settle())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _settle(self) -> None:
        """Let every connection end before the loop does."""
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for one in others:
            one.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def add(self, upstream: int, chance: random.Random) -> Line:
        line = Line(upstream, chance)
        self.run(line.listen())
        self._lines.append(line)
        return line
