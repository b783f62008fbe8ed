"""The address book and the company directory.

Lives on the simulator's event loop thread; the people are in `contacts`.
"""

from __future__ import annotations

from aiohttp import web

from rcdesk.simulator.checks import A_FLAG, PAGING, a_number, a_text, one_of
from rcdesk.simulator.contacts import ContactRecord, changed, colleagues_of, contact_from
from rcdesk.simulator.refusal import not_found
from rcdesk.simulator.routes.account import ACCOUNT, EXTENSION
from rcdesk.simulator.visit import Route, Visit, answer, no_content

WRONG_PARAMETER = (
    "ErrorCode{code='ADG-121', httpStatus=400, "
    "description='Parameter [${paramName}] is invalid. ${additionalInfo:-}'}"
)
NO_ENTRY = "ErrorCode{code='ADG-122', httpStatus=404, description='Contact not found.'}"
"""What the directory's own list of codes has for these, word for word."""

DIRECTORY_TYPES = (
    *("User", "Department", "Announcement", "Voicemail", "SharedLinesGroup", "PagingOnly", "IvrMenu"),
    *("ParkLocation", "Limited", "External", "DelegatedLinesGroup", "TieLine"),
)
_SORTS = {"FirstName": "firstName", "LastName": "lastName", "Company": "company"}


async def contacts(visit: Visit) -> web.StreamResponse:
    """GET …/address-book/contact; `startsWith`, `sortBy` and `phoneNumber` as the contract has them."""
    start = visit.request.query.get("startsWith", "").casefold()
    wanted = set(visit.request.query.getall("phoneNumber", []))
    order = [name for text in visit.request.query.getall("sortBy", []) for name in text.split(",")]

    def is_wanted(contact: ContactRecord) -> bool:
        words = map(contact.text, _SORTS.values())
        begins = not start or any(word.casefold().startswith(start) for word in words)
        return begins and (not wanted or bool(wanted & set(contact.numbers)))

    found = [contact for contact in visit.world.books.of(visit.subscriber).values() if is_wanted(contact)]
    if order:
        found.sort(key=lambda contact: [contact.text(_SORTS[name]).casefold() for name in order])
    uri = f"{visit.extension_uri}/address-book/contact"
    groups = {"uri": f"{visit.extension_uri}/address-book/group"}
    page = visit.page(uri, [contact.json(visit.extension_uri) for contact in found])
    return answer({**page, "groups": groups})


async def create_contact(visit: Visit) -> web.StreamResponse:
    contact = visit.world.books.add(visit.subscriber, await visit.json_object())
    return answer(contact.json(visit.extension_uri))


async def contact(visit: Visit) -> web.StreamResponse:
    found = visit.world.books.get(visit.subscriber, visit.request.match_info["contactId"])
    return answer(found.json(visit.extension_uri))


async def update_contact(visit: Visit) -> web.StreamResponse:
    """PUT …/address-book/contact/{contactId}: the whole contact anew."""
    who, books = visit.subscriber, visit.world.books
    old = books.get(who, visit.request.match_info["contactId"])
    new = contact_from(who, old.id, await visit.json_object())
    books.of(who)[old.id] = new
    return answer(new.json(visit.extension_uri))


async def patch_contact(visit: Visit) -> web.StreamResponse:
    """PATCH …/address-book/contact/{contactId}: the fields named here, the others stay."""
    who, books = visit.subscriber, visit.world.books
    old = books.get(who, visit.request.match_info["contactId"])
    new = changed(who, old, await visit.json_object())
    books.of(who)[old.id] = new
    return answer(new.json(visit.extension_uri))


async def delete_contact(visit: Visit) -> web.StreamResponse:
    who, books = visit.subscriber, visit.world.books
    del books.of(who)[books.get(who, visit.request.match_info["contactId"]).id]
    return no_content()


async def directory(visit: Visit) -> web.StreamResponse:
    """GET …/directory/entries; `perPage` may be a number, `max` or `all`."""
    kind = visit.request.query.get("type", "")
    records = [colleague.json(visit.subscriber) for colleague in colleagues_of(visit.subscriber)]
    found = [record for record in records if not kind or record["type"] == kind]
    if visit.request.query.get("perPage", "") in ("max", "all"):
        paging = {"page": 1, "perPage": 1000, "totalPages": 1, "totalElements": len(found)}
        return answer({"records": found, "paging": paging})
    page = visit.page("", found, default_per_page=1000, most_per_page=2000)
    return answer({"records": page["records"], "paging": page["paging"]})


async def directory_entry(visit: Visit) -> web.StreamResponse:
    wanted = visit.request.match_info["entryId"]
    for colleague in colleagues_of(visit.subscriber):
        if colleague.id == wanted:
            return answer(colleague.json(visit.subscriber))
    raise not_found("entryId", wanted)


BOOK = f"{EXTENSION}/address-book/contact"
ROUTES = (
    Route(
        "GET",
        BOOK,
        "Heavy",
        contacts,
        query={**PAGING, "startsWith": a_text, "sortBy": one_of(*_SORTS), "phoneNumber": a_text},
        repeatable=frozenset({"sortBy", "phoneNumber"}),
    ),
    Route("POST", BOOK, "Heavy", create_contact),
    Route("GET", f"{BOOK}/{{contactId}}", "Heavy", contact),
    Route("PUT", f"{BOOK}/{{contactId}}", "Heavy", update_contact),
    Route("PATCH", f"{BOOK}/{{contactId}}", "Heavy", patch_contact),
    Route("DELETE", f"{BOOK}/{{contactId}}", "Heavy", delete_contact),
    Route(
        "GET",
        f"{ACCOUNT}/directory/entries",
        "Medium",
        directory,
        query={
            "page": a_number(),
            "perPage": a_number(high=2000, or_words=("max", "all")),
            "accessibleSitesOnly": A_FLAG,
            "showFederated": A_FLAG,
            "type": one_of(*DIRECTORY_TYPES),
            "typeGroup": one_of("User", "NonUser"),
            "siteId": a_text,
        },
        is_newer=True,
        codes={"CMN-101": WRONG_PARAMETER},
    ),
    Route(
        "GET",
        f"{ACCOUNT}/directory/entries/{{entryId}}",
        "Medium",
        directory_entry,
        query={"accessibleSitesOnly": A_FLAG},
        is_newer=True,
        codes={"CMN-101": WRONG_PARAMETER, "CMN-102": NO_ENTRY},
    ),
)
