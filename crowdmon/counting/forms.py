"""Which form of the network a machine counts with: what is quickest there, measured once and remembered.

A form is a precision and how the stem is written. bfloat16 and float32 count the same to 0.1 %, int8 to
0.5 %, and both forms of the stem the same. So the choice changes the time, and the precision is named
wherever a count is. Whoever wants the same digits on every machine names a precision.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from crowdmon.counting import remembered
from crowdmon.counting.backend import Backend
from crowdmon.counting.graph import BRANCHES, JOINED
from crowdmon.counting.openvino_backend import OpenVinoBackend, give_back, native
from crowdmon.counting.openvino_runtime import openvino
from crowdmon.counting.weights import Weights
from crowdmon.errors import CountingError

log = logging.getLogger(__name__)

SIZE = (256, 448)
"""Height and width of the picture that is measured with."""

SECONDS = 2.0
"""Time for measuring, compiling included; a slow machine may need a little more."""

_ROUNDS = 8
_ENOUGH = 3
"""Forms that have to be measured for a choice to be remembered: one in float and both in int8."""
_LEAST_GAIN = 0.9
"""int8 is taken if it needs at most this share of the time: for less, nobody wants other digits."""


@dataclass(frozen=True, slots=True)
class Form:
    """One way to compute the network: a precision (``f32``, ``bf16``, ``int8``) and a form of the stem."""

    precision: str
    stem: str


def best(
    weights: Weights | bytes, *, precision: str | None = None, device: str = "CPU", threads: int | None = None
) -> Backend:
    """Build OpenVINO's back end in the form that is quickest on this machine.

    Args:
        weights: what it runs; another network as an ONNX file has one form.
        precision: the only one to choose from; any that the weights have if None.
        device: as OpenVINO names it; only forms for the CPU are measured.
        threads: CPU threads for the network.

    Raises:
        WeightsError, ConfigError, CountingError: as for the back end.
    """
    if isinstance(weights, bytes) or device != "CPU":
        return OpenVinoBackend(weights, precision=precision, device=device, threads=threads)

    def made(form: Form) -> OpenVinoBackend:
        return OpenVinoBackend(weights, precision=form.precision, stem=form.stem, threads=threads)

    forms = forms_of(weights, precision=precision, natively=native())
    key = remembered.key(
        openvino.__version__, dict(weights.network), [(one.precision, one.stem) for one in forms], threads
    )
    known = remembered.get(key)
    chosen = next((one for one in forms if known == f"{one.precision} {one.stem}"), None)
    if chosen is not None:
        return made(chosen)
    took = measured(forms, made)
    give_back()
    chosen = choose(took)
    figures = (f"{one.precision} {one.stem} {1000 * seconds:.1f} ms" for one, seconds in took.items())
    log.info("measured on a small picture: %s", ", ".join(figures))
    if len(took) >= min(_ENOUGH, len(forms)):
        remembered.put(key, f"{chosen.precision} {chosen.stem}")
    return made(chosen)


def forms_of(weights: Weights, *, precision: str | None, natively: str) -> tuple[Form, ...]:
    """Return the forms to choose from, the likely winner first."""
    if precision is not None:
        return Form(precision, JOINED), Form(precision, BRANCHES)
    floats = (Form(natively, JOINED), Form(natively, BRANCHES))
    if weights.scales is None:
        return floats
    return floats[0], Form("int8", JOINED), Form("int8", BRANCHES), floats[1]


def choose(took: Mapping[Form, float]) -> Form:
    """Return the form to count with.

    Args:
        took: seconds of each that was measured. One in float stays unless int8 gains enough.
    """
    floats = [one for one in took if one.precision != "int8"]
    rough = [one for one in took if one.precision == "int8"]
    if not floats or not rough:
        return min(took, key=lambda one: took[one])
    quick, small = (min(group, key=lambda one: took[one]) for group in (floats, rough))
    return small if took[small] <= _LEAST_GAIN * took[quick] else quick


def measured(
    forms: Sequence[Form],
    made: Callable[[Form], Backend],
    *,
    clock: Callable[[], float] = time.perf_counter,
    seconds: float = SECONDS,
) -> dict[Form, float]:
    """Return the seconds that a small picture takes in each form, the quickest of some rounds in turns.

    Forms are built until half the time has passed, and at least three; then they take turns. A form that
    cannot be built is left out, unless it is the only one.

    Raises:
        CountingError: none can be built.
    """
    end = clock() + seconds
    ready: dict[Form, Backend] = {}
    for form in forms:
        if len(ready) >= _ENOUGH and clock() > end - seconds / 2:
            break
        try:
            ready[form] = made(form)
        except CountingError as error:
            if form == forms[-1] and not ready:
                raise
            log.warning("%s %s is left out: %s", form.precision, form.stem, error)
    took = dict.fromkeys(ready, math.inf)
    if len(ready) == 1:
        return took
    picture = np.random.default_rng(1).uniform(-1.6, 2.0, (1, 3, *SIZE)).astype(np.float32)
    for one in ready.values():
        one.run(picture)
    for number in range(_ROUNDS):
        if number > 1 and clock() > end:
            break
        for form, one in ready.items():
            before = clock()
            one.run(picture)
            took[form] = min(took[form], clock() - before)
    return took
