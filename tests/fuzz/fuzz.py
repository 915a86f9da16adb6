"""Feeds mutated inputs to child processes and counts what goes wrong."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.mutate import mutate
from tests.fuzz.seeds import SEEDS, Seed, make

BATCH = 200
"""Inputs of one child, which is then exchanged: what one input leaves behind must not hide in the next."""

MEGABYTES = 3000
"""Address space that a child may take beside what it has, threads of decoders included."""

MOST_MEMORY = 800
"""Megabytes of one input, at most: a picture of 50 megapixels in all its forms."""

FEWEST = 300
"""Inputs of every format, if the time allows."""

_START = 60.0


@dataclass
class Tally:
    """What came of the inputs of one format."""

    inputs: int = 0
    refused: int = 0
    crashes: int = 0
    hangs: int = 0
    tracebacks: int = 0
    greedy: int = 0
    memory: int = 0
    slowest: float = 0.0
    found: Counter[str] = field(default_factory=Counter)

    @property
    def good(self) -> bool:
        """Whether nothing went wrong."""
        return not (self.crashes or self.hangs or self.tracebacks or self.greedy)


class Child:
    """A process that reads inputs of one format.

    Args:
        name: the format.
        folder: where its inputs are written.
        seeds: sound inputs, read first.
        env, cwd: of the process; the fuzzer's own if None.
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        seeds: Sequence[Seed],
        *,
        env: Mapping[str, str] | None,
        cwd: Path | None,
    ) -> None:
        sound = []
        for number, (suffix, content) in enumerate(seeds):
            path = folder / f"sound-{name}-{number}{suffix}"
            path.write_bytes(content)
            sound.append(str(path))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.fuzz.child", name, str(MEGABYTES), *sound],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=None if env is None else {**os.environ, **env},
            cwd=cwd,
        )
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        self.fed = 0
        if self._answer(_START) != "ready":
            self.end()
            raise RuntimeError(f"the child for {name} does not start")

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put("")

    def _answer(self, seconds: float) -> str | None:
        """Return the next line, empty if the process has ended, None if there is none in time."""
        try:
            return self._lines.get(timeout=seconds)
        except queue.Empty:
            return None

    def feed(self, path: Path, *, seconds: float) -> dict[str, object]:
        """Return what came of an input."""
        assert self._process.stdin is not None
        self.fed += 1
        try:
            self._process.stdin.write(f"{path}\n")
            self._process.stdin.flush()
        except OSError:  # it has ended
            pass
        answer = self._answer(seconds)
        if answer is None:
            return {"result": "hang", "said": f"no end within {seconds:g} s"}
        if not answer:
            return {"result": "crash", "said": f"the process ended with {self._process.wait(10)}"}
        found: dict[str, object] = json.loads(answer)
        return found

    def end(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


def run(
    names: Sequence[str] = tuple(SEEDS),
    *,
    seconds: float,
    seed: int,
    patience: float = 20.0,
    workers: int = 2,
    keep: Path | None = None,
    first: bool = False,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    tell: Callable[[str], object] = lambda text: None,
) -> dict[str, Tally]:
    """Feed mutated inputs until the time is up.

    Args:
        names: formats.
        seconds: for all of them together.
        seed: decides all inputs: the n-th of a format is always the same.
        patience: seconds that one input may take.
        workers: children at a time.
        keep: a folder for the inputs that did harm; None to forget them.
        first: end with the first fault.
        env, cwd: of the children.
        tell: hears of every fault.
    """
    state = _Run(
        names,
        seconds=seconds,
        seed=seed,
        patience=patience,
        keep=keep,
        first=first,
        env=env,
        cwd=cwd,
        tell=tell,
    )
    threads = [threading.Thread(target=state.work) for _ in range(min(workers, len(names)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if state.error is not None:
        raise state.error
    return state.tallies


class _Run:
    """What the workers share."""

    def __init__(
        self,
        names: Sequence[str],
        *,
        seconds: float,
        seed: int,
        patience: float,
        keep: Path | None,
        first: bool,
        env: Mapping[str, str] | None,
        cwd: Path | None,
        tell: Callable[[str], object],
    ) -> None:
        self.tallies = {name: Tally() for name in names}
        self.error: BaseException | None = None
        self._until = time.monotonic() + seconds
        self._seed, self._patience, self._keep = seed, patience, keep
        self._first, self._env, self._cwd, self._tell = first, env, cwd, tell
        self._spent = dict.fromkeys(names, 0.0)
        self._busy: set[str] = set()
        self._lock = threading.Lock()
        self._seeds = {name: make(name) for name in names}

    def work(self) -> None:
        """Feed one format after the other, a batch at a time."""
        try:
            with tempfile.TemporaryDirectory() as folder:
                while (name := self._next()) is not None:
                    began = time.monotonic()
                    try:
                        self._batch(name, Path(folder))
                    finally:
                        with self._lock:
                            self._busy.discard(name)
                            self._spent[name] += time.monotonic() - began
        except BaseException as error:  # noqa: BLE001 - told by the thread that started this one
            self.error = error

    def _next(self) -> str | None:
        """Choose the format that has had the fewest inputs, or later the least time."""
        with self._lock:
            free = [name for name in self.tallies if name not in self._busy]
            if self.error is not None or not free or time.monotonic() >= self._until:
                return None
            if self._first and not all(one.good for one in self.tallies.values()):
                return None
            name = min(free, key=lambda one: (min(self.tallies[one].inputs, FEWEST), self._spent[one]))
            self._busy.add(name)
            return name

    def _batch(self, name: str, folder: Path) -> None:
        seeds, tally = self._seeds[name], self.tallies[name]
        child = Child(name, folder, seeds, env=self._env, cwd=self._cwd)
        slice_end = min(self._until, time.monotonic() + 20.0)
        try:
            while child.fed < BATCH and time.monotonic() < slice_end:
                chance = random.Random(f"{self._seed} {name} {tally.inputs}")
                suffix, sound = chance.choice(seeds)
                path = folder / f"input{suffix}"
                path.write_bytes(mutate(sound, chance, [content for _, content in seeds]))
                found = child.feed(path, seconds=self._patience)
                self._note(name, found, path)
                if found["result"] in ("hang", "crash") or (self._first and not tally.good):
                    return
        finally:
            child.end()

    def _note(self, name: str, found: dict[str, object], path: Path) -> None:
        tally, result, said = self.tallies[name], str(found["result"]), str(found["said"])
        memory = int(str(found.get("megabytes", 0)))
        tally.inputs += 1
        tally.memory = max(tally.memory, memory)
        tally.slowest = max(tally.slowest, float(str(found.get("seconds", 0.0))))
        tally.refused += result == "refused"
        tally.crashes += result == "crash"
        tally.hangs += result == "hang"
        tally.tracebacks += result == "traceback"
        if memory > MOST_MEMORY:
            tally.greedy += 1
            result, said = "memory", f"more than {MOST_MEMORY} MB"
        if result in ("read", "refused"):
            return
        tally.found[f"{result}: {said}"] += 1
        number = tally.inputs - 1
        self._tell(f"{name} {self._seed}:{number} {result}: {said}\n")
        if self._keep is not None:
            self._keep.mkdir(parents=True, exist_ok=True)
            (self._keep / f"{name}-{self._seed}-{number}{path.suffix}").write_bytes(path.read_bytes())


def table(tallies: Mapping[str, Tally]) -> str:
    """Return the figures by format as text."""
    columns = ("inputs", 8), ("refused", 9), ("crashes", 9), ("hangs", 7), ("tracebacks", 12), ("memory", 10)
    head = "".join([f"{'format':<10}", *(f"{name:>{width}}" for name, width in (*columns, ("slowest", 9)))])
    rows = [
        f"{name:<10}{one.inputs:>8}{one.refused:>9}{one.crashes:>9}{one.hangs:>7}{one.tracebacks:>12}"
        f"{one.memory:>7} MB{one.slowest:>7.1f} s"
        for name, one in tallies.items()
    ]
    found = [
        f"{name}: {count} x {what}"
        for name, one in tallies.items()
        for what, count in one.found.most_common()
    ]
    return "\n".join([head, *rows, *found])
