"""Presence, the calls going on, and the call queues over HTTP.

Lives on the simulator's event loop thread; what the users have chosen is in `presence`.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from rcdesk.simulator.checks import A_FLAG, PAGING, a_text, flag, items, shape, text
from rcdesk.simulator.contacts import colleagues_of
from rcdesk.simulator.events.told import presence_json
from rcdesk.simulator.presence import QUEUES, REQUEST, Queue
from rcdesk.simulator.refusal import not_found
from rcdesk.simulator.routes.account import ACCOUNT, EXTENSION
from rcdesk.simulator.visit import Route, Visit, answer

QUEUE_PRESENCE = f"{EXTENSION}/call-queue-presence"
QUEUE_REQUEST = shape(
    "records",
    records=items(shape("callQueue", "acceptCalls", callQueue=shape("id", id=text()), acceptCalls=flag)),
)
"""ExtensionCallQueueUpdatePresenceList, with what makes sense of it."""


async def presence(visit: Visit) -> web.StreamResponse:
    """GET …/presence; with `detailedTelephonyState` the calls going on too."""
    return answer(_json(visit, is_detailed=visit.request.query.get("detailedTelephonyState") == "true"))


async def set_presence(visit: Visit) -> web.StreamResponse:
    visit.world.presence.choose(visit.subscriber, await visit.json_object(REQUEST))
    return answer(_json(visit, is_detailed=False))


def _json(visit: Visit, *, is_detailed: bool) -> dict[str, Any]:
    return presence_json(visit.world, visit.subscriber, visit.extension_uri, is_detailed=is_detailed)


def _queue_json(visit: Visit, queue: Queue) -> dict[str, Any]:
    """ExtensionCallQueuePresence."""
    return {
        "callQueue": {
            "id": queue.id,
            "name": queue.name,
            "extensionNumber": queue.extension,
            "editableMemberStatus": queue.is_editable,
        },
        "acceptCalls": visit.world.presence.takes_queue(visit.subscriber, queue),
    }


async def queue_presence(visit: Visit) -> web.StreamResponse:
    """GET …/call-queue-presence; `editableMemberStatus=true` leaves out what a member cannot switch."""
    is_editable_only = visit.request.query.get("editableMemberStatus") == "true"
    queues = visit.world.presence.queues(visit.subscriber)
    records = [_queue_json(visit, q) for q in queues if q.is_editable or not is_editable_only]
    return answer({"records": records})


async def set_queue_presence(visit: Visit) -> web.StreamResponse:
    """PUT …/call-queue-presence: `records[] {callQueue {id}, acceptCalls}`."""
    records = (await visit.json_object(QUEUE_REQUEST))["records"]
    changed = [
        visit.world.presence.switch(visit.subscriber, record["callQueue"]["id"], record["acceptCalls"])
        for record in records
    ]
    return answer({"records": [_queue_json(visit, queue) for queue in changed]})


def _account_queues(visit: Visit) -> list[Queue]:
    return [queue for queue in QUEUES if queue.account_id == visit.subscriber.account_id]


async def call_queues(visit: Visit) -> web.StreamResponse:
    """GET …/call-queues; `memberExtensionId` filters."""
    member = visit.request.query.get("memberExtensionId", "")
    uri = f"{visit.account_uri}/call-queues"
    records = [
        {
            "id": queue.id,
            "uri": f"{uri}/{queue.id}",
            "name": queue.name,
            "extensionNumber": queue.extension,
            "status": "Enabled",
        }
        for queue in _account_queues(visit)
        if not member or member in map(str, queue.members)
    ]
    return answer(visit.page(uri, records))


async def queue_members(visit: Visit) -> web.StreamResponse:
    wanted = visit.request.match_info["groupId"]
    queue = next((queue for queue in _account_queues(visit) if queue.id == wanted), None)
    if queue is None:
        raise not_found("groupId", wanted)
    extensions = {colleague.id: colleague.extension for colleague in colleagues_of(visit.subscriber)}
    records = [
        {
            "id": member,
            "uri": f"{visit.account_uri}/extension/{member}",
            "extensionNumber": extensions.get(str(member), ""),
        }
        for member in queue.members
    ]
    return answer(visit.page(f"{visit.account_uri}/call-queues/{queue.id}/members", records))


ROUTES = (
    Route(
        "GET",
        f"{EXTENSION}/presence",
        "Light",
        presence,
        query={"detailedTelephonyState": A_FLAG, "sipData": A_FLAG},
    ),
    Route("PUT", f"{EXTENSION}/presence", "Medium", set_presence),
    Route("GET", QUEUE_PRESENCE, "Light", queue_presence, query={"editableMemberStatus": A_FLAG}),
    Route("PUT", QUEUE_PRESENCE, "Medium", set_queue_presence),
    Route(
        "GET", f"{ACCOUNT}/call-queues", "Medium", call_queues, query={**PAGING, "memberExtensionId": a_text}
    ),
    Route("GET", f"{ACCOUNT}/call-queues/{{groupId}}/members", "Light", queue_members, query=PAGING),
)
