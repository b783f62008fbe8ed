"""Who is signed in, where, and what their account offers: server profiles, numbers, cover pages.

These are the values the dialer and the composer are filled with. Pure and frozen, they cross threads.
Fields follow the service's resources (spec: listForwardingNumbers, listExtensionPhoneNumbers,
readExtensionCallerId, listFaxCoverPages, readExtension). Read next: capability.py,
services/account/connection.py.
"""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from rcdesk.core.account.capability import Capability, Lack

NOT_TOLD = "RingCentral could not be told: there the sign-in lasts until it runs out by itself."
"""What a sign-out could not do without a network."""

PRODUCTION_URL = "https://platform.ringcentral.com"
DEFAULT_REDIRECT_PORT = 53682
REDIRECT_PATH = "/signed-in"


class ServerKind(Enum):
    """Which protocol a server speaks: the REST API, or the pages of 2010 (docs/wire.md 2)."""

    REST = "rest"
    LEGACY = "legacy"


class GrantKind(Enum):
    """One way of proving who you are (docs/wire.md 1.1)."""

    BROWSER = "browser"
    JWT = "jwt"
    PASSWORD = "password"


class AppSecret(Enum):
    """What is known of the client secret of an app: it has NONE, or one that is KEPT or MISSING here."""

    NONE = "none"
    KEPT = "kept"
    MISSING = "missing"


class ServerProfile(Struct, frozen=True, kw_only=True):
    """Where to sign in and within which limits. Nothing in it is secret.

    id names it for good, whatever else is changed; "" for one that is not saved. base_url has no trailing
    slash. redirect_port is where the browser comes back to on 127.0.0.1 (0: the default one), ca_file a file
    of PEM certificates to trust instead of the usual ones ("": the usual ones). max_fax_bytes and
    max_fax_pages bound one fax (guide: 50 MB, 200 pages). grant is the way that was used last, and app_secret
    what is known since then of the secret of the app. is_demo marks the simulator inside the program; it
    changes only what the window says, and nothing of it is kept.
    """

    name: str
    base_url: str = PRODUCTION_URL
    client_id: str = ""
    max_fax_bytes: Annotated[int, Meta(ge=1, le=10**9)] = 50_000_000
    max_fax_pages: Annotated[int, Meta(ge=1, le=10_000)] = 200
    is_demo: bool = False
    id: str = ""
    kind: ServerKind = ServerKind.REST
    redirect_port: Annotated[int, Meta(ge=0, le=65_535)] = 0
    ca_file: str = ""
    grant: GrantKind = GrantKind.BROWSER
    app_secret: AppSecret = AppSecret.NONE

    @property
    def key(self) -> str:
        """The name its secrets are kept under: two profiles never share one."""
        return self.id or f"{self.base_url} {self.client_id}"

    @property
    def redirect_uri(self) -> str:
        """Where the browser comes back to; the app must have exactly this one registered at the service."""
        return f"http://127.0.0.1:{self.redirect_port or DEFAULT_REDIRECT_PORT}{REDIRECT_PATH}"

    def without_secret(self) -> ServerProfile:
        """The same where no secret is kept for it (any more): one that the app has is missing then."""
        return replace(self, app_secret=AppSecret.MISSING) if self.app_secret is AppSecret.KEPT else self


class ServerProfiles(Struct, frozen=True, kw_only=True):
    """All saved profiles, in the order of the settings; at most one is active."""

    profiles: tuple[ServerProfile, ...] = ()
    active_id: str = ""

    @property
    def active(self) -> ServerProfile | None:
        return self.find(self.active_id)

    def find(self, profile_id: str) -> ServerProfile | None:
        return next((p for p in self.profiles if profile_id and p.id == profile_id), None)

    def identified(self, profile: ServerProfile) -> ServerProfile:
        """The same profile with an id no other one has; one that has an id keeps it.

        The first for a server and client id gets their joint name, which is also where secrets of a profile
        without an id are kept.
        """
        if profile.id:
            return profile
        base, taken = profile.key, {p.id for p in self.profiles}
        tries = (base if number == 1 else f"{base} {number}" for number in range(1, len(taken) + 2))
        return replace(profile, id=next(id_ for id_ in tries if id_ not in taken))

    def with_saved(self, profile: ServerProfile) -> ServerProfiles:
        """With this profile, which must have an id, added or in place of the former one of that id."""
        if self.find(profile.id) is None:
            return replace(self, profiles=(*self.profiles, profile))
        return replace(self, profiles=tuple(profile if p.id == profile.id else p for p in self.profiles))

    def without(self, profile_id: str) -> ServerProfiles:
        """Without this profile; when it was the active one, none is."""
        kept = tuple(p for p in self.profiles if p.id != profile_id)
        return replace(self, profiles=kept, active_id="" if self.active_id == profile_id else self.active_id)

    def activated(self, profile_id: str) -> ServerProfiles:
        return replace(self, active_id=profile_id)


