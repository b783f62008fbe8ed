"""The places of the page strip as a list model: cover, pages, files that only the service can take apart.

Thumbnails come later than the items and are put beside them. GUI thread. Read next: page_strip.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QCoreApplication, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QWidget

from rcdesk.core.account import CoverPage
from rcdesk.core.cover import CoverTemplate
from rcdesk.core.fax import Document
from rcdesk.core.paper import Finding, PagePlan

ITEM_ROLE = Qt.ItemDataRole.UserRole + 1

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class StripItem:
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
        self._items: tuple[StripItem, ...] = ()
        self._pictures: list[QPixmap | None] = []

    @property
    def items(self) -> tuple[StripItem, ...]:
        """What is shown, in order."""
        return self._items

    def set_items(self, items: Sequence[StripItem], pictures: Sequence[QPixmap | None]) -> None:
        """Show exactly these; only what differs is painted again."""
        if len(items) != len(self._items):
            self.beginResetModel()
            self._items, self._pictures = tuple(items), list(pictures)
            self.endResetModel()
            return
        before, seen = self._items, self._pictures
        self._items, self._pictures = tuple(items), list(pictures)
        for row, item in enumerate(items):
            if item != before[row] or pictures[row] is not seen[row]:
                self._tell(row)

    def set_item(self, row: int, item: StripItem, picture: QPixmap | None) -> None:
        """One place changed, or its thumbnail is there."""
        if item != self._items[row] or picture is not self._pictures[row]:
            self._items = (*self._items[:row], item, *self._items[row + 1 :])
            self._pictures[row] = picture
            self._tell(row)

    def picture(self, row: int) -> QPixmap | None:
        """The thumbnail of a row, None while it is not there."""
        return self._pictures[row]

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        """How many places there are."""
        return 0 if parent.isValid() else len(self._items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Title, spoken words, and the item itself under ITEM_ROLE."""
        if not index.isValid() or not 0 <= index.row() < len(self._items):
            return None
        item = self._items[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return item.title
            case Qt.ItemDataRole.AccessibleTextRole | Qt.ItemDataRole.ToolTipRole:
                return item.spoken
            case _ if role == ITEM_ROLE:
                return item
            case _:
                return None

    def _tell(self, row: int) -> None:
        index = self.index(row)
        self.dataChanged.emit(index, index)


def _tr(text: str) -> str:
    return QCoreApplication.translate("PageStrip", text)
