"""The limit on the instructions: what it leaves, and a limited process that counts all the same."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from crowdmon.counting import remembered
from crowdmon.counting.instruction_limit import LIMIT, allows_bf16, left_of, limit

EVERYTHING = (
    *("avx", "avx2", "fma", "f16c", "avx_vnni", "avx_vnni_int8"),
    *("avx512f", "avx512_vnni", "avx512_bf16", "avx512_fp16"),
    *("amx_tile", "amx_int8", "amx_bf16"),
)
SMALL = ("avx", "avx2", "fma", "f16c")


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ("", EVERYTHING),
        ("DEFAULT", EVERYTHING),
        ("SSE41", ()),
        ("AVX", ("avx",)),
        ("AVX2", SMALL),
        ("AVX2_VNNI", (*SMALL, "avx_vnni")),
        ("AVX2_VNNI_2", (*SMALL, "avx_vnni", "avx_vnni_int8")),
        ("AVX512_CORE", (*SMALL, "avx512f")),
        ("AVX512_CORE_VNNI", (*SMALL, "avx512f", "avx512_vnni")),
        ("AVX512_CORE_BF16", EVERYTHING[:9]),
        ("AVX512_CORE_FP16", EVERYTHING[:10]),
    ],
)
def test_what_a_limit_leaves(value: str, left: tuple[str, ...]) -> None:
    assert left_of(EVERYTHING, value) == left


@pytest.mark.parametrize(
    ("value", "allowed"),
    [("", True), ("AVX2", False), ("AVX512_CORE_VNNI", False), ("AVX512_CORE_BF16", True), ("ALL", True)],
)
def test_bf16_needs_an_instruction(value: str, allowed: bool) -> None:
    assert allows_bf16(value) is allowed


def test_the_limit_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(LIMIT, raising=False)
    assert limit() == ""
    unlimited = remembered.key("a")
    monkeypatch.setenv(LIMIT, " avx2 ")
    assert limit() == "AVX2"
    assert remembered.key("a") != unlimited, "a choice of a limited process is not that of the machine"


def test_a_limited_process_computes_in_what_it_has() -> None:
    program = (
        "import numpy as np\n"
        "from crowdmon.counting.openvino_backend import OpenVinoBackend, native\n"
        "from tests.counting.test_counter import some_weights\n"
        "backend = OpenVinoBackend(some_weights())\n"
        "print(native(), backend.precision, backend.run(np.zeros((1, 3, 64, 64), np.float32)).shape)\n"
    )
    environment = {**os.environ, LIMIT: "AVX2"}
    command = [sys.executable, "-c", program]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert ran.stdout.startswith("f32 f32 (1, "), ran.stdout + ran.stderr
