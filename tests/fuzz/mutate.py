"""Changes sound inputs so that they are a little wrong. Pure: the same seed gives the same input."""

from __future__ import annotations

import random
import re

_NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_WORDS = (
    b"0",
    b"-1",
    b"1e308",
    b"nan",
    b"99999999999",
    b"\x00",
    b"\xff\xfe",
    b"[",
    b"{",
    b"&a *a",
    b"../",
    b"${X}",
)
_DIGITS = re.compile(rb"\d+")


def mutate(data: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    """Return ``data`` changed in one to six places.

    Args:
        data: a sound input.
        chance: decides everything.
        others: inputs of the same format, pieces of which may be mixed in.
    """
    out = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 6))):
        chance.choice(_WAYS)(out, chance, others)
    return bytes(out)


def _place(out: bytearray, chance: random.Random) -> int:
    """Choose a place; what stands at the beginning decides most."""
    end = min(len(out), 512) if chance.random() < 0.6 else len(out)
    return chance.randrange(end) if end else 0


def _flip(out: bytearray, chance: random.Random, others: list[bytes]) -> None:
    if out:
        out[_place(out, chance)] ^= 1 << chance.randrange(8)


def _byte(out: bytearray, chance: random.Random, others: list[bytes]) -> None:
    if out:
        out[_place(out, chance)] = chance.randrange(256)


def _number(out: bytearray, chance: random.Random, others: list[bytes]) -> None:
    """Write an extreme number over what is there."""
    size = chance.choice((1, 2, 4, 8))
    at = _place(out, chance)
    value = chance.choice(_NUMBERS) % (1 << 8 * size)
    out[at : at + size] = value.to_bytes(size, chance.choice(("little", "big")))


def _cut(out: bytearray, chance: random.Random, others: list[bytes]) -> None:
    del out[_place(out, chance) :]


def _remove(out: bytearray, chance: random.Random, others: list[bytes]) -> None:
    at = _place(out, chance)
    del out[at : at + chance.choice((1, 2, 4, 16, 200))]


def _repeat(out: bytearray, chance: random.Random, others: list[bytes]) -> None:
    """Say a piece again, sometimes very often."""
    at = _place(out, chance)
    piece = out[at : at + chance.choice((1, 8, 40, 200))]
    out[at:at] = piece * chance.choice((1, 2, 50, 2000))


def _insert(out: bytearray, chance: random.Random, others: list[bytes]) -> None:
    at = _place(out, chance)
    out[at:at] = chance.choice(_WORDS) if chance.random() < 0.7 else chance.randbytes(chance.randrange(1, 30))


def _mix(out: bytearray, chance: random.Random, others: list[bytes]) -> None:
    """Put a piece of another input in place of one's own."""
    other = chance.choice(others)
    at, begin = _place(out, chance), chance.randrange(len(other) or 1)
    size = chance.choice((4, 16, 64, 512))
    out[at : at + size] = other[begin : begin + size]


def _digits(out: bytearray, chance: random.Random, others: list[bytes]) -> None:
    """Write another number where a text has one."""
    found = list(_DIGITS.finditer(bytes(out[:20_000])))
    if found:
        one = chance.choice(found)
        out[one.start() : one.end()] = chance.choice(
            (b"0", b"-1", b"1", b"65536", b"4294967295", b"9" * 40, b"1e999")
        )


_WAYS = (_flip, _byte, _number, _number, _cut, _remove, _repeat, _insert, _mix, _digits)
