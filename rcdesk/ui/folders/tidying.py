"""Archiving and deleting faxes of a folder: what is possible, what it is called, done and taken back.

Only faxes that are over can be tidied away; one that waits or is being sent is cancelled instead. Deleting
means here; RingCentral deletes its copy only when that is chosen. GUI thread. Read next: fax_pages.py,
bridge/fax/shelf_desk.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from functools import partial
from typing import assert_never

from PySide6.QtCore import QCoreApplication, QObject, Signal

from rcdesk.bridge.fax.shelf_desk import ShelfDesk
from rcdesk.core.fax.fax import FaxJob
from rcdesk.core.fax.folder import FaxRow, ReceivedFax, Shelf

_tr = partial(QCoreApplication.translate, "Tidying")


class Tidy(Enum):
    """What can be done; the value is its icon."""

    ARCHIVE = "archive"
    MOVE_BACK = "undo"
    DELETE = "trash"
    DELETE_THERE = "cloud"

    @property
    def shelf(self) -> Shelf:
        """Where the faxes go."""
        return {
            Tidy.ARCHIVE: Shelf.ARCHIVED,
            Tidy.MOVE_BACK: Shelf.NONE,
            Tidy.DELETE: Shelf.DELETED,
            Tidy.DELETE_THERE: Shelf.DELETED,
        }[self]


def tidies(rows: Sequence[FaxRow]) -> tuple[Tidy, ...]:
    """What can be done with all of these rows; nothing while one of them is not over."""
    if not rows or any(isinstance(row, FaxJob) and not row.state.is_final for row in rows):
        return ()
    first = Tidy.MOVE_BACK if all(row.is_archived for row in rows) else Tidy.ARCHIVE
    return (first, Tidy.DELETE, Tidy.DELETE_THERE) if _are_there(rows) else (first, Tidy.DELETE)


def tidy_words(tidy: Tidy, count: int) -> str:
    """What the menu says."""
    return {
        Tidy.ARCHIVE: _tr("Archive") if count == 1 else _tr("Archive {0} faxes").format(count),
        Tidy.MOVE_BACK: _tr("Move back from the archive"),
        Tidy.DELETE: _tr("Delete here") if count == 1 else _tr("Delete {0} faxes here").format(count),
        Tidy.DELETE_THERE: _tr("Delete here and at RingCentral"),
    }[tidy]


def _done_words(tidy: Tidy, count: int, *, are_there: bool) -> str:
    one = count == 1
    match tidy:
        case Tidy.ARCHIVE:
            return _tr("The fax was archived.") if one else _tr("{0} faxes were archived.").format(count)
        case Tidy.MOVE_BACK:
            return _tr("The fax is back.") if one else _tr("{0} faxes are back.").format(count)
        case Tidy.DELETE | Tidy.DELETE_THERE:
            words = (
                _tr("The fax was deleted here.") if one else _tr("{0} faxes were deleted here.").format(count)
            )
            if tidy is Tidy.DELETE_THERE:
                return words + " " + _tr("RingCentral deletes it too, unless you undo.")
            return words + " " + _tr("RingCentral keeps its copy.") if are_there else words
        case _:
            assert_never(tidy)


class Tidying(QObject):
    """take() does it; done(sentence) with undo() to take it back."""

    done = Signal(str)

    def __init__(self, shelves: ShelfDesk, parent: QObject) -> None:
        super().__init__(parent)
        self._shelves = shelves
        self._last: list[tuple[Shelf, tuple[int, ...], tuple[int, ...]]] = []

    def take(self, tidy: Tidy, rows: Sequence[FaxRow]) -> None:
        self._last = []
        for shelf in (Shelf.NONE, Shelf.ARCHIVED):
            chosen = [row for row in rows if row.is_archived is (shelf is Shelf.ARCHIVED)]
            jobs = tuple(row.id for row in chosen if isinstance(row, FaxJob))
            received = tuple(row.id for row in chosen if isinstance(row, ReceivedFax))
            self._put(tidy, shelf, jobs, received)
        self.done.emit(_done_words(tidy, len(rows), are_there=_are_there(rows)))

    def take_ids(self, tidy: Tidy, ids: Sequence[int], *, before: Shelf, is_received: bool) -> None:
        """The same for a whole folder, whose rows need not be in memory."""
        self._last = []
        chosen = tuple(ids)
        self._put(tidy, before, () if is_received else chosen, chosen if is_received else ())
        self.done.emit(_done_words(tidy, len(chosen), are_there=False))

    def undo(self) -> None:
        """Put everything back where it was."""
        last, self._last = self._last, []
        for shelf, jobs, received in last:
            self._shelves.put(shelf, jobs=jobs, received=received)

    def _put(self, tidy: Tidy, before: Shelf, jobs: tuple[int, ...], received: tuple[int, ...]) -> None:
        if jobs or received:
            self._last.append((before, jobs, received))
            is_there = tidy is Tidy.DELETE_THERE
            self._shelves.put(tidy.shelf, jobs=jobs, received=received, is_there=is_there)


def _are_there(rows: Sequence[FaxRow]) -> bool:
    """True when RingCentral has one of them."""
    return any(row.message_id and not (isinstance(row, ReceivedFax) and row.is_gone) for row in rows)
