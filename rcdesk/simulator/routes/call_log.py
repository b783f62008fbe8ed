"""The call log over HTTP: the list, one record, the sync, and the calls that are going on.

Lives on the simulator's event loop thread; the records are in `calllog`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from rcdesk.simulator.calls.call_log import LogRecord, call_record
from rcdesk.simulator.checks import A_FLAG, a_moment, a_number, a_text, one_of
from rcdesk.simulator.clock import wire_time
from rcdesk.simulator.multi_status import ids_in, multi_status
from rcdesk.simulator.refusal import bad_parameter, not_found
from rcdesk.simulator.routes.account import EXTENSION
from rcdesk.simulator.visit import Route, Visit, answer

LOG = f"{EXTENSION}/call-log"
SYNC_LIMIT = 250
_NOT_WITH_A_SESSION = ("type", "direction", "phoneNumber", "extensionNumber", "dateFrom", "dateTo")


def _session(visit: Visit) -> tuple[str, str]:
    """sessionId and telephonySessionId; CMN-101 when another filter is given beside one."""
    query = visit.request.query
    found = (query.get("sessionId", ""), query.get("telephonySessionId", ""))
    if any(found):
        for name in _NOT_WITH_A_SESSION:
            if name in query:
                raise bad_parameter(name, query[name])
    return found


def _recorded(visit: Visit) -> Callable[[LogRecord], bool]:
    """Whether a record has a recording of the kind that is asked for, if one is."""
    query = visit.request.query
    kind = query.get("recordingType", "All" if query.get("withRecording") == "true" else "")
    return lambda record: (
        not kind or (record.recording is not None and kind in ("All", record.recording.kind))
    )


def _is_detailed(visit: Visit) -> bool:
    return "Detailed" in visit.choices("view")


def _page(visit: Visit, path: str, records: list[LogRecord]) -> web.Response:
    """A page of records; `perPage` may be `max`."""
    is_detailed, uri = _is_detailed(visit), visit.extension_uri
    items = [record.json(uri, is_detailed=is_detailed) for record in records]
    if visit.request.query.get("perPage") == "max":
        first = {"uri": f"{uri}/{path}?page=1&perPage=1000"}
        paging = {"page": 1, "perPage": 1000}
        return answer(
            {**first, "records": items[:1000], "paging": paging, "navigation": {"firstPage": first}}
        )
    return answer(visit.page(f"{uri}/{path}", items, has_totals=False))


async def call_log(visit: Visit) -> web.StreamResponse:
    types, directions = visit.choices("type"), visit.choices("direction")
    number = visit.request.query.get("phoneNumber", "").replace(" ", "").lstrip("+")
    extension = visit.request.query.get("extensionNumber", "")
    session_id, telephony_session_id = _session(visit)
    date_from, date_to = visit.date_range()
    recorded = _recorded(visit)

    def wanted(record: LogRecord) -> bool:
        if session_id or telephony_session_id:
            return session_id in ("", record.session_id or record.id) and telephony_session_id in (
                "",
                record.telephony_session_id,
            )
        return (
            (not types or record.type in types)
            and recorded(record)
            and (not directions or record.direction in directions)
            and (not number or any(number in known for known in record.numbers))
            and (not extension or extension in record.extensions)
            and date_from <= record.started_at <= date_to
        )

    return _page(visit, "call-log", [r for r in visit.world.log.of(visit.subscriber) if wanted(r)])


async def one_record(visit: Visit) -> web.StreamResponse:
    """GET …/call-log/{callRecordId}; several ids give a 207."""
    ids = ids_in(visit.request.match_info["callRecordId"]) or [""]

    def found(record_id: str) -> dict[str, Any]:
        for record in visit.world.log.of(visit.subscriber):
            if record.id == record_id:
                return record.json(visit.extension_uri, is_detailed=_is_detailed(visit))
        raise not_found("callRecordId", record_id)

    if len(ids) == 1:
        return answer(found(ids[0]))
    return multi_status(visit, f"{visit.extension_uri}/call-log", ids, found, is_mixed_only=True)[0]


async def sync(visit: Visit) -> web.StreamResponse:
    """GET …/call-log-sync: FSync for the newest records, ISync for those written since a token."""
    world, who, query = visit.world, visit.subscriber, visit.request.query
    kind = query.get("syncType", "FSync")
    if kind not in ("FSync", "ISync"):
        raise bad_parameter("syncType", kind)
    is_missed_only = "Missed" in visit.choices("statusGroup")
    limit = visit.query_int("recordCount", SYNC_LIMIT, high=SYNC_LIMIT)
    if kind == "ISync":
        if not query.get("syncToken"):
            raise bad_parameter("syncToken")
        found, token = world.log.changes(who, query["syncToken"], SYNC_LIMIT)
    else:
        date_from = visit.moment("dateFrom")
        if date_from is None and "recordCount" not in query:
            raise bad_parameter("recordCount")
        newest = world.log.of(who)
        found = [r for r in newest if date_from is None or r.started_at >= date_from][:limit]
        token = world.log.new_token(who)
    is_detailed, recorded = _is_detailed(visit), _recorded(visit)
    records = [
        record.json(visit.extension_uri, is_detailed=is_detailed)
        for record in found
        if (record.is_missed or not is_missed_only) and recorded(record)
    ]
    info = {"syncType": kind, "syncToken": token, "syncTime": wire_time(world.clock.now())}
    return answer({"uri": f"{visit.extension_uri}/call-log-sync", "records": records, "syncInfo": info})


def _live(visit: Visit) -> list[LogRecord]:
    world, who = visit.world, visit.subscriber
    return [
        *(call_record(call, world.clock.now()) for call in world.calls.active(who)),
        *(call.live_record(world.clock.now()) for call in world.inbound.active(who)),
    ]


async def active_calls(visit: Visit) -> web.StreamResponse:
    """GET …/active-calls: result In Progress."""
    types, directions = visit.choices("type"), visit.choices("direction")
    records: list[Any] = [
        record
        for record in _live(visit)
        if (not types or record.type in types) and (not directions or record.direction in directions)
    ]
    return _page(visit, "active-calls", records)


_VIEW = {"view": one_of("Simple", "Detailed")}
_COMMON = {
    **_VIEW,
    "page": a_number(),
    "perPage": a_number(or_words=("max",)),
    "direction": one_of("Inbound", "Outbound"),
    "type": one_of("Voice", "Fax"),
    "transport": one_of("PSTN", "VoIP"),
}
_RECORDING = {
    "withRecording": A_FLAG,
    "recordingType": one_of("Automatic", "OnDemand", "All"),
    "showDeleted": A_FLAG,
}
_MANY = frozenset({"direction", "type", "transport", "statusGroup", "conferenceType", "metadataCategory"})

ROUTES = (
    Route(
        "GET",
        LOG,
        "Heavy",
        call_log,
        query={
            **_COMMON,
            **_RECORDING,
            **dict.fromkeys(("extensionNumber", "phoneNumber", "sessionId", "telephonySessionId"), a_text),
            "showBlocked": A_FLAG,
            "dateFrom": a_moment,
            "dateTo": a_moment,
        },
        repeatable=_MANY,
    ),
    Route("GET", f"{LOG}/{{callRecordId}}", "Heavy", one_record, query=_VIEW),
    Route(
        "GET",
        f"{EXTENSION}/call-log-sync",
        "Heavy",
        sync,
        query={
            **_VIEW,
            **_RECORDING,
            "syncType": one_of("FSync", "ISync"),
            "syncToken": a_text,
            "dateFrom": a_moment,
            "recordCount": a_number(high=SYNC_LIMIT),
            "statusGroup": one_of("Missed", "All"),
        },
        repeatable=_MANY,
    ),
    Route(
        "GET",
        f"{EXTENSION}/active-calls",
        "Heavy",
        active_calls,
        query={**_COMMON, "conferenceType": one_of("AudioConferencing", "Meetings")},
        repeatable=_MANY,
    ),
)
