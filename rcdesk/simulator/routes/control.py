"""The control API under `/simulator/`, which the real service does not have: time, faults, storms, limits,
inbound faxes, calls, texts and voicemails.

No sign-in: the simulator listens on 127.0.0.1 only. `GET /simulator/` explains all this to a person and
lists the magic numbers. Lives on the simulator's event loop thread; read `control` next, which does what is
ordered here, then `faults` and `magic`.
"""

from __future__ import annotations

import html
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from rcdesk.simulator import control
from rcdesk.simulator.clock import wire_time
from rcdesk.simulator.faults import KINDS, Storm, fault_from
from rcdesk.simulator.magic import MAGIC_NUMBERS
from rcdesk.simulator.refusal import bad_parameter
from rcdesk.simulator.server import SimulatorServer

Handler = Callable[[SimulatorServer, dict[str, Any]], Awaitable[Any]]
"""Does what the JSON of an order says; gives the JSON to answer with, a page, or None for nothing to say."""


@dataclass(frozen=True, slots=True)
class ControlCommand:
    """One order to the simulator; description is for the page, with the JSON it takes."""

    method: str
    path: str
    description: str
    handler: Handler


def page_html(server: SimulatorServer) -> str:
    def rows(items: list[tuple[str, ...]]) -> str:
        cells = ("".join(f"<td>{html.escape(cell)}</td>" for cell in item) for item in items)
        return "".join(f"<tr>{row}</tr>" for row in cells)

    commands = rows([(f"{c.method} {c.path}", c.description) for c in COMMANDS])
    numbers = rows([(m.number, m.kind, m.outcome, m.description) for m in MAGIC_NUMBERS])
    return f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>rcdesk simulator</title>
