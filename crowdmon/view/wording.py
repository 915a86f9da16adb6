"""All sentences and numbers of the window, made from values: short, calm, exact.

Pure functions, so that what an operator reads can be tested without a window.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from datetime import datetime

from crowdmon.values import CameraState, Reading, ReadingState, Status
from crowdmon.view.in_step import Pace, Sight

NO_COUNT = "–"
"""Stands for a count that is not known. Unknown is never 0."""

ROIS_ONLY = "ROIs only"
"""Stands where the whole picture's number would, for a camera of which only the ROIs are counted."""

WORDS = {
    CameraState.CONNECTING: "Connecting",
    CameraState.LIVE: "Live",
    CameraState.PAUSED: "Paused",
    CameraState.STALE: "No picture",
    CameraState.RECONNECTING: "Reconnecting",
    CameraState.ENDED: "Ended",
    CameraState.FAILED: "Failed",
}

_ADVICE = {
    CameraState.FAILED: "File > Open again tries once more, File > Open source opens another one.",
    CameraState.ENDED: "File > Open again starts it over.",
}


def people(count: float | None) -> str:
    """Return a count as whole people; a dash if it is not known."""
    return NO_COUNT if count is None else f"{max(count, 0.0):.0f}"


def estimate(count: float | None, smoothed: float | None = None) -> str:
    """Return the exact value behind a count shown as whole people, for a tool tip."""
    if count is None:
        return "Not counted at the moment."
    mean = "" if smoothed is None else f" Smoothed over 5 s: {smoothed:.1f}."
    return f"The network's estimate is {count:.1f} people.{mean}"


def span(seconds: float, *, tenths: bool = True) -> str:
    """Return a duration in words: ``0.2 s``, ``12 s``, ``3 min``, ``2 h 5 min``."""
    seconds = max(seconds, 0.0)
    if tenths and seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 119.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def clock(time: float) -> str:
    """Return the local time of day of an epoch time."""
    return datetime.fromtimestamp(time).strftime("%H:%M:%S")


def media_clock(seconds: float | None) -> str:
    """Return a position in a video: ``0:07``, ``12:34``, ``1:02:03``; a dash if it is not known."""
    if seconds is None:
        return NO_COUNT
    whole = int(max(seconds, 0.0) + 1e-6)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def headline(status: Status, now: float) -> str:
    """Return the problem of a camera: what it is, since when, and what the program does about it.

    Empty if there is no problem.
    """
    silent = span(status.age if status.age is not None else now - status.since, tenths=False)
    attempt = f" (attempt {status.attempt})" if status.attempt > 1 else ""
    match status.state:
        case CameraState.LIVE | CameraState.PAUSED:
            return ""  # the playback bar says that it is paused
        case CameraState.CONNECTING:
            return f"Waiting for the first picture{attempt}"
        case CameraState.STALE:
            # Pictures may still arrive but always be the same one. Then the engine says so.
            return status.message or f"No picture for {silent}"
        case CameraState.RECONNECTING:
            return f"No picture for {silent}, reconnecting{attempt}"
        case CameraState.ENDED:
            return f"The source ended at {clock(status.since)}"
        case CameraState.FAILED:
            return f"Stopped at {clock(status.since)}"


def detail(status: Status) -> str:
    """Return the engine's reason and what the user can do about it; empty if there is neither."""
    advice = _ADVICE.get(status.state, "")
    # For a stale camera, the headline already is the reason.
    reason = "" if status.state is CameraState.STALE else status.message
    return "\n".join(part for part in (reason, advice) if part)


def rates(status: Status) -> tuple[str, str]:
    """Return the rates of received and counted pictures as text; empty unless pictures come."""
    if status.state is not CameraState.LIVE:
        return "", ""
    return f"{status.fps_in:.1f} fps in", f"{status.fps_counted:.1f} fps counted"


def picture_age(status: Status) -> str:
    """Return how long ago the last picture came; empty before the first one, and where none is to come."""
    resting = status.state in (CameraState.PAUSED, CameraState.ENDED, CameraState.FAILED)
    return "" if status.age is None or resting else f"picture {span(status.age)} old"


def delayed(sight: Sight | None) -> str:
    """Return how late pictures are shown, to stand beside the state; empty if at once."""
    if sight is None or sight.pace is Pace.INSTANT:
        return ""
    if sight.pace is Pace.COUNTED:
        return f"Counted pictures only, {span(sight.delay)} old"
    return f"{max(sight.delay, 0.1):.1f} s delayed"


def heat_age(sight: Sight | None) -> float | None:
    """Return the seconds by which heat is older than the picture below it; None if there is no heat."""
    if sight is None or sight.counted is None:
        return None
    return 0.0 if sight.pace is not Pace.INSTANT else max(sight.frame.time - sight.counted.time, 0.0)


def word(status: Status, *, recording: bool) -> str:
    """Return the state of a camera as a word.

    What is recorded is not live. Pictures that come and say nothing, behind a covered lens or from a frozen
    camera, are not missing: what they would show is unknown.
    """
    if recording and status.state is CameraState.LIVE:
        return "Playing"
    return "Unknown" if status.state is CameraState.STALE and status.message else WORDS[status.state]


def one_line(text: str) -> str:
    """Return sentences of several lines as one line."""
    parts = [part.strip() for part in text.splitlines() if part.strip()]
    return " ".join(part if part[-1] in ".:;?" else f"{part}." for part in parts)


def last_count(reading: Reading | None, now: float) -> str:
    """Return the line under the large number of a camera whose last good reading is ``reading``."""
    if reading is None:
        return "No count yet"
    return f"Counted {span(now - reading.time)} ago"


def gone_count(reading: Reading | None, now: float) -> str:
    """Return the line under the dash while nothing is counted: the last number, marked as old."""
    if reading is None or reading.state is not ReadingState.OK:
        return "No count yet"
    ago = f"{span(now - reading.time, tenths=False)} ago"
    return (
        f"Last counted {ago}" if reading.whole is None else f"Last count {people(reading.whole.count)}, {ago}"
    )


def tip(text: str) -> str:
    """Return a text as a tool tip. Qt reads a text that looks like HTML as HTML, and a name may look so."""
    return f"<p>{html.escape(text)}</p>" if text else ""


def breakable(text: str) -> str:
    """Return a text that can wrap inside paths and addresses, which have no blanks."""
    return re.sub(r"([/?&=_.,:-])(?=\w)", "\\1\u200b", text)


def unique(name: str, taken: Sequence[str]) -> str:
    """Return ``name``, followed by a number if a camera already has that name."""
    if name not in taken:
        return name
    number = next(n for n in range(2, len(taken) + 3) if f"{name} {n}" not in taken)
    return f"{name} {number}"
