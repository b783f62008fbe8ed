"""Who and with which numbers: account, extension, phones, lines, caller id, versions, dictionaries.

Lives on the simulator's event loop thread; the people are in `accounts`.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from rcdesk.simulator.accounts import UNITED_STATES, Country
from rcdesk.simulator.checks import A_FLAG, PAGING, a_text, flag, items, one_of, shape, text
from rcdesk.simulator.fax.faxes import COVER_PAGES
from rcdesk.simulator.oauth import FEATURES
from rcdesk.simulator.refusal import ErrorAnswer, bad_parameter, not_found
from rcdesk.simulator.visit import Route, Visit, answer

API = "/restapi/v1.0"
ACCOUNT = f"{API}/account/{{accountId}}"
EXTENSION = f"{ACCOUNT}/extension/{{extensionId}}"
CALLER_ID_FEATURES = ("RingOut", "FaxNumber")
_NAMED = shape(id=text(), uri=text(), name=text(), phoneNumber=text())
_SHOWN = shape(type=text(), phoneInfo=_NAMED)
CALLER_ID = shape(
    uri=text(),
    byDevice=items(shape(device=_NAMED, callerId=_SHOWN)),
    byFeature=items(shape(feature=text(), callerId=_SHOWN)),
    extensionNameForOutboundCalls=flag,
    extensionNumberForInternalCalls=flag,
)
"""ExtensionCallerIdInfo."""

USAGE_TYPES = (
    *("MainCompanyNumber", "AdditionalCompanyNumber", "CompanyNumber", "DirectNumber", "CompanyFaxNumber"),
    *("FmcBusinessMobileNumber", "InventoryFmcBusinessMobileNumber", "ForwardedNumber"),
    *("ForwardedCompanyNumber", "ContactCenterNumber", "ConferencingNumber", "MeetingsNumber", "NumberPool"),
    *("BusinessMobileNumber", "ELIN", "PartnerBusinessMobileNumber", "NumberPoolPartnerBusinessMobileNumber"),
    *("NumberStorage", "IntegrationNumber", "InventoryMobileNumber"),
)
MOVED = "NewCallHandlingAndForwarding"


async def versions(visit: Visit) -> web.StreamResponse:
    version = {
        "uri": f"{visit.base_url}{API}",
        "versionString": "1.0.60",
        "releaseDate": "2026-01-15T00:00:00.000Z",
        "uriString": "v1.0",
    }
    return answer(
        {
            "uri": f"{visit.base_url}/restapi",
            "apiVersions": [version],
            "serverVersion": "simulator",
            "serverRevision": "1",
        }
    )


def _country(visit: Visit, country: Country) -> dict[str, str]:
    return {
        "id": country.id,
        "uri": f"{visit.base_url}{API}/dictionary/country/{country.id}",
        "name": country.name,
        "isoCode": country.iso_code,
        "callingCode": country.calling_code,
    }


def _regional(visit: Visit) -> dict[str, Any]:
    who = visit.subscriber
    is_us = who.country is UNITED_STATES
    language = {
        "id": "1033" if is_us else "2057",
        "name": "English (United States)" if is_us else "English (United Kingdom)",
        "localeCode": "en-US" if is_us else "en-GB",
    }
    return {
        "homeCountry": _country(visit, who.country),
        "language": language,
        "greetingLanguage": language,
        "formattingLocale": language,
        "timeFormat": "12h" if is_us else "24h",
        "timezone": {
            "id": who.timezone[0],
            "uri": f"{visit.base_url}{API}/dictionary/timezone/{who.timezone[0]}",
            "name": who.timezone[1],
            "description": who.timezone[1],
            "bias": "-480" if is_us else "0",
        },
    }


async def account(visit: Visit) -> web.StreamResponse:
    who = visit.subscriber
    return answer(
        {
            "uri": visit.account_uri,
            "id": who.account_id,
            "mainNumber": who.main_number,
            "status": "Confirmed",
            "setupWizardState": "Completed",
            "operator": {
                "uri": visit.extension_uri,
                "id": who.extension_id,
                "extensionNumber": who.extension,
            },
            "regionalSettings": {
                **_regional(visit),
                "currency": {"id": 1, "code": "USD", "name": "US Dollar", "symbol": "$"},
            },
            "serviceInfo": {
                "uri": f"{visit.account_uri}/service-info",
                "brand": {"id": "1210", "name": "RingCentral", "homeCountry": _country(visit, who.country)},
                "servicePlan": {"id": "8853", "name": "RingEX Simulated", "edition": "Advanced"},
                "contractedCountry": _country(visit, who.country),
            },
        }
    )


async def extension(visit: Visit) -> web.StreamResponse:
    who = visit.subscriber
    missing = visit.world.sign_in.missing_features
    return answer(
        {
            "uri": visit.extension_uri,
            "id": who.extension_id,
            "account": {"id": str(who.account_id), "uri": visit.account_uri},
            "extensionNumber": who.extension,
            "name": who.name,
            "contact": {
                "firstName": who.first_name,
                "lastName": who.last_name,
                "name": who.name,
                "company": who.company,
                "email": who.email,
                "businessPhone": who.main_number,
            },
            "type": "User",
            "status": "Enabled",
            "setupWizardState": "Completed",
            "permissions": {"admin": {"enabled": True}, "internationalCalling": {"enabled": True}},
            "regionalSettings": _regional(visit),
            "serviceFeatures": [
                {"featureName": name, "enabled": False, "reason": "ExtensionLimitation"}
                if name in missing
                else {"featureName": name, "enabled": True}
                for name in FEATURES
            ],
        }
    )


async def forwarding_numbers(visit: Visit) -> web.StreamResponse:
    uri = f"{visit.extension_uri}/forwarding-number"
    records = [
        {
            "id": phone.id,
            "uri": f"{uri}/{phone.id}",
            "phoneNumber": phone.number,
            "label": phone.label,
            "type": phone.type,
            "features": list(phone.features),
            "flipNumber": str(index),
        }
        for index, phone in enumerate(visit.subscriber.phones, start=1)
    ]
    return answer(visit.page(uri, records))


async def phone_numbers(visit: Visit) -> web.StreamResponse:
    """GET …/phone-number; `usageType` filters."""
    who, uri = visit.subscriber, f"{visit.extension_uri}/phone-number"
    wanted = visit.request.query.getall("usageType", [])
    status = visit.request.query.get("status", "Normal")
    records = [
        {
            "id": line.id,
            "uri": f"{visit.account_uri}/phone-number/{line.id}",
            "phoneNumber": line.number,
            "label": line.label,
            "type": line.type,
            "usageType": line.usage_type,
            "features": list(line.features),
            "primary": line.is_primary,
            "paymentType": "TollFree" if line.number.startswith("+1888") else "Local",
            "location": line.location,
            "status": "Normal",
            "country": {k: v for k, v in _country(visit, who.country).items() if k in ("id", "uri", "name")},
        }
        for line in who.lines
        if status == "Normal" and (not wanted or line.usage_type in ",".join(wanted).split(","))
    ]
    return answer(visit.page(uri, records))


def _caller_id_json(visit: Visit) -> dict[str, Any]:
    who = visit.subscriber
    by_feature = []
    for feature in CALLER_ID_FEATURES:
        number = visit.world.caller_id(who, feature)
        line = next(line for line in who.lines if line.number == number)
        info = {
            "id": str(line.id),
            "uri": f"{visit.account_uri}/phone-number/{line.id}",
            "phoneNumber": line.number,
        }
        by_feature.append({"feature": feature, "callerId": {"type": "PhoneNumber", "phoneInfo": info}})
    return {
        "uri": f"{visit.extension_uri}/caller-id",
        "byDevice": [],
        "byFeature": by_feature,
        "extensionNameForOutboundCalls": True,
        "extensionNumberForInternalCalls": False,
    }


async def caller_id(visit: Visit) -> web.StreamResponse:
    return answer(_caller_id_json(visit))


async def set_caller_id(visit: Visit) -> web.StreamResponse:
    """PUT …/caller-id: `byFeature` entries by number id or phone number."""
    body = await visit.json_object(CALLER_ID)
    for entry in body.get("byFeature", []):
        info = entry.get("callerId", {}).get("phoneInfo", {})
        line = next(
            (
                x
                for x in visit.subscriber.lines
                if info.get("id") == str(x.id) or info.get("phoneNumber") == x.number
            ),
            None,
        )
        if entry.get("feature") not in CALLER_ID_FEATURES or line is None:
            raise bad_parameter("byFeature", entry.get("feature"))
        visit.world.set_caller_id(visit.subscriber, entry["feature"], line.number)
    return answer(_caller_id_json(visit))


async def features(visit: Visit) -> web.StreamResponse:
    """GET …/features; `featureId` (repeatable) and `availableOnly` filter."""
    wanted = visit.request.query.getall("featureId", [])
    is_moved = visit.world.presence.is_moved
    records: list[dict[str, Any]] = [
        {"id": name, "available": name not in visit.world.sign_in.missing_features} for name in FEATURES
    ]
    backend = {"name": "isNewBackendAvailable", "value": "true" if is_moved else "false"}
    records.append({"id": MOVED, "available": is_moved, "params": [backend]})
    for record in records:
        if not record["available"]:
            record["reason"] = {"code": "ExtensionLimitation", "message": "Feature is not available"}
    is_available_only = visit.request.query.get("availableOnly") == "true"
    found = [
        record
        for record in records
        if (not wanted or record["id"] in wanted) and (record["available"] or not is_available_only)
    ]
    return answer({"records": found})


async def cover_pages(visit: Visit) -> web.StreamResponse:
    records = [{"id": str(index), "name": name} for index, name in enumerate(COVER_PAGES)]
    return answer(visit.page(f"{visit.base_url}{API}/dictionary/fax-cover-page", records))


def check_owner(visit: Visit) -> None:
    """Refuses paths of another account (CMN-102) or of another user's extension (CMN-404)."""
    who, info = visit.subscriber, visit.request.match_info
    if info.get("accountId", "~") not in ("~", str(who.account_id)):
        raise not_found("accountId", info["accountId"])
    if info.get("extensionId", "~") not in ("~", str(who.extension_id)):
        raise ErrorAnswer(403, "CMN-404", "Attempt to access another extension", parameter="extensionId")


ROUTES = (
    Route("GET", "/restapi", "NoThrottling", versions, is_public=True),
    Route("GET", ACCOUNT, "Light", account),
    Route("GET", EXTENSION, "Light", extension),
    Route(
        "GET",
        f"{EXTENSION}/features",
        "Medium",
        features,
        query={"availableOnly": A_FLAG, "featureId": a_text},
        repeatable=frozenset({"featureId"}),
    ),
    Route("GET", f"{EXTENSION}/forwarding-number", "Light", forwarding_numbers, query=PAGING, is_newer=True),
    Route(
        "GET",
        f"{EXTENSION}/phone-number",
        "Light",
        phone_numbers,
        query={
            **PAGING,
            "status": one_of("Normal", "Pending", "PortedIn", "Temporary", "Unknown"),
            "usageType": one_of(*USAGE_TYPES),
        },
        repeatable=frozenset({"usageType"}),
    ),
    Route("GET", f"{EXTENSION}/caller-id", "Light", caller_id),
    Route("PUT", f"{EXTENSION}/caller-id", "Medium", set_caller_id),
    Route("GET", f"{API}/dictionary/fax-cover-page", "Light", cover_pages, query=PAGING),
)
