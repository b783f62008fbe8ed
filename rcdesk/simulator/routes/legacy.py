"""`/ringout.asp` and `/faxapi.asp`: the 2010 web API beside REST, in the same world.

Answers are plain text with status 200: `OK …` or an error text from the first page, a number from 0 to 5
from the second. All the oddities are meant: status and cancel ask for no credentials, cancel answers the
same whatever happened, an unknown session is a completed call. No rate limits. Lives on the simulator's
event loop thread. Read next: `legacy`, `legacy_upload`.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from aiohttp import web

from rcdesk.simulator import legacy
from rcdesk.simulator.accounts import Subscriber
from rcdesk.simulator.fax.legacy_upload import LegacyFields, LegacyUpload, form_fields
from rcdesk.simulator.fax.multipart import MAX_BODY
from rcdesk.simulator.magic import fax_plan
from rcdesk.simulator.refusal import ErrorAnswer
from rcdesk.simulator.visit import CHUNK, Route, Visit

RING_OUT = "/ringout.asp"
FAX = "/faxapi.asp"
GROUP = "Legacy"
WRONG_CREDENTIALS = "Invalid username or password"


class FaxAnswer(IntEnum):
    """What the fax page answers; it speaks of acceptance only."""

    SUCCESSFUL = 0
    AUTHORIZATION_FAILED = 1
    PROHIBITED = 2
    NO_RECIPIENTS = 3
    NO_DATA = 4
    GENERIC_ERROR = 5


async def ring_out(visit: Visit) -> web.StreamResponse:
    """GET or POST /ringout.asp."""
    fields = await form_fields(visit)
    match fields.get("cmd").lower():
        case "status":
            return _text(_status(visit, fields.get("sessionid")))
        case "cancel":
            return _text(_cancel(visit, fields.get("sessionid")))
        case "list" | "call" as command:
            who = legacy.subscriber_of(
                visit.world, fields.get("username"), fields.get("password"), fields.get("ext")
            )
            if who is None:
                return _text(WRONG_CREDENTIALS)
            if command == "list":
                return _text(f"OK {legacy.numbers_line(who)}")
            return _text(_call(visit, who, fields))
        case _:
            return _text("Unknown command")


def _call(visit: Visit, who: Subscriber, fields: LegacyFields) -> str:
    """Place the call, or say which number is wrong."""
    numbers: dict[str, str] = {}
    for name, what in (("to", "destination"), ("from", "callback"), ("clid", "caller ID")):
        try:
            numbers[name] = who.e164(fields.get(name), name)
        except ErrorAnswer:
            if name != "clid" or fields.get(name):
                return f"Invalid {what} number"
    shown = numbers.get("clid") or visit.world.caller_id(who, "RingOut")
    if shown not in {line.number for line in who.lines} | {phone.number for phone in who.phones}:
        return "Invalid caller ID number"
    call = visit.world.calls.start(
        who,
        from_number=numbers["from"],
        to_number=numbers["to"],
        to_name=visit.world.books.name_of(who, numbers["to"]),
        shown_number=shown,
        has_prompt=fields.get("prompt") != "0",
    )
    return f"OK {call.session_id} {legacy.ws_of(call)}"


def _status(visit: Visit, session_id: str) -> str:
    call = legacy.find_call(visit.world, session_id)
    words = "" if call is None else legacy.status_words(call, visit.world.clock.now())
    return f"OK {session_id} {words}".rstrip()


def _cancel(visit: Visit, session_id: str) -> str:
    call = legacy.find_call(visit.world, session_id)
    if call is not None:
        visit.world.calls.cancel(call.owner, call.id)
    return f"OK {session_id}"


async def fax(visit: Visit) -> web.StreamResponse:
    """POST /faxapi.asp."""
    if (visit.request.content_length or 0) > MAX_BODY:
        while chunk := await visit.request.content.read(CHUNK):
            await visit.pace(len(chunk))
        return _text(FaxAnswer.GENERIC_ERROR)
    if visit.request.content_type != "multipart/form-data":
        return _text(_refused(visit, await form_fields(visit)) or FaxAnswer.NO_DATA)
    upload, problem = LegacyUpload(visit), None
    try:
        await upload.read()
    except ErrorAnswer as refusal:
        problem = refusal
    answer = _refused(visit, upload.fields)
    if answer is None and problem is not None:
        answer = FaxAnswer.NO_DATA if problem.code == "MSG-347" else FaxAnswer.GENERIC_ERROR
    if answer is None:
        answer = _accept(visit, upload)
    if answer is not FaxAnswer.SUCCESSFUL:
        upload.discard()
    return _text(answer)


def _sender(visit: Visit, fields: LegacyFields) -> Subscriber | None:
    username, _, extension = fields.get("username").partition("*")
    return legacy.subscriber_of(visit.world, username, fields.get("password"), extension.rstrip("."))


def _refused(visit: Visit, fields: LegacyFields) -> FaxAnswer | None:
    """Why these fields are no fax, whatever the attachments are; None when they may be one."""
    if _sender(visit, fields) is None:
        return FaxAnswer.AUTHORIZATION_FAILED
    return None if fields.all("recipient") else FaxAnswer.NO_RECIPIENTS


def _accept(visit: Visit, upload: LegacyUpload) -> FaxAnswer:
    """Take the fax in, to be drawn and sent as any other."""
    who, fields = _sender(visit, upload.fields), upload.fields
    assert who is not None, "the credentials were checked before"
    if not upload.documents:
        return FaxAnswer.NO_DATA
    recipients = []
    for text in fields.all("recipient"):
        number, _, name = text.partition("|")
        recipients.append({"phoneNumber": number.strip(), "name": name.strip()})
    envelope: dict[str, Any] = {
        "to": recipients,
        "faxResolution": "Low" if fields.get("resolution").lower() == "low" else "High",
        "coverIndex": legacy.cover_index(fields.get("coverpage")),
        "coverPageText": fields.get("coverpagetext"),
    }
    send_at = legacy.send_time(fields.get("sendtime"), visit.world.clock.now())
    if send_at is not None:
        envelope["sendTime"] = send_at.isoformat()
    try:
        numbers = [who.e164(recipient["phoneNumber"], "to") for recipient in recipients]
        if any(fax_plan(number).error_code == "NoFaxSendPermission" for number in numbers):
            return FaxAnswer.PROHIBITED
        message = visit.world.faxes.accept(who, envelope, upload.documents)
    except ErrorAnswer:
        return FaxAnswer.GENERIC_ERROR
    visit.renderer.begin(message)
    return FaxAnswer.SUCCESSFUL


def _text(answer: str | FaxAnswer) -> web.Response:
    text = str(int(answer)) if isinstance(answer, FaxAnswer) else answer
    return web.Response(text=text, content_type="text/plain", charset="utf-8")


ROUTES = (
    Route(method="GET", path=RING_OUT, group=GROUP, handler=ring_out, is_public=True),
    Route(method="POST", path=RING_OUT, group=GROUP, handler=ring_out, is_public=True),
    Route(method="POST", path=FAX, group=GROUP, handler=fax, is_public=True),
)
