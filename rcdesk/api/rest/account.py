"""Who is signed in and what they can choose from: extension and account, numbers, caller IDs, cover pages.

Spec: readExtension, readAccountInfo, listForwardingNumbers, listExtensionPhoneNumbers, readExtensionCallerId,
listFaxCoverPages, all Light (docs/wire.md 1.3). Blocking, on a lane's thread. Read next: ring_out.py, fax.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from rcdesk.api.rest import reading
from rcdesk.api.session import ApiSession
from rcdesk.core.account.account import AccountNumber, CoverPage, ForwardingNumber
from rcdesk.core.cancel import CancelToken

COVERS_PATH = "/restapi/v1.0/dictionary/fax-cover-page"
_FAX_TYPES = frozenset({"VoiceFax", "FaxOnly"})


class ExtensionInfo(Struct, frozen=True, kw_only=True):
    """The signed-in extension; home_country is an ISO 3166 code, "US" when the service did not say.

    features: name and whether the extension has it (spec: ExtensionServiceFeatureInfo).
    """

    owner_id: str
    name: str
    company: str = ""
    extension_number: str = ""
    home_country: str = "US"
    features: tuple[tuple[str, bool], ...] = ()


class AccountInfo(Struct, frozen=True, kw_only=True):
    """The company's account: id, name ("" when unknown) and main number in E.164."""

    id: str
    name: str = ""
    main_number: str = ""


def read_extension(session: ApiSession, token: CancelToken) -> ExtensionInfo:
    body = reading.get(session, reading.EXTENSION, token)
    contact = reading.child(body, "contact")
    names = (reading.text(contact, "firstName"), reading.text(contact, "lastName"))
    region = reading.child(reading.child(body, "regionalSettings"), "homeCountry")
    return ExtensionInfo(
        owner_id=reading.text(body, "id"),
        name=reading.text(body, "name") or " ".join(filter(None, names)),
        company=reading.text(contact, "company"),
        extension_number=reading.text(body, "extensionNumber"),
        home_country=reading.text(region, "isoCode") or "US",
        features=tuple(
            (reading.text(feature, "featureName"), feature["enabled"])
            for feature in reading.children(body, "serviceFeatures")
            if isinstance(feature.get("enabled"), bool)
        ),
    )


def read_account(session: ApiSession, token: CancelToken) -> AccountInfo:
    body = reading.get(session, "/restapi/v1.0/account/~", token)
    name = reading.text(reading.child(body, "companyInfo"), "companyName") or reading.text(
        body, "companyName"
    )
    operator = reading.child(reading.child(body, "operator"), "contact")
    return AccountInfo(
        id=reading.text(body, "id"),
        name=name or reading.text(operator, "company"),
        main_number=reading.text(body, "mainNumber"),
    )


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
        for record in _with_number(session, "forwarding-number", token)
    )


def phone_numbers(session: ApiSession, token: CancelToken) -> tuple[AccountNumber, ...]:
    """The extension's numbers; can_show is the feature CallerId, can_fax the type VoiceFax or FaxOnly."""
    return tuple(
        _account_number(record, reading.words(record, "features"))
        for record in _with_number(session, "phone-number", token)
    )


class SmsRegistration(Struct, frozen=True, kw_only=True):
    """Whether a US number may text people in the US: brand and campaign must be confirmed there.

    statuses: words of the spec, "" when there is no such thing; errors: what the registry says is wrong.
    """

    campaign_status: str
    brand_status: str
    errors: tuple[str, ...] = ()

    @property
    def is_registered(self) -> bool:
        """True when texts will not fail for this."""
        return self.campaign_status == "Confirmed"


def sms_registration(session: ApiSession, number_id: str, token: CancelToken) -> SmsRegistration:
    """What the registry says of one of the extension's numbers (spec: smsConfigurationInfo, Light)."""
    path = f"{reading.EXTENSION}/phone-number/{quote(number_id, safe='')}/sms-configuration"
    body = reading.get(session, path, token)
    campaign, brand = reading.child(body, "smsCampaignInfo"), reading.child(body, "smsBrandInfo")
    errors = (*reading.children(campaign, "errors"), *reading.children(brand, "errors"))
    return SmsRegistration(
        campaign_status=reading.text(campaign, "status"),
        brand_status=reading.text(brand, "status"),
        errors=tuple(filter(None, (reading.text(error, "message") for error in errors))),
    )


def _with_number(session: ApiSession, name: str, token: CancelToken) -> Iterator[Mapping[str, Any]]:
    """The records of a list of numbers that have one."""
    for page in reading.pages(session, f"{reading.EXTENSION}/{name}", token):
        yield from (record for record in page if reading.text(record, "phoneNumber"))


def _account_number(record: Mapping[str, Any], features: frozenset[str]) -> AccountNumber:
    return AccountNumber(
        id=reading.text(record, "id"),
        phone_number=reading.text(record, "phoneNumber"),
        label=reading.text(record, "label") or spaced(reading.text(record, "usageType")),
        usage=reading.text(record, "usageType"),
        kind=reading.text(record, "type"),
        can_show="CallerId" in features,
        can_fax=reading.text(record, "type") in _FAX_TYPES,
        is_primary=record.get("primary") is True,
        can_text="SmsSender" in features,
        can_send_pictures="MmsSender" in features,
        can_text_abroad="InternationalSmsSender" in features,
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


def cover_pages(session: ApiSession, token: CancelToken) -> tuple[CoverPage, ...]:
    """Every cover page, ordered by index; records without a usable index or name are left out."""
    found = [
        CoverPage(index=index, name=reading.text(record, "name"))
        for page in reading.pages(session, COVERS_PATH, token)
        for record in page
        if (index := reading.integer(record, "id")) is not None and reading.text(record, "name")
    ]
    return tuple(sorted(found, key=lambda page: page.index))
