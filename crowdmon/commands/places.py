"""What a verb reads and writes, compared before anything is opened for writing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from crowdmon import resources
from crowdmon.capture.local import history_places, places_of
from crowdmon.config import AppConfig, RecordConfig
from crowdmon.counting.weights import DEFAULT
from crowdmon.errors import ConfigError
from crowdmon.places import Place, check_apart


def check_outputs(
    outputs: Mapping[str, Path | None],
    *,
    known: AppConfig | None = None,
    sources: Collection[str] = (),
    config: Path | None = None,
    weights: Path | None = None,
) -> None:
    """Refuse outputs that are also inputs, or one and the same file.

    Args:
        outputs: option -> file to write; None where it was not given.
        known: the cameras that are read and the history that must stay.
        sources: those that were typed, so that messages can say so.
        config: the configuration file.
        weights: of the network; None for the bundled ones.

    Raises:
        ConfigError: names both options; or one is ``-``, as if there were a way to standard output.
    """
    for option, path in outputs.items():
        if path is not None and str(path) == "-":
            raise ConfigError(
                f"{option} is '-', which is no file: nothing is written to standard output",
                "Give a file name",
            )
    inputs = [*_files(config, weights), *places_of(known or AppConfig(), typed=sources)]
    check_apart(
        [Place(option, path) for option, path in outputs.items() if path is not None],
        inputs,
    )


def check_record(
    known: AppConfig,
    *,
    sources: Collection[str] = (),
    config: Path | None = None,
    weights: Path | None = None,
) -> None:
    """Refuse a history that is also an input; ConfigError names both."""
    bare = known.model_copy(update={"record": RecordConfig()})
    inputs = [*_files(config, weights), *places_of(bare, typed=sources)]
    check_apart(history_places(known), inputs)


def _files(config: Path | None, weights: Path | None) -> list[Place]:
    bundled = Place("the bundled weights", resources.path(DEFAULT))
    return [
        *([Place("--config", config)] if config else []),
        Place("--weights", weights) if weights else bundled,
    ]