<style>body{{font:15px/1.5 system-ui;margin:2rem auto;max-width:60rem;padding:0 1rem}}
table{{border-collapse:collapse;width:100%}}td{{border-bottom:1px solid #8884;padding:.25rem .6rem}}
td:first-child{{font-family:monospace;white-space:nowrap}}</style>
<h1>A simulated RingCentral</h1>
<p>Base URL <code>{html.escape(server.base_url)}</code>. Nothing here reaches a telephone.
The service's own paths begin with <code>/restapi</code>; the ones below exist only here.</p>
<h2>Control</h2><table>{commands}</table>
<h2>Kinds of fault</h2><table>{rows(list(KINDS.items()))}</table>
<h2>Magic numbers</h2><p>Any other number answers, or receives the fax or the text. The company's short
extensions (102, 103, 200, 201) answer too; a call to another extension finds nobody.</p>
<table>{numbers}</table></html>"""


async def _order(request: web.Request) -> dict[str, Any]:
    try:
        value = json.loads(await request.read() or b"{}")
    except ValueError as exc:
        raise bad_parameter("body") from exc
    if not isinstance(value, dict):
        raise bad_parameter("body")
    return value


async def _page(server: SimulatorServer, order: dict[str, Any]) -> web.Response:
    return web.Response(text=page_html(server), content_type="text/html")


async def _state(server: SimulatorServer, order: dict[str, Any]) -> Any:
    return control.state_json(server)


async def _advance(server: SimulatorServer, order: dict[str, Any]) -> Any:
    seconds = order.get("seconds")
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or seconds < 0:
        raise bad_parameter("seconds", seconds)
    await server.advance(seconds)
    return {"now": wire_time(server.world.clock.now())}


async def _add_fault(server: SimulatorServer, order: dict[str, Any]) -> Any:
    server.faults.add(fault_from(order))
    return server.faults.as_json()


async def _clear_faults(server: SimulatorServer, order: dict[str, Any]) -> None:
    server.faults.clear()


async def _limits(server: SimulatorServer, order: dict[str, Any]) -> Any:
    server.world.limits.configure(order)
    return server.world.limits.limits


async def _inbound_fax(server: SimulatorServer, order: dict[str, Any]) -> Any:
    message = control.receive_fax(server, order)
    await server.renderer.settled(message)
    return message.json(server.base_url)


async def _storm(server: SimulatorServer, order: dict[str, Any]) -> Any:
    server.storm = Storm.from_order(order)
    return server.storm.as_json()


async def _calm(server: SimulatorServer, order: dict[str, Any]) -> None:
    server.storm = None


async def _inbound_call(server: SimulatorServer, order: dict[str, Any]) -> Any:
    return {"id": control.receive_call(server, order)}


async def _inbound_text(server: SimulatorServer, order: dict[str, Any]) -> Any:
    return control.receive_text(server, order).json(server.base_url)


async def _inbound_voicemail(server: SimulatorServer, order: dict[str, Any]) -> Any:
    return control.receive_voicemail(server, order).json(server.base_url)


async def _record_call(server: SimulatorServer, order: dict[str, Any]) -> Any:
    return {"id": control.record_call(server, order)}


async def _stored_texts(server: SimulatorServer, order: dict[str, Any]) -> Any:
    return [text.as_json() for text in control.stored_texts(server)]


async def _texting(server: SimulatorServer, order: dict[str, Any]) -> None:
    if not isinstance(order.get("registered"), bool):
        raise bad_parameter("registered", order.get("registered"))
    server.world.texts.is_registered = order["registered"]


async def _drop_sockets(server: SimulatorServer, order: dict[str, Any]) -> Any:
    return {"dropped": control.drop_sockets(server, order)}


async def _colleague_presence(server: SimulatorServer, order: dict[str, Any]) -> None:
    control.colleague_presence(server, order)


async def _log_delay(server: SimulatorServer, order: dict[str, Any]) -> None:
    server.world.log_delay_s = control.seconds_of(order, "seconds")


async def _forget_tokens(server: SimulatorServer, order: dict[str, Any]) -> None:
    control.forget_sync_tokens(server)


async def _stored_faxes(server: SimulatorServer, order: dict[str, Any]) -> Any:
    return [fax.as_json() for fax in control.stored_faxes(server)]


async def _sign_in(server: SimulatorServer, order: dict[str, Any]) -> None:
    server.world.sign_in.configure(order)


async def _presence(server: SimulatorServer, order: dict[str, Any]) -> None:
    control.order_presence(server, order)


async def _requests(server: SimulatorServer, order: dict[str, Any]) -> Any:
    return [request.as_json() for request in server.requests]


async def _reset(server: SimulatorServer, order: dict[str, Any]) -> None:
    await server.reset()


COMMANDS = (
    ControlCommand("GET", "/simulator/", "this page", _page),
    ControlCommand(
        *("GET", "/simulator/state"),
        "the clock, the people with their credentials, calls, faxes, faults, limits",
        _state,
    ),
    ControlCommand("POST", "/simulator/advance", '{"seconds": 10}: jump ahead', _advance),
    ControlCommand(
        *("POST", "/simulator/faults"),
        '{"kind": "status", "path": "/fax", "method": "POST", "status": 503, "times": 1}',
        _add_fault,
    ),
    ControlCommand("DELETE", "/simulator/faults", "no more faults", _clear_faults),
    ControlCommand("POST", "/simulator/limits", '{"Heavy": 2, "window_s": 60, "penalty_s": 60}', _limits),
    ControlCommand(
        *("POST", "/simulator/inbound-fax"),
        '{"to": "+18885550109", "from": "+16505550142", "pages": 2, "text": "…"}',
        _inbound_fax,
    ),
    ControlCommand(
        *("POST", "/simulator/storm"),
        '{"seed": 7, "share": 0.2, "kinds": ["status"], "path": ""}: bad weather',
        _storm,
    ),
    ControlCommand("DELETE", "/simulator/storm", "calm again", _calm),
    ControlCommand(
        *("POST", "/simulator/inbound-call"),
        '{"from": "+16505550143", "outcome": "missed|answered|voicemail", "talk_s": 40,'
        ' "rings_s": 0, "name": "", "queue": "200", "to": "+18885550100"}: somebody calls; with rings_s it'
        " takes its time",
        _inbound_call,
    ),
    ControlCommand(
        *("POST", "/simulator/inbound-text"),
        '{"from": "+16505550143", "to": "+16505550190", "text": "STOP", "picture": "teal", "others": []}:'
        " somebody texts; a picture is a colour, with others it is a group",
        _inbound_text,
    ),
    ControlCommand(
        *("POST", "/simulator/inbound-voicemail"),
        '{"from": "+16505550143", "seconds": 12, "transcript": "…", "after_s": 30, "status": "Completed",'
        ' "private": false, "sound": "wav|mp3", "name": "", "to": "+18885550100"}: somebody leaves a'
        " voicemail, whose transcript comes later",
        _inbound_voicemail,
    ),
    ControlCommand(
        *("POST", "/simulator/record-call"),
        '{"id": "s-…", "kind": "OnDemand|Automatic", "ready_after_s": 120, "sound": "wav|mp3"}:'
        " a call of the log was recorded, the latest unless one is named; it can be fetched later",
        _record_call,
    ),
    ControlCommand(
        *("POST", "/simulator/texting"),
        '{"registered": false}: whether numbers are registered for texting; if not, every text fails',
        _texting,
    ),
    ControlCommand(
        *("POST", "/simulator/drop-sockets"),
        '{"how": "abort|close|mute|absolute|idle|forget"}: lose the event sockets; those forgotten cannot be'
        " recovered",
        _drop_sockets,
    ),
    ControlCommand(
        *("POST", "/simulator/colleague-presence"),
        '{"extension": "400131427101", "telephonyStatus": "Ringing"}: an event for administrators',
        _colleague_presence,
    ),
    ControlCommand("GET", "/simulator/stored-texts", "each text that went out", _stored_texts),
    ControlCommand(
        *("POST", "/simulator/call-log-delay"),
        '{"seconds": 2}: how long after a call its record is written',
        _log_delay,
    ),
    ControlCommand(
        *("POST", "/simulator/forget-sync-tokens"),
        "the next ISync of messages is answered with MSG-333, of calls with CLG-104",
        _forget_tokens,
    ),
    ControlCommand(
        *("GET", "/simulator/stored-faxes"),
        "each outbound message: recipients, SHA-256 of the documents, note",
        _stored_faxes,
    ),
    ControlCommand(
        *("POST", "/simulator/sign-in"),
        '{"revoked": true, "denies": true, "repeats_refresh": false, "missing_scopes": ["Faxes"],'
        ' "missing_features": ["RingOut"]}: rules for signing in and for what the account may do',
        _sign_in,
    ),
    ControlCommand(
        *("POST", "/simulator/presence"),
        '{"dndStatus": "TakeDepartmentCallsOnly", "is_moved": true}: what the first user set in'
        " the old user interface, and whether the accounts are on the new call handling",
        _presence,
    ),
    ControlCommand("GET", "/simulator/requests", "what was asked so far", _requests),
    ControlCommand("POST", "/simulator/reset", "an empty day", _reset),
)


def add_routes(app: web.Application, server: SimulatorServer) -> None:
    app.router.add_routes([web.route(c.method, c.path, _served(c, server)) for c in COMMANDS])


def _served(
    command: ControlCommand, server: SimulatorServer
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def serve(request: web.Request) -> web.StreamResponse:
        said = await command.handler(server, await _order(request) if command.method == "POST" else {})
        server.events.look()
        if isinstance(said, web.Response):
            return said
        return web.Response(status=204) if said is None else web.json_response(said)

    return serve
