"""One person: who they are, their numbers with what can be done with each, and the timeline with them.

Shown beside the lists of the People and the Calls page. GUI thread. Read next: timeline.py,
bridge/people_desk.py.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from rcdesk.bridge.desk import Desk
from rcdesk.core.people import Caller, Person, PersonNumber, PersonSource, TimelineItem
from rcdesk.core.phone_number import pretty
from rcdesk.ui.card import Card
from rcdesk.ui.initials import Initials
from rcdesk.ui.line import Line
from rcdesk.ui.look import Button, IconButton, label
from rcdesk.ui.timeline import Timeline

MOST_NUMBERS = 8


class NumberLine(QWidget):
    """A number with its buttons: favourite, call, fax, copy."""

    def __init__(self, view: PersonView, number: PersonNumber, region: str, *, is_favourite: bool) -> None:
        super().__init__(view)
        shown = pretty(number.number, region)
        self.number = number
        self._star = IconButton("star-fill" if is_favourite else "star", "", size=18)
        self._star.setObjectName(f"star_{number.number}")
        star_words = (
            self.tr("Take {0} from the favourites") if is_favourite else self.tr("Make {0} a favourite")
        )
        self._name(self._star, star_words.replace("{0}", shown))
        call = IconButton("phone", self.tr("Call {0}").replace("{0}", shown))
        call.setObjectName(f"call_{number.number}")
        fax = IconButton("compose", self.tr("Fax {0}").replace("{0}", shown))
        fax.setObjectName(f"fax_{number.number}")
        copy = IconButton("copy", self.tr("Copy {0}").replace("{0}", shown))
        self._star.clicked.connect(partial(view.toggle_star, number))
        call.clicked.connect(partial(view.ask_call, number.number))
        fax.clicked.connect(partial(view.ask_fax, number.number))
        copy.clicked.connect(partial(view.copy, number.number))
        said = QVBoxLayout()
        said.setSpacing(0)
        said.addWidget(label(shown, "rowTitle"))
        kind = number.label or (view.tr("Fax") if number.is_fax else "")
        if kind:
            said.addWidget(label(kind, "small"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addLayout(said, 1)
        for button in (self._star, call, fax, copy):
            row.addWidget(button)
        fax.setVisible(number.number.startswith("+"))

    def _name(self, button: IconButton, words: str) -> None:
        button.setAccessibleName(words)
        button.setToolTip(words)


class PersonView(Card):
    """call_asked(number, name), fax_asked(number), contact_asked(number), fax_chosen(FaxRow)."""

    call_asked = Signal(str, str)
    fax_asked = Signal(str)
    contact_asked = Signal(str)
    fax_chosen = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setObjectName("personView")
        self._desk = desk
        self._person: Person | None = None
        self._asked = 0
        self._initials = Initials()
        self._name = Line("section", self)
        self._name.setObjectName("personName")
        self._company = Line("small", self)
        self._nobody = label(self.tr("Choose somebody to see their numbers and what happened."), "muted")
        self._nobody.setWordWrap(True)
        self._add = Button(self.tr("Add to contacts…"), kind="link")
        self._add.setObjectName("personAddContact")
        self._numbers = QVBoxLayout()
        self._numbers.setSpacing(6)
        self._lines: list[NumberLine] = []
        self._timeline_title = label(self.tr("Calls and faxes"), "label")
        self.timeline = Timeline(parent=self)
        self._nothing = label(self.tr("Nothing yet."), "muted")
        self._build()
        self._add.clicked.connect(self._ask_contact)
        self.timeline.fax_chosen.connect(self.fax_chosen)
        desk.people.favourites_changed.connect(self._show_numbers)
        desk.history.changed.connect(self._read_timeline)
        desk.faxes.folders_changed.connect(self._read_timeline)
        self.show_person(None)

    @property
    def person(self) -> Person | None:
        """Who is shown."""
        return self._person

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(12)
        said = QVBoxLayout()
        said.setSpacing(2)
        said.addWidget(self._name)
        said.addWidget(self._company)
        head.addWidget(self._initials)
        head.addLayout(said, 1)
        self.body.addLayout(head)
        self.body.addWidget(self._nobody)
        self.body.addLayout(self._numbers)
        self.body.addWidget(self._add, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addSpacing(8)
        self.body.addWidget(self._timeline_title)
        self.body.addWidget(self._nothing)
        self.body.addWidget(self.timeline, 1)
        self.body.addStretch(0)

    @Slot(object)
    def show_person(self, person: Person | None) -> None:
        """Show this person, or that nobody is chosen."""
        self._person = person
        is_somebody = person is not None
        for part in (self._initials, self._name, self._timeline_title):
            part.setVisible(is_somebody)
        self._nobody.setVisible(not is_somebody)
        self._nothing.hide()
        self.timeline.setVisible(is_somebody)
        self.timeline.rows.show_items(())
        region = self._region()
        first = person.numbers[0].number if person else ""
        self._initials.set_name(person.name if person else "")
        self._initials.setVisible(bool(person and person.name))
        self._name.setText((person.name or pretty(first, region)) if person else "")
        self._company.setText(person.company if person and person.company != person.name else "")
        self._company.setVisible(bool(self._company.text()))
        is_unknown = bool(person and not person.name and first.startswith("+"))
        self._add.setVisible(is_unknown)
        self._show_numbers()
        self._read_timeline()

    def show_number(self, number: str, name: str) -> None:
        """Show whoever has this number; the number alone until it is known who that is."""
        self.show_person(_alone(number, name, "", ""))
        self._asked += 1
        asked = self._asked

        def heard(caller: Caller) -> None:
            person = self._person
            if asked == self._asked and person is not None and person.numbers[0].number == number:
                self.show_person(_alone(number, caller.name or name, caller.label, caller.company))

        if number:
            self._desk.people.caller(number, heard)

    def toggle_star(self, number: PersonNumber) -> None:
        """Make a number a favourite, or no longer one."""
        name = self._person.name if self._person else ""
        self._desk.people.toggle_favourite(number.number, name, number.is_fax)

    def ask_call(self, number: str) -> None:
        """Its call button was pressed."""
        self.call_asked.emit(number, self._person.name if self._person else "")

    def ask_fax(self, number: str) -> None:
        """Its fax button was pressed."""
        self.fax_asked.emit(number)

    def copy(self, number: str) -> None:
        """Put the number into the clipboard."""
        QGuiApplication.clipboard().setText(number)

    @Slot()
    def _ask_contact(self) -> None:
        if self._person is not None:
            self.contact_asked.emit(self._person.numbers[0].number)

    @Slot()
    def _show_numbers(self) -> None:
        for line in self._lines:
            self._numbers.removeWidget(line)
            line.setParent(None)
            line.deleteLater()
        numbers = self._person.numbers[:MOST_NUMBERS] if self._person else ()
        region, people = self._region(), self._desk.people
        self._lines = [
            NumberLine(self, number, region, is_favourite=people.is_favourite(number.number))
            for number in numbers
            if number.number
        ]
        for line in self._lines:
            self._numbers.addWidget(line)
            line.show()

    @Slot()
    def _read_timeline(self) -> None:
        person = self._person
        if person is None or not self.isVisible():
            return
        numbers = tuple(number.number for number in person.numbers if number.number)

        def heard(items: tuple[TimelineItem, ...]) -> None:
            if self._person is person:
                self.timeline.rows.show_items(items)
                self._nothing.setVisible(not items)

        self._desk.people.timeline(numbers, heard)

    def _region(self) -> str:
        account = self._desk.session.account
        return account.home_country if account else "US"


def _alone(number: str, name: str, kind: str, company: str) -> Person:
    """Somebody of whom one number is known."""
    return Person(
        key=number,
        name=name,
        company=company,
        numbers=(PersonNumber(number=number, label=kind),),
        source=PersonSource.RECENT,
    )
