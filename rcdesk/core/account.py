"""Who is signed in and what their account offers: profiles, numbers, cover pages.

These are the values the dialer and the composer are filled with. Pure and frozen, they cross threads.
Fields follow the service's resources (spec: listForwardingNumbers, listExtensionPhoneNumbers,
readExtensionCallerId, listFaxCoverPages, readExtension). Read next: services/account.py.
"""

from __future__ import annotations

from dataclasses import dataclass

PRODUCTION_URL = "https://platform.ringcentral.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerProfile:
    """Where to sign in and within which limits.

    base_url has no trailing slash. max_fax_bytes and max_fax_pages bound one fax (guide: 50 MB, 200 pages).
    is_demo marks the simulator inside the program; it changes only what the window says.
    """

    name: str
    base_url: str = PRODUCTION_URL
    client_id: str = ""
    max_fax_bytes: int = 50_000_000
    max_fax_pages: int = 200
    is_demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a JWT sign-in needs (wire-contract 1.1): kept in the keyring or in memory, never in a file."""

    client_id: str
    client_secret: str
    jwt: str

    def __repr__(self) -> str:
        return "Credentials(…)"


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardingNumber:
    """A phone of the user that a RingOut may ring first (spec: ForwardingNumberInfo).

    kind is the service's type: Home, Mobile, Work, PhoneLine, Outage or Other.
    """

    id: str
    phone_number: str
    label: str
    kind: str = "Other"
    can_ring: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountNumber:
    """A number of the extension (spec: UserPhoneNumberInfo); can_show means it may be the caller ID."""

    id: str
    phone_number: str
    label: str
    usage: str = ""
    kind: str = ""
    can_show: bool = False
    can_fax: bool = False
    is_primary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverPage:
    """A cover page of the service: index 0 is "None" (spec: listFaxCoverPages)."""

    index: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Everything about the signed-in extension that the window shows.

    home_country is an ISO 3166 code used to read national numbers; ring_out_caller_id and fax_caller_id are
    E.164 or "" when the service did not say.
    """

    owner_id: str
    name: str
    company: str
    extension_number: str
    home_country: str = "US"
    forwarding_numbers: tuple[ForwardingNumber, ...] = ()
    numbers: tuple[AccountNumber, ...] = ()
    cover_pages: tuple[CoverPage, ...] = ()
    ring_out_caller_id: str = ""
    fax_caller_id: str = ""

    @property
    def ringable(self) -> tuple[ForwardingNumber, ...]:
        """The forwarding numbers a RingOut may ring first."""
        return tuple(n for n in self.forwarding_numbers if n.can_ring)

    @property
    def showable(self) -> tuple[AccountNumber, ...]:
        """The numbers that may be shown to the called party."""
        return tuple(n for n in self.numbers if n.can_show)
