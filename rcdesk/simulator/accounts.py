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
from dataclasses import dataclass

from rcdesk.simulator.refusal import bad_parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """A country of the service's dictionary."""

    id: str
    name: str
    iso_code: str
    calling_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A forwarding number: a telephone that a ring-out may ring first."""

    id: str
    number: str
    label: str
    type: str
    features: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
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
    password: str
    jwt: str
    country: Country
    timezone: tuple[str, str]
    fax_media_type: str
    phones: tuple[Phone, ...]
    lines: tuple[AccountLine, ...]

    @property
    def name(self) -> str:
        """First and last name."""
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


UNITED_STATES = Country(id="1", name="United States", iso_code="US", calling_code="1")
GREAT_BRITAIN = Country(id="224", name="United Kingdom", iso_code="GB", calling_code="44")


def make_jwt(subject: int) -> str:
    """A credential with the look of a JWT; the simulator knows it by value, its signature is noise."""

    def part(value: dict[str, str]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    header = part({"alg": "RS256", "typ": "JWT"})
    return f"{header}.{part({'sub': str(subject), 'jti': secrets.token_hex(8)})}.{secrets.token_urlsafe(48)}"


def make_subscribers() -> tuple[Subscriber, Subscriber]:
    """Fresh people: the same names and numbers every time, new secrets."""
    return _mara(), _owen()


_MARA_LINES = (
    AccountLine(
        id=5001,
        number="+18885550100",
        label="Main line",
        type="VoiceFax",
        usage_type="MainCompanyNumber",
        features=("CallerId",),
    ),
    AccountLine(
        id=5002,
        number="+16505550190",
        label="Direct",
        type="VoiceFax",
        usage_type="DirectNumber",
        features=("CallerId", "SmsSender", "MmsSender"),
        is_primary=True,
        location="Redwood City, CA",
    ),
    AccountLine(
        id=5003,
        number="+18885550109",
        label="Fax",
        type="FaxOnly",
        usage_type="CompanyFaxNumber",
        features=(),
    ),
)


def _mara() -> Subscriber:
    forwards = ("CallForwarding", "CallFlip")
    return Subscriber(
        account_id=400131426008,
        extension_id=400131427008,
        company="Harbour Street Clinic",
        first_name="Mara",
        last_name="Okafor",
        email="mara.okafor@harbourstreet.example",
        extension="101",
        username="+18885550100",
        password=secrets.token_urlsafe(9),
        jwt=make_jwt(400131427008),
        country=UNITED_STATES,
        timezone=("58", "US/Pacific"),
        fax_media_type="application/pdf",
        phones=(
            Phone(id="4001", number="+16505550101", label="Desk", type="PhoneLine", features=forwards),
            Phone(id="4002", number="+14155550123", label="Mobile", type="Mobile", features=forwards),
            Phone(id="4003", number="+15105550177", label="Home", type="Home", features=forwards),
            Phone(
                id="4004", number="+16505550199", label="Front desk app", type="Other", features=("CallFlip",)
            ),
        ),
        lines=_MARA_LINES,
    )


def _owen() -> Subscriber:
    return Subscriber(
        account_id=400231426008,
        extension_id=400231427008,
        company="Pryce & Webb Solicitors",
        first_name="Owen",
        last_name="Pryce",
        email="owen.pryce@prycewebb.example",
        extension="204",
        username="+442079460100",
        password=secrets.token_urlsafe(9),
        jwt=make_jwt(400231427008),
        country=GREAT_BRITAIN,
        timezone=("30", "Europe/London"),
        fax_media_type="image/tiff",
        phones=(
            Phone(
                id="6001",
                number="+442079460101",
                label="Desk",
                type="PhoneLine",
                features=("CallForwarding",),
            ),
            Phone(
                id="6002", number="+447700900123", label="Mobile", type="Mobile", features=("CallForwarding",)
            ),
        ),
        lines=(
            AccountLine(
                id=7001,
                number="+442079460100",
                label="Main line",
                type="VoiceFax",
                usage_type="MainCompanyNumber",
                features=("CallerId",),
                is_primary=True,
                location="London",
            ),
            AccountLine(
                id=7002,
                number="+442079460109",
                label="Fax",
                type="FaxOnly",
                usage_type="DirectNumber",
                features=("CallerId",),
            ),
        ),
    )
