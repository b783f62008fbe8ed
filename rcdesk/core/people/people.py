"""Who can be called and faxed: suggestions, people with their numbers and favourites, groups, imports.

Pure; frozen values cross threads. Read next: services/people/people.py, ui/compose/recipient_field.py,
ui/people/people_page.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum

from msgspec import Struct

from rcdesk.core.calls.past_call import PastCall
from rcdesk.core.errors import UserError
from rcdesk.core.fax.fax import FaxJob, Recipient
from rcdesk.core.fax.folder import ReceivedFax
from rcdesk.core.numbers.labels import fax_rank


class PersonSource(Enum):
    """Where a person is known from; the value is what the database holds."""

    RECENT = "recent"
    """Was faxed or called from this desk."""
    CONTACT = "contact"
    """The account's address book (spec: listContacts)."""
    DIRECTORY = "directory"
    """The company directory (spec: listDirectoryEntries)."""
    IMPORT = "import"
    """Read from a vCard or CSV file into this desk's own people."""
    GROUP = "group"


class Suggestion(Struct, frozen=True, kw_only=True):
    """One line of the autocompletion: one recipient, or all of a group.

    label says what the number is ("Business fax", "Mobile"), "" when unknown; is_fax: it is known as a fax
    number. recipients holds one, or a group's.
    """

    name: str
    number: str
    label: str
    source: PersonSource
    recipients: tuple[Recipient, ...]
    is_fax: bool = False


class Group(Struct, frozen=True, kw_only=True):
    id: int
    name: str
    members: tuple[Recipient, ...]


class ListedNumber(Struct, frozen=True, kw_only=True):
    """A number of somebody on a list as it is written there, and what it is ("Mobile", "Work Fax", "").

    is_preferred: the list says so.
    """

    text: str
    label: str = ""
    is_fax: bool = False
    is_preferred: bool = False


class ListedPerson(Struct, frozen=True, kw_only=True):
    """Somebody on a list with all their numbers, the preferred first.

    line is the row of the list or the place of the card, as the user would count them: from 1.
    """

    line: int
    name: str
    company: str = ""
    numbers: tuple[ListedNumber, ...] = ()

    @property
    def to_fax(self) -> tuple[ListedNumber, ...]:
        """Where they are faxed: their preferred fax, else that at work, of who has none the preferred number.

        More than one only when the list calls them all the same.
        """
        faxes = [number for number in self.numbers if number.is_fax]
        if not faxes:
            return self.numbers[:1]
        best = min(faxes, key=lambda number: (not number.is_preferred, fax_rank(number.label)))
        return tuple(number for number in faxes if number.label == best.label)


class ImportTable(Struct, frozen=True, kw_only=True):
    """A CSV or vCard file as rows to look at and to choose columns from, and who is on it.

    name_column and number_column are the guesses (None: no name column; the user must choose a number's); a
    cell may hold several numbers between MANY. people are those of the rows, one each, in the same order;
    is_cards: they come from vCards. A row or card that is of no use is in neither, but in left_out.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    name_column: int | None
    number_column: int | None
    people: tuple[ListedPerson, ...] = ()
    left_out: tuple[ImportedLine, ...] = ()
    is_cards: bool = False


MANY = " ::: "
"""Between the numbers of one cell, as Google writes them."""


class ImportedLine(Struct, frozen=True, kw_only=True):
    """One number of an import after it was read: whom it reaches, or why not.

    doubt: what is odd about a number that is taken, "" when nothing is. line: as in ListedPerson; label,
    company and is_fax as the list has them; is_without: there is no number; is_further: whoever it is gets
    the fax at another number too.
    """

    line: int
    text: str
    recipient: Recipient | None
    problem: str = ""
    doubt: str = ""
    label: str = ""
    company: str = ""
    is_fax: bool = False
    is_without: bool = False
    is_further: bool = False


class PersonNumber(Struct, frozen=True, kw_only=True):
    """A number of a person and what it is ("Mobile", "Business fax").

    E.164, E.164 with ";ext=" and the extension to dial behind it, or a short extension alone.
    """

    number: str
    label: str = ""
    is_fax: bool = False

    @property
    def can_be_faxed(self) -> bool:
        """True for a whole number: a fax cannot dial extensions."""
        return self.number.startswith("+") and ";" not in self.number


class Person(Struct, frozen=True, kw_only=True):
    """Somebody the desk knows. key is stable between looks; numbers has at least one."""

    key: str
    name: str
    company: str
    numbers: tuple[PersonNumber, ...]
    source: PersonSource
    is_favourite: bool = False

    @property
    def to_call(self) -> PersonNumber:
        """The number to call them at: the first that is no fax, the first of all when each one is."""
        return next((n for n in self.numbers if not n.is_fax), self.numbers[0])

    @property
    def to_fax(self) -> PersonNumber | None:
        """The number to fax them at: the first known fax, else a phone; None when all are extensions."""
        able = [number for number in self.numbers if number.can_be_faxed]
        return next((n for n in able if n.is_fax), next(iter(able), None))


NUMBER_KINDS = (
    *("Business", "Mobile", "Business fax", "Home", "Company", "Other", "Other fax", "Business 2", "Home 2"),
    *("Assistant", "Callback", "Car"),
)
"""The kinds of number a contact of RingCentral has, one of each (spec: PersonalContactRequest)."""


class PersonForm(Struct, frozen=True, kw_only=True):
    """Somebody as they are written down: to be made (key ""), or changed.

    source is CONTACT for the account's address book, IMPORT for this desk's own people; numbers as typed, or
    as PersonNumber has them.
    """

    source: PersonSource
    name: str
    company: str = ""
    numbers: tuple[PersonNumber, ...] = ()
    key: str = ""


class BadField(UserError):
    """What was written down cannot be kept; field is "name", or the place of a number."""

    def __init__(self, sentence: str, field: str | int) -> None:
        super().__init__(sentence)
        self.field = field


class DeletedPerson(Struct, frozen=True, kw_only=True):
    """Somebody who was deleted, with all that is needed to bring them back.

    fields: what RingCentral had of a contact, also what the desk does not show. copies: the same person in
    imported lists, deleted too.
    """

    form: PersonForm
    fields: Mapping[str, object]
    copies: tuple[PersonForm, ...] = ()


class Favourite(Struct, frozen=True, kw_only=True):
    """A number the user wants at hand, in their own order."""

    number: str
    name: str
    is_fax: bool = False


class DialChoice(Struct, frozen=True, kw_only=True):
    """How one number is called, remembered from the last time. "" and None leave it to the general choice.

    ring_me_on is a forwarding number's id or E.164 of another phone of the user; show_as E.164.
    """

    ring_me_on: str = ""
    show_as: str = ""
    ask_to_press_1: bool | None = None


class Caller(Struct, frozen=True, kw_only=True):
    """Who a number belongs to: for the number field, the live call and a missed call's notice."""

    number: str
    name: str = ""
    label: str = ""
    company: str = ""
    is_favourite: bool = False
    last_call: PastCall | None = None


class TimelineItem(Struct, frozen=True, kw_only=True):
    """One thing that happened with a person: a call, a fax that went out, or one that came in."""

    at: datetime
    what: PastCall | FaxJob | ReceivedFax
