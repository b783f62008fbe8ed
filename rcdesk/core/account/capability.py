"""What an account can do, known before it is tried: capabilities, and a sentence for each that is missing.

Decided from the scopes of the token, which are the permissions of the app (spec: x-app-permission of each
operation), and from the features of the extension (spec: ExtensionServiceFeatureInfo). What the service does
not mention counts as possible: it will say so itself. Pure. Read next: account.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import assert_never

from msgspec import Struct


class Capability(Enum):
    """Something the desk offers that an account may lack."""

    CALL = "call"
    FAX_SEND = "fax-send"
    FAX_RECEIVE = "fax-receive"
    FAX_FOLLOW = "fax-follow"
    FAX_READ = "fax-read"
    FAX_CHANGE = "fax-change"
    FAX_RESEND = "fax-resend"
    CALL_LOG = "call-log"
    PRESENCE = "presence"
    PRESENCE_CHANGE = "presence-change"
    CONTACTS = "contacts"
    CONTACTS_CHANGE = "contacts-change"


class LackReason(Enum):
    """Whose doing it is: the app's registration, the user's features, or the age of the service."""

    APP = "app"
    USER = "user"
    LEGACY = "legacy"


_WHAT = {
    Capability.CALL: "Calling",
    Capability.FAX_SEND: "Sending faxes",
    Capability.FAX_RECEIVE: "Receiving faxes",
    Capability.FAX_FOLLOW: "Following a fax to its end",
    Capability.FAX_READ: "Reading faxes",
    Capability.FAX_CHANGE: "Marking and deleting faxes",
    Capability.FAX_RESEND: "Sending a fax again without uploading it",
    Capability.CALL_LOG: "The call history of the account",
    Capability.PRESENCE: "Presence",
    Capability.PRESENCE_CHANGE: "Changing the presence",
    Capability.CONTACTS: "The address book of the account",
    Capability.CONTACTS_CHANGE: "Changing the address book of the account",
}
_SCOPES: dict[Capability, tuple[str, ...]] = {
    Capability.CALL: ("RingOut",),
    Capability.FAX_SEND: ("Faxes",),
    Capability.FAX_FOLLOW: ("ReadMessages", "EditMessages"),
    Capability.FAX_READ: ("ReadMessages", "EditMessages"),
    Capability.FAX_CHANGE: ("EditMessages",),
    Capability.FAX_RESEND: ("Faxes",),
    Capability.CALL_LOG: ("ReadCallLog",),
    Capability.PRESENCE: ("ReadPresence", "EditPresence"),
    Capability.PRESENCE_CHANGE: ("EditPresence",),
    Capability.CONTACTS: ("ReadContacts", "Contacts"),
    Capability.CONTACTS_CHANGE: ("Contacts",),
}
_FEATURES: dict[Capability, str] = {
    Capability.CALL: "RingOut",
    Capability.FAX_SEND: "Fax",
    Capability.FAX_RESEND: "Fax",
    Capability.FAX_RECEIVE: "FaxReceiving",
    Capability.PRESENCE: "Presence",
    Capability.PRESENCE_CHANGE: "Presence",
}
_OFFERED_BY_LEGACY = frozenset({Capability.CALL, Capability.FAX_SEND})


class Lack(Struct, frozen=True, kw_only=True):
    """A capability the account has not, why, and what the app would need (the scope's name, "" for none)."""

    capability: Capability
    reason: LackReason
    needs: str = ""

    @property
    def sentence(self) -> str:
        """Why it is not possible and what can be done."""
        what = _WHAT[self.capability]
        match self.reason:
            case LackReason.APP:
                return (
                    f"{what} needs the permission {self.needs}, which this app does not have at RingCentral. "
                    "Add it to the app there and sign in again."
                )
            case LackReason.USER:
                return (
                    f"{what} is switched off for your RingCentral user. Ask the account's administrator "
                    "to switch it on."
                )
            case LackReason.LEGACY:
                return f"{what} is not possible with this older service."
            case _:
                assert_never(self.reason)


def lacks_of(scope: str, features: Mapping[str, bool]) -> tuple[Lack, ...]:
    """What is missing, in the order of Capability.

    scope: the token's, names between spaces, "" when the service did not say. features: by name, whether the
    extension has it; those not named are not judged.
    """
    granted = frozenset(scope.split())
    found: list[Lack] = []
    for capability in Capability:
        wanted = _SCOPES.get(capability, ())
        feature = _FEATURES.get(capability, "")
        if granted and wanted and not granted.intersection(wanted):
            found.append(Lack(capability=capability, reason=LackReason.APP, needs=wanted[0]))
        elif not features.get(feature, True):
            found.append(Lack(capability=capability, reason=LackReason.USER))
    return tuple(found)


def legacy_lacks() -> tuple[Lack, ...]:
    """What the service of 2010 cannot do: it calls and takes faxes, and knows nothing afterwards."""
    return tuple(
        Lack(capability=capability, reason=LackReason.LEGACY)
        for capability in Capability
        if capability not in _OFFERED_BY_LEGACY
    )
