"""The message store, its sync and the rendered files.

Lives on the simulator's event loop thread; the messages are in `messages`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from rcdesk.simulator.clock import wire_time
from rcdesk.simulator.messages import Message
from rcdesk.simulator.queries import choices, date_range
from rcdesk.simulator.refusal import Refusal, bad_parameter, not_found
from rcdesk.simulator.routes_account import EXTENSION
from rcdesk.simulator.visit import Route, Visit, answer, no_content

STORE = f"{EXTENSION}/message-store"
MULTI = "application/vnd.ringcentral.multipart+json"


def _filter(visit: Visit) -> Callable[[Message], bool]:
    types, directions = choices(visit, "messageType"), choices(visit, "direction")
    reads, alive = choices(visit, "readStatus"), choices(visit, "availability") or {"Alive"}
    digits = visit.request.query.get("phoneNumber", "").replace(" ", "").lstrip("+")

    def wanted(message: Message) -> bool:
        numbers = [party.number for party in [message.sender, *message.recipients]]
        return (
            (not types or "Fax" in types)
            and (not directions or message.direction in directions)
            and (not reads or message.read_status in reads)
            and message.availability in alive
            and (not digits or any(digits in number for number in numbers))
        )

    return wanted


async def list_messages(visit: Visit) -> web.StreamResponse:
    """GET …/message-store."""
    wanted = _filter(visit)
    date_from, date_to = date_range(visit)
    found = visit.world.messages.find(
        visit.subscriber, lambda m: wanted(m) and date_from <= m.created_at <= date_to
    )
    uri = f"{visit.extension_uri}/message-store"
    return answer(visit.page(uri, [message.json(visit.extension_uri) for message in found]))


def _ids(visit: Visit) -> list[str]:
    return [part for part in visit.request.match_info["messageId"].split(",") if part]


def _each(visit: Visit, act: Callable[[Message, int], None]) -> web.Response:
    """A 207 for several ids, each with its own status."""
    entries = []
    for index, message_id in enumerate(_ids(visit)):
        try:
            message = visit.world.messages.get(visit.subscriber, message_id)
            act(message, index)
            body, status = message.json(visit.extension_uri), 200
        except Refusal as refusal:
            body, status = refusal.body(), refusal.status
        entries.append({"resourceId": message_id, "status": status, "body": body})
    response = answer(entries, status=207)
    response.content_type = MULTI
    return response


async def read_message(visit: Visit) -> web.StreamResponse:
    """GET …/message-store/{messageId}; several ids give a 207."""
    ids = _ids(visit)
    if len(ids) > 1:
        return _each(visit, lambda message, index: None)
    message = visit.world.messages.get(visit.subscriber, ids[0])
    # The contract requires this voice-mail field of every message, and at least one entry in it.
    side = [{"phoneNumber": message.recipients[0].number}]
    return answer({**message.json(visit.extension_uri), "vmSideRecipients": side})


async def update_message(visit: Visit) -> web.StreamResponse:
    """PUT …/message-store/{messageId} with `{readStatus}`; several ids take one body."""
    body = await visit.json_object()
    status = body.get("readStatus")
    if status not in ("Read", "Unread"):
        raise bad_parameter("readStatus", status)

    def mark(message: Message, index: int = 0) -> None:
        message.read_status = status
        visit.world.messages.touched(message)

    ids = _ids(visit)
    if len(ids) > 1:
        return _each(visit, mark)
    message = visit.world.messages.get(visit.subscriber, ids[0])
    mark(message)
    return answer(message.json(visit.extension_uri))


async def delete_message(visit: Visit) -> web.StreamResponse:
    """DELETE …/message-store/{messageId}; twice, or with `purge=true`, for good."""
    is_purge = visit.request.query.get("purge") == "true"
    for message_id in _ids(visit):
        visit.world.messages.delete(visit.world.messages.get(visit.subscriber, message_id), is_purge=is_purge)
    return no_content()


async def content(visit: Visit) -> web.StreamResponse:
    """GET …/message-store/{messageId}/content/{attachmentId}: the rendered pages."""
    info = visit.request.match_info
    message = visit.world.messages.get(visit.subscriber, info["messageId"])
    if info["attachmentId"] != str(message.id):
        raise not_found("attachmentId", info["attachmentId"])
    await visit.render_room.settled(message)
    if message.rendered is None:
        raise not_found("attachmentId", info["attachmentId"])
    kind = "attachment" if visit.request.query.get("contentDisposition") == "Attachment" else "inline"
    suffix = message.rendered.suffix
    name = visit.request.query.get("contentDispositionFilename") or f"fax-{message.id}{suffix}"
    return web.FileResponse(
        message.rendered,
        headers={
            "Content-Type": message.owner.fax_media_type,
            "Content-Disposition": f'{kind}; filename="{name}"',
        },
    )


async def sync(visit: Visit) -> web.StreamResponse:
    """GET …/message-sync: FSync for everything, ISync for what changed since a token."""
    world, who = visit.world, visit.subscriber
    kind = visit.request.query.get("syncType") or ("ISync" if "syncToken" in visit.request.query else "FSync")
    if kind not in ("FSync", "ISync"):
        raise bad_parameter("syncType", kind)
    limit = visit.query_int("recordCount", 250)
    has_older = False
    if kind == "ISync":
        since = world.messages.since(who, visit.request.query.get("syncToken", ""))
        types, directions = choices(visit, "messageType"), choices(visit, "direction")
        found = world.messages.find(
            who,
            lambda m: (
                m.revision > since
                and (not types or "Fax" in types)
                and (not directions or m.direction in directions)
            ),
        )
    else:
        wanted = _filter(visit)
        date_from, date_to = date_range(visit)
        everything = world.messages.find(who, lambda m: wanted(m) and m.created_at <= date_to)
        found = [m for m in everything if m.created_at >= date_from][:limit]
        has_older = len(found) < len(everything)
    info: dict[str, Any] = {
        "syncType": kind,
        "syncToken": world.messages.new_token(who),
        "syncTime": wire_time(world.clock.now()),
        "olderRecordsExist": has_older,
    }
    records = [message.json(visit.extension_uri) for message in found]
    return answer({"uri": f"{visit.extension_uri}/message-sync", "records": records, "syncInfo": info})


ROUTES = (
    Route(method="GET", path=STORE, group="Light", handler=list_messages),
    Route(method="GET", path=f"{STORE}/{{messageId}}", group="Light", handler=read_message),
    Route(method="PUT", path=f"{STORE}/{{messageId}}", group="Medium", handler=update_message),
    Route(method="DELETE", path=f"{STORE}/{{messageId}}", group="Medium", handler=delete_message),
    Route(
        method="GET", path=f"{STORE}/{{messageId}}/content/{{attachmentId}}", group="Medium", handler=content
    ),
    Route(method="GET", path=f"{EXTENSION}/message-sync", group="Light", handler=sync),
)
