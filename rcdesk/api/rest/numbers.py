"""The numbers to choose from: phones that may ring, numbers that may be shown, caller IDs by feature.

Spec: listForwardingNumbers, listExtensionPhoneNumbers, readExtensionCallerId, all Light (docs/wire.md 1.3).
Blocking, on a lane's thread. Read next: ring_out.py, where they are used.
"""

from __future__ import annotations

import re

from rcdesk.api.rest import reading
from rcdesk.api.session import ApiSession
from rcdesk.core.account.account import AccountNumber, ForwardingNumber
from rcdesk.core.cancel import CancelToken

_FAX_TYPES = frozenset({"VoiceFax", "FaxOnly"})


def forwarding_numbers(session: ApiSession, token: CancelToken) -> tuple[ForwardingNumber, ...]:
    """The user's phones, in the service's order; can_ring is the feature CallForwarding."""
    return tuple(
        ForwardingNumber(
            id=reading.text(record, "id"),
            phone_number=reading.text(record, "phoneNumber"),
            label=reading.text(record, "label") or spaced(reading.text(record, "type")),
            kind=reading.text(record, "type") or "Other",
            can_ring="CallForwarding" in reading.words(record, "features"),
        )
        for page in reading.pages(session, f"{reading.EXTENSION}/forwarding-number", token)
        for record in page
        if reading.text(record, "phoneNumber")
    )


def phone_numbers(session: ApiSession, token: CancelToken) -> tuple[AccountNumber, ...]:
    """The extension's numbers; can_show is the feature CallerId, can_fax the type VoiceFax or FaxOnly."""
    return tuple(
        AccountNumber(
            id=reading.text(record, "id"),
            phone_number=reading.text(record, "phoneNumber"),
            label=reading.text(record, "label") or spaced(reading.text(record, "usageType")),
            usage=reading.text(record, "usageType"),
            kind=reading.text(record, "type"),
            can_show="CallerId" in reading.words(record, "features"),
            can_fax=reading.text(record, "type") in _FAX_TYPES,
            is_primary=record.get("primary") is True,
        )
        for page in reading.pages(session, f"{reading.EXTENSION}/phone-number", token)
        for record in page
        if reading.text(record, "phoneNumber")
    )


def caller_ids(session: ApiSession, token: CancelToken) -> dict[str, str]:
    """Feature ("RingOut", "FaxNumber", …) → E.164 it goes out with; without a number it is left out."""
    body = reading.get(session, f"{reading.EXTENSION}/caller-id", token)
    found: dict[str, str] = {}
    for entry in reading.records(body, "byFeature", key="feature"):
        number = reading.text(reading.child(reading.child(entry, "callerId"), "phoneInfo"), "phoneNumber")
        if number:
            found[reading.text(entry, "feature")] = number
    return found


def spaced(word: str) -> str:
    """An enum word as people write it: "MainCompanyNumber" → "Main company number"."""
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", word)
    return " ".join([*parts[:1], *(part if part.isupper() else part.lower() for part in parts[1:])])
