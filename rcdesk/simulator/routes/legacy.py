"""`/ringout.asp` and `/faxapi.asp`: the 2010 web API beside REST, in the same world.

Answers are plain text with status 200: `OK …` or an error text from the first page, a number from 0 to 5
from the second. All the oddities are meant: status and cancel ask for no credentials, cancel answers the
same whatever happened, an unknown session is a completed call. Numbers at home have ten digits, states are
codes from 0 to 8. No rate limits. Lives on the simulator's event loop thread. Read next: `legacy_upload`.
"""

from __future__ import annotations

import hmac
import re
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Any

from aiohttp import web

from rcdesk.simulator.accounts import Subscriber
from rcdesk.simulator.calls.calls import RingOut
from rcdesk.simulator.fax.faxes import COVER_PAGES, DEFAULT_COVER
from rcdesk.simulator.fax.legacy_upload import LegacyFields, LegacyUpload, form_fields
from rcdesk.simulator.fax.multipart import MAX_BODY
from rcdesk.simulator.magic import fax_plan
from rcdesk.simulator.refusal import ErrorAnswer
from rcdesk.simulator.visit import Route, Visit
from rcdesk.simulator.world import World

RING_OUT = "/ringout.asp"
FAX = "/faxapi.asp"
GROUP = "Legacy"
WRONG_CREDENTIALS = "Invalid username or password"
LINGER_S = 3.0
"""Simulated seconds after the end of a call for which its codes are still told; then only the session id."""

SEND_TIME = "%d:%m:%y %H:%M"
"""How the fax page writes a time, which is GMT."""

_CODES = {
    "Success": 0,
    "InProgress": 1,
    "Busy": 2,
    "NoAnswer": 3,
    "Rejected": 4,
    "GenericError": 5,
    "Finished": 6,
    "InternationalDisabled": 7,
    "DestinationBlocked": 8,
}
_GENERIC = 5


class FaxAnswer(IntEnum):
    """What the fax page answers; it speaks of acceptance only."""

    SUCCESSFUL = 0
    AUTHORIZATION_FAILED = 1
    PROHIBITED = 2
    NO_RECIPIENTS = 3
    NO_DATA = 4
    GENERIC_ERROR = 5


async def ring_out(visit: Visit) -> web.StreamResponse:
    fields = await form_fields(visit)
    match fields.get("cmd").lower():
        case "status":
            return _text(_status(visit, fields.get("sessionid")))
        case "cancel":
            return _text(_cancel(visit, fields.get("sessionid")))
        case "list" | "call" as command:
            who = _subscriber_of(
                visit.world, fields.get("username"), fields.get("password"), fields.get("ext")
            )
            if who is None:
                return _text(WRONG_CREDENTIALS)
            if command == "list":
                return _text(f"OK {_numbers_line(who)}")
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
    return f"OK {call.session_id} {_ws_of(call)}"


def _status(visit: Visit, session_id: str) -> str:
    call = _find_call(visit.world, session_id)
    words = "" if call is None else _status_words(call, visit.world.clock.now())
    return f"OK {session_id} {words}".rstrip()


def _cancel(visit: Visit, session_id: str) -> str:
    call = _find_call(visit.world, session_id)
    if call is not None:
        visit.world.calls.cancel(call.owner, call.id)
    return f"OK {session_id}"


async def fax(visit: Visit) -> web.StreamResponse:
    if (visit.request.content_length or 0) > MAX_BODY:
        await visit.drain()
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
    return _subscriber_of(visit.world, username, fields.get("password"), extension.rstrip("."))


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
        "coverIndex": _cover_index(fields.get("coverpage")),
        "coverPageText": fields.get("coverpagetext"),
    }
    send_at = _send_time(fields.get("sendtime"), visit.world.clock.now())
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


def _subscriber_of(world: World, username: str, password: str, extension: str) -> Subscriber | None:
    """The user with these credentials, None for wrong ones; without an extension the master account's."""
    digits = re.sub(r"\D", "", username)
    for who in world.subscribers:
        main = who.main_number.lstrip("+")
        names = {main, main.removeprefix(who.country.calling_code)}
        is_right = hmac.compare_digest(password.encode(), who.password.encode())
        if digits in names and extension in ("", who.extension) and is_right:
            return who
    return None


def _written(number: str) -> str:
    """A number as the old pages write it: ten digits at home in North America, else all of it."""
    return number[2:] if re.fullmatch(r"\+1\d{10}", number) else number


def _numbers_line(who: Subscriber) -> str:
    """`number;name;number;name…`: the telephones that may ring first."""
    phones = [phone for phone in who.phones if "CallForwarding" in phone.features]
    return ";".join(f"{_written(phone.number)};{phone.label}" for phone in phones)


def _find_call(world: World, session_id: str) -> RingOut | None:
    """The call with this session id, whoever asks."""
    return next((call for call in world.calls.all() if call.session_id == session_id), None)


def _ws_of(call: RingOut) -> str:
    """The second word of a placed call's answer, which means nothing that anybody knows of."""
    return f".{int(call.session_id) % 90 + 10}"


def _status_words(call: RingOut, now: datetime) -> str:
    """`general;number;destination;number;callback`, "" once the call has been over for a few seconds."""
    is_over = call.ended_at is not None and now >= call.ended_at + timedelta(seconds=LINGER_S)
    if is_over or call.call == "NoSessionFound":
        return ""
    general = 2 if call.call == "CannotReach" else _code(call.call)
    if call.caller == call.callee == "Finished":
        general = 2
    to_number = _written(call.to_number) or call.to_extension
    return f"{general};{to_number};{_code(call.callee)};{_written(call.from_number)};{_code(call.caller)}"


def _cover_index(name: str) -> int:
    """The page of that name; the default page for "", "Default" and names nobody knows."""
    names = [page.lower() for page in COVER_PAGES]
    wanted = name.strip().lower()
    return names.index(wanted) if wanted in names else DEFAULT_COVER


def _send_time(text: str, now: datetime) -> datetime | None:
    """A time to come, aware; None for one that is past or none at all, which means at once."""
    try:
        moment = datetime.strptime(text.strip(), SEND_TIME).replace(tzinfo=UTC)
    except ValueError:
        return None
    return moment if moment > now else None


def _code(word: str) -> int:
    return _CODES.get(word, _GENERIC)


def _text(answer: str | FaxAnswer) -> web.Response:
    text = str(int(answer)) if isinstance(answer, FaxAnswer) else answer
    return web.Response(text=text, content_type="text/plain", charset="utf-8")


ROUTES = (
    Route("GET", RING_OUT, GROUP, ring_out, is_public=True),
    Route("POST", RING_OUT, GROUP, ring_out, is_public=True),
    Route("POST", FAX, GROUP, fax, is_public=True),
)
