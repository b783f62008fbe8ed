"""The list that opens below a line while a name or number is typed: whom to fax, whom to call.

It lies over the window and never takes the focus: the line sends Up, Down, Enter and Esc here, and what is
chosen is announced to screen readers. People come from PeopleDesk, debounced; a late answer to an older text
is thrown away. GUI thread. Read next: recipient_field.py, number_field.py.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QModelIndex,
    QObject,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.numbers.phone_number import pretty
from rcdesk.core.people.people import PersonSource, Suggestion
from rcdesk.ui.kit.announce import announce
from rcdesk.ui.kit.look import color, down, dress, glyph, named
from rcdesk.ui.kit.row_list import ITEM_ROLE, Index, RowModel

_tr = partial(QCoreApplication.translate, "Suggestions")

PAUSE_MS = 120
SHOWN_ROWS = 7
_ROW_PX = 44

Ask = Callable[[str, Callable[[tuple[Suggestion, ...]], None]], None]


def source_words(source: PersonSource) -> str:
    """Where somebody is known from."""
    return {
        PersonSource.RECENT: _tr("Lately"),
        PersonSource.CONTACT: _tr("Address book"),
        PersonSource.DIRECTORY: _tr("Company directory"),
        PersonSource.IMPORT: _tr("Imported"),
        PersonSource.GROUP: _tr("Group"),
    }[source]


def source_icon(source: PersonSource) -> str:
    return {
        PersonSource.RECENT: "clock",
        PersonSource.CONTACT: "person",
        PersonSource.DIRECTORY: "home",
        PersonSource.IMPORT: "download",
        PersonSource.GROUP: "people",
    }[source]


class SuggestionModel(RowModel):
    """Suggestion, the likeliest first."""

    def words(self, item: Suggestion) -> str:
        return item.name or pretty(item.number, self.region)

    def spoken(self, item: Suggestion) -> str:
        return ", ".join(filter(None, (*self.lines(item), self.where(item))))

    def where(self, suggestion: Suggestion) -> str:
        """Where somebody is known from, and that it is a fax's number."""
        words = source_words(suggestion.source)
        return _tr("Fax · {0}").format(words) if suggestion.is_fax else words

    def lines(self, suggestion: Suggestion) -> tuple[str, str]:
        """The two lines of a row."""
        if suggestion.source is PersonSource.GROUP:
            count = len(suggestion.recipients)
            below = self.tr("1 number") if count == 1 else self.tr("{0} numbers").format(count)
            return suggestion.name, below
        number = pretty(suggestion.number, self.region)
        below = f"{number} · {suggestion.label}" if suggestion.label else number
        return (suggestion.name, below) if suggestion.name else (number, suggestion.label)


