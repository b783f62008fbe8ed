"""The People page: everybody the desk knows, the favourites in their own order, and each one's timeline.

People come from the account's address book, the company directory, this desk's calls and faxes, and files
imported or made here. Enter calls, F faxes, S makes a favourite, N a new person, E edits, Delete deletes;
favourites are put in order by dragging or with Alt+Up and Alt+Down. GUI thread. Read next: list_page.py,
contact_dialog.py, bridge/people/people_desk.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from rcdesk.bridge.desk import Desk
from rcdesk.bridge.people.people_desk import MOST_PEOPLE
from rcdesk.core.account.capability import Capability
from rcdesk.core.people.people import (
    Caller,
    DeletedPerson,
    Favourite,
    ImportedLine,
    ImportTable,
    Person,
    PersonForm,
    PersonNumber,
    PersonSource,
)
from rcdesk.ui.compose.import_dialog import ImportDialog, ListReading
from rcdesk.ui.kit.icons import icon
from rcdesk.ui.kit.lacks import LackLine, grey_action, why_not
from rcdesk.ui.kit.look import Button, across, label
from rcdesk.ui.people.list_page import FilterRow, ListPage
from rcdesk.ui.people.people_list import PeopleList, PeopleModel
from rcdesk.ui.people.person_view import toggle_star, why_fixed
from rcdesk.ui.phone.contact_dialog import ContactDialog
from rcdesk.ui.phone.placing import region_of


class PeoplePage(ListPage):
    """Its list holds people; what is asked for from it is what ListPage says."""

    list: PeopleList

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, PeopleList())
        self._is_favourites = False
        self._asked = 0
        self._deleted: DeletedPerson | None = None
        self.model = PeopleModel(self)
        self.list.setModel(self.model)
        self.list.follow_model()
        self.more = label(
            self.tr("These are the first {0} people. Type a name or a number to find the others.").replace(
                "{0}", str(MOST_PEOPLE)
            ),
            "small",
            wraps=True,
        )
        self.more.setObjectName("peopleMore")
        self.more.hide()
        self._build_page()
        self._connect()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask()
        self._desk.people.refresh()

    def _build_page(self) -> None:
        self._import = Button(self.tr("Import…"), icon_name="download", name="peopleImport")
        self._import.setToolTip(self.tr("Read people from a vCard or CSV file"))
        self._new = Button(self.tr("New person"), icon_name="plus", name="peopleNew", act=self._make_person)
        beside = QWidget()
        across(self._import, self._new, of=beside, margins=0, spacing=8)
        self._filters = FilterRow(
            (
                ("people_all", self.tr("Everybody"), False),
                ("people_favourites", self.tr("Favourites"), True),
            )
        )
        others = self.tr("Colleagues, people you faxed and people you imported are here.")
        self._build(
            "people",
            title=self.tr("People"),
            search=self.tr("Search people"),
            beside_search=beside,
            filters=self._filters,
            lack=LackLine("contactsLack", self._desk.session, Capability.CONTACTS, rest=others),
            nobody=self.tr("Choose somebody to see their numbers and what happened."),
        )
        self.under_list.setContentsMargins(8, 0, 8, 0)
        self.under_list.insertWidget(0, self.more, 1)

    def _connect(self) -> None:
        self._filters.pressed.connect(self._choose_filter)
        self._import.clicked.connect(self._choose_import)
        self.list.call_asked.connect(self._call)
        self.list.fax_asked.connect(self._fax)
        self.list.star_asked.connect(self._star)
        self.list.details_asked.connect(self.body.show_story)
        self.list.new_asked.connect(self._make_person)
        for asker in (self.list, self.person):
            asker.edit_asked.connect(self._edit)
            asker.delete_asked.connect(self._delete)
        self.person.offer_changes()
        self.foot.undo_asked.connect(self._undo_delete)
        self.model.reordered.connect(self._reordered)
        self._desk.people.problem.connect(self.foot.say_problem)
        self._desk.session.account_changed.connect(self._ask)
        self._desk.people.people_changed.connect(self._ask)
        self._desk.people.favourites_changed.connect(self._ask)

    @Slot(object)
    def _choose_filter(self, is_favourites: bool) -> None:
        self._is_favourites = is_favourites
        self._ask()

    @Slot()
    def _ask(self) -> None:
        if not self.isVisible():
            return
        text = self.search.words
        self.model.region = region_of(self._desk)
        self._asked += 1
        asked = self._asked
        if not self._is_favourites:

            def heard(people: tuple[Person, ...]) -> None:
                if asked == self._asked:
                    self._take(people)

            self._desk.people.list_people(text, heard)
            return
        favourites = self._desk.people.favourites

        def known(callers: Mapping[str, Caller]) -> None:
            if asked == self._asked:
                people = (_of_favourite(one, callers[one.number]) for one in favourites)
                self._take(tuple(one for one in people if _is_meant(text, one)))

        self._desk.people.callers([one.number for one in favourites], known)

    def _take(self, people: tuple[Person, ...]) -> None:
        text = self.search.words
        self.model.can_move = self._is_favourites and not text
        self.model.show_rows(people)
        nobody = (
            self.tr("No favourites yet. Press the star beside a number.")
            if self._is_favourites
            else self.tr("Nobody yet. A vCard file can be imported.")
            if why_not(self._desk.session, Capability.CONTACTS)
            else self.tr("Nobody yet. Your RingCentral contacts appear here; a vCard file can be imported.")
        )
        not_found = self.tr("Nobody matches “{0}”.").replace("{0}", text)
        self.empty.setText(not_found if text else nobody)
        self.empty.setVisible(not people)
        self.more.setVisible(len(people) >= MOST_PEOPLE)
        self.list.setVisible(bool(people))
        self.list.choose_first()

    @Slot()
    def _show_person(self) -> None:
        person = self.list.chosen()
        if person is None:
            self.person.show_nobody()
        elif self._is_favourites:
            self.person.show_number(person.numbers[0].number, person.name)
        else:
            self.person.show_person(person)

    @Slot(object)
    def _call(self, person: Person) -> None:
        self.call_asked.emit(person.to_call.number, person.name)

    @Slot(object)
    def _fax(self, person: Person) -> None:
        if person.to_fax is not None:
            self.fax_asked.emit(person.to_fax.number)

    @Slot(object)
    def _star(self, person: Person) -> None:
        kept = [n for n in person.numbers if self._desk.people.is_favourite(n.number)]
        for number in kept or [person.to_call]:
            toggle_star(self._desk, number, person.name)

    @Slot(QPoint)
    def _open_menu(self, at: QPoint) -> None:
        person = self.list.chosen()
        if person is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(icon("phone"), self.tr("Call")).triggered.connect(partial(self._call, person))
        if person.to_fax is not None:
            menu.addAction(icon("compose"), self.tr("Fax")).triggered.connect(partial(self._fax, person))
        is_kept = any(self._desk.people.is_favourite(n.number) for n in person.numbers)
        words = self.tr("Take from the favourites") if is_kept else self.tr("Make a favourite")
        menu.addAction(icon("star"), words).triggered.connect(partial(self._star, person))
        menu.addSeparator()
        fixed = why_fixed(self._desk, self._changeable(person))
        for name, words, act in (
            ("compose", self.tr("Edit…"), self._edit),
            ("trash", self.tr("Delete"), self._delete),
        ):
            action = menu.addAction(icon(name), words)
            action.triggered.connect(partial(act, person))
            grey_action(action, fixed)
        menu.setToolTipsVisible(True)
        menu.popup(self.list.viewport().mapToGlobal(at))

    @Slot()
    def _make_person(self) -> None:
        form = PersonForm(source=PersonSource.CONTACT, name="")
        ContactDialog(self._desk, form, self).open()

    def _changeable(self, person: Person) -> Person:
        """Who is meant by a row: of a favourite the person beside the list, who has that number."""
        shown = self.person.person
        return shown if self._is_favourites and shown is not None else person

    @Slot(object)
    def _edit(self, person: Person) -> None:
        person = self._changeable(person)
        if fixed := why_fixed(self._desk, person):
            self.foot.say_problem(fixed)
            return
        self._desk.people.edit(person.key, lambda form: ContactDialog(self._desk, form, self).open())

    @Slot(object)
    def _delete(self, person: Person) -> None:
        """Delete somebody; the line at the foot takes it back."""
        person = self._changeable(person)
        if fixed := why_fixed(self._desk, person):
            self.foot.say_problem(fixed)
            return

        def deleted(found: DeletedPerson) -> None:
            self._deleted = found
            self.foot.say_done(self.tr("{0} was deleted.").replace("{0}", found.form.name), True)

        self._desk.people.delete_person(person, deleted)

    @Slot()
    def _undo_delete(self) -> None:
        deleted, self._deleted = self._deleted, None
        if deleted is not None:
            self._desk.people.restore_person(deleted)

    @Slot(object)
    def _reordered(self, people: tuple[Person, ...]) -> None:
        """Favourites in another order."""
        self._desk.people.set_favourites(tuple(_to_favourite(person) for person in people))

    @Slot()
    def _choose_import(self) -> None:
        dialog = QFileDialog(self, self.tr("Import people"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(self.tr("Address lists (*.csv *.vcf *.txt)"))
        dialog.fileSelected.connect(self._read_import)
        dialog.open()

    @Slot(str)
    def _read_import(self, path: str) -> None:
        name = Path(path).name

        def read(table: ImportTable) -> None:
            dialog = ImportDialog(self._desk, table, name, self, is_for_people=True)
            dialog.taken.connect(self._take_imported)
            dialog.open()

        ListReading(self._desk, Path(path), read, self)

    @Slot(object)
    def _take_imported(self, lines: tuple[ImportedLine, ...]) -> None:
        """The good lines become people of this desk."""
        self._desk.people.import_people(lines, self._say_imported)

    def _say_imported(self, count: int) -> None:
        words = self.tr("1 person was added.") if count == 1 else self.tr("{0} people were added.")
        self.foot.say_good(words.replace("{0}", str(count)))


def _of_favourite(favourite: Favourite, caller: Caller) -> Person:
    """A row of the favourites: one number, in the words of whoever knows it."""
    number = PersonNumber(number=favourite.number, label=caller.label, is_fax=favourite.is_fax)
    return Person(
        key=f"{favourite.number} {favourite.is_fax}",
        name=caller.name or favourite.name,
        company=caller.company,
        numbers=(number,),
        source=PersonSource.RECENT,
        is_favourite=True,
    )


def _is_meant(text: str, person: Person) -> bool:
    """True when the typed text is a part of name, company or number."""
    typed = "".join(filter(str.isdigit, text))
    is_number = bool(typed) and not any(map(str.isalpha, text)) and typed in person.numbers[0].number
    return is_number or text.casefold() in f"{person.name} {person.company}".casefold()


def _to_favourite(person: Person) -> Favourite:
    number = person.numbers[0]
    return Favourite(number=number.number, name=person.name, is_fax=number.is_fax)
