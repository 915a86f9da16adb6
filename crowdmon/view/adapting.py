"""What the child process that adapts weights tells, line by line, and how that is said to people. Pure."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace

from crowdmon.track.spot_checks import student

_LONGEST = 400
"""Characters of a message that are shown at most."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is.

    Attributes:
        done: share 0..1 of the work.
        left_s: seconds that are left, as it estimates them; None if it does not know.
        what: what it does now, for people.
    """

    done: float
    left_s: float | None = None
    what: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """How far counts are off on frames that were held out.

    Attributes:
        mae: people, on average.
        bias: people by which the counts are too high, on average; None if that is not known.
        interval: people that ``mae`` may be off, 95 %; None if unknown.
    """

    mae: float
    bias: float | None = None
    interval: float | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it.

    Attributes:
        before, after: with the weights so far, and with the new ones.
        better: whether the new ones are better beyond chance; only then can they be used.
        weights: the file of the new ones; empty without.
        chosen: what was changed, in a word.
        frames: how many frames it had; 0 if it does not say.
        checked: whether frames were held out at all; one frame alone cannot be.
    """

    before: Score
    after: Score
    better: bool
    weights: str
    chosen: str = ""
    frames: int = 0
    checked: bool = True

    @property
    def usable(self) -> bool:
        """Whether the new weights may be used: they are better beyond chance, and that was measured."""
        return self.better and self.checked and bool(self.weights)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why nothing came of it, and what to do."""

    message: str
    hint: str = ""


Told = Progress | Result | Failure


def parse(line: str) -> Told | None:
    """Read one line of the child; None for what is no message of its own, such as a library's warning."""
    try:
        said = json.loads(line)
        match said["event"]:
            case "progress":
                left = said.get("left_s")
                done = min(max(_number(said["done"]), 0.0), 1.0)
                return Progress(
                    done, None if left is None else max(_number(left), 0.0), _text(said.get("what"))
                )
            case "result":
                return Result(
                    before=_score(said["before"]),
                    after=_score(said["after"]),
                    better=said["better"] is True,
                    weights=_text(said.get("weights")),
                    chosen=_text(said.get("chosen")),
                    frames=int(_number(said.get("frames") or 0)),
                )
            case "error":
                return Failure(_text(said["message"]) or "it failed", _text(said.get("hint")))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        pass
    return None


def with_details(result: Result, text: str) -> Result:
    """Return a result with intervals, from what ``adapt.json`` says of each frame that was held out.

    Args:
        result: what was told.
        text: the content of the file; where it cannot be read, the result stays as it is.
    """
    try:
        said = json.loads(text)
        folds = [(fold["truth"], fold["before"], fold["after"]) for fold in said["folds"]]
        rows = [tuple(map(_number, row)) for fold in folds for row in zip(*fold, strict=True)]
        checked = said["held_out"] is True
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        return result
    result = replace(result, checked=checked)
    if len(rows) < 2 or not checked:
        return result
    before, after = ([row[which] - row[0] for row in rows] for which in (1, 2))
    return replace(result, before=_measured(before), after=_measured(after))


def _measured(errors: list[float]) -> Score:
    """Return what the errors of at least two frames come to, with the interval of Student."""
    number, off = len(errors), [abs(error) for error in errors]
    mae = sum(off) / number
    spread = math.sqrt(sum((one - mae) ** 2 for one in off) / (number - 1))
    return Score(mae, sum(errors) / number, student(number - 1) * spread / math.sqrt(number))


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("not a number")
    return float(value)


def _text(value: object) -> str:
    return " ".join(value.split())[:_LONGEST] if isinstance(value, str) else ""


def _score(said: dict[str, object]) -> Score:
    bias, interval = said.get("bias"), said.get("interval")
    return Score(
        mae=max(_number(said["mae"]), 0.0),
        bias=None if bias is None else _number(bias),
        interval=None if interval is None else max(_number(interval), 0.0),
    )


class Lines:
    """Cuts what a child writes into lines; the end of a line may come later."""

    MOST = 1_000_000
    """Bytes without the end of a line that are kept at most."""

    def __init__(self) -> None:
        self._rest = b""

    def add(self, data: bytes) -> list[str]:
        """Return the lines that are whole now."""
        *whole, rest = (self._rest + data).split(b"\n")
        self._rest = rest[-self.MOST :]
        return [line.decode("utf-8", "replace") for line in whole]

    def end(self) -> list[str]:
        """Return what was left without the end of a line."""
        rest, self._rest = self._rest, b""
        return [rest.decode("utf-8", "replace")] if rest.strip() else []


def time_left(left: float | None) -> str:
    """Return the time that is left in words: ``about 3 min left``; empty if it is not known."""
    if left is None:
        return ""
    if left < 20:
        return "a few seconds left"
    if left < 100:
        return f"about {10 * round(left / 10)} s left"
    return f"about {round(left / 60)} min left"


def error_of(score: Score) -> str:
    """Return an error in words: ``5.8 people off (±0.9), 5.1 too low``."""
    within = "" if score.interval is None else f" (±{score.interval:.1f})"
    return f"{score.mae:.1f} people off{within}{_lean(score.bias)}"


def _lean(bias: float | None) -> str:
    if bias is None:
        return ""
    if abs(bias) < 0.05:
        return ", not to one side"
    return f", {abs(bias):.1f} too {'high' if bias > 0 else 'low'}"


def outcome(result: Result) -> str:
    """Return what came of it in one sentence."""
    if not result.checked:
        return "It could not be measured whether this is better: no frame was held out. Label more."
    if not result.usable:
        return "No better than before beyond chance. The camera counts as it did. More frames may help."
    gain = 1.0 - result.after.mae / result.before.mae if result.before.mae > 0 else 0.0
    return f"The error is {round(100 * gain)} % smaller on frames that were held out."
