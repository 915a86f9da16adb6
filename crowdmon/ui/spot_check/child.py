"""The child process that adapts weights: started, listened to, and ended. It never holds up the window."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from PyQt6.QtCore import QObject, QProcess, QTimer, pyqtSignal

from crowdmon.view.adapting import Failure, Lines, Progress, Result, parse

_PATIENCE_MS = 4000
"""Milliseconds that the child has to end by itself before it is killed."""

_NICE = "10"
"""How far it steps back behind the counting of the cameras."""


def command(
    folder: Path, run: Path, *, base: Path | None, minutes: float, roi: Path | None = None
) -> list[str]:
    """Return the words that adapt weights to the frames in a folder.

    Args:
        folder: pictures and ``points.csv``.
        run: where the result goes.
        base: the weights to start from; the bundled ones if None.
        minutes: how long it may take.
        roi: where heads were looked for; in the whole picture if None.
    """
    words = [sys.executable, "-m", "trainer", "train", "--adapt", str(folder), "--out", str(run)]
    words += ["--minutes", f"{minutes:g}", "--progress"]
    words += [] if base is None else ["--base", str(base)]
    words += [] if roi is None else ["--roi", str(roi)]
    nice = shutil.which("nice")
    return words if nice is None else [nice, "-n", _NICE, *words]


class AdaptChild(QObject):
    """One run of the child.

    Signals:
        told(Progress | Result | Failure): the last one is a result or a failure, unless it was cancelled.
    """

    told = pyqtSignal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self._lines = Lines()
        self._said = ""
        self._ended: Result | Failure | None = None
        self._kill = QTimer(self)
        self._kill.setSingleShot(True)
        self._kill.setInterval(_PATIENCE_MS)

    @property
    def runs(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None

    def start(self, words: Sequence[str]) -> None:
        """Start it; what it says comes as signals."""
        process = QProcess(self)
        self._process, self._lines, self._said, self._ended = process, Lines(), "", None
        process.readyReadStandardOutput.connect(self._read)
        process.readyReadStandardError.connect(self._read_errors)
        process.errorOccurred.connect(self._failed)
        process.finished.connect(self._finished)
        self._kill.timeout.connect(process.kill)
        process.start(words[0], list(words[1:]))

    def cancel(self) -> None:
        """Ask it to end, and kill it if it does not; nothing is told any more."""
        process, self._process = self._process, None
        if process is None:
            return
        for signal in (process.readyReadStandardOutput, process.readyReadStandardError):
            signal.disconnect()
        process.errorOccurred.disconnect()
        process.finished.disconnect()
        process.finished.connect(process.deleteLater)
        process.finished.connect(self._kill.stop)
        self._kill.start()
        process.terminate()

    def end(self) -> None:
        """End it now, and wait for that: the window is closed."""
        process = self._process
        self.cancel()
        for left in self.findChildren(QProcess) if process is None else [process]:
            if left.state() is not QProcess.ProcessState.NotRunning and not left.waitForFinished(1000):
                left.kill()
                left.waitForFinished(1000)
        self._kill.stop()

    def _read(self) -> None:
        if self._process is not None:
            for line in self._lines.add(bytes(self._process.readAllStandardOutput().data())):
                self._take(line)

    def _read_errors(self) -> None:
        if self._process is not None:
            text = bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace")
            self._said = (self._said + text)[-4000:]

    def _take(self, line: str) -> None:
        said = parse(line)
        if isinstance(said, Progress):
            self.told.emit(said)
        elif said is not None:
            self._ended = said  # told when it has ended, so that its files are whole

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._end(Failure("Adapting cannot be started", "Is the trainer installed?"))

    def _finished(self, code: int, how: QProcess.ExitStatus) -> None:
        self._read()
        for line in self._lines.end():
            self._take(line)
        ended = self._ended
        if ended is None or (isinstance(ended, Result) and code != 0):
            ended = self._why(code, crashed=how is QProcess.ExitStatus.CrashExit)
        self._end(ended)

    def _why(self, code: int, *, crashed: bool) -> Failure:
        """Return why it ended without a result: its last words, if it had any."""
        if crashed:
            return Failure("Adapting was ended from outside", "Is there enough memory? Start it again")
        words = [line.strip() for line in self._said.splitlines() if line.strip()]
        return Failure(words[-1][:400] if words else f"Adapting ended without a result (status {code})")

    def _end(self, said: Result | Failure) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.deleteLater()
            self.told.emit(said)