class Credentials(Struct, frozen=True, kw_only=True):
    """What a sign-in needs (docs/wire.md 1.1): kept in the keyring or in memory, never in a file.

    client_secret is "" for a public client. A JWT, or username, extension and password; neither for a
    sign-in in the browser.
    """

    client_id: str
    client_secret: str = ""
    jwt: str = ""
    username: str = ""
    extension: str = ""
    password: str = ""

    @property
    def grant(self) -> GrantKind:
        if self.jwt:
            return GrantKind.JWT
        return GrantKind.PASSWORD if self.username or self.password else GrantKind.BROWSER

    def __repr__(self) -> str:
        return "Credentials(…)"


class ForwardingNumber(Struct, frozen=True, kw_only=True):
    """A phone of the user that a RingOut may ring first (spec: ForwardingNumberInfo).

    kind is the service's type: Home, Mobile, Work, PhoneLine, Outage or Other.
    """

    id: str
    phone_number: str
    label: str
    kind: str = "Other"
    can_ring: bool = True


class AccountNumber(Struct, frozen=True, kw_only=True):
    """A number of the extension (spec: UserPhoneNumberInfo); can_show means it may be the caller ID.

    can_text, can_send_pictures, can_text_abroad: what may go out from it (features SmsSender, MmsSender,
    InternationalSmsSender).
    """

    id: str
    phone_number: str
    label: str
    usage: str = ""
    kind: str = ""
    can_show: bool = False
    can_fax: bool = False
    is_primary: bool = False
    can_text: bool = False
    can_send_pictures: bool = False
    can_text_abroad: bool = False


class CoverPage(Struct, frozen=True, kw_only=True):
    """A cover page of the service: index 0 is "None" (spec: listFaxCoverPages)."""

    index: int
    name: str


class Account(Struct, frozen=True, kw_only=True):
    """Everything about the signed-in extension that the window shows.

    home_country is an ISO 3166 code used to read national numbers; ring_out_caller_id and fax_caller_id are
    E.164 or "" when the service did not say. lacks: what this account or app cannot do, and why.
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
    lacks: tuple[Lack, ...] = ()

    def can(self, capability: Capability) -> bool:
        """True unless the service said that the account or the app cannot."""
        return all(lack.capability is not capability for lack in self.lacks)

    def why_not(self, capability: Capability) -> str:
        """One sentence why the account cannot do this; "" when it can."""
        return next((lack.sentence for lack in self.lacks if lack.capability is capability), "")

    @property
    def ringable(self) -> tuple[ForwardingNumber, ...]:
        """The forwarding numbers a RingOut may ring first."""
        return tuple(n for n in self.forwarding_numbers if n.can_ring)

    @property
    def showable(self) -> tuple[AccountNumber, ...]:
        """The numbers that may be shown to the called party."""
        return tuple(n for n in self.numbers if n.can_show)

    @property
    def textable(self) -> tuple[AccountNumber, ...]:
        """The numbers texts may go out from, the primary one first."""
        return tuple(sorted((n for n in self.numbers if n.can_text), key=lambda n: not n.is_primary))


class KeptAccount(Struct, frozen=True, kw_only=True):
    """Who signed in last, when the keyring keeps that: the next start shows their desk at once.

    profile_key is ServerProfile.key, "" for nobody. Nothing in it is secret.
    """

    profile_key: str = ""
    account: Account | None = None
