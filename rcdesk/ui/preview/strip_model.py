"""The places of the page strip as a list model: cover, pages, files that only the service can take apart.

A place is made when somebody looks at it, so a fax of hundreds of pages costs no more than those in sight.
Thumbnails come later than the items and are put beside them. GUI thread. Read next: page_strip.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from msgspec import Struct
from PySide6.QtCore import QAbstractListModel, QCoreApplication, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QWidget

from rcdesk.core.account.account import CoverPage
from rcdesk.core.fax.cover import CoverTemplate
from rcdesk.core.fax.fax import Document
from rcdesk.core.fax.paper import Finding, PagePlan

_tr = partial(QCoreApplication.translate, "PageStrip")

ITEM_ROLE = Qt.ItemDataRole.UserRole + 1

Index = QModelIndex | QPersistentModelIndex
Place = tuple["StripItem", QPixmap | None]
"""A place of the strip and its thumbnail, None while that is not there."""


class StripItem(Struct, frozen=True, kw_only=True):
    """One place of the strip. title: "Cover", "4" or a file's name; spoken: the same for screen readers.

    kind: "page", "cover" (the service's, cover_style varies its sketch) or "file" (only the service can take
    it apart). is_movable is False for the cover.
    """

    title: str
    spoken: str
    kind: str = "page"
    cover_style: int = 0
    is_removed: bool = False
    is_marked: bool = False
    is_movable: bool = True


def page_item(number: int, page: PagePlan | Document, findings: Sequence[Finding]) -> StripItem:
    """The place of a page or of a whole file; number is what the strip shows, from 1."""
    if isinstance(page, Document):
        spoken = _tr("{0}, counted by RingCentral").format(page.name)
        return StripItem(title=page.name, spoken=spoken, kind="file")
    if not page.is_sent:
        return StripItem(title=str(number), spoken=_tr("Page {0}, left out").format(number), is_removed=True)
    if not findings:
        return StripItem(title=str(number), spoken=_tr("Page {0}").format(number))
    spoken = _tr("Page {0}: {1}").format(number, ", ".join(dict.fromkeys(f.words for f in findings)))
    return StripItem(title=str(number), spoken=spoken, is_marked=True)


def cover_item(cover: CoverPage | CoverTemplate, *, is_drawn: bool) -> StripItem:
    """The place of the cover; is_drawn: it is one of ours and has a picture."""
    return StripItem(
        title=_tr("Cover"),
        spoken=_tr("Cover page: {0}").format(cover.name),
        kind="page" if is_drawn else "cover",
        cover_style=cover.index if isinstance(cover, CoverPage) else 0,
        is_movable=False,
    )


class StripModel(QAbstractListModel):
    """The items and their pictures, which come later."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.count = 0
        self._make: Callable[[int], Place] | None = None
        self._made: dict[int, Place] = {}

    @property
    def items(self) -> tuple[StripItem, ...]:
        """What is shown, in order. Makes every place: prefer item()."""
        return tuple(self.item(row) for row in range(self.count))

    def item(self, row: int) -> StripItem:
        """One place, from 0."""
        return self._place(row)[0]

    def picture(self, row: int) -> QPixmap | None:
        """The thumbnail of a row, None while it is not there."""
        return self._place(row)[1]

    def set_places(self, count: int, make: Callable[[int], Place]) -> None:
        """Show so many; make gives each when it is looked at. Only what differs is painted again."""
        if count != self.count:
            self.beginResetModel()
            self.count, self._make = count, make
            self._made.clear()
            self.endResetModel()
            return
        for row in tuple(self._made):
            self.renew(row, make)
        self._make = make

    def renew(self, row: int, make: Callable[[int], Place]) -> None:
        """Something became known about one place. It is made anew only when somebody looked at it already."""
        self._make = make
        before = self._made.pop(row, None)
        if before is None:
            return
        item, picture = self._place(row)
        if item != before[0] or picture is not before[1]:
            index = self.index(row)
            self.dataChanged.emit(index, index)

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else self.count

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Title, spoken words, and the item itself under ITEM_ROLE."""
        if not index.isValid() or not 0 <= index.row() < self.count:
            return None
        item = self.item(index.row())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return item.title
            case Qt.ItemDataRole.AccessibleTextRole | Qt.ItemDataRole.ToolTipRole:
                return item.spoken
            case _ if role == ITEM_ROLE:
                return item
            case _:
                return None

    def _place(self, row: int) -> Place:
        found = self._made.get(row)
        if found is None:
            assert self._make is not None
            found = self._made[row] = self._make(row)
        return found
