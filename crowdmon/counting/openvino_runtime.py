"""OpenVINO without its model converter: import it from here, never directly.

Importing the converter, which ``import openvino`` does where it can, reports the use to its maker over
the network and leaves an identification in the home folder. A program that watches people does
neither. The converter also takes longer to load than all the rest, and nothing here converts.
"""

from __future__ import annotations

import sys
from typing import Any, cast

_modules = cast("dict[str, Any]", sys.modules)
for _name in ("openvino_telemetry", "openvino.tools.ovc"):
    # None makes an import of it fail, which OpenVINO takes for "not installed".
    _modules.setdefault(_name, None)

import openvino  # noqa: E402

__all__ = ["openvino"]
