"""One person: who they are, their numbers with what can be done with each, and the timeline with them.

Shown beside the lists of the People and the Calls page. What is shown is read again when the archive has
news, in place: keyboard, scrolling and the chosen row stay. GUI thread. Read next: timeline.py,
bridge/people/people_desk.py.
"""

from __future__ import annotations

from msgspec.structs import replace
from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QWidget

from rcdesk.bridge.desk import Desk
from rcdesk.core.account.capability import Capability
from rcdesk.core.numbers.phone_number import pretty
from rcdesk.core.people.people import Person, PersonNumber, PersonSource, TimelineItem
from rcdesk.ui.kit.badge import Initials
from rcdesk.ui.kit.card import Card
from rcdesk.ui.kit.lacks import Lacking, grey, why_not
from rcdesk.ui.kit.look import Button, IconButton, across, down, fill, label, named, scrolling
from rcdesk.ui.kit.reading_order import in_reading_order
from rcdesk.ui.people.timeline import PersonTimeline
from rcdesk.ui.phone.placing import region_of

NUMBERS_SHOWN = 4
"""More numbers than these scroll: what happened needs room too."""

LINK_PADDING = 6
"""What a link keeps free at its left: without it the words would not stand below the others."""


GAP = 8


class NumberLine(QWidget):
    """star_asked(PersonNumber); call_asked, fax_asked and copy_asked carry the number.

    shown: the number as people write it. resized() when the buttons went below the number or beside it.
    """

    star_asked = Signal(object)
    call_asked = Signal(str)
    fax_asked = Signal(str)
    copy_asked = Signal(str)
    resized = Signal()

    def __init__(self, number: PersonNumber, shown: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.number = number
        self._shown = shown
        self._is_favourite: bool | None = None
        self._star = IconButton("star", "", name=f"star_{number.number}", act=self._ask_star)
        self.call = IconButton("phone", self.tr("Call {0}").replace("{0}", shown), act=self._ask_call)
        self.call.setObjectName(f"call_{number.number}")
        fax = IconButton("compose", self.tr("Fax {0}").replace("{0}", shown), name=f"fax_{number.number}")
        self.copy_button = copy = IconButton("copy", self.tr("Copy {0}").replace("{0}", shown))
        copy.setObjectName(f"copy_{number.number}")
        fax.clicked.connect(self._ask_fax)
        copy.clicked.connect(self._ask_copy)
        said = down(label(shown, "rowTitle"), spacing=0)
        kind = number.label or (self.tr("Fax") if number.is_fax else "")
        if kind:
            said.addWidget(label(kind, "small"))
        self._said = QWidget()
        self._said.setLayout(said)
        said.setContentsMargins(0, 0, 0, 0)
        self._buttons = QWidget()
        across(self._star, self.call, fax, copy, of=self._buttons, margins=0, spacing=0)
        fax.setVisible(number.can_be_faxed)
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.addWidget(self._said, 1)
        self._layout.addWidget(self._buttons, 0, Qt.AlignmentFlag.AlignLeft)
        self.show_star(is_favourite=False)

    def show_star(self, *, is_favourite: bool) -> None:
        if is_favourite == self._is_favourite:
            return
        self._is_favourite = is_favourite
        words = self.tr("Take {0} from the favourites") if is_favourite else self.tr("Make {0} a favourite")
        self._star.show_icon("star-fill" if is_favourite else "star")
        self._star.setAccessibleName(words.replace("{0}", self._shown))
        self._star.setToolTip(self._star.accessibleName())

    def minimumSizeHint(self) -> QSize:
        """As narrow as the buttons, so that it is the line that gives way and not the card."""
        return QSize(self._buttons.sizeHint().width(), self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Buttons beside the number, or below it."""
        super().resizeEvent(event)
        wanted = self._said.sizeHint().width() + GAP + self._buttons.sizeHint().width()
        is_beside = self.width() >= wanted
        direction = QBoxLayout.Direction.LeftToRight if is_beside else QBoxLayout.Direction.TopToBottom
        if direction != self._layout.direction():
            self._layout.setDirection(direction)
            self.updateGeometry()
            self.resized.emit()

    @Slot()
    def _ask_star(self) -> None:
        self.star_asked.emit(self.number)

    @Slot()
    def _ask_call(self) -> None:
        self.call_asked.emit(self.number.number)

    @Slot()
    def _ask_fax(self) -> None:
        self.fax_asked.emit(self.number.number)

    @Slot()
    def _ask_copy(self) -> None:
        self.copy_asked.emit(self.number.number)


class PersonView(Card):
    """call_asked(number, name), fax_asked(number), contact_asked(number), fax_chosen(FaxRow).

    edit_asked(Person) and delete_asked(Person) where can_change was called.
    """

    call_asked = Signal(str, str)
    fax_asked = Signal(str)
    contact_asked = Signal(str)
    edit_asked = Signal(object)
    delete_asked = Signal(object)
    fax_chosen = Signal(object)

    def __init__(self, desk: Desk, nobody: str, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, padding=20)
        named(self, "personView", self.tr("Person"))
        self._desk = desk
        self.person: Person | None = None
        self._number = ""
        self._asked = 0
        self._initials = Initials()
        self._name = label("", "section", wraps=True, name="personName")
        self._name.setMinimumWidth(1)
        self._company = label("", "small", wraps=True)
        self._company.setMinimumWidth(1)
        self._nobody_words = nobody
        self._nobody = label(nobody, "muted", wraps=True, name="personNobody")
        self._add = Button(self.tr("Add to contacts…"), kind="link", name="personAddContact")
        Lacking(desk.session, self._add, Capability.CONTACTS_CHANGE)
        self._edit = Button(self.tr("Edit…"), kind="link", name="personEdit", act=self._ask_edit)
        self._delete = Button(self.tr("Delete"), kind="link", name="personDelete", act=self._ask_delete)
        self._can_change = False
        self._lines: list[NumberLine] = []
        self._timeline_title = label(self.tr("Calls and faxes"), "label")
        self.timeline = PersonTimeline(parent=self)
        self._nothing = label(self.tr("Nothing yet."), "muted")
        self._build()
        self._add.clicked.connect(self._ask_contact)
        self.timeline.fax_chosen.connect(self.fax_chosen)
        desk.people.favourites_changed.connect(self._show_stars)
        desk.people.people_changed.connect(self._read_number)
        desk.history.changed.connect(self._read_timeline)
        desk.faxes.folders_changed.connect(self._read_timeline)
        self.show_nobody()

    def showEvent(self, event: QShowEvent) -> None:
        """What happened meanwhile is read now."""
        super().showEvent(event)
        self._read_timeline()

    def first_step(self) -> QWidget:
        """Where the keyboard belongs when somebody turns to this person: calling them."""
        return self._lines[0].call if self._lines else self.timeline

    def _build(self) -> None:
        said = down(self._name, self._company, spacing=2)
        self.body.addLayout(across((self._initials, 0, Qt.AlignmentFlag.AlignTop), (said, 1), spacing=12))
        self.body.addWidget(self._nobody)
        self._box = QWidget()
        self._numbers = down(of=self._box, margins=(0, 4, 0, 0), spacing=6)
        self._scroll = scrolling(self._box, is_clear=True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.body.addWidget(self._scroll)
        add_row = QHBoxLayout()
        add_row.setContentsMargins(-LINK_PADDING, 0, 0, 0)
        for link in (self._edit, self._delete, self._add):
            add_row.addWidget(link)
        add_row.addStretch(1)
        fill(self.body, add_row, 8, self._timeline_title, self._nothing, (self.timeline, 1))
        self.body.addStretch(0)

    def offer_changes(self) -> None:
        """Offer to edit and to delete whoever is shown, greyed with the reason where that cannot be."""
        self._can_change = True
        self._desk.session.account_changed.connect(self._show_changes)
        self._show_changes()

    @Slot()
    def _show_changes(self) -> None:
        for link in (self._edit, self._delete):
            link.setVisible(self._can_change and self.person is not None and bool(self.person.name))
            grey(link, why_fixed(self._desk, self.person) if self.person else "")

    def show_nobody(self, words: str = "") -> None:
        """Show that nobody is chosen, in these words or the usual ones."""
        self._asked += 1
        self._number = ""
        self._nobody.setText(words or self._nobody_words)
        self._show(None)

    def show_person(self, person: Person) -> None:
        self._asked += 1
        self._number = ""
        self._show(person)

    def show_number(self, number: str, name: str) -> None:
        """Show whoever has this number; the number alone until it is known who that is."""
        shown = self.person
        if shown is None or not any(one.number == number for one in shown.numbers):
            only = (PersonNumber(number=number),)
            self._show(Person(key=number, name=name, company="", numbers=only, source=PersonSource.RECENT))
        self._number = number
        self._asked += 1
        asked = self._asked

        def heard(person: Person) -> None:
            if asked == self._asked:
                self._show(person if person.name else replace(person, name=name))

        self._desk.people.person(number, heard)

    def _show(self, person: Person | None) -> None:
        before, self.person = self.person, person
        if person is not None and person == before:
            return
        is_somebody = person is not None
        for part in (self._name, self._timeline_title, self.timeline, self._scroll):
            part.setVisible(is_somebody)
        self._nobody.setVisible(not is_somebody)
        first = person.numbers[0].number if person else ""
        self._initials.set_name(person.name if person else "")
        self._initials.setVisible(bool(person and person.name))
        self._name.setText((person.name or self.tr("Unknown number")) if person else "")
        self._company.setText(person.company if person and person.company != person.name else "")
        self._company.setVisible(bool(self._company.text()))
        self._add.setVisible(bool(person and not person.name and first.startswith("+")))
        self._show_changes()
        if _numbers_of(person) != _numbers_of(before):
            self._show_numbers()
            self._nothing.hide()
            self.timeline.rows.show_rows(())
        self._show_stars()
        self._read_timeline()

    def toggle_star(self, number: PersonNumber) -> None:
        name = self.person.name if self.person else ""
        toggle_star(self._desk, number, name)

    def ask_call(self, number: str) -> None:
        self.call_asked.emit(number, self.person.name if self.person else "")

    def ask_fax(self, number: str) -> None:
        self.fax_asked.emit(number)

    def copy(self, number: str) -> None:
        QGuiApplication.clipboard().setText(number)

    @Slot()
    def _ask_contact(self) -> None:
        if self.person is not None:
            self.contact_asked.emit(self.person.numbers[0].number)

    @Slot()
    def _ask_edit(self) -> None:
        if self.person is not None:
            self.edit_asked.emit(self.person)

    @Slot()
    def _ask_delete(self) -> None:
        if self.person is not None:
            self.delete_asked.emit(self.person)

    @Slot()
    def _read_number(self) -> None:
        """Somebody may have got a name: look again who that is."""
        if self._number:
            self.show_number(self._number, self.person.name if self.person else "")

    @Slot()
    def _show_stars(self) -> None:
        for line in self._lines:
            line.show_star(is_favourite=self._desk.people.is_favourite(line.number.number))

    def _show_numbers(self) -> None:
        for line in self._lines:
            self._numbers.removeWidget(line)
            line.hide()  # without a parent a shown widget would be a window
            line.setParent(None)
            line.deleteLater()
        region = region_of(self._desk)
        numbers = self.person.numbers if self.person else ()
        self._lines = [NumberLine(number, pretty(number.number, region), self._box) for number in numbers]
        for line in self._lines:
            line.star_asked.connect(self.toggle_star)
            line.call_asked.connect(self.ask_call)
            line.fax_asked.connect(self.ask_fax)
            line.copy_asked.connect(self.copy)
            line.resized.connect(self._fit_numbers)
            self._numbers.addWidget(line)
            line.show()
        if self._lines:
            in_reading_order(self._lines[-1].copy_button, self._edit, self._delete, self._add, self.timeline)
        self._fit_numbers()

    @Slot()
    def _fit_numbers(self) -> None:
        """All numbers, or as many as leave room for what happened."""
        shown = self._lines[:NUMBERS_SHOWN]
        gaps = self._numbers.spacing() * max(0, len(shown) - 1) + self._numbers.contentsMargins().top()
        self._scroll.setFixedHeight(sum(line.sizeHint().height() for line in shown) + gaps)

    @Slot()
    def _read_timeline(self) -> None:
        person = self.person
        if person is None or not self.isVisible():
            return

        def heard(items: tuple[TimelineItem, ...]) -> None:
            if self.person is not None and _numbers_of(self.person) == _numbers_of(person):
                self.timeline.rows.show_rows(items)
                self._nothing.setVisible(not items)
                self.timeline.setVisible(bool(items))

        self._desk.people.timeline(tuple(number.number for number in person.numbers), heard)


def toggle_star(desk: Desk, number: PersonNumber, name: str) -> None:
    """Make a number a favourite; one that is already, as a phone or as a fax, is no longer one."""
    people = desk.people
    if people.is_favourite(number.number):
        people.set_favourites(tuple(one for one in people.favourites if one.number != number.number))
    else:
        people.toggle_favourite(number.number, name, number.is_fax)


def why_fixed(desk: Desk, person: Person) -> str:
    """Why somebody can be neither edited nor deleted here, "" when they can."""
    return {
        PersonSource.IMPORT: "",
        PersonSource.CONTACT: why_not(desk.session, Capability.CONTACTS_CHANGE),
        PersonSource.DIRECTORY: desk.people.tr(
            "Colleagues come from the company directory; an administrator changes it."
        ),
        PersonSource.RECENT: desk.people.tr(
            "Known only from your calls and faxes. Add them as a new person first."
        ),
        PersonSource.GROUP: desk.people.tr(
            "Known only from your calls and faxes. Add them as a new person first."
        ),
    }[person.source]


def _numbers_of(person: Person | None) -> tuple[PersonNumber, ...]:
    return person.numbers if person is not None else ()
