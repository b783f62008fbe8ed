"""Whom the simulated people know: their address books and the colleagues of their companies.

Many numbers are magic ones, so that who picks "County Records Office" from the autocompletion sees a busy
line. Values and their JSON, no behaviour, no thread of its own. Read next: `routes_people` (the HTTP side).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rcdesk.simulator.accounts import UNITED_STATES, Subscriber

_FIELDS = {
    "first_name": "firstName",
    "last_name": "lastName",
    "company": "company",
    "job_title": "jobTitle",
    "email": "email",
    "business_fax": "businessFax",
    "other_fax": "otherFax",
    "business_phone": "businessPhone",
    "mobile_phone": "mobilePhone",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One entry of an address book; "" where nothing is known."""

    id: int
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    job_title: str = ""
    email: str = ""
    business_fax: str = ""
    other_fax: str = ""
    business_phone: str = ""
    mobile_phone: str = ""

    @property
    def numbers(self) -> tuple[str, ...]:
        """Every number, E.164."""
        found = (self.business_fax, self.other_fax, self.business_phone, self.mobile_phone)
        return tuple(number for number in found if number)

    @property
    def name(self) -> str:
        """First and last name, else the company."""
        return " ".join(filter(None, (self.first_name, self.last_name))) or self.company

    def json(self, extension_uri: str) -> dict[str, Any]:
        """PersonalContactResource."""
        fields = {wire: getattr(self, name) for name, wire in _FIELDS.items() if getattr(self, name)}
        uri = f"{extension_uri}/address-book/contact/{self.id}"
        return {"id": self.id, "uri": uri, "availability": "Alive", **fields}


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

    def json(self, account: Subscriber) -> dict[str, Any]:
        """ContactResource."""
        return {
            "id": self.id,
            "type": "User" if self.last_name else "Department",
            "status": "Enabled",
            "name": f"{self.first_name} {self.last_name}".strip(),
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


def _contact(id: int, name: str, company: str, fax: str, **more: str) -> Contact:
    first, _, last = name.partition(" ")
    return Contact(id=id, first_name=first, last_name=last, company=company, business_fax=fax, **more)


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


def contacts_of(owner: Subscriber) -> tuple[Contact, ...]:
    """The user's address book."""
    return _MARAS if owner.country is UNITED_STATES else _OWENS


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


def name_of(owner: Subscriber, number: str) -> str:
    """What the address book calls a number, "" when it is not there."""
    return next((contact.name for contact in contacts_of(owner) if number in contact.numbers), "")
