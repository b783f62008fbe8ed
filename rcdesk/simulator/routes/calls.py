"""`…/ring-out`: ring two phones, look, cancel. Numbers are checked here; the call lives in `calls`.

Lives on the simulator's event loop thread.
"""

from __future__ import annotations

import re
from typing import Any

from aiohttp import web

from rcdesk.simulator.calls.calls import call_json
from rcdesk.simulator.checks import flag, shape, text
from rcdesk.simulator.magic import CallPlan
from rcdesk.simulator.presence import extensions_of
from rcdesk.simulator.refusal import bad_parameter
from rcdesk.simulator.routes.account import EXTENSION
from rcdesk.simulator.visit import Route, Visit, answer, no_content

_EMERGENCY = ("911", "933", "112", "999", "988")


_NUMBER = shape(phoneNumber=text())
RING_OUT = shape(
    "from",
    "to",
    from_=shape(phoneNumber=text(), forwardingNumberId=text()),
    to=_NUMBER,
    callerId=_NUMBER,
    playPrompt=flag,
    country=shape(id=text()),
)
"""MakeRingOutRequest."""


def _party(body: dict[str, Any], name: str) -> dict[str, Any]:
    value = body.get(name)
    if not isinstance(value, dict):
        raise bad_parameter(name, value if value is not None else "")
    return value


def _from_number(visit: Visit, party: dict[str, Any]) -> str:
    if "forwardingNumberId" in party:
        wanted = str(party["forwardingNumberId"])
        for phone in visit.subscriber.phones:
            if phone.id == wanted:
                return phone.number
        raise bad_parameter("from.forwardingNumberId", wanted)
    return visit.subscriber.e164(str(party.get("phoneNumber", "")), "from.phoneNumber")


def _shown_number(visit: Visit, body: dict[str, Any]) -> str:
    who = visit.subscriber
    if not body.get("callerId"):
        return visit.world.caller_id(who, "RingOut")
    number = who.e164(str(_party(body, "callerId").get("phoneNumber", "")), "callerId.phoneNumber")
    allowed = {line.number for line in who.lines if "CallerId" in line.features}
    if number not in allowed | {phone.number for phone in who.phones}:
        raise bad_parameter("callerId.phoneNumber", number)
    return number


def _short_extension(dialled: str) -> str:
    """The extension when that is what was dialled ("102", "ext. 102"); CMN-101 for emergency numbers."""
    found = re.fullmatch(r"\s*(?:ext\.?|x)?\s*([0-9]{3,6})\s*", dialled, re.IGNORECASE)
    if found is None:
        return ""
    if found[1] in _EMERGENCY:
        raise bad_parameter("to.phoneNumber", dialled)
    return found[1]


def _destination(visit: Visit, dialled: str) -> dict[str, Any]:
    """Whom to ring: an extension of the company (nobody there: NosuchUser), or a number."""
    who, extension = visit.subscriber, _short_extension(dialled)
    if not extension:
        number = who.e164(dialled, "to.phoneNumber")
        return {"to_number": number, "to_name": visit.world.books.name_of(who, number)}
    plan = CallPlan()
    if extension == who.extension:
        plan = CallPlan(callee="busy", callee_ring_s=1)
    elif extension not in extensions_of(who):
        plan = CallPlan(refusal="NosuchUser")
    name = visit.world.books.name_of(who, extension)
    return {"to_number": "", "to_extension": extension, "to_name": name, "plan": plan}


async def create(visit: Visit) -> web.StreamResponse:
    body = await visit.json_object(RING_OUT)
    call = visit.world.calls.start(
        visit.subscriber,
        from_number=_from_number(visit, _party(body, "from")),
        **_destination(visit, str(_party(body, "to").get("phoneNumber", ""))),
        shown_number=_shown_number(visit, body),
        has_prompt=body.get("playPrompt", False),
    )
    return answer(call_json(call, visit.extension_uri))


async def read(visit: Visit) -> web.StreamResponse:
    call = visit.world.calls.get(visit.subscriber, visit.request.match_info["ringoutId"])
    return answer(call_json(call, visit.extension_uri))


async def cancel(visit: Visit) -> web.StreamResponse:
    visit.world.calls.cancel(visit.subscriber, visit.request.match_info["ringoutId"])
    return no_content()


ROUTES = (
    Route("POST", f"{EXTENSION}/ring-out", "Heavy", create),
    Route("GET", f"{EXTENSION}/ring-out/{{ringoutId}}", "Light", read),
    Route("DELETE", f"{EXTENSION}/ring-out/{{ringoutId}}", "Heavy", cancel),
)
