"""The list of people: its model, how a row is painted, and its keys.

The model holds what one look brought; in the list of favourites rows can be moved. GUI thread. Read next:
people_page.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from rcdesk.core.people import Person, PersonNumber
from rcdesk.core.phone_number import pretty
from rcdesk.ui.icons import pixmap
from rcdesk.ui.theme import current, theme

PERSON_ROLE = int(Qt.ItemDataRole.UserRole) + 1
ROW_HEIGHT = 56
_MIME = "application/x-rcdesk-row"
Index = QModelIndex | QPersistentModelIndex


class PeopleModel(QAbstractListModel):
    """Person under PERSON_ROLE. reordered(tuple[Person, ...]) when rows were put in another order."""

    reordered = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._people: tuple[Person, ...] = ()
        self._can_move = False
        self.region = "US"

    def show_people(self, people: tuple[Person, ...], *, can_move: bool = False) -> None:
        """Replace the rows when they differ."""
        self._can_move = can_move
        if people != self._people:
            self.beginResetModel()
            self._people = people
            self.endResetModel()

    def row_of(self, key: str) -> int | None:
        """The row of a person."""
        return next((row for row, person in enumerate(self._people) if person.key == key), None)

    def move(self, row: int, to: int) -> None:
        """Put a row before another one; to may be the number of rows."""
        count = len(self._people)
        if not (self._can_move and 0 <= row < count and 0 <= to <= count) or to in (row, row + 1):
            return
        self.beginMoveRows(QModelIndex(), row, row, QModelIndex(), to)
        people = list(self._people)
        person = people.pop(row)
        people.insert(to - 1 if to > row else to, person)
        self._people = tuple(people)
        self.endMoveRows()
        self.reordered.emit(self._people)

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        """A flat list."""
        return 0 if parent.isValid() else len(self._people)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The person, or words about them."""
        if not index.isValid() or not 0 <= index.row() < len(self._people):
            return None
        person = self._people[index.row()]
        if role == PERSON_ROLE:
            return person
        if role == Qt.ItemDataRole.DisplayRole:
            return title_of(person, self.region)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            star = self.tr("favourite") if person.is_favourite else ""
            return ", ".join(
                filter(None, [title_of(person, self.region), detail_of(person, self.region), star])
            )
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Rows of the favourites can be dragged between the others."""
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled if self._can_move else Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        return flags | Qt.ItemFlag.ItemIsDragEnabled if self._can_move else flags

    def supportedDropActions(self) -> Qt.DropAction:
        """Rows are moved."""
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        """Only rows of this list."""
        return [_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The number of the row."""
        data = QMimeData()
        if indexes:
            data.setData(_MIME, str(indexes[0].row()).encode())
        return data

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        """Move the dragged row. False, so that the view does not take the dragged row out by itself."""
        text = bytes(data.data(_MIME).data()).decode("ascii", "ignore")
        if text.isdigit():
            to = row if row >= 0 else parent.row() if parent.isValid() else len(self._people)
            self.move(int(text), to)
        return False


def title_of(person: Person, region: str) -> str:
    """The name, or the number of somebody without one."""
    return person.name or pretty(person.numbers[0].number, region)


def detail_of(person: Person, region: str) -> str:
    """Company, first number and its kind, and how many more."""
    first = person.numbers[0]
    company = person.company if person.company != person.name else ""
    number = pretty(first.number, region) if person.name else ""
    more = f"+{len(person.numbers) - 1}" if len(person.numbers) > 1 else ""
    return " · ".join(filter(None, [company, number, _kind(first), more]))


def _kind(number: PersonNumber) -> str:
    return number.label.lower()


