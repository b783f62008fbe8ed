"""True little pictures of first pages for the rows of a list, asked for when the list has come to rest.

While it is being scrolled nothing is drawn: the first page of every row that was painted last is asked for a
moment later, one after the other, the newest wish first; the last few hundred are kept. GUI thread. Read
next: fax_row.py, bridge/fax/proof_desk.py.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QPixmap

from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.fax.fax import FaxJob
from rcdesk.core.fax.folder import FaxRow

WIDTH_PX = 96
REST_MS = 90
MOST_WANTED = 24
MOST_KEPT = 240

AskPicture: TypeAlias = Callable[[FaxRow, int, Callable[[bytes], None]], None]


class RowPictures(QObject):
    """picture() answers at once with what is known; changed() when more is known."""

    changed = Signal()

    def __init__(self, ask: AskPicture, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ask = ask
        self._kept: OrderedDict[str, QPixmap] = OrderedDict()
        self._wanted: OrderedDict[str, FaxRow] = OrderedDict()
        self._is_asking = False
        self._rest = single_shot(self, self._ask_next, REST_MS)

    def picture(self, row: FaxRow) -> QPixmap | None:
        """The first page, a null pixmap when there is no picture of it, None while that is not known."""
        key = picture_key(row)
        if not key:
            return QPixmap()
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            return found
        self._wanted[key] = row
        self._wanted.move_to_end(key)
        while len(self._wanted) > MOST_WANTED:
            self._wanted.popitem(last=False)
        self._rest.start()
        return None

    @Slot()
    def _ask_next(self) -> None:
        if self._is_asking or not self._wanted:
            return
        key, row = self._wanted.popitem()
        self._is_asking = True
        self._ask(row, WIDTH_PX, partial(self._heard, key))

    def _heard(self, key: str, png: bytes) -> None:
        self._is_asking = False
        picture = QPixmap()
        picture.loadFromData(png)
        self._kept[key] = picture
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        self.changed.emit()
        if not self._rest.isActive():
            self._ask_next()


def picture_key(row: FaxRow) -> str:
    """What the picture of a row is kept under: the content of its first file; "" when it has none here."""
    if isinstance(row, FaxJob):
        return f"{row.files[0].digest}/{row.message_id}" if row.files else ""
    return row.digest
