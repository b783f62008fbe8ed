"""Whom the simulated people know: their address books and the colleagues of their companies.

Many numbers are magic ones, so that who picks "County Records Office" from the autocompletion sees a busy
line. Lives on the simulator's event loop thread. Read next: `routes_people` (the HTTP side).
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from rcdesk.simulator.accounts import UNITED_STATES, Subscriber
from rcdesk.simulator.refusal import bad_parameter, not_found

_NUMBER_FIELDS = {
    "business_fax": "businessFax",
    "other_fax": "otherFax",
    "business_phone": "businessPhone",
    "business_phone2": "businessPhone2",
    "company_phone": "companyPhone",
    "mobile_phone": "mobilePhone",
    "home_phone": "homePhone",
    "home_phone2": "homePhone2",
    "assistant_phone": "assistantPhone",
    "callback_phone": "callbackPhone",
    "car_phone": "carPhone",
    "other_phone": "otherPhone",
}
_FIELDS = {
    "first_name": "firstName",
    "middle_name": "middleName",
    "last_name": "lastName",
    "nick_name": "nickName",
    "company": "company",
    "job_title": "jobTitle",
    "email": "email",
    "email2": "email2",
    "email3": "email3",
    "birthday": "birthday",
    "web_page": "webPage",
    "notes": "notes",
    "ringtone_index": "ringtoneIndex",
    "app_info": "appInfo",
    **_NUMBER_FIELDS,
}
_ADDRESSES = ("homeAddress", "businessAddress", "otherAddress")
_ADDRESS_PARTS = frozenset({"street", "city", "country", "state", "zip"})
_LONGEST = 64
"""Of ringtoneIndex and appInfo, as the contract says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRecord:
    """One entry of an address book; "" where nothing is known. Numbers are E.164."""

    id: int
    first_name: str = ""
    middle_name: str = ""
    last_name: str = ""
    nick_name: str = ""
    company: str = ""
    job_title: str = ""
    email: str = ""
    email2: str = ""
    email3: str = ""
    birthday: str = ""
    web_page: str = ""
    notes: str = ""
    ringtone_index: str = ""
    app_info: str = ""
    addresses: tuple[tuple[str, dict[str, str]], ...] = ()
    business_fax: str = ""
    other_fax: str = ""
    business_phone: str = ""
    business_phone2: str = ""
    company_phone: str = ""
    mobile_phone: str = ""
    home_phone: str = ""
    home_phone2: str = ""
    assistant_phone: str = ""
    callback_phone: str = ""
    car_phone: str = ""
    other_phone: str = ""

    @property
    def numbers(self) -> tuple[str, ...]:
        """Every number, E.164."""
        return tuple(number for name in _NUMBER_FIELDS if (number := getattr(self, name)))

    @property
    def person(self) -> str:
        """First and last name."""
        return " ".join(filter(None, (self.first_name, self.last_name)))

    @property
    def name(self) -> str:
        """First and last name, else the company."""
        return self.person or self.company

    def json(self, extension_uri: str) -> dict[str, Any]:
        """PersonalContactResource."""
        fields = {wire: getattr(self, name) for name, wire in _FIELDS.items() if getattr(self, name)}
        uri = f"{extension_uri}/address-book/contact/{self.id}"
        return {"id": self.id, "uri": uri, "availability": "Alive", **fields, **dict(self.addresses)}


def contact_from(owner: Subscriber, contact_id: int, body: dict[str, Any]) -> ContactRecord:
    """A PersonalContactRequest; CMN-101 for a field that is not as the contract has it."""
    return changed(owner, ContactRecord(id=contact_id), body)


def changed(owner: Subscriber, contact: ContactRecord, body: dict[str, Any]) -> ContactRecord:
    """The contact with the fields of a PersonalContactRequest, "" takes one away; the others stay."""
    values: dict[str, Any] = {}
    for name, wire in _FIELDS.items():
        if wire not in body:
            continue
        value = body[wire]
        if not isinstance(value, str) or not _is_right(wire, value):
            raise bad_parameter(wire, value)
        values[name] = owner.e164(value, wire) if name in _NUMBER_FIELDS and value else value
    addresses = dict(contact.addresses)
    for wire in _ADDRESSES:
        if wire in body:
            addresses[wire] = _address(wire, body[wire])
    made = replace(contact, **values, addresses=tuple((k, v) for k, v in addresses.items() if v))
    if not (made.addresses or any(getattr(made, name) for name in _FIELDS)):
        raise bad_parameter("firstName")
    return made


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