class _RowPainter(QStyledItemDelegate):
    """Icon, name over number, and where it comes from at the right."""

    def __init__(self, model: SuggestionModel, parent: QObject) -> None:
        super().__init__(parent)
        self._lines = model.lines
        self._where = model.where

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Two lines."""
        return QSize(200, max(_ROW_PX, 2 * option.fontMetrics.height() + 10))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        suggestion = index.data(ITEM_ROLE)
        if not isinstance(suggestion, Suggestion):
            return
        rect: QRect = option.rect
        font: QFont = option.font
        is_on = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if is_on:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("accent_tint"))
            painter.drawRoundedRect(QRectF(rect).adjusted(4, 1, -4, -1), 7, 7)
        ratio = painter.device().devicePixelRatioF()
        token = "accent_ink" if is_on else "ink2"
        sign = glyph(source_icon(suggestion.source), token, 18, ratio)
        painter.drawPixmap(rect.left() + 14, rect.center().y() - 8, sign)
        first, below = self._lines(suggestion)
        bold = QFont(font)
        bold.setWeight(QFont.Weight.DemiBold)
        small = QFont(font)
        small.setPixelSize(max(11, font.pixelSize() - 2))
        where = self._where(suggestion)
        space = QFontMetrics(small).horizontalAdvance(where) + 16
        inner = rect.adjusted(42, 4, -14, -4)
        half = inner.height() // 2
        top = QRect(inner.left(), inner.top(), inner.width() - space, half)
        self._text(painter, bold, "ink", top, first)
        self._text(painter, small, "ink2", top.translated(0, half), below)
        painter.setFont(small)
        painter.setPen(QPen(color("ink3")))
        painter.drawText(inner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, where)
        painter.restore()

    def _text(self, painter: QPainter, font: QFont, token: str, rect: QRect, text: str) -> None:
        painter.setFont(font)
        painter.setPen(color(token))
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


class Suggestions(QFrame):
    """accepted(Suggestion) when one was taken; missed() when take_first() found nobody."""

    accepted = Signal(object)
    missed = Signal()

    def __init__(self, line: QLineEdit, frame: QWidget, ask: Ask) -> None:
        super().__init__(frame)
        self._line, self._frame, self._ask = line, frame, ask
        self._wanted = ""
        self._is_first_wanted = False
        self._is_due = False
        self.setObjectName("suggestions")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        dress(self, "#suggestions { background: $raised; border: 1px solid $border; border-radius: 10px; }")
        self.model = SuggestionModel(self)
        self._view = named(QListView(self), "suggestionList", self.tr("Suggestions"))
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setMouseTracking(True)
        self._view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._view.setModel(self.model)
        self._view.setItemDelegate(_RowPainter(self.model, self))
        self._view.entered.connect(self._view.setCurrentIndex)
        self._view.clicked.connect(self._accept)
        down(self._view, of=self, margins=(2, 5, 2, 5))
        self._pause = single_shot(self, self._ask_now, PAUSE_MS)
        self.hide()

    def typed(self, text: str) -> None:
        """The line says this now: ask for it after a short pause, or close when it is empty."""
        self._wanted = text.strip()
        self._is_first_wanted = False
        if not self._wanted:
            self.close_list()
            return
        self._is_due = True
        self._pause.start()

    def open_all(self) -> None:
        """Down in an empty line: who was faxed lately."""
        self._wanted = self._line.text().strip()
        self._ask_now()

    def take_first(self) -> None:
        """Enter after letters: take who is chosen, or the first one as soon as the answer is there."""
        if not self._is_due and self.isVisible():
            self.take_chosen()
            return
        self._is_first_wanted = True
        self._ask_now()

    def take_chosen(self) -> bool:
        """Accept the chosen row, False when there is none."""
        index = self._view.currentIndex()
        if not self.isVisible() or not index.isValid():
            return False
        self._accept(index)
        return True

    def take_key(self, key: int) -> bool:
        """A key of the line while the list is open: True when it moved, took or closed something."""
        match key:
            case Qt.Key.Key_Down | Qt.Key.Key_Up:
                self.step(1 if key == Qt.Key.Key_Down else -1)
            case Qt.Key.Key_Escape:
                self.close_list()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                return self.take_chosen()
            case _:
                return False
        return True

    def step(self, by: int) -> None:
        """Choose the next (1) or the previous (-1) row."""
        count = self.model.rowCount()
        if not count:
            return
        row = self._view.currentIndex().row()
        row = (row + by) % count if row >= 0 else (0 if by > 0 else count - 1)
        self._choose(row)

    def _choose(self, row: int) -> None:
        index = self.model.index(row, 0)
        self._view.setCurrentIndex(index)
        announce(self._line, str(index.data(Qt.ItemDataRole.AccessibleTextRole) or ""))

    def close_list(self) -> None:
        self._pause.stop()
        self._is_due = self._is_first_wanted = False
        self.hide()
        self.model.show_rows(())

    @Slot()
    def _ask_now(self) -> None:
        self._pause.stop()
        wanted = self._wanted
        self._is_due = True

        def done(rows: tuple[Suggestion, ...]) -> None:
            self._answered(wanted, rows)

        self._ask(wanted, done)

    def _answered(self, wanted: str, rows: tuple[Suggestion, ...]) -> None:
        if wanted != self._wanted or not self._is_due:
            return
        self._is_due = False
        if self._is_first_wanted:
            self._is_first_wanted = False
            if rows:
                self.close_list()
                self.accepted.emit(rows[0])
            else:
                self.close_list()
                self.missed.emit()
            return
        if not rows or not self._line.hasFocus():
            self.hide()
            self.model.show_rows(())
            return
        self.model.show_rows(())
        self.model.show_rows(rows)
        was_open = self.isVisible()
        self._place()
        self.show()
        self.raise_()
        if any(c.isalpha() for c in wanted):
            self._choose(0)
        elif not was_open:
            announce(self._line, self.tr("{0} suggestions below, Down goes to them.").format(len(rows)))

    def _place(self) -> None:
        """Below the frame of the field, over everything else of the window."""
        window = self._frame.window()
        if self.parentWidget() is not window:
            self.setParent(window)
            window.installEventFilter(self)
        below = self._frame.mapTo(window, QPoint(0, self._frame.height() + 4))
        rows = min(SHOWN_ROWS, self.model.rowCount())
        height = rows * max(_ROW_PX, self._view.sizeHintForRow(0)) + 14
        room = max(_ROW_PX + 14, window.height() - below.y() - 8)
        self.setGeometry(QRect(below, QSize(self._frame.width(), min(height, room))))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A window that changes its size closes the list."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.hide()
        return super().eventFilter(watched, event)

    @Slot(QModelIndex)
    def _accept(self, index: QModelIndex) -> None:
        suggestion = index.data(ITEM_ROLE)
        self.close_list()
        if isinstance(suggestion, Suggestion):
            self.accepted.emit(suggestion)
