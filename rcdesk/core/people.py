"""Who can be faxed: suggestions for the recipient field, groups, and what an import found.

Pure; frozen values cross threads. Read next: services/people.py, ui/recipient_field.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from rcdesk.core.fax import Recipient


class PersonSource(Enum):
    """Where a person is known from; the value is what the database holds."""

    RECENT = "recent"
    """Was faxed from this desk."""
    CONTACT = "contact"
    """The account's address book (spec: listContacts)."""
    DIRECTORY = "directory"
    """The company directory (spec: listDirectoryEntries)."""
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
