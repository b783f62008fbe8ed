"""Who the account knows: its address book and the company directory, as one kind of value.

Spec: listContacts and createContact (both Heavy), listDirectoryEntries (Medium). Blocking, on a lane's
thread. Read next: services/people.py, which keeps them here for the autocompletion.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rcdesk.api.rest import reading
from rcdesk.api.rest.numbers import spaced
from rcdesk.api.session import ApiSession
from rcdesk.api.transport import read_json
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import OutcomeUnknown

CONTACTS_PATH = f"{reading.EXTENSION}/address-book/contact"
DIRECTORY_PATH = "/restapi/v1.0/account/~/directory/entries"
_PER_PAGE = 1000

_FIELDS = (
    ("businessFax", "Business fax"),
    ("otherFax", "Other fax"),
    ("businessPhone", "Business"),
    ("businessPhone2", "Business 2"),
    ("companyPhone", "Company"),
    ("mobilePhone", "Mobile"),
    ("homePhone", "Home"),
    ("homePhone2", "Home 2"),
    ("assistantPhone", "Assistant"),
    ("callbackPhone", "Callback"),
    ("carPhone", "Car"),
    ("otherPhone", "Other"),
)
"""The number fields of a contact (spec: PersonalContactResource), fax numbers first, and their labels."""


LABELS = tuple(label for _, label in _FIELDS)
"""What a number of a contact may be called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person or company. numbers: (label, number as the service has it, is it a fax number).

    extension is a colleague's short extension, "" for who is no colleague.
    """

    id: str
    name: str
    company: str
    numbers: tuple[tuple[str, str, bool], ...]
    extension: str = ""


def contacts(session: ApiSession, token: CancelToken) -> tuple[Contact, ...]:
    """The user's address book; who has no number is left out."""
    records = reading.pages(session, CONTACTS_PATH, token, group="Heavy", per_page=_PER_PAGE)
    return tuple(found for record in records if (found := _contact(record)).numbers)


def directory(session: ApiSession, token: CancelToken) -> tuple[Contact, ...]:
    """The company directory; hidden entries and those with neither number nor extension are left out."""
    records = reading.pages(session, DIRECTORY_PATH, token, group="Medium", per_page=_PER_PAGE)
    entries = (_entry(record) for record in records if record.get("hidden") is not True)
    return tuple(found for found in entries if found.numbers or found.extension)


def create(
    session: ApiSession,
    name: str,
    company: str,
    label: str,
    number: str,
    token: CancelToken,
    *,
    keep_free: int = 0,
) -> str:
    """Add somebody with one number (E.164) to the user's address book and return the contact's id.

    label is one of LABELS, any other stands for "Other"; the last word of name is taken for the surname.
    Raises OutcomeUnknown when the answer was lost: it may be there then.
    """
    first, _, last = name.strip().rpartition(" ")
    field = next((field for field, known in _FIELDS if known.casefold() == label.casefold()), "otherPhone")
    values = {"firstName": first or last, "lastName": last if first else "", "company": company.strip()}
    body = {key: value for key, value in values.items() if value} | {field: number}
    answer = read_json(
        session.request("POST", CONTACTS_PATH, group="Heavy", token=token, json=body, keep_free=keep_free)
    )
    contact_id = reading.text(answer, "id")
    if not contact_id:
        raise OutcomeUnknown("RingCentral took the contact but did not say how it is kept.")
    return contact_id


def _contact(record: Mapping[str, Any]) -> Contact:
    numbers = (
        (label, reading.text(record, field), field.endswith("Fax"))
        for field, label in _FIELDS
        if reading.text(record, field)
    )
    return Contact(
        id=reading.text(record, "id"),
        name=_name(record, ("firstName", "middleName", "lastName")) or reading.text(record, "nickName"),
        company=reading.text(record, "company"),
        numbers=_once(numbers),
    )


def _entry(record: Mapping[str, Any]) -> Contact:
    numbers = (
        _directory_number(number)
        for number in reading.children(record, "phoneNumbers")
        if number.get("hidden") is not True
    )
    return Contact(
        id=reading.text(record, "id"),
        name=_name(record, ("firstName", "lastName")) or reading.text(record, "name"),
        company=reading.text(reading.child(record, "account"), "companyName"),
        numbers=_once(number for number in numbers if number[1]),
        extension=reading.text(record, "extensionNumber"),
    )


def _directory_number(number: Mapping[str, Any]) -> tuple[str, str, bool]:
    usage, kind = reading.text(number, "usageType"), reading.text(number, "type")
    label = reading.text(number, "label") or spaced(usage) or spaced(kind)
    is_fax = kind == "FaxOnly" or usage == "CompanyFaxNumber"
    return label, reading.text(number, "e164") or reading.text(number, "phoneNumber"), is_fax


def _once(numbers: Iterator[tuple[str, str, bool]]) -> tuple[tuple[str, str, bool], ...]:
    """Each number once: the first of its fields names it."""
    found: dict[str, tuple[str, str, bool]] = {}
    for entry in numbers:
        found.setdefault(entry[1], entry)
    return tuple(found.values())


def _name(record: Mapping[str, Any], parts: tuple[str, ...]) -> str:
    return " ".join(filter(None, (reading.text(record, part).strip() for part in parts)))
