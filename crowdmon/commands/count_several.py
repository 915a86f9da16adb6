"""``crowdmon count`` over several sources: files one after the other, live cameras at the same time.

All go into one CSV, and a table sums them up. A source that fails does not stop the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace

import click

from crowdmon.capture.uri import parse_source
from crowdmon.commands import options
from crowdmon.commands.count_source import (
    INTERRUPTED,
    Plan,
    check_live,
    connect_within,
    count_source,
    opened_rows,
)
from crowdmon.commands.progress import ProgressBar, Scale
from crowdmon.commands.tally import Tally, add_kept, people_of, show_table, sum_line
from crowdmon.commands.watching import watched
from crowdmon.counting.weights import load
from crowdmon.engine.counters import BuiltOnce, weights_file
from crowdmon.engine.live import iterate_live
from crowdmon.engine.protocols import CounterFactory
from crowdmon.errors import ConfigError, CountingError, CrowdmonError, SourceError, WeightsError, redact


def count_files(plans: Sequence[Plan], counter: CounterFactory) -> int:
    """Count files one after the other; return the exit code, that of the first that failed.

    Args:
        plans: at least one, of different cameras and otherwise alike.
        counter: builds the one counter.

    Raises:
        CrowdmonError: what would fail for all of them; rows written until then stay, whole.
    """
    _check_one_picture(plans)
    known = watched(plans[0].known, together=False)
    for plan in plans:
        spec = parse_source(plan.camera.source)
        if spec.kind == "synthetic" and plan.duration is None:
            raise ConfigError(f"{spec.label} has no end, and others wait for it", "Give --duration")
    built_once = BuiltOnce(counter)
    tallies: list[tuple[Plan, Tally]] = []
    code = 0
    csv = plans[0].csv
    with ExitStack() as stack:
        rows = opened_rows(plans[0], stack)
        for number, plan in enumerate(plans, 1):
            tallies.append((plan, Tally()))
            try:
                caption = f"{number}/{len(plans)} {plan.camera.name}"
                count_source(
                    replace(plan, known=known), tallies[-1][1], rows, counter=built_once, caption=caption
                )
            except KeyboardInterrupt:
                code = INTERRUPTED
                break
            except (SourceError, CountingError, WeightsError) as error:
                if isinstance(error, WeightsError) and plan.camera.weights is None:
                    raise  # those of all
                _say(error)
                code = code or error.exit_code
    with options.telling():
        show_table([(plan.camera, tally) for plan, tally in tallies])
        click.echo(sum_line([tally for _, tally in tallies], rows, "sources", csv, plans[0].events))
    return code or (SourceError.exit_code if any(tally.left_out for _, tally in tallies) else 0)


def count_cameras(plans: Sequence[Plan], counter: CounterFactory, *, spent: float = 0.0) -> int:
    """Count live cameras at the same time; return the exit code, that of the first that was given up.

    Args:
        plans: at least one, of different cameras and otherwise alike.
        counter: builds the one counter.
        spent: seconds that have gone to find out that they are live.

    Raises:
        CrowdmonError: what stops all of them; rows written until then stay, whole, and the hint says so.
    """
    _check_one_picture(plans)
    plans, code = _with_usable_weights(plans)
    first = plans[0]
    check_live(first)
    tallies = {plan.camera.name: Tally() for plan in plans}
    people: dict[str, float] = {}
    failed: list[SourceError] = []

    def lost(_: str, error: SourceError) -> None:
        _say(error)
        failed.append(error)

    with ExitStack() as stack:
        rows = opened_rows(first, stack)
        known = watched(first.known, together=True)
        rows.watch(known.to_rules())
        scale = Scale(None, first.duration)
        bar = stack.enter_context(ProgressBar(f"{len(plans)} cameras", scale.total))
        try:
            for frame, density, reading in iterate_live(
                [plan.camera for plan in plans],
                counter_factory=counter,
                every=first.every,
                duration=first.duration,
                sinks=[rows],
                watching=known,
                connect_within=connect_within(first.duration, spent),
                lost=lost,
                views=first.views,
            ):
                tallies[reading.camera].add(frame, density, reading)
                if (count := people_of(reading)) is not None:
                    people[reading.camera] = count
                counted = sum(tally.counted for tally in tallies.values())
                bar.show(scale.done(frame), counted=counted, people=sum(people.values()))
        except KeyboardInterrupt:
            code = INTERRUPTED
        except CrowdmonError as error:
            add_kept(error, rows, first.csv)
            raise
    with options.telling():
        show_table([(plan.camera, tallies[plan.camera.name]) for plan in plans], live=True)
        click.echo(sum_line(list(tallies.values()), rows, "cameras", first.csv, first.events))
    return code or (failed[0].exit_code if failed else 0)


def _with_usable_weights(plans: Sequence[Plan]) -> tuple[Sequence[Plan], int]:
    """Leave out the cameras whose own weights cannot be used, and say so; return the exit code for them too.

    Raises:
        WeightsError: no camera is left.
    """
    usable, errors = [], []
    for plan in plans:
        try:
            if (path := weights_file(plan.camera)) is not None:
                load(path)
        except WeightsError as error:
            errors.append(error)
            _say(error, plan.camera.name)
        else:
            usable.append(plan)
    if not usable:
        raise errors[0]
    return usable, errors[0].exit_code if errors else 0


def _check_one_picture(plans: Sequence[Plan]) -> None:
    """Refuse files that take the pictures of one source; ConfigError says which."""
    for option, given in (("--snapshot", plans[0].snapshot), ("--video", plans[0].video)):
        if given:
            raise ConfigError(f"{option} takes one picture's or video's SOURCE, and there are {len(plans)}",
                              f"Leave {option} out, or count them one by one")  # fmt: skip


def _say(error: CrowdmonError, camera: str = "") -> None:
    whose = f"{camera}: " if camera else ""
    click.echo(redact(" ".join(f"crowdmon: {whose}{error}".split())), err=True)
