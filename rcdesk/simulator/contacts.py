"""Whom the simulated people know: their address books and the colleagues of their companies.

Many numbers are magic ones, so that who picks "County Records Office" from the autocompletion sees a busy
line. Lives on the simulator's event loop thread. Read next: `routes_people` (the HTTP side).
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rcdesk.simulator.accounts import UNITED_STATES, Subscriber
from rcdesk.simulator.refusal import bad_parameter, not_found

_NUMBERS = (
    *(
        "businessFax",
        "otherFax",
        "businessPhone",
        "businessPhone2",
        "companyPhone",
        "mobilePhone",
        "homePhone",
    ),
    *("homePhone2", "assistantPhone", "callbackPhone", "carPhone", "otherPhone"),
)
_TEXTS = (
    *("firstName", "middleName", "lastName", "nickName", "company", "jobTitle", "email", "email2", "email3"),
    *("birthday", "webPage", "notes", "ringtoneIndex", "appInfo"),
)
_ADDRESSES = ("homeAddress", "businessAddress", "otherAddress")
_ADDRESS_PARTS = frozenset({"street", "city", "country", "state", "zip"})
_LONGEST = 64
"""Of ringtoneIndex and appInfo, as the contract says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRecord:
    """One entry of an address book; fields as on the wire, those that are known. Numbers are E.164."""

    id: int
    fields: dict[str, Any]

    def text(self, name: str) -> str:
        """A field that is a text, "" where nothing is known."""
        return str(self.fields.get(name, ""))

    @property
    def numbers(self) -> tuple[str, ...]:
        return tuple(self.fields[name] for name in _NUMBERS if name in self.fields)

    @property
    def person(self) -> str:
        return " ".join(filter(None, (self.text("firstName"), self.text("lastName"))))

    @property
    def name(self) -> str:
        """First and last name, else the company."""
        return self.person or self.text("company")

    def json(self, extension_uri: str) -> dict[str, Any]:
        """PersonalContactResource."""
        uri = f"{extension_uri}/address-book/contact/{self.id}"
        return {"id": self.id, "uri": uri, "availability": "Alive", **self.fields}


def contact_from(owner: Subscriber, contact_id: int, body: dict[str, Any]) -> ContactRecord:
    """A PersonalContactRequest; CMN-101 for a field that is not as the contract has it."""
    return changed(owner, ContactRecord(id=contact_id, fields={}), body)


def changed(owner: Subscriber, contact: ContactRecord, body: dict[str, Any]) -> ContactRecord:
    """The contact with the fields of a PersonalContactRequest, "" takes one away; the others stay."""
    fields = dict(contact.fields)
    for name in (*_TEXTS, *_NUMBERS):
        if name not in body:
            continue
        value = body[name]
        if not isinstance(value, str) or not _is_right(name, value):
            raise bad_parameter(name, value)
        fields[name] = owner.e164(value, name) if name in _NUMBERS and value else value
    for name in _ADDRESSES:
        if name in body:
            fields[name] = _address(name, body[name])
    known = {name: value for name, value in fields.items() if value}
    if not known:
        raise bad_parameter("firstName")
    return ContactRecord(id=contact.id, fields=known)


def _is_right(wire: str, value: str) -> bool:
    """True when a text has the format the contract gives this field."""
    if not value:
        return True
    if wire.startswith("email"):
        return re.fullmatch(r"[^@\s]+@[^@\s]+", value) is not None
    if wire == "webPage":
        return re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", value) is not None
    if wire == "birthday":
        try:
            return datetime.fromisoformat(value) is not None
        except ValueError:
            return False
    return wire not in ("ringtoneIndex", "appInfo") or len(value) <= _LONGEST


def _address(wire: str, value: Any) -> dict[str, str]:
    """A ContactAddressInfo."""
    if not isinstance(value, dict) or not all(isinstance(part, str) for part in value.values()):
        raise bad_parameter(wire, value)
    return {name: part for name, part in value.items() if name in _ADDRESS_PARTS and part}


@dataclass(frozen=True, slots=True)
class Colleague:
    """One entry of a company directory; numbers are (number, type, usageType)."""

    id: str
    first_name: str
    last_name: str
    extension: str
    department: str
    email: str
    numbers: tuple[tuple[str, str, str], ...]

    @property
    def name(self) -> str:
        """First and last name, or the department."""
        return f"{self.first_name} {self.last_name}".strip()

    def json(self, account: Subscriber) -> dict[str, Any]:
        """ContactResource."""
        return {
            "id": self.id,
            "type": "User" if self.last_name else "Department",
            "status": "Enabled",
            "name": self.name,
            "firstName": self.first_name,
            "lastName": self.last_name,
            "extensionNumber": self.extension,
            "department": self.department,
            "email": self.email,
            "account": {"id": str(account.account_id), "companyName": account.company},
            "phoneNumbers": [
                {
                    "phoneNumber": number,
                    "e164": number,
                    "formattedPhoneNumber": number,
                    "type": kind,
                    "usageType": usage,
                    "hidden": False,
                    "primary": index == 0,
                }
                for index, (number, kind, usage) in enumerate(self.numbers)
            ],
        }


def _contact(id: int, name: str, company: str, fax: str, **more: str) -> ContactRecord:
    first, _, last = name.partition(" ")
    fields = {"firstName": first, "lastName": last, "company": company, "businessFax": fax, **more}
    return ContactRecord(id=id, fields={name: value for name, value in fields.items() if value})


