"""What an account lacks, from scopes and features, and that each lack has a sentence with a way out."""

from __future__ import annotations

import pytest

from rcdesk.core.account.account import Account
from rcdesk.core.account.capability import Capability, Lack, LackReason, lacks_of, legacy_lacks

ALL_SCOPES = " ".join(
    [
        *("ReadAccounts", "RingOut", "Faxes", "EditMessages", "ReadCallLog", "EditPresence", "Contacts"),
        *("SMS", "ReadCallRecording", "WebSocket"),
    ]
)


def lacking(scope: str, **features: bool) -> set[Capability]:
    return {lack.capability for lack in lacks_of(scope, features)}


def test_what_the_service_does_not_mention_is_possible() -> None:
    assert lacks_of("", {}) == () == lacks_of(ALL_SCOPES, {"Fax": True, "Whatever": False})


@pytest.mark.parametrize(
    ("scope", "lost"),
    [
        ("RingOut", {Capability.CALL}),
        ("Faxes", {Capability.FAX_SEND, Capability.FAX_RESEND}),
        (
            "EditMessages",
            {
                *(Capability.FAX_FOLLOW, Capability.FAX_READ, Capability.FAX_CHANGE),
                Capability.MESSAGES_CHANGE,
            },
        ),
        ("SMS", {Capability.TEXT}),
        ("ReadCallRecording", {Capability.RECORDINGS}),
        ("WebSocket", {Capability.EVENTS}),
        ("ReadCallLog", {Capability.CALL_LOG}),
        ("EditPresence", {Capability.PRESENCE, Capability.PRESENCE_CHANGE}),
        ("Contacts", {Capability.CONTACTS, Capability.CONTACTS_CHANGE}),
    ],
)
def test_each_scope_is_needed_for_something(scope: str, lost: set[Capability]) -> None:
    assert lacking(ALL_SCOPES.replace(scope, "")) == lost


def test_reading_alone_does_not_change() -> None:
    reading = ALL_SCOPES.replace("Edit", "Read").replace("Contacts", "ReadContacts")
    changes = {Capability.FAX_CHANGE, Capability.PRESENCE_CHANGE, Capability.CONTACTS_CHANGE}
    assert lacking(reading) == {*changes, Capability.MESSAGES_CHANGE}


@pytest.mark.parametrize(
    ("feature", "lost"),
    [
        ("RingOut", {Capability.CALL}),
        ("Fax", {Capability.FAX_SEND, Capability.FAX_RESEND}),
        ("FaxReceiving", {Capability.FAX_RECEIVE}),
        ("Presence", {Capability.PRESENCE, Capability.PRESENCE_CHANGE}),
        ("SMS", {Capability.TEXT}),
    ],
)
def test_a_feature_that_is_off_is_the_administrators(feature: str, lost: set[Capability]) -> None:
    found = lacks_of(ALL_SCOPES, {feature: False})
    assert {lack.capability for lack in found} == lost
    assert all(lack.reason is LackReason.USER and "administrator" in lack.sentence for lack in found)


def test_the_older_service_calls_and_takes_faxes_only() -> None:
    account = Account(owner_id="1", name="", company="", extension_number="", lacks=legacy_lacks())
    assert {c for c in Capability if account.can(c)} == {Capability.CALL, Capability.FAX_SEND}
    assert account.why_not(Capability.CALL) == ""
    assert "older service" in account.why_not(Capability.FAX_FOLLOW)


@pytest.mark.parametrize("capability", Capability)
@pytest.mark.parametrize("reason", LackReason)
def test_every_lack_has_a_sentence(capability: Capability, reason: LackReason) -> None:
    sentence = Lack(capability=capability, reason=reason, needs="Faxes").sentence
    assert sentence.endswith(".") and "delivered" not in sentence
    assert ("Faxes" in sentence.split()) or reason is not LackReason.APP or "Faxes," in sentence
