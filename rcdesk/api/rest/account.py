"""Who is signed in: the extension and its account (spec: readExtension, readAccountInfo; both Light).

Blocking, on a lane's thread. Read next: numbers.py for what the extension may call and show.
"""

from __future__ import annotations

from msgspec import Struct

from rcdesk.api.rest import reading
from rcdesk.api.session import ApiSession
from rcdesk.core.cancel import CancelToken


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
