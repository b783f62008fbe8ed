"""The message store, its sync and the rendered files.

Lives on the simulator's event loop thread; the messages are in `messages`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from aiohttp import web

from rcdesk.simulator.checks import (
    A_FLAG,
    PAGING,
    Kind,
    a_moment,
    a_number,
    a_text,
    items,
    one_of,
    shape,
    text,
    word,
)
from rcdesk.simulator.clock import wire_time
from rcdesk.simulator.messages import StoredFile, StoredMail, StoredMessage
from rcdesk.simulator.multi_status import MULTI, ids_in, multi_status
from rcdesk.simulator.refusal import ErrorAnswer, bad_parameter, not_found
from rcdesk.simulator.routes.account import EXTENSION
from rcdesk.simulator.visit import Route, Visit, answer, no_content

STORE = f"{EXTENSION}/message-store"
MOST_IN_BODY = 1000


def _filter(visit: Visit) -> Callable[[StoredMail], bool]:
    types, directions = visit.choices("messageType"), visit.choices("direction")
    reads, alive = visit.choices("readStatus"), visit.choices("availability") or {"Alive"}
    digits = visit.request.query.get("phoneNumber", "").replace(" ", "").lstrip("+")

    conversation = visit.request.query.get("conversationId", "")

    def wanted(message: StoredMail) -> bool:
        numbers = [party.number for party in [message.sender, *message.recipients]]
        return (
            (not types or message.kind in types)
            and conversation in ("", str(message.conversation_id))
            and (not directions or message.direction in directions)
            and (not reads or message.read_status in reads)
            and message.availability in alive
            and (not digits or any(digits in number for number in numbers))
        )

    return wanted


async def list_messages(visit: Visit) -> web.StreamResponse:
    wanted = _filter(visit)
    date_from, date_to = visit.date_range()
    found = _newest_of_each(
        visit,
        visit.world.messages.find(
            visit.subscriber, lambda m: wanted(m) and date_from <= m.created_at <= date_to
        ),
    )
    uri = f"{visit.extension_uri}/message-store"
    return answer(visit.page(uri, [message.json(visit.extension_uri) for message in found]))


def _newest_of_each(visit: Visit, found: list[StoredMail]) -> list[StoredMail]:
    """With distinctConversations only the newest text of each."""
    if visit.request.query.get("distinctConversations") != "true":
        return found
    newest: dict[int, StoredMail] = {}
    for message in found:
        newest.setdefault(message.conversation_id or -message.id, message)
    return list(newest.values())


def _ids(visit: Visit) -> list[str]:
    ids = ids_in(visit.request.match_info["messageId"])
    if not ids:
        raise not_found("messageId", "")
    return ids


def _get(visit: Visit, message_id: str) -> StoredMail:
    return visit.world.messages.get(visit.subscriber, message_id)


def _json(visit: Visit, message_id: str) -> dict[str, Any]:
    return _get(visit, message_id).json(visit.extension_uri)


def _many(
    visit: Visit, ids: Sequence[str], act: Callable[[str], dict[str, Any]]
) -> tuple[web.Response, bool]:
    return multi_status(visit, f"{visit.extension_uri}/message-store", ids, act)


async def read_message(visit: Visit) -> web.StreamResponse:
    """GET …/message-store/{messageId}; several ids give a 207."""
    ids = _ids(visit)
    if len(ids) > 1:
        return _many(visit, ids, lambda message_id: _json(visit, message_id))[0]
    message = _get(visit, ids[0])
    # The contract requires this voice-mail field of every message, and at least one entry in it.
    side = [{"phoneNumber": message.recipients[0].number}]
    return answer({**message.json(visit.extension_uri), "vmSideRecipients": side})


async def _wanted(visit: Visit, kind: Kind) -> dict[str, dict[str, Any]]:
    """What is to be changed, by message: one body for the ids in the path, or a list of bodies."""
    ids = _ids(visit)
    if visit.request.content_type != MULTI:
        if ids == ["*"]:
            raise bad_parameter("messageId", "*")
        body = await visit.json_object(kind)
        return dict.fromkeys(ids, body)
    entry = shape("body", resourceId=text(), body=kind)
    entries = await visit.json_list(items(entry, low=1, high=MOST_IN_BODY))
    if ids == ["*"]:
        ids = [entry.get("resourceId", "") for entry in entries]
    if len(ids) != len(entries) or not all(ids):
        raise bad_parameter("resourceId")
    return {message_id: entry["body"] for message_id, entry in zip(ids, entries, strict=True)}


def _change(visit: Visit, message_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Take over a PatchMessageRequest; only what was deleted can be made Alive."""
    messages, message = visit.world.messages, _get(visit, message_id)
    if body.get("availability") == "Alive" and message.availability != "Alive":
        messages.restore(message)
    if "readStatus" in body:
        message.read_status = body["readStatus"]
    messages.touched(message)
    return message.json(visit.extension_uri)