class PeopleDelegate(QStyledItemDelegate):
    """Initials, name over company and number, a star for favourites."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Rows of 56."""
        return QSize(240, round(ROW_HEIGHT * theme().scale))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """One row."""
        person = index.data(PERSON_ROLE)
        if not isinstance(person, Person):
            return
        tokens, area, state = current(), QRect(option.rect), option.state
        model = index.model()
        region = model.region if isinstance(model, PeopleModel) else "US"
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.setPen(Qt.PenStyle.NoPen)
        if is_selected or state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(tokens.accent_tint if is_selected else tokens.hover))
            painter.drawRoundedRect(area.adjusted(0, 2, 0, -3), 8, 8)
        middle = QPointF(area.left() + 26, area.center().y() + 0.5)
        painter.setBrush(QColor(tokens.accent_tint if not is_selected else tokens.surface))
        painter.drawEllipse(middle, 17, 17)
        sign = QRectF(middle.x() - 17, middle.y() - 17, 34, 34)
        self._write(
            painter, sign, _letters(person.name), 12, tokens.accent_ink, is_bold=True, is_centred=True
        )
        right = area.right() - 12
        if person.is_favourite:
            star = pixmap("star-fill", tokens.ink3, 16, painter.device().devicePixelRatio())
            painter.drawPixmap(right - 16, area.center().y() - 8, star)
            right -= 26
        left, half = area.left() + 54, area.height() / 2
        room = right - left
        upper = QRectF(left, area.top() + half - 21, room, 21)
        lower = QRectF(left, area.top() + half, room, 18)
        self._write(painter, upper, title_of(person, region), 14, tokens.ink, is_bold=True)
        self._write(painter, lower, detail_of(person, region), 12, tokens.ink2)
        painter.restore()

    def _write(
        self,
        painter: QPainter,
        area: QRectF,
        text: str,
        size: int,
        ink: str,
        *,
        is_bold: bool = False,
        is_centred: bool = False,
    ) -> None:
        font = QFont(painter.font())
        font.setPixelSize(round(size * theme().scale))
        font.setWeight(QFont.Weight.DemiBold if is_bold else QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(QColor(ink))
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(area.width()))
        side = Qt.AlignmentFlag.AlignHCenter if is_centred else Qt.AlignmentFlag.AlignLeft
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | side, shown)


def _letters(name: str) -> str:
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in ([words[0], words[-1]] if len(words) > 1 else words)).upper() or "#"


class PeopleList(QListView):
    """call_asked, fax_asked and star_asked carry the Person; details_asked() on Right."""

    call_asked = Signal(object)
    fax_asked = Signal(object)
    star_asked = Signal(object)
    details_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("peopleList")
        self.setAccessibleName(self.tr("People"))
        self.setAccessibleDescription(self.tr("Enter calls, F writes a fax, S makes a favourite."))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setItemDelegate(PeopleDelegate(self))
        self.doubleClicked.connect(self._call)

    def chosen(self) -> Person | None:
        """The current person."""
        person = self.currentIndex().data(PERSON_ROLE)
        return person if isinstance(person, Person) else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter calls, F faxes, S stars, Alt+Up and Alt+Down move a favourite, Right goes to the person."""
        person, key, modifiers = self.chosen(), event.key(), event.modifiers()
        is_plain = modifiers in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        is_alt = bool(modifiers & Qt.KeyboardModifier.AltModifier)
        if person is not None and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.call_asked.emit(person)
        elif person is not None and key == Qt.Key.Key_F and is_plain:
            self.fax_asked.emit(person)
        elif person is not None and key == Qt.Key.Key_S and is_plain:
            self.star_asked.emit(person)
        elif is_alt and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._move(-1 if key == Qt.Key.Key_Up else 1)
        elif key == Qt.Key.Key_Right and is_plain:
            self.details_asked.emit()
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def _move(self, step: int) -> None:
        model, row = self.model(), self.currentIndex().row()
        if isinstance(model, PeopleModel):
            model.move(row, row + (2 if step > 0 else -1))

    @Slot(QModelIndex)
    def _call(self, index: QModelIndex) -> None:
        person = index.data(PERSON_ROLE)
        if isinstance(person, Person):
            self.call_asked.emit(person)
