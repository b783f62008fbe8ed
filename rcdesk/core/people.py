"""Who can be called and faxed: suggestions, people with their numbers and favourites, groups, imports.

Pure; frozen values cross threads. Read next: services/people.py, ui/recipient_field.py, ui/people_page.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from rcdesk.core.fax import FaxJob, Recipient
from rcdesk.core.folder import ReceivedFax
from rcdesk.core.past_call import PastCall


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A saved list of recipients."""

    id: int
    name: str
    members: tuple[Recipient, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportTable:
    """A CSV or vCard file as rows to choose columns from; vCard always has the columns Name and Number.

    name_column and number_column are the guesses (None: no name column; the user must choose a number's).
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    name_column: int | None
    number_column: int | None
    skipped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedLine:
    """One line of an import after its number was read: recipient, or why not. line counts from 1."""

    line: int
    text: str
    recipient: Recipient | None
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonNumber:
    """A number of a person: E.164 or a short extension, and what it is ("Mobile", "Business fax")."""

    number: str
    label: str = ""
    is_fax: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
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
        able = [number for number in self.numbers if number.number.startswith("+")]
        return next((n for n in able if n.is_fax), next(iter(able), None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Favourite:
    """A number the user wants at hand, in their own order."""

    number: str
    name: str
    is_fax: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DialChoice:
    """How one number is called, remembered from the last time. "" and None leave it to the general choice.

    ring_me_on is a forwarding number's id or E.164 of another phone of the user; show_as E.164.
    """

    ring_me_on: str = ""
    show_as: str = ""
    ask_to_press_1: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who a number belongs to: for the number field, the live call and a missed call's notice."""

    number: str
    name: str = ""
    label: str = ""
    company: str = ""
    is_favourite: bool = False
    last_call: PastCall | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineItem:
    """One thing that happened with a person: a call, a fax that went out, or one that came in."""

    at: datetime
    what: PastCall | FaxJob | ReceivedFax
