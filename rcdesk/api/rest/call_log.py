"""The call log: calls that are over (sync, one session), and its word on faxes that failed.

Spec: syncUserCallLog and readUserCallLog, both Heavy, so they are asked seldom. A call is listed from the
user's side: `number` and `name` are the other party's. Blocking, on a lane's thread. Read next:
services/calls/history.py, core/fax/causes.py (what the words on a fax mean).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from rcdesk.api.rest import reading
from rcdesk.api.session import ApiSession
from rcdesk.core.cancel import CancelToken
from rcdesk.core.messages.recording import Recording, RecordingKind

PATH = f"{reading.EXTENSION}/call-log"
SYNC_PATH = f"{reading.EXTENSION}/call-log-sync"
SYNC_RECORDS = 250
"""The most records one answer of the sync holds (guide)."""
_PER_PAGE = 250
_OWN_LEGS = frozenset(
    {"RingOutWebToSubscriber", "RingOutClientToSubscriber", "RingOutDeviceToSubscriber", "RingMe"}
)


class FaxResult(Struct, frozen=True, kw_only=True):
    """What the call log says of one fax to one number (E.164).

    message_id "" when the record names no message; result and reason are the words of the spec
    (CallLogRecord), "" when absent.
    """

    message_id: str
    number: str
    result: str
    reason: str = ""


class CallLogEntry(Struct, frozen=True, kw_only=True):
    """One telephone call (spec: CallLogRecord of type Voice), seen from the user's side.

    telephony_session_id is the id a ring-out had; session_id the log's own. direction is "Inbound" or
    "Outbound". number is the other party's in E.164 as the service has it, their short extension when that is
    all there is, "" when withheld; extension is their short extension or "". at: the start, aware UTC, None
    when unreadable. duration_s counts from the start, ringing included when nobody answered. result
    (CallResultEnum: "Call connected", "Accepted", "Missed", "Voicemail", "Busy", …), reason
    (CallResultReasonEnum) and action (CallActionEnum: "RingOut Web", "Phone Call", …) are the service's own
    words, "" when absent. own_result is the result of the leg that rang the user's own phone in a ring-out,
    "" when the record does not say: other than "Call connected" and "Accepted", it was the user who was not
    reached.
    """

    id: str
    session_id: str
    telephony_session_id: str
    direction: str
    number: str
    name: str
    extension: str
    at: datetime | None
    duration_s: float
    result: str
    reason: str
    action: str
    own_result: str = ""
    recordings: tuple[Recording, ...] = ()


class CallLogChange(Struct, frozen=True, kw_only=True):
    """An answer of the sync: calls in the service's order (newest first), and the token to ask with next.

    has_more: as many records came as an answer holds, so asking again at once brings the rest of the changes.
    """

    records: tuple[CallLogEntry, ...]
    sync_token: str
    has_more: bool = False


def sync_calls(
    session: ApiSession,
    sync_token: str,
    token: CancelToken,
    *,
    date_from: datetime | None = None,
    record_count: int = SYNC_RECORDS,
    keep_free: int = 0,
) -> CallLogChange:
    """The calls new since sync_token, or with "" the newest record_count ones (since date_from, aware).

    keep_free leaves so many Heavy requests of the present minute to others. Raises FullSyncNeeded when the
    token is void (ask again with ""), NotAllowed when the user may not read the call log.
    """
    params: dict[str, Any] = {"view": "Detailed"}
    if not sync_token:
        params["recordCount"] = record_count
        if date_from is not None:
            params["dateFrom"] = reading.stamp(date_from)
    body = reading.sync(
        session, SYNC_PATH, sync_token, token, group="Heavy", params=params, keep_free=keep_free
    )
    return CallLogChange(
        records=_calls(reading.records(body)),
        sync_token=reading.text(reading.child(body, "syncInfo"), "syncToken"),
        has_more=bool(sync_token) and len(reading.children(body, "records")) >= SYNC_RECORDS,
    )


def calls_of_session(
    session: ApiSession, telephony_session_id: str, token: CancelToken
) -> tuple[CallLogEntry, ...]:
    """What the log says of one ring-out or call; empty until the record is written, seconds after the end."""
    params = {"telephonySessionId": telephony_session_id, "view": "Detailed"}
    pages = reading.pages(session, PATH, token, group="Heavy", params=params)
    return tuple(call for page in pages for call in _calls(page))


def fax_results(session: ApiSession, date_from: datetime, token: CancelToken) -> tuple[FaxResult, ...]:
    """The outgoing faxes since date_from (aware), newest first; several tries to a number are several."""
    params = {"type": "Fax", "direction": "Outbound", "dateFrom": reading.stamp(date_from)}
    pages = reading.pages(session, PATH, token, group="Heavy", per_page=_PER_PAGE, params=params)
    return tuple(
        FaxResult(
            message_id=reading.text(reading.child(record, "message"), "id"),
            number=reading.text(reading.child(record, "to"), "phoneNumber"),
            result=reading.text(record, "result"),
            reason=reading.text(record, "reason"),
        )
        for page in pages
        for record in page
    )


def _calls(records: tuple[Mapping[str, Any], ...]) -> tuple[CallLogEntry, ...]:
    is_call = (r for r in records if reading.text(r, "type") == "Voice" and r.get("deleted") is not True)
    return tuple(_entry(record) for record in is_call)


def _entry(record: Mapping[str, Any]) -> CallLogEntry:
    direction = reading.text(record, "direction")
    is_inbound = direction == "Inbound"
    other = reading.child(record, "from" if is_inbound else "to")
    extension = reading.text(other, "extensionNumber")
    dialled = reading.text(other, "dialerPhoneNumber" if is_inbound else "dialedPhoneNumber")
    milliseconds = reading.integer(record, "durationMs")
    seconds = reading.integer(record, "duration") or 0
    return CallLogEntry(
        id=reading.text(record, "id"),
        session_id=reading.text(record, "sessionId"),
        telephony_session_id=reading.text(record, "telephonySessionId"),
        direction=direction,
        number=reading.text(other, "phoneNumber") or dialled or extension,
        name=reading.text(other, "name"),
        extension=extension,
        at=reading.moment(record, "startTime"),
        duration_s=seconds if milliseconds is None else milliseconds / 1000,
        result=reading.text(record, "result"),
        reason=reading.text(record, "reason"),
        action=reading.text(record, "action"),
        own_result=_own_result(record),
        recordings=recordings_of(record),
    )


def recordings_of(record: Mapping[str, Any]) -> tuple[Recording, ...]:
    """The recordings of a call, the earliest leg's first; those of a transferred one lie at its legs."""
    is_inbound = reading.text(record, "direction") == "Inbound"
    other = reading.child(record, "from" if is_inbound else "to")
    found: dict[str, Recording] = {}
    for part in (*reading.children(record, "legs"), record):
        node = reading.child(part, "recording")
        if recording_id := reading.text(node, "id"):
            is_automatic = reading.text(node, "type") == RecordingKind.AUTOMATIC.value
            recording = Recording(
                id=recording_id,
                kind=RecordingKind.AUTOMATIC if is_automatic else RecordingKind.ON_DEMAND,
                uri=reading.text(node, "contentUri"),
                call_id=reading.text(record, "id"),
                telephony_session_id=reading.text(record, "telephonySessionId"),
                is_inbound=is_inbound,
                number=reading.text(other, "phoneNumber") or reading.text(other, "extensionNumber"),
                name=reading.text(other, "name"),
                at=reading.moment(part, "startTime") or reading.moment(record, "startTime"),
                length_s=reading.integer(part, "duration") or 0,
            )
            found.setdefault(recording_id, recording)
    return tuple(sorted(found.values(), key=lambda item: item.at or datetime.max.replace(tzinfo=UTC)))


def _own_result(record: Mapping[str, Any]) -> str:
    legs = reading.children(record, "legs")
    own = (reading.text(leg, "result") for leg in legs if reading.text(leg, "legType") in _OWN_LEGS)
    return next(own, "")
