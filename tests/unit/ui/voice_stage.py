"""What the pages Messages and Voicemail talk to, for a stage: lists as the test put them, no sound."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal

from rcdesk.core.messages.conversation import TextCounts
from rcdesk.core.messages.sound import Playing


class _StageSounds(QObject):
    """What both lists have."""

    changed = Signal()
    problem = Signal(str)
    said = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.owner_id = "owner"
        self.rows: list[Any] = []

    def page(self, query: Any, limit: int, done: Callable[[tuple[Any, ...]], None]) -> None:
        """All of them."""
        done(tuple(self.rows))

    def look(self) -> None:
        """Nothing is new."""

    def open_sound(self, one: Any, done: Callable[[Any], None]) -> None:
        """It never comes."""


class StageVoicemails(_StageSounds):
    """VoicemailDesk's face."""

    received = Signal(object)
    new_count_changed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.new_count = 0
        self.marked: list[tuple[Sequence[str], bool]] = []

    def mark_read(self, ids: Sequence[str], is_read: bool) -> None:
        """Keep what was asked."""
        self.marked.append((ids, is_read))


class StageRecordings(_StageSounds):
    """RecordingsDesk's face."""

    def __init__(self) -> None:
        super().__init__()
        self.is_refused = False
        self.is_looking = False
        self.fetching: frozenset[str] = frozenset()


class StagePlayer(QObject):
    """PlayerDesk's face, with nothing in it."""

    changed = Signal()
    heard = Signal(str)
    problem = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.playing = Playing()

    def clear(self) -> None:
        """There is nothing."""

    def look_for_outputs(self) -> None:
        """There are none."""

    def set_speed(self, speed: float) -> None:
        """Nothing plays."""

    def set_output(self, name: str) -> None:
        """Nothing plays."""


class StageTexts(QObject):
    """TextsDesk's face: nobody has written."""

    changed = Signal()
    counts_changed = Signal(object)
    came_in = Signal(object)
    problem = Signal(str)
    said = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.counts = TextCounts()
        self.owner_id = "owner"
        self.region = "US"
        self.drafts: dict[int, Any] = {}

    def page(self, query: Any, limit: int, done: Callable[[Any], None], failed: Callable[[], None]) -> None:
        """None."""
        done(())

    def keep_draft(self, conversation_id: int, written: Any) -> None:
        """Keep what was asked."""
        self.drafts[conversation_id] = written
