"""ListPage: what Calls and People have in common: rows with a search and filters, and one person beside them.

A page says what its rows are, fills them when _ask() is called, and acts on the chosen one; how all of it is
laid out and how the keyboard goes through it is here. GUI thread. Read next: calls_page.py, people_page.py,
folders/fax_pages.py, person_view.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from rcdesk.bridge.desk import Desk
from rcdesk.ui.kit.card import Card
from rcdesk.ui.kit.foot_line import FootLine
from rcdesk.ui.kit.lacks import LackLine
from rcdesk.ui.kit.list_and_detail import FolderBody
from rcdesk.ui.kit.look import across, fill, label, named
from rcdesk.ui.kit.row_list import RowList
from rcdesk.ui.kit.search_line import SearchLine
from rcdesk.ui.people.person_view import PersonView


class FilterRow(QHBoxLayout):
    """Choices are (object name, words, value), the first one is on; pressed(value) even when that one is."""

    pressed = Signal(object)

    def __init__(self, choices: Iterable[tuple[str, str, object]]) -> None:
        super().__init__()
        fill(self, margins=(4, 0, 4, 0), spacing=6)
        self._group = QButtonGroup(self)
        self._buttons: dict[object, QPushButton] = {}
        for name, words, value in choices:
            button = named(QPushButton(words), name, self.tr("Show: {0}").replace("{0}", words))
            button.setProperty("kind", "filter")
            button.setCheckable(True)
            button.setChecked(not self._buttons)
            button.clicked.connect(partial(self._press, value))
            self._group.addButton(button)
            self._buttons[value] = button
            self.addWidget(button)
        self.addStretch(1)

    def rename(self, value: object, words: str) -> None:
        """Say it in other words: how many there are may be news."""
        self._buttons[value].setText(words)
        self._buttons[value].setAccessibleName(self.tr("Show: {0}").replace("{0}", words))

    def choose(self, value: object) -> None:
        """Turn the button of this value on, and with it the others off."""
        self._buttons[value].setChecked(True)

    def _press(self, value: object, _is_checked: bool = True) -> None:
        self.pressed.emit(value)


class ListPage(QWidget):
    """call_asked(number, name), fax_asked(number), contact_asked(number), fax_chosen(FaxRow).

    under_list is the line below the rows; the button that turns to the person stands at its end.
    """

    call_asked = Signal(str, str)
    fax_asked = Signal(str)
    contact_asked = Signal(str)
    fax_chosen = Signal(object)

    def __init__(self, desk: Desk, rows: RowList) -> None:
        super().__init__()
        self._desk = desk
        self.list = rows
        self.empty = label("", "muted", wraps=True)
        self.foot = FootLine(self)

    def focus_list(self) -> None:
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        self.list.choose_first()

    def focus_search(self) -> None:
        self.search.take_focus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
            self._ask()
            self.empty.hide()
            self.list.show()
            self.focus_list()
            return
        super().keyPressEvent(event)

    @Slot()
    def _ask(self) -> None:
        """Look for what is searched and filtered, and show it."""
        raise NotImplementedError

    @Slot()
    def _show_person(self) -> None:
        """Another row is current: show whose it is."""
        raise NotImplementedError

    @Slot(QPoint)
    def _open_menu(self, at: QPoint) -> None:
        """The current row's own menu, at a point of the list's viewport."""
        raise NotImplementedError

    def _build(
        self,
        name: str,
        *,
        title: str,
        search: str,
        beside_search: QWidget,
        filters: FilterRow,
        lack: LackLine,
        nobody: str,
    ) -> None:
        """Put the page together; name begins its object names.

        search: what a screen reader calls the search; lack: what the account cannot do; nobody: said where no
        person is shown.
        """
        named(self, f"{name}Page", title)
        self.empty.setObjectName(f"{name}Empty")
        self.search = SearchLine(f"{name}Search", search)
        self.search.setProperty("place", "canvas")
        self.search.setMinimumHeight(36)
        self.search.setMaximumWidth(300)
        self.person = PersonView(self._desk, nobody)
        head = across(label(title, "pageTitle"), ..., (self.search, 2), beside_search, spacing=12)
        layout = QVBoxLayout(self)
        fill(
            layout, head, (self._make_body(filters, lack), 1), self.foot, margins=(24, 20, 24, 20), spacing=16
        )
        self._connect_parts()

    def _make_body(self, filters: FilterRow, lack: LackLine) -> FolderBody:
        card = Card()
        fill(card.body, filters, lack, self.empty, (self.list, 1), margins=(12, 12, 12, 20))
        card.body.addStretch(0)
        self.body = FolderBody(card, self.person, first=self.person.first_step)
        self.under_list = QHBoxLayout()
        self.under_list.addStretch(0)
        self.under_list.addWidget(self.body.details)
        card.body.addLayout(self.under_list)
        return self.body

    def _connect_parts(self) -> None:
        self.search.asked.connect(self._ask)
        self.search.returnPressed.connect(self.focus_list)
        self.list.chosen_changed.connect(self._show_person)
        self.list.customContextMenuRequested.connect(self._open_menu)
        self.body.list_asked.connect(self.focus_list)
        self.person.call_asked.connect(self.call_asked)
        self.person.fax_asked.connect(self.fax_asked)
        self.person.contact_asked.connect(self.contact_asked)
        self.person.fax_chosen.connect(self.fax_chosen)
        self._desk.people.said.connect(self.foot.say_good)