async def _update(visit: Visit, kind: Kind) -> web.StreamResponse:
    bodies = await _wanted(visit, kind)
    is_bulk = visit.request.content_type == MULTI or len(bodies) > 1
    if is_bulk:
        return _many(visit, list(bodies), lambda found: _change(visit, found, bodies[found]))[0]
    [(message_id, body)] = bodies.items()
    return answer(_change(visit, message_id, body))


async def update_message(visit: Visit) -> web.StreamResponse:
    """PUT …/message-store/{messageId} with `{readStatus}`; several ids take one body, or one each."""
    return await _update(visit, shape("readStatus", readStatus=word("Read", "Unread")))


async def patch_message(visit: Visit) -> web.StreamResponse:
    """PATCH …/message-store/{messageId}: `readStatus`, and `availability` Alive, which restores."""
    return await _update(visit, shape(readStatus=word("Read", "Unread"), availability=word("Alive")))


async def delete_message(visit: Visit) -> web.StreamResponse:
    """DELETE …/message-store/{messageId}; twice, or with `purge=true`, for good.

    Several ids, or `*` and a list of them: 204 when all went, 207 when one did not.
    """
    is_purge = visit.request.query.get("purge") == "true"
    kind = visit.request.query.get("type", "All")
    ids = _ids(visit)
    if ids == ["*"]:
        ids = await visit.json_list(items(text(1), low=1, high=MOST_IN_BODY))

    def delete(message_id: str) -> dict[str, Any]:
        message = _get(visit, message_id)
        if kind not in ("All", message.kind):
            raise not_found("messageId", message_id)
        visit.world.messages.delete(message, is_purge=is_purge)
        return {}

    if len(ids) == 1:
        delete(ids[0])
        return no_content()
    response, has_failed = _many(visit, ids, delete)
    return response if has_failed else no_content()


async def delete_by_filter(visit: Visit) -> web.StreamResponse:
    """DELETE …/message-store: a conversation, a kind, what is older than dateTo, or simply everything."""
    query = visit.request.query
    kind, date_to = query.get("type", "All"), visit.moment("dateTo")
    conversations = visit.choices("conversationId")

    def is_meant(message: StoredMail) -> bool:
        return (
            message.availability == "Alive"
            and kind in ("All", message.kind)
            and (not conversations or str(message.conversation_id) in conversations)
            and (date_to is None or message.created_at < date_to)
        )

    for message in visit.world.messages.find(visit.subscriber, is_meant):
        visit.world.messages.delete(message, is_purge=query.get("purge") == "true")
    return no_content()


async def content(visit: Visit) -> web.StreamResponse:
    """GET …/message-store/{messageId}/content/{attachmentId}, at the media host."""
    info = visit.request.match_info
    message = _get(visit, info["messageId"])
    if isinstance(message, StoredMessage):
        await visit.renderer.settled(message)
    found = message.file(info["attachmentId"]) if message.availability != "Purged" else None
    if found is None or visit.request.host.startswith("platform."):
        raise not_found("attachmentId", info["attachmentId"])
    return download(visit, found)


def download(visit: Visit, file: StoredFile) -> web.StreamResponse:
    """A file of the media host, or the part of it that is asked for."""
    _check_range(visit.request, file.size_bytes)
    kind = "attachment" if visit.request.query.get("contentDisposition") == "Attachment" else "inline"
    wanted = visit.request.query.get("contentDispositionFilename") or file.name
    name = re.sub(r"[^\w .()+-]", "_", wanted, flags=re.ASCII)[:200]
    headers = {"Content-Type": file.media_type, "Content-Disposition": f'{kind}; filename="{name}"'}
    if isinstance(file.content, Path):
        return web.FileResponse(file.content, headers=headers)
    part = visit.request.http_range
    if part.start is None and part.stop is None:
        return web.Response(body=file.content, headers=headers)
    start, stop, _ = part.indices(file.size_bytes)
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{file.size_bytes}"
    return web.Response(status=206, body=file.content[start:stop], headers=headers)


