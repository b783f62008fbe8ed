"""Undo for a line whose text the program groups: Qt's own forgets everything when a text is set.

As in Qt, a run of typed characters is one step, and so is a run of deleted ones. Plain values, GUI thread.
Read next: number_field.py.
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

MOST_STEPS = 100


class Shown(Struct, frozen=True, kw_only=True):
    """A text and where the caret stands in it."""

    text: str
    caret: int


class _EditKind(Enum):
    TYPED = "typed"
    ERASED = "erased"
    REPLACED = "replaced"


class TextHistory:
    """What the line showed before; undo() and redo() give what it shall show, None when there is nothing."""

    def __init__(self) -> None:
        self._now = Shown(text="", caret=0)
        self._past: list[Shown] = []
        self._future: list[Shown] = []
        self._kind = _EditKind.REPLACED

    @property
    def can_undo(self) -> bool:
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        return bool(self._future)

    def show(self, shown: Shown, changed_by: int) -> None:
        """The line shows this now; changed_by: characters more than before, as the user changed it."""
        kind = {1: _EditKind.TYPED, -1: _EditKind.ERASED}.get(changed_by, _EditKind.REPLACED)
        if shown.text != self._now.text and (kind is not self._kind or kind is _EditKind.REPLACED):
            self._past = [*self._past, self._now][-MOST_STEPS:]
        self._kind = kind
        self._now = shown
        self._future.clear()

    def undo(self) -> Shown | None:
        return self._step(self._past, self._future)

    def redo(self) -> Shown | None:
        return self._step(self._future, self._past)

    def _step(self, source: list[Shown], target: list[Shown]) -> Shown | None:
        if not source:
            return None
        target.append(self._now)
        self._now = source.pop()
        self._kind = _EditKind.REPLACED
        return self._now
