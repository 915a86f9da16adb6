"""The limit that ``ONEDNN_MAX_CPU_ISA`` sets on the instructions of this processor.

OpenVINO multiplies with oneDNN, which obeys the limit; the list of what OpenVINO computes in does not. So a
limited process asked for bf16 would fail. With the limit a machine shows how a lower class counts.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

LIMIT = "ONEDNN_MAX_CPU_ISA"
"""Name of the variable of the environment."""

_REMOVED: Mapping[str, tuple[str, ...]] = {
    "SSE41": ("avx", "amx", "fma", "f16c"),
    "AVX": ("avx2", "avx_vnni", "avx512", "amx", "fma", "f16c"),
    "AVX2": ("avx_vnni", "avx512", "amx"),
    "AVX2_VNNI": ("avx_vnni_int8", "avx512", "amx"),
    "AVX2_VNNI_2": ("avx512", "amx"),
    "AVX512_CORE": ("avx_vnni", "avx512_", "amx"),
    "AVX512_CORE_VNNI": ("avx_vnni", "avx512_bf16", "avx512_fp16", "amx"),
    "AVX512_CORE_BF16": ("avx512_fp16", "amx"),
    "AVX512_CORE_FP16": ("amx",),
}
"""By value of the limit, how the names of the flags begin that it takes away; other values take nothing."""

_BF16 = ("avx512_bf16", "amx_bf16")


def limit() -> str:
    """Return the limit of this process, or an empty string."""
    return os.environ.get(LIMIT, "").strip().upper()


def left_of(flags: tuple[str, ...], limit: str) -> tuple[str, ...]:
    """Return the flags of a processor, as Linux names them, that a limit leaves."""
    return tuple(flag for flag in flags if not flag.startswith(_REMOVED.get(limit, ())))


def allows_bf16(limit: str) -> bool:
    """Return whether a limit leaves any instruction that multiplies in bfloat16."""
    return bool(left_of(_BF16, limit))