_MARAS = (
    _contact(
        *(910001, "Alex Doe", "Bayview Imaging", "+16505554000"),
        jobTitle="Records",
        businessPhone="+16505550200",
        email="records@bayviewimaging.example",
    ),
    _contact(910002, "", "County Records Office", "+16505554007", businessPhone="+16505550201"),
    _contact(910003, "Priya Raman", "Raman Family Practice", "+16505554042", mobilePhone="+16505550144"),
    _contact(910004, "Tomás Herrera", "Herrera Physiotherapy", "+16505554006", jobTitle="Owner"),
    _contact(910005, "", "Northgate Pharmacy", "+16505554050", businessPhone="+16505550208"),
    _contact(910006, "Lin Zhao", "Zhao Cardiology", "+16505554051", otherFax="+16505550188"),
    _contact(910007, "", "Bluebird Insurance Claims", "+16505554040", email="claims@bluebird.example"),
    _contact(910008, "Samira Haddad", "Haddad & Cole Attorneys", "+16505554010"),
    _contact(910009, "", "Old Mill Surgery (closed)", "+16505554023"),
    _contact(910010, "Greta Nilsson", "Nilsson Orthopaedics", "+442079460109", jobTitle="Consultant"),
    _contact(910011, "Ben Achterberg", "", "", mobilePhone="+16505550119"),
    _contact(910012, "", "Harbour Street Laboratory", "+16505550142", businessPhone="+16505550143"),
)
_OWENS = (
    _contact(920001, "Helen Marsh", "Land Registry", "+442079460150", businessPhone="+442079460151"),
    _contact(920002, "", "Harbour Street Clinic", "+18885550109", businessPhone="+18885550100"),
    _contact(920003, "Idris Bowen", "Bowen Surveyors", "+442079460160", mobilePhone="+447700900160"),
)


def _colleague(id: str, who: str, extension: str, department: str, email: str, **numbers: str) -> Colleague:
    """numbers: direct and fax."""
    kinds = {"direct": ("VoiceFax", "DirectNumber"), "fax": ("FaxOnly", "CompanyFaxNumber")}
    first, _, last = who.partition(" ")
    entries = tuple((number, *kinds[kind]) for kind, number in numbers.items())
    return Colleague(id, first, last, extension, department, email, entries)


_AT_MARAS, _AT_OWENS = "harbourstreet.example", "prycewebb.example"
_MARAS_COLLEAGUES = (
    _colleague(
        *("400131427101", "Dele Okonkwo", "102", "Reception", f"dele.okonkwo@{_AT_MARAS}"),
        direct="+16505550191",
    ),
    _colleague(
        *("400131427102", "Ines Duarte", "103", "Billing", f"ines.duarte@{_AT_MARAS}"),
        direct="+16505550192",
        fax="+16505550193",
    ),
    _colleague(
        *("400131427103", "Referrals", "200", "Referrals", f"referrals@{_AT_MARAS}"), fax="+18885550119"
    ),
)
_OWENS_COLLEAGUES = (
    _colleague(
        *("400231427101", "Judith Webb", "201", "Conveyancing", f"judith.webb@{_AT_OWENS}"),
        direct="+442079460102",
        fax="+442079460103",
    ),
)


class AddressBooks:
    """The users' address books, what was added since the start included."""

    def __init__(self) -> None:
        self._books: dict[int, dict[int, ContactRecord]] = {}
        self._ids = itertools.count(930_001)

    def of(self, owner: Subscriber) -> dict[int, ContactRecord]:
        """The user's contacts by id; to be changed by whoever serves the user."""
        known = _MARAS if owner.country is UNITED_STATES else _OWENS
        return self._books.setdefault(owner.extension_id, {contact.id: contact for contact in known})

    def get(self, owner: Subscriber, contact_id: str) -> ContactRecord:
        """The user's contact; CMN-102 when there is none."""
        contact = next((one for one in self.of(owner).values() if str(one.id) == contact_id), None)
        if contact is None:
            raise not_found("contactId", contact_id)
        return contact

    def add(self, owner: Subscriber, body: dict[str, Any]) -> ContactRecord:
        """Keep a new contact of a PersonalContactRequest."""
        contact = contact_from(owner, next(self._ids), body)
        self.of(owner)[contact.id] = contact
        return contact

    def name_of(self, owner: Subscriber, number: str) -> str:
        """What a number is called: by the address book, else by the directory (extensions too), else ""."""
        if not number:
            return ""
        for contact in self.of(owner).values():
            if number in contact.numbers:
                return contact.name
        colleague = colleague_at(owner, number)
        return colleague.name if colleague else ""

    def addressee_of(self, owner: Subscriber, number: str) -> str:
        """Whom the cover page of a fax names that names nobody: the person with this business fax, or ""."""
        people = (
            contact.person for contact in self.of(owner).values() if contact.text("businessFax") == number
        )
        return next(people, "")


def colleagues_of(owner: Subscriber) -> tuple[Colleague, ...]:
    """The directory of the user's company, themselves first."""
    numbers = tuple((line.number, line.type, line.usage_type) for line in owner.lines)
    names = owner.first_name, owner.last_name, owner.extension
    me = Colleague(str(owner.extension_id), *names, "Office", owner.email, numbers)
    return (me, *(_MARAS_COLLEAGUES if owner.country is UNITED_STATES else _OWENS_COLLEAGUES))


def colleague_at(owner: Subscriber, number: str) -> Colleague | None:
    """Who of the company has this short extension or direct number, None for nobody."""
    for one in colleagues_of(owner):
        if number == one.extension or number in [entry[0] for entry in one.numbers]:
            return one
    return None