def _check_range(request: web.Request, size: int) -> None:
    """CMN-107 for a part that is not there, or that cannot be meant."""
    try:
        start = request.http_range.start
    except ValueError:
        start = size
    if start is not None and start >= size:
        headers = {"Content-Range": f"bytes */{size}"}
        raise ErrorAnswer(416, "CMN-107", "Requested range is not satisfiable", headers=headers)


async def sync(visit: Visit) -> web.StreamResponse:
    """GET …/message-sync: FSync for everything, ISync for what changed since a token."""
    world, who = visit.world, visit.subscriber
    kind = visit.request.query.get("syncType") or ("ISync" if "syncToken" in visit.request.query else "FSync")
    limit = visit.query_int("recordCount", 250)
    has_older = False
    if kind == "ISync":
        token = visit.request.query.get("syncToken", "")
        has_changed, kinds, ways = world.messages.changed_since(who, token)
        types = visit.choices("messageType") or set(kinds)
        directions = visit.choices("direction") or set(ways)
        found = world.messages.find(
            who,
            lambda m: (
                has_changed(m)
                and (not types or m.kind in types)
                and (not directions or m.direction in directions)
            ),
        )
    else:
        wanted = _filter(visit)
        types, directions = visit.choices("messageType"), visit.choices("direction")
        date_from, date_to = visit.date_range()
        everything = world.messages.find(who, lambda m: wanted(m) and m.created_at <= date_to)
        found = _newest_of_each(visit, [m for m in everything if m.created_at >= date_from])[:limit]
        has_older = len(found) < len(everything)
    info: dict[str, Any] = {
        "syncType": kind,
        "syncToken": world.messages.new_token(who, types, directions),
        "syncTime": wire_time(world.clock.now()),
        "olderRecordsExist": has_older,
    }
    records = [
        message.trace()
        if kind == "ISync" and message.availability != "Alive"
        else message.json(visit.extension_uri)
        for message in found
    ]
    return answer({"uri": f"{visit.extension_uri}/message-sync", "records": records, "syncInfo": info})


_FILTER = {
    "dateFrom": a_moment,
    "dateTo": a_moment,
    "direction": one_of("Inbound", "Outbound"),
    "distinctConversations": A_FLAG,
    "messageType": one_of("Fax", "SMS", "VoiceMail", "Pager"),
    "availability": one_of("Alive", "Deleted", "Purged"),
    "readStatus": one_of("Read", "Unread"),
}
_MANY = frozenset({"availability", "direction", "messageType", "readStatus"})
_TYPE = one_of("Fax", "SMS", "VoiceMail", "Pager", "Text", "All")

ROUTES = (
    Route(
        "GET",
        STORE,
        "Light",
        list_messages,
        query={
            **PAGING,
            **_FILTER,
            "phoneNumber": a_text,
            "conversationId": a_text,
        },
        repeatable=_MANY,
    ),
    Route("GET", f"{STORE}/{{messageId}}", "Light", read_message),
    Route("PUT", f"{STORE}/{{messageId}}", "Medium", update_message),
    Route("PATCH", f"{STORE}/{{messageId}}", "Medium", patch_message),
    Route(
        "DELETE",
        f"{STORE}/{{messageId}}",
        "Medium",
        delete_message,
        query={"purge": A_FLAG, "type": _TYPE},
    ),
    Route(
        "DELETE",
        STORE,
        "Medium",
        delete_by_filter,
        query={"purge": A_FLAG, "type": _TYPE, "conversationId": a_text, "dateTo": a_moment},
        repeatable=frozenset({"conversationId"}),
    ),
    Route(
        "GET",
        f"{STORE}/{{messageId}}/content/{{attachmentId}}",
        "Medium",
        content,
        query={"contentDisposition": one_of("Inline", "Attachment"), "contentDispositionFilename": a_text},
    ),
    Route(
        "GET",
        f"{EXTENSION}/message-sync",
        "Light",
        sync,
        query={
            **_FILTER,
            "conversationId": a_number(low=-(10**17), high=10**17),
            "recordCount": a_number(),
            "syncToken": a_text,
            "syncType": one_of("FSync", "ISync"),
        },
        repeatable=_MANY,
    ),
)
