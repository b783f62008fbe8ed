"""A frame that sets widgets one after the other and starts a new row when one is full.

Made for the chips of the recipient field: the last widget takes what is left of its row. It is a widget that
places its children, not a QLayout: the items of a layout written in Python are freed by Qt while Python still
knows them, and a later object at the same address then answers as the wrong type. GUI thread. Read next:
recipient_field.py.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget


class FlowFrame(QFrame):
    """Rows of child widgets at their size hints; the last one stretches to the end of its row.

    margin and gap in px; last_min_width: the least the last one needs.
    """

    def __init__(
        self, parent: QWidget | None = None, *, margin: int = 8, gap: int = 8, last_min_width: int = 180
    ) -> None:
        super().__init__(parent)
        self._widgets: tuple[QWidget, ...] = ()
        self._margin = margin
        self._gap = gap
        self._last_min_width = last_min_width
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_widgets(self, widgets: Sequence[QWidget]) -> None:
        """Place these children in this order; others stay where they are."""
        self._widgets = tuple(widgets)
        self._place()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(width, is_trial=True)

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:
        height = max((_hint(w).height() for w in self._widgets), default=0)
        return QSize(self._last_min_width + 2 * self._margin, height + 2 * self._margin)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(self.width(), is_trial=False)

    def event(self, event: QEvent) -> bool:
        """A child that wants another size moves those after it."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._place()
        return super().event(event)

    def _place(self) -> None:
        self.updateGeometry()
        self._arrange(self.width(), is_trial=False)

    def _arrange(self, width: int, *, is_trial: bool) -> int:
        """The height of all rows; unless it is a trial the widgets are moved."""
        left, right = self._margin, width - self._margin
        x, y, row = left, self._margin, 0
        for widget in self._widgets:
            is_last = widget is self._widgets[-1]
            hint = _hint(widget)
            wanted = self._last_min_width if is_last else min(hint.width(), right - left)
            if x > left and x + wanted > right:
                x, y, row = left, y + row + self._gap, 0
            if is_last:
                wanted = max(wanted, right - x)
            if not is_trial:
                widget.setGeometry(QRect(x, y, wanted, hint.height()))
            x += wanted + self._gap
            row = max(row, hint.height())
        return y + row + self._margin


def _hint(widget: QWidget) -> QSize:
    return widget.sizeHint().expandedTo(widget.minimumSize())
