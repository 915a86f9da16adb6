"""Which class of machine this is, by what its processor can multiply with; and what is wanted of each class.

The system is asked, because no measurement tells one kind of unit from another. What it does not say is
unknown, and an unknown machine has the goals of the slowest class.
"""

from __future__ import annotations

import importlib
import platform
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from crowdmon.counting.instruction_limit import left_of, limit


class Kind(StrEnum):
    """A class of machine. The values are shown to people."""

    AVX2 = "AVX2"
    VNNI = "AVX2 or AVX-512 with VNNI"
    AMX = "AMX"
    CUDA = "CUDA card"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The goals of a class, for two cores.

    Attributes:
        faster: by network, how many times faster than it in eager torch the counting is.
        cameras: of 720p, counted twice a second.
        only: the same with the ROIs only, one of a tenth of the picture each.
    """

    faster: Mapping[str, float]
    cameras: int
    only: int


_SLOWEST = Wanted(faster={"mcnn": 10.0, "csrnet": 70.0}, cameras=4, only=6)
_AMX = Wanted(faster={"mcnn": 28.0, "csrnet": 140.0}, cameras=10, only=15)

GOALS: Mapping[Kind, Wanted] = {
    Kind.AVX2: _SLOWEST,
    Kind.VNNI: Wanted(faster={"mcnn": 20.0, "csrnet": 120.0}, cameras=8, only=12),
    Kind.AMX: _AMX,
    Kind.CUDA: _AMX,
    Kind.OTHER: _SLOWEST,
    Kind.UNKNOWN: _SLOWEST,
}
"""What is wanted of each class. The card's own goals are in ``inference.py``."""

FLAGS = (
    "avx", "avx2", "fma", "f16c", "avx_vnni", "avx_vnni_int8", "avx512f", "avx512_vnni", "avx512_bf16",
    "avx512_fp16", "amx_tile", "amx_int8", "amx_bf16", "neon", "asimd", "asimddp", "i8mm", "bf16", "sve",
)  # fmt: skip
"""What is looked for, as Linux names it: what networks are multiplied with."""

_SAME = {"avx512vnni": "avx512_vnni", "avx512bf16": "avx512_bf16", "fma3": "fma", "avx5124vnniw": ""}
"""Other names of the same."""


@dataclass(frozen=True)
class Processor:
    """A processor.

    Attributes:
        name: as the system calls it; ``unknown`` if it does not.
        flags: those of :data:`FLAGS` that it has; None if the system does not tell.
        kind: its class.
    """

    name: str
    flags: tuple[str, ...] | None
    kind: Kind


def processor(*, card: bool = False) -> Processor:
    """Return the processor of this machine, as far as ``ONEDNN_MAX_CPU_ISA`` allows it.

    ``card`` says that a CUDA card counts.
    """
    name, flags = _asked()
    flags = None if flags is None else left_of(flags, limit())
    kind = Kind.CUDA if card else kind_of(flags)
    return Processor(name or "unknown", flags, kind)


def kind_of(flags: Iterable[str] | None) -> Kind:
    """Return the class that a processor with these flags belongs to."""
    if flags is None:
        return Kind.UNKNOWN
    has = set(flags)
    if {"amx_tile"} <= has and has & {"amx_int8", "amx_bf16"}:
        return Kind.AMX
    if "avx2" not in has:
        return Kind.OTHER
    return Kind.VNNI if has & {"avx_vnni", "avx512_vnni"} else Kind.AVX2


def flags_in(names: Iterable[str]) -> tuple[str, ...]:
    """Return those of :data:`FLAGS` that are among these names, whatever the system writes them like."""
    found = {_SAME.get(name.lower(), name.lower()) for name in names}
    return tuple(flag for flag in FLAGS if flag in found)


def of_cpuinfo(text: str) -> tuple[str, tuple[str, ...] | None]:
    """Return name and flags from the text of Linux's ``/proc/cpuinfo``."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        key, colon, value = line.partition(":")
        if colon:
            found.setdefault(key.strip().lower(), value.strip())
    words = found.get("flags", found.get("features"))
    return found.get("model name", ""), None if words is None else flags_in(words.split())


def _asked() -> tuple[str, tuple[str, ...] | None]:
    """Ask the system for the processor's name and flags."""
    if sys.platform == "linux":
        try:
            name, flags = of_cpuinfo(Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace"))
        except OSError:
            name, flags = "", None
        return name or platform.machine(), flags if flags is not None else _numpys()
    name = _sysctl("machdep.cpu.brand_string") if sys.platform == "darwin" else ""
    return name or platform.processor() or platform.machine(), _numpys()


def _numpys() -> tuple[str, ...] | None:
    """Return the flags that numpy has found, on any system; None if this version does not tell.

    It does not look for AMX and AVX-VNNI: a machine that has them is then put into a slower class.
    """
    try:
        found: Mapping[str, bool] = importlib.import_module("numpy._core._multiarray_umath").__cpu_features__
    except (ImportError, AttributeError):
        return None
    return flags_in(name for name, there in found.items() if there) or None


def _sysctl(key: str) -> str:
    try:
        done = subprocess.run(
            ["/usr/sbin/sysctl", "-n", key], capture_output=True, text=True, check=False, timeout=5
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
