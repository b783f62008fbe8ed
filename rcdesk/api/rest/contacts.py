"""Who the account knows: its address book and the company directory, as one kind of value.

Spec: listContacts, createContact, readContact, patchContact and deleteContact (all Heavy),
listDirectoryEntries (Medium). What a contact holds besides is never touched: only the fields that change are
sent. Blocking, on a lane's thread. Read next: services/people/contact_book.py, services/people/people.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from rcdesk.api.rest import reading
from rcdesk.api.rest.account import spaced
from rcdesk.api.session import ApiSession
from rcdesk.api.transport import read_json
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import OutcomeUnknown

CONTACTS_PATH = f"{reading.EXTENSION}/address-book/contact"
DIRECTORY_PATH = "/restapi/v1.0/account/~/directory/entries"
_PER_PAGE = 1000
_OF_THE_SERVICE = frozenset({"id", "uri", "availability"})
"""What a record holds that nobody sends."""

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


class Contact(Struct, frozen=True, kw_only=True):
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
    pages = reading.pages(session, CONTACTS_PATH, token, group="Heavy", per_page=_PER_PAGE)
    return tuple(found for page in pages for record in page if (found := contact_of(record)).numbers)


def directory(session: ApiSession, token: CancelToken) -> tuple[Contact, ...]:
    """The company directory; hidden entries and those with neither number nor extension are left out."""
    pages = reading.pages(session, DIRECTORY_PATH, token, group="Medium", per_page=_PER_PAGE)
    entries = (_entry(record) for page in pages for record in page if record.get("hidden") is not True)
    return tuple(found for found in entries if found.numbers or found.extension)


def record(session: ApiSession, contact_id: str, token: CancelToken) -> Mapping[str, Any]:
    """A contact with all its fields, as the service has it now. Raises Rejected when it is gone."""
    return reading.get(session, f"{CONTACTS_PATH}/{contact_id}", token, group="Heavy")


def create(session: ApiSession, fields: Mapping[str, Any], token: CancelToken) -> Contact:
    """Add somebody to the user's address book; fields as fields_of() or record() have them.

    Raises OutcomeUnknown when the answer was lost: it may be there then.
    """
    body = {key: value for key, value in fields.items() if key not in _OF_THE_SERVICE and value}
    answer = read_json(session.request("POST", CONTACTS_PATH, group="Heavy", token=token, json=body))
    made = contact_of(answer)
    if not made.id:
        raise OutcomeUnknown("RingCentral took the contact but did not say how it is kept.")
    return made


def change(session: ApiSession, contact_id: str, fields: Mapping[str, str], token: CancelToken) -> Contact:
    """Give these fields other values, "" empties one; returns the contact as it is now.

    Raises OutcomeUnknown when the answer was lost: it may be changed then.
    """
    path = f"{CONTACTS_PATH}/{contact_id}"
    answer = session.request("PATCH", path, group="Heavy", token=token, json=dict(fields))
    return contact_of({**read_json(answer), "id": contact_id})


def delete(session: ApiSession, contact_id: str, token: CancelToken) -> None:
    """Take a contact out of the user's address book. Raises Rejected when it is gone already."""
    session.request("DELETE", f"{CONTACTS_PATH}/{contact_id}", group="Heavy", token=token)


def fields_of(name: str, company: str, numbers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The service's fields of a name, a company and (label, E.164).

    The last word of the name is taken for the surname; a label that is none of LABELS stands for "Other".
    """
    first, _, last = name.strip().rpartition(" ")
    values = {"firstName": first or last, "middleName": "", "lastName": last if first else ""}
    values["company"] = company.strip()
    for label, number in numbers:
        values[field_of(label)] = number
    return values


def field_of(label: str) -> str:
    """The service's field for a label."""
    return next((field for field, known in _FIELDS if known.casefold() == label.casefold()), "otherPhone")


def contact_of(record: Mapping[str, Any]) -> Contact:
    """What the desk shows of a record."""
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
