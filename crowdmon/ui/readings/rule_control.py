"""Connects the rule in the inspector with the configuration, the history and who is told of alarms."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

from PyQt6.QtCore import QObject

from crowdmon.config import AppConfig
from crowdmon.engine.background import BackgroundTask
from crowdmon.errors import ConfigError, CrowdmonError, describe, redact
from crowdmon.sinks.history.query import HistoryReader
from crowdmon.sinks.history.selection import Selection
from crowdmon.track.outlook import Outlooks, words
from crowdmon.track.replay import Course, course_of, replay, times_raised
from crowdmon.track.rule import Measure, Rule, Target
from crowdmon.ui.bridge import Bridge
from crowdmon.ui.readings.inspector import Inspector
from crowdmon.ui.shell.docks import Focus
from crowdmon.values import Reading
from crowdmon.view.rule_draft import DAY_S, draft_of, line_of, put, replayed_words, rule_of

AGAIN_S = 300.0
"""Seconds after which the day is read again."""

Query = Callable[[float, float], list[Reading]]


class RuleControl(QObject):
    """Shows the rule of the ROI in the inspector, replays it while it is edited, and saves it."""

    def __init__(
        self, bridge: Bridge, inspector: Inspector, focus: Focus, *, beep: Callable[[], object]
    ) -> None:
        """``beep`` makes one sound."""
        super().__init__()
        self._bridge, self._inspector, self._focus, self._beep = bridge, inspector, focus, beep
        self.editor = inspector.rule
        self._alarms = bridge.config.alarms
        self._outlooks = Outlooks(bridge.config.to_rules())
        self._course: Course | None = None
        self._read_at = float("-inf")
        self._reading: BackgroundTask | None = None
        self._replaying: BackgroundTask | None = None
        inspector.shown.connect(self._look)
        focus.focus_changed.connect(lambda _name: self._look(inspector.roi))
        bridge.config_changed.connect(self._follow)
        bridge.reading_changed.connect(lambda _camera, reading: self._outlooks.take(reading))
        bridge.beat.connect(self._beat)
        self.editor.edited.connect(self._replay)
        self.editor.save_asked.connect(self._save)
        self.editor.test_asked.connect(self._test)

    def _look(self, roi: str) -> None:
        """Show the rule of another ROI."""
        self._course, self._read_at = None, float("-inf")
        self.editor.say("")
        self.editor.show_line(())
        self.editor.replayed.setText("")
        self.editor.show_draft(draft_of(self._bridge.config, self._focus.focused, roi))
        self._beat(self._bridge.now())

    def _follow(self, config: AppConfig) -> None:
        """Take other rules; what is being edited stays, unless its rule was changed elsewhere."""
        if config.alarms != self._alarms:
            self._alarms = config.alarms
            self._outlooks = Outlooks(config.to_rules())
            if self._inspector.roi:
                self._look(self._inspector.roi)

    def _beat(self, now: float) -> None:
        if not self._inspector.roi:
            return
        found = self._outlooks.until_red(self.editor.draft.name, now) if self.editor.draft.saved else None
        said = "" if found is None else words(found)
        self.editor.say_until(said[:1].upper() + said[1:])
        if self._inspector.rule.isVisible() and not 0.0 <= now - self._read_at < AGAIN_S:
            self._read(now)

    def _read(self, now: float) -> None:
        """Have the last 24 h read, from the history file if there is one, else from memory."""
        if self._reading is not None:
            return
        self._read_at = now
        draft, history = self.editor.draft, self._bridge.config.record.history
        path = None if history is None else Path(history).expanduser()
        # Without levels there is no rule to ask for its target, and the course needs none of its levels.
        target, query = Target(draft.camera, draft.roi), self._bridge.query

        def done(course: Course | None, error: Exception | None) -> None:
            self._reading = None
            if course is None or error is not None:
                self.editor.replayed.setText("The last 24 h cannot be read")
                return
            if (course.target.camera, course.target.roi) != (self._focus.focused, self._inspector.roi):
                self._read_at = float("-inf")
                return
            self._course = course
            self.editor.show_line(line_of(course, now))
            self._replay()

        self._reading = self._bridge.run_task(
            lambda _: read_day(path, query, target, draft.measure, now), done
        )

    def _replay(self) -> None:
        """Say what the rule would have done, as it is edited now; a rule that cannot be is said to be so."""
        draft, course = self.editor.draft, self._course
        if self._replaying is not None:
            self._bridge.cancel(self._replaying)
            self._replaying = None
        if not draft.stages:
            self.editor.replayed.setText("")
            self.editor.say("")
            return
        try:
            rule = rule_of(self._bridge.config, draft)
        except ConfigError as error:
            self.editor.replayed.setText("")
            self._refuse(error)
            return
        self.editor.say("")
        if course is None:
            return

        def done(times: int | None, error: Exception | None) -> None:
            self._replaying = None
            self.editor.replayed.setText(
                "" if times is None or error is not None else replayed_words(times, course)
            )

        self._replaying = self._bridge.run_task(lambda _: _times(rule, course), done)

    def _save(self) -> None:
        """Give the engine the rule; File > Save writes it to the YAML, as other edits."""
        try:
            changed = put(self._bridge.config, self.editor.draft)
        except ConfigError as error:
            self._refuse(error)
            return
        self._bridge.apply(changed)

    def _refuse(self, error: CrowdmonError) -> None:
        hint = f". {error.hint}" if error.hint else ""
        self.editor.say(f"{error.message[:1].upper()}{error.message[1:]}{hint}.")

    def _test(self) -> None:
        """Sound, and tell everybody; each message says that it is a test, and nothing is recorded."""
        self._beep()
        config = self._bridge.config
        self.editor.test.setEnabled(False)
        self.editor.say("")

        def done(tried: tuple[int, list[str]] | None, error: Exception | None) -> None:
            self.editor.test.setEnabled(True)
            total, failed = (0, [describe(error)]) if tried is None and error else (tried or (0, []))
            self.editor.tested.setText(tested_words(total, len(failed)))
            self.editor.tested.show()
            if failed:
                self.editor.say(failed[0])

        self._bridge.run_task(lambda _: _tell_everybody(config), done)


def read_day(path: Path | None, query: Query, target: Target, measure: Measure, now: float) -> Course:
    """Return the last 24 h of a target."""
    if path is None or not path.is_file():
        return course_of(query(now - DAY_S, now + 1.0), target, measure)
    chosen = Selection(since=now - DAY_S, until=now + 1.0, series=frozenset({(target.camera, target.roi)}))
    with closing(HistoryReader(path)) as history:
        found: Iterable[Reading] = history.readings(chosen)
        return course_of(found, target, measure)


def tested_words(total: int, failed: int) -> str:
    """Return what a test alarm came to."""
    if not total and not failed:
        return "Test alarm: sounded here. The configuration names nobody to be told."
    return f"Test alarm: sounded here. {total - failed} of {total} took the message, marked as a test."


def _times(rule: Rule, course: Course) -> int:
    return times_raised(replay(rule, course))


def _tell_everybody(config: AppConfig) -> tuple[int, list[str]]:
    """Return how many were tried, and what went wrong."""
    from crowdmon.publish.trial import attempts

    tried, failed = 0, []
    for name, attempt in attempts(config):
        tried += 1
        try:
            attempt()
        except CrowdmonError as error:
            failed.append(redact(f"{name}: {error}"))
    return tried, failed
