"""Which class a machine belongs to: from what its system says, and unknown where it says nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.bench import processor as module
from crowdmon.bench.processor import GOALS, Kind, flags_in, kind_of, of_cpuinfo, processor

INTEL = """processor\t: 0
vendor_id\t: GenuineIntel
model name\t: Intel(R) Xeon(R) Platinum
flags\t\t: fpu sse4_2 avx f16c fma avx2 avx512f avx512_vnni avx512_bf16 amx_bf16 amx_tile amx_int8

processor\t: 1
model name\t: another
flags\t\t: fpu
"""
ARM = "processor\t: 0\nBogoMIPS\t: 100.00\nFeatures\t: fp asimd asimddp i8mm bf16\n"


def test_what_linux_says_of_an_intel_processor() -> None:
    name, flags = of_cpuinfo(INTEL)
    assert name == "Intel(R) Xeon(R) Platinum"
    assert flags is not None
    assert " ".join(flags) == "avx avx2 fma f16c avx512f avx512_vnni avx512_bf16 amx_tile amx_int8 amx_bf16"
    assert kind_of(flags) is Kind.AMX


def test_what_linux_says_of_an_arm_processor() -> None:
    name, flags = of_cpuinfo(ARM)
    assert (name, flags) == ("", ("asimd", "asimddp", "i8mm", "bf16"))
    assert kind_of(flags) is Kind.OTHER


@pytest.mark.parametrize(
    ("flags", "kind"),
    [
        ("avx avx2 fma", Kind.AVX2),
        ("avx avx2 avx512f", Kind.AVX2),
        ("avx2 avx_vnni", Kind.VNNI),
        ("avx2 avx512f avx512_vnni avx512_bf16", Kind.VNNI),
        ("avx2 avx512_vnni amx_tile", Kind.VNNI),
        ("avx2 avx512_vnni amx_tile amx_int8", Kind.AMX),
        ("sse4_2 avx", Kind.OTHER),
        ("", Kind.OTHER),
        (None, Kind.UNKNOWN),
    ],
)
def test_the_class_follows_from_the_flags(flags: str | None, kind: Kind) -> None:
    assert kind_of(None if flags is None else flags.split()) is kind


def test_a_card_is_a_class_of_its_own() -> None:
    assert processor(card=True).kind is Kind.CUDA


def test_names_of_numpy_and_of_linux_mean_the_same() -> None:
    assert flags_in(["AVX2", "AVX512VNNI", "FMA3", "AVX512BF16", "X86_V3"]) == (
        "avx2", "fma", "avx512_vnni", "avx512_bf16"
    )  # fmt: skip


@given(st.text())
def test_no_text_is_too_odd(text: str) -> None:
    name, flags = of_cpuinfo(text)
    assert isinstance(name, str)
    assert kind_of(flags) in Kind


@pytest.mark.parametrize("system", ["win32", "darwin", "freebsd"])
def test_other_systems_are_asked_another_way(monkeypatch: pytest.MonkeyPatch, system: str) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(module, "_numpys", lambda: ("avx2", "avx512_vnni"))
    found = processor()
    assert found.kind is Kind.VNNI
    assert found.name


def test_a_system_that_says_nothing_is_unknown_and_has_the_goals_of_the_slowest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused(path: Path, **_: object) -> str:
        raise PermissionError(13, "refused", str(path))

    monkeypatch.setattr(Path, "read_text", refused)
    monkeypatch.setattr(module, "_numpys", lambda: None)
    found = processor()
    assert (found.kind, found.flags) == (Kind.UNKNOWN, None)
    assert GOALS[found.kind] == GOALS[Kind.AVX2]


def test_every_class_has_its_goals() -> None:
    assert set(GOALS) == set(Kind)
    assert all(wanted.only > wanted.cameras > 0 for wanted in GOALS.values())


def test_a_limited_processor_is_of_the_lower_class(monkeypatch: pytest.MonkeyPatch) -> None:
    flags = ("avx", "avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16")
    monkeypatch.setattr(module, "_asked", lambda: ("a processor", flags))
    monkeypatch.delenv("ONEDNN_MAX_CPU_ISA", raising=False)
    assert processor().kind is Kind.VNNI
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "AVX2")
    assert (processor().kind, processor().flags) == (Kind.AVX2, ("avx", "avx2", "fma"))
    monkeypatch.setattr(module, "_asked", lambda: ("", None))
    assert processor().kind is Kind.UNKNOWN
