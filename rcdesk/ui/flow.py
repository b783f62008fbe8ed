"""A layout that sets widgets one after the other and starts a new row when one is full.

Made for the chips of the recipient field: the last widget takes what is left of its row. GUI thread.
Read next: recipient_field.py.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Rows of widgets at their size hints; the last one stretches to the end of its row.

    gap is the distance between widgets in px, last_min_width the least the last one needs.
    """

    def __init__(self, parent: QWidget, *, margin: int = 8, gap: int = 8, last_min_width: int = 180) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self._last_min_width = last_min_width
        self.setContentsMargins(margin, margin, margin, margin)

    def addItem(self, item: QLayoutItem) -> None:
        """Append an item (Qt calls this from addWidget)."""
        self._items.append(item)

    def insert(self, index: int, widget: QWidget) -> None:
        """Put a widget at a position; index counts from 0."""
        self.addWidget(widget)
        self._items.insert(index, self._items.pop())
        self.invalidate()

    def count(self) -> int:
        """How many items there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """The item at index, None beyond the end as Qt wants it."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Remove and return the item at index, None beyond the end."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def hasHeightForWidth(self) -> bool:
        """Rows depend on the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height all rows need at this width."""
        return self._arrange(QRect(0, 0, width, 0), is_trial=True)

    def setGeometry(self, rect: QRect) -> None:
        """Place the widgets."""
        super().setGeometry(rect)
        self._arrange(rect, is_trial=False)

    def sizeHint(self) -> QSize:
        """One row."""
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        """The largest single widget and the margins."""
        margins = self.contentsMargins()
        height = max((i.minimumSize().height() for i in self._items), default=0)
        return QSize(self._last_min_width + 2 * margins.left(), height + margins.top() + margins.bottom())

    def expandingDirections(self) -> Qt.Orientation:
        """It does not ask for more than it needs."""
        return Qt.Orientation(0)

    def _arrange(self, rect: QRect, *, is_trial: bool) -> int:
        area = rect.marginsRemoved(self.contentsMargins())
        x, y, row = area.x(), area.y(), 0
        for item in self._items:
            is_last = item is self._items[-1]
            hint = item.sizeHint()
            width = self._last_min_width if is_last else min(hint.width(), area.width())
            if x > area.x() and x + width > area.right() + 1:
                x, y, row = area.x(), y + row + self._gap, 0
            if is_last:
                width = max(width, area.right() + 1 - x)
            if not is_trial:
                item.setGeometry(QRect(QPoint(x, y), QSize(width, hint.height())))
            x += width + self._gap
            row = max(row, hint.height())
        margins = self.contentsMargins()
        return y + row - rect.y() + margins.bottom()
