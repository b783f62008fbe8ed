"""Who lives in the simulated world: two accounts, each with one user, phones and numbers.

Mara Okafor works at a clinic in the United States and keeps rendered faxes as PDF; Owen Pryce works at a
firm of solicitors in Great Britain and keeps them as TIFF. Values only, no behaviour, no thread of its
own.

Read next: `world`, which holds these people, and `directory`, which writes them as the service's JSON.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
from dataclasses import dataclass, replace

from rcdesk.simulator.refusal import bad_parameter


@dataclass(frozen=True, slots=True)
class Country:
    id: str
    name: str
    iso_code: str
    calling_code: str


@dataclass(frozen=True, slots=True)
class Phone:
    """A forwarding number: a telephone that a ring-out may ring first."""

    id: str
    number: str
    label: str
    type: str
    features: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AccountLine:
    """A number of the account: one to be called on, to show, or to fax with."""

    id: int
    number: str
    label: str
    type: str
    usage_type: str
    features: tuple[str, ...]
    is_primary: bool = False
    location: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """One user of one account, with every way to sign in."""

    account_id: int
    extension_id: int
    company: str
    first_name: str
    last_name: str
    email: str
    extension: str
    username: str
    country: Country
    timezone: tuple[str, str]
    fax_media_type: str
    phones: tuple[Phone, ...]
    lines: tuple[AccountLine, ...]
    password: str = ""
    jwt: str = ""

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def main_number(self) -> str:
        """The company's main number, E.164."""
        return next(line.number for line in self.lines if line.usage_type == "MainCompanyNumber")

    @property
    def fax_number(self) -> str:
        """The number faxes go out with unless the user chose another."""
        return next((line.number for line in self.lines if line.type == "FaxOnly"), self.main_number)

    def e164(self, text: str, parameter: str) -> str:
        """A dialled number as E.164; CMN-101 when it holds letters or cannot be a number."""
        digits = re.sub(r"[\s().\-/]", "", text)
        if not re.fullmatch(r"\+?[0-9]{7,15}", digits):
            raise bad_parameter(parameter, text)
        if digits.startswith("+"):
            return digits
        code = self.country.calling_code
        if digits.startswith(code) and len(digits) > 10:
            return f"+{digits}"
        return f"+{code}{digits.lstrip('0') if code != '1' else digits}"


UNITED_STATES = Country("1", "United States", "US", "1")
GREAT_BRITAIN = Country("224", "United Kingdom", "GB", "44")


def make_jwt(subject: int) -> str:
    """A credential with the look of a JWT; the simulator knows it by value, its signature is noise."""

    def part(value: dict[str, str]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    header = part({"alg": "RS256", "typ": "JWT"})
    return f"{header}.{part({'sub': str(subject), 'jti': secrets.token_hex(8)})}.{secrets.token_urlsafe(48)}"


_FORWARDS = ("CallForwarding", "CallFlip")
_MARA = Subscriber(
    account_id=400131426008,
    extension_id=400131427008,
    company="Harbour Street Clinic",
    first_name="Mara",
    last_name="Okafor",
    email="mara.okafor@harbourstreet.example",
    extension="101",
    username="+18885550100",
    country=UNITED_STATES,
    timezone=("58", "US/Pacific"),
    fax_media_type="application/pdf",
    phones=(
        Phone("4001", "+16505550101", "Desk", "PhoneLine", _FORWARDS),
        Phone("4002", "+14155550123", "Mobile", "Mobile", _FORWARDS),
        Phone("4003", "+15105550177", "Home", "Home", _FORWARDS),
        Phone("4004", "+16505550199", "Front desk app", "Other", ("CallFlip",)),
    ),
    lines=(
        AccountLine(5001, "+18885550100", "Main line", "VoiceFax", "MainCompanyNumber", ("CallerId",)),
        AccountLine(
            *(5002, "+16505550190", "Direct", "VoiceFax", "DirectNumber"),
            features=("CallerId", "SmsSender", "MmsSender"),
            is_primary=True,
            location="Redwood City, CA",
        ),
        AccountLine(5003, "+18885550109", "Fax", "FaxOnly", "CompanyFaxNumber", ()),
    ),
)
_OWEN = Subscriber(
    account_id=400231426008,
    extension_id=400231427008,
    company="Pryce & Webb Solicitors",
    first_name="Owen",
    last_name="Pryce",
    email="owen.pryce@prycewebb.example",
    extension="204",
    username="+442079460100",
    country=GREAT_BRITAIN,
    timezone=("30", "Europe/London"),
    fax_media_type="image/tiff",
    phones=(
        Phone("6001", "+442079460101", "Desk", "PhoneLine", ("CallForwarding",)),
        Phone("6002", "+447700900123", "Mobile", "Mobile", ("CallForwarding",)),
    ),
    lines=(
        AccountLine(
            *(7001, "+442079460100", "Main line", "VoiceFax", "MainCompanyNumber"),
            features=("CallerId",),
            is_primary=True,
            location="London",
        ),
        AccountLine(7002, "+442079460109", "Fax", "FaxOnly", "DirectNumber", ("CallerId",)),
    ),
)


def make_subscribers() -> tuple[Subscriber, ...]:
    """Fresh people: the same names and numbers every time, new secrets."""
    return tuple(
        replace(who, password=secrets.token_urlsafe(9), jwt=make_jwt(who.extension_id))
        for who in (_MARA, _OWEN)
    )
