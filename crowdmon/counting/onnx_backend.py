"""The ONNX Runtime back end: float32 on any CPU, where OpenVINO has no build."""

from __future__ import annotations

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from crowdmon.counting.backend import failure
from crowdmon.counting.graph import DENSITY, PICTURE, onnx_of
from crowdmon.counting.weights import Weights

# Its builds for Windows report what is run to the system's collection of usage data.
onnxruntime.disable_telemetry_events()


class OnnxRuntimeBackend:
    """Runs SSR-HEF with ONNX Runtime on the CPU."""

    name = "onnxruntime"
    device = "cpu"
    precision = "f32"
    batch = 1

    def __init__(
        self, weights: Weights | bytes, *, precision: str = "f32", threads: int | None = None
    ) -> None:
        """Load the network of a weights file, or another one as an ONNX file with our names.

        ``precision`` has one value, which every back end can be asked for.

        Raises:
            WeightsError: the weights do not fit their network.
            CountingError: ONNX Runtime cannot start.
        """
        model = weights if isinstance(weights, bytes) else onnx_of(weights)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3  # errors only; they arrive as exceptions as well
        if threads:
            options.intra_op_num_threads = threads
        # Its threads would go on spinning between two pictures and take the cores from the decoders.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        # A plan of memory for each size of picture: they add up, and none is quicker for it.
        options.enable_mem_pattern = False
        try:
            self._session = onnxruntime.InferenceSession(
                model, sess_options=options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            raise failure(self, error) from error

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return NxHxW scaled people per cell of an Nx3xHxW batch; CountingError if it fails."""
        try:
            output: NDArray[np.float32] = self._session.run([DENSITY], {PICTURE: batch})[0][:, 0]
        except Exception as error:
            raise failure(self, error) from error
        return output