@dataclass(frozen=True, slots=True, kw_only=True)
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


def _contact(id: int, name: str, company: str, fax: str, **more: Any) -> ContactRecord:
    first, _, last = name.partition(" ")
    return ContactRecord(id=id, first_name=first, last_name=last, company=company, business_fax=fax, **more)


_MARAS = (
    _contact(
        910001,
        "Alex Doe",
        "Bayview Imaging",
        "+16505554000",
        job_title="Records",
        business_phone="+16505550200",
        email="records@bayviewimaging.example",
    ),
    _contact(910002, "", "County Records Office", "+16505554007", business_phone="+16505550201"),
    _contact(910003, "Priya Raman", "Raman Family Practice", "+16505554042", mobile_phone="+16505550144"),
    _contact(910004, "Tomás Herrera", "Herrera Physiotherapy", "+16505554006", job_title="Owner"),
    _contact(910005, "", "Northgate Pharmacy", "+16505554050", business_phone="+16505550208"),
    _contact(910006, "Lin Zhao", "Zhao Cardiology", "+16505554051", other_fax="+16505550188"),
    _contact(910007, "", "Bluebird Insurance Claims", "+16505554040", email="claims@bluebird.example"),
    _contact(910008, "Samira Haddad", "Haddad & Cole Attorneys", "+16505554010"),
    _contact(910009, "", "Old Mill Surgery (closed)", "+16505554023"),
    _contact(910010, "Greta Nilsson", "Nilsson Orthopaedics", "+442079460109", job_title="Consultant"),
    _contact(910011, "Ben Achterberg", "", "", mobile_phone="+16505550119"),
    _contact(910012, "", "Harbour Street Laboratory", "+16505550142", business_phone="+16505550143"),
)
_OWENS = (
    _contact(920001, "Helen Marsh", "Land Registry", "+442079460150", business_phone="+442079460151"),
    _contact(920002, "", "Harbour Street Clinic", "+18885550109", business_phone="+18885550100"),
    _contact(920003, "Idris Bowen", "Bowen Surveyors", "+442079460160", mobile_phone="+447700900160"),
)
_DIRECT = ("VoiceFax", "DirectNumber")
_FAX = ("FaxOnly", "CompanyFaxNumber")
_MARAS_COLLEAGUES = (
    Colleague(
        id="400131427101",
        first_name="Dele",
        last_name="Okonkwo",
        extension="102",
        department="Reception",
        email="dele.okonkwo@harbourstreet.example",
        numbers=(("+16505550191", *_DIRECT),),
    ),
    Colleague(
        id="400131427102",
        first_name="Ines",
        last_name="Duarte",
        extension="103",
        department="Billing",
        email="ines.duarte@harbourstreet.example",
        numbers=(("+16505550192", *_DIRECT), ("+16505550193", *_FAX)),
    ),
    Colleague(
        id="400131427103",
        first_name="Referrals",
        last_name="",
        extension="200",
        department="Referrals",
        email="referrals@harbourstreet.example",
        numbers=(("+18885550119", *_FAX),),
    ),
)
_OWENS_COLLEAGUES = (
    Colleague(
        id="400231427101",
        first_name="Judith",
        last_name="Webb",
        extension="201",
        department="Conveyancing",
        email="judith.webb@prycewebb.example",
        numbers=(("+442079460102", *_DIRECT), ("+442079460103", *_FAX)),
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
        people = (contact.person for contact in self.of(owner).values() if contact.business_fax == number)
        return next(people, "")

    def clear(self) -> None:
        """As it was at the start."""
        self._books.clear()


def colleagues_of(owner: Subscriber) -> tuple[Colleague, ...]:
    """The directory of the user's company, themselves first."""
    me = Colleague(
        id=str(owner.extension_id),
        first_name=owner.first_name,
        last_name=owner.last_name,
        extension=owner.extension,
        department="Office",
        email=owner.email,
        numbers=tuple((line.number, line.type, line.usage_type) for line in owner.lines),
    )
    return (me, *(_MARAS_COLLEAGUES if owner.country is UNITED_STATES else _OWENS_COLLEAGUES))


def colleague_at(owner: Subscriber, number: str) -> Colleague | None:
    """Who of the company has this short extension or direct number, None for nobody."""
    return next(
        (
            colleague
            for colleague in colleagues_of(owner)
            if number == colleague.extension or number in [entry[0] for entry in colleague.numbers]
        ),
        None,
    )
