"""The list of people: its model, how a row is painted, and its keys.

The model holds what one look brought; in the list of favourites rows can be moved. GUI thread. Read next:
people_page.py, row_list.py.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPointF, QRect, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QWidget

from rcdesk.core.numbers.phone_number import pretty
from rcdesk.core.people.people import Person
from rcdesk.ui.kit.badge import letters_of
from rcdesk.ui.kit.look import color, glyph, scaled
from rcdesk.ui.kit.row_list import CENTRE, ITEM_ROLE, Index, RowDelegate, RowList, RowModel, write, write_two

DISC_PX = 34


class PeopleModel(RowModel):
    """Person. reordered(tuple[Person, ...]) when rows were put in another order."""

    reordered = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.can_move = False

    def move(self, row: int, to: int) -> bool:
        """Put a row before another one; to may be the number of rows. False when it stays where it is."""
        count = len(self.rows)
        if not (self.can_move and 0 <= row < count and 0 <= to <= count) or to in (row, row + 1):
            return False
        self.beginMoveRows(QModelIndex(), row, row, QModelIndex(), to)
        people = list(self.rows)
        person = people.pop(row)
        people.insert(to - 1 if to > row else to, person)
        self.rows = tuple(people)
        self.endMoveRows()
        self.reordered.emit(self.rows)
        return True

    def words(self, item: Person) -> str:
        return title_of(item, self.region)

    def spoken(self, item: Person) -> str:
        star = self.tr("favourite") if item.is_favourite else ""
        return ", ".join(filter(None, [self.words(item), detail_of(item, self.region), star]))

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Rows of the favourites can be dragged between the others."""
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled if self.can_move else Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        return flags | Qt.ItemFlag.ItemIsDragEnabled if self.can_move else flags

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def moveRows(self, source: Index, row: int, count: int, target: Index, to: int) -> bool:
        """What the view does with a row that was dropped between two others."""
        return count == 1 and not source.isValid() and not target.isValid() and self.move(row, to)


def title_of(person: Person, region: str) -> str:
    """The name, or the number of somebody without one."""
    return person.name or pretty(person.numbers[0].number, region)


def detail_of(person: Person, region: str) -> str:
    """Company, first number and its kind, and how many more."""
    first = person.numbers[0]
    company = person.company if person.company != person.name else ""
    number = pretty(first.number, region) if person.name else ""
    more = f"+{len(person.numbers) - 1}" if len(person.numbers) > 1 else ""
    return " · ".join(filter(None, [company, number, first.label.lower(), more]))


def key_of_person(item: object) -> object:
    """What tells people apart in a list."""
    return item.key if isinstance(item, Person) else None


class PeopleDelegate(RowDelegate):
    """Initials, name over company and number, a star for favourites."""

    draws = Person

    def draw(self, painter: QPainter, area: QRect, item: Person, index: Index, is_chosen: bool) -> None:
        model = index.model()
        region = model.region if isinstance(model, PeopleModel) else "US"
        size = scaled(DISC_PX)
        disc = QRect(area.left() + 9, area.center().y() - size // 2 + 1, size, size)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("surface" if is_chosen else "accent_tint"))
        painter.drawEllipse(QPointF(disc.center()) + QPointF(0.5, 0.5), size / 2, size / 2)
        write(painter, disc, letters_of(item.name) or "#", 12, "accent_ink", CENTRE, is_bold=True)
        right = area.right() - 12
        if item.is_favourite:
            star = glyph("star-fill", "ink3", 16, painter.device().devicePixelRatio())
            painter.drawPixmap(right - 16, area.center().y() - 8, star)
            right -= 26
        left = disc.right() + 12
        text = QRect(left, area.top(), right - left, area.height())
        write_two(painter, text, title_of(item, region), detail_of(item, region))


class PeopleList(RowList):
    """call_asked, fax_asked and star_asked carry the Person; details_asked() on Right."""

    call_asked = Signal(object)
    fax_asked = Signal(object)
    star_asked = Signal(object)
    new_asked = Signal()
    edit_asked = Signal(object)
    delete_asked = Signal(object)
    details_asked = Signal()

    def __init__(self) -> None:
        super().__init__("peopleList", key_of_person)
        self.setAccessibleName(self.tr("People"))
        self.setAccessibleDescription(
            self.tr(
                "Enter calls, F writes a fax, S makes a favourite, N a new person, E edits, Delete deletes."
            )
        )
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setItemDelegate(PeopleDelegate(self))
        self.doubleClicked.connect(self._call)

    def chosen(self) -> Person | None:
        person = self.item()
        return person if isinstance(person, Person) else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter calls, F faxes, S stars, N, E and Delete make, edit and delete somebody.

        Alt+Up and Alt+Down move a favourite, Right goes to the person.
        """
        person, key, modifiers = self.chosen(), event.key(), event.modifiers()
        is_plain = modifiers in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        is_alt = bool(modifiers & Qt.KeyboardModifier.AltModifier)
        if person is not None and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self.call_asked.emit(person)
        elif person is not None and key == Qt.Key.Key_F and is_plain:
            self.fax_asked.emit(person)
        elif person is not None and key == Qt.Key.Key_S and is_plain:
            self.star_asked.emit(person)
        elif key == Qt.Key.Key_N and is_plain:
            self.new_asked.emit()
        elif person is not None and key == Qt.Key.Key_E and is_plain:
            self.edit_asked.emit(person)
        elif person is not None and key == Qt.Key.Key_Delete and is_plain:
            self.delete_asked.emit(person)
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
        if isinstance(model, PeopleModel) and model.move(row, row + (2 if step > 0 else -1)):
            self.scrollTo(self.currentIndex())

    @Slot(QModelIndex)
    def _call(self, index: QModelIndex) -> None:
        person = index.data(ITEM_ROLE)
        if isinstance(person, Person):
            self.call_asked.emit(person)
