"""The network for other programs: ONNX, or OpenVINO's own format, with the header carried along.

The header is the JSON text of the weights file: shape, pre-processing, provenance and scores. ONNX
holds it in ``metadata_props``, OpenVINO in ``rt_info``, both under ``crowdmon``.
"""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

from crowdmon import atomic
from crowdmon.counting.backend import reason
from crowdmon.counting.graph import onnx_of
from crowdmon.counting.weights import KEY, Weights, header
from crowdmon.errors import ConfigError, SinkError

SUFFIXES = {"onnx": ".onnx", "openvino": ".xml"}
"""The formats, and how the name of their file ends; OpenVINO's weights lie next to it in a ``.bin``."""


def bin_of(path: Path) -> Path:
    """Return where OpenVINO's weights lie that belong to a file."""
    return path.with_suffix(".bin")


def export(weights: Weights, path: Path, *, form: str) -> tuple[Path, ...]:
    """Write the network for other programs, whole or not at all.

    Args:
        weights: what to export.
        path: the file to write.
        form: one of :data:`SUFFIXES`.

    Returns:
        The files that were written.

    Raises:
        WeightsError: the weights do not fit their network.
        ConfigError: OpenVINO's format is asked for without OpenVINO.
        SinkError: it cannot be written.
    """
    write: Callable[[Weights, Path], None] = _write_onnx if form == "onnx" else _write_openvino
    try:
        # Next to its place, so that moving it there is one step; under its own name, which the files tell.
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
            write(weights, Path(folder) / path.name)
            # The weights before what refers to them.
            parts = sorted(Path(folder).iterdir(), key=lambda part: part.name == path.name)
            for part in parts:
                atomic.install(part, path.with_name(part.name))
            return tuple(path.with_name(part.name) for part in parts)
    except (OSError, RuntimeError) as error:
        raise SinkError(f"cannot write {path}: {reason(error)}", "Choose another place") from error


def _write_onnx(weights: Weights, path: Path) -> None:
    path.write_bytes(onnx_of(weights))


def _write_openvino(weights: Weights, path: Path) -> None:
    try:
        from crowdmon.counting.openvino_runtime import core, openvino
    except ImportError as error:
        raise ConfigError("back end openvino is not installed", "pip install openvino") from error
    model = core().read_model(io.BytesIO(onnx_of(weights)))
    model.set_rt_info(json.dumps(header(weights)), KEY)
    # Its default would round the weights to half precision.
    openvino.save_model(model, path, compress_to_fp16=False)
