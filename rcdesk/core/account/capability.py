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
    TEXT = "text"
    MESSAGES = "messages"
    MESSAGES_CHANGE = "messages-change"
    RECORDINGS = "recordings"
    EVENTS = "events"


class LackReason(Enum):
    """Whose doing it is: the app's registration, the user's features, or the age of the service."""

    APP = "app"
    USER = "user"
    LEGACY = "legacy"


class _Needs(Struct, frozen=True):
    """What a capability is called, the scopes of which one is needed, and the feature."""

    what: str
    scopes: tuple[str, ...] = ()
    feature: str = ""


_READ = ("ReadMessages", "EditMessages")
_NEEDS = {
    Capability.CALL: _Needs("Calling", ("RingOut",), "RingOut"),
    Capability.FAX_SEND: _Needs("Sending faxes", ("Faxes",), "Fax"),
    Capability.FAX_RECEIVE: _Needs("Receiving faxes", (), "FaxReceiving"),
    Capability.FAX_FOLLOW: _Needs("Following a fax to its end", _READ),
    Capability.FAX_READ: _Needs("Reading faxes", _READ),
    Capability.FAX_CHANGE: _Needs("Marking and deleting faxes", ("EditMessages",)),
    Capability.FAX_RESEND: _Needs("Sending a fax again without uploading it", ("Faxes",), "Fax"),
    Capability.CALL_LOG: _Needs("The call history of the account", ("ReadCallLog",)),
    Capability.PRESENCE: _Needs("Presence", ("ReadPresence", "EditPresence"), "Presence"),
    Capability.PRESENCE_CHANGE: _Needs("Changing the presence", ("EditPresence",), "Presence"),
    Capability.CONTACTS: _Needs("The address book of the account", ("ReadContacts", "Contacts")),
    Capability.CONTACTS_CHANGE: _Needs("Changing the address book of the account", ("Contacts",)),
    Capability.TEXT: _Needs("Sending texts", ("SMS",), "SMS"),
    Capability.MESSAGES: _Needs("Reading texts and voicemails", (*_READ, "SMS")),
    Capability.MESSAGES_CHANGE: _Needs("Marking and deleting texts and voicemails", ("EditMessages",)),
    Capability.RECORDINGS: _Needs("Listening to recordings", ("ReadCallRecording",)),
    Capability.EVENTS: _Needs(
        "Hearing of news at once", ("WebSocket", "WebSocketsSubscription", "WebSocketSubscription")
    ),
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
        what = _NEEDS[self.capability].what
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
        wanted, feature = _NEEDS[capability].scopes, _NEEDS[capability].feature
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
