"""The control API under `/simulator/`, which the real service does not have: time, faults, storms, limits,
inbound faxes and calls.

No sign-in: the simulator listens on 127.0.0.1 only. `GET /simulator/` explains all this to a person and
lists the magic numbers. Lives on the simulator's event loop thread; read `control` next, which does what is
ordered here, then `faults` and `magic`.
"""

from __future__ import annotations

import html
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from aiohttp import web

from rcdesk.simulator import control
from rcdesk.simulator.clock import wire_time
from rcdesk.simulator.faults import KINDS, fault_from
from rcdesk.simulator.magic import MAGIC_NUMBERS
from rcdesk.simulator.refusal import bad_parameter
from rcdesk.simulator.server import SimulatorServer
from rcdesk.simulator.storm import Storm

Handler = Callable[[SimulatorServer, web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlCommand:
    """One order to the simulator; description is for the page, with the JSON it takes."""

    method: str
    path: str
    description: str
    handler: Handler


def page_html(server: SimulatorServer) -> str:
    """The page that explains the simulator."""

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
<h2>Magic numbers</h2><p>Any other number answers, or receives the fax. The company's short extensions
(102, 103, 200, 201) answer too; a call to another extension finds nobody.</p>
<table>{numbers}</table></html>"""


async def _order(request: web.Request) -> dict[str, Any]:
    try:
        value = json.loads(await request.read() or b"{}")
    except ValueError as exc:
        raise bad_parameter("body") from exc
    if not isinstance(value, dict):
        raise bad_parameter("body")
    return value


async def _page(server: SimulatorServer, request: web.Request) -> web.StreamResponse:
    return web.Response(text=page_html(server), content_type="text/html")


async def _state(server: SimulatorServer, request: web.Request) -> web.StreamResponse:
    return web.json_response(control.state_json(server))


async def _advance(server: SimulatorServer, request: web.Request) -> web.StreamResponse:
    seconds = (await _order(request)).get("seconds")
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or seconds < 0:
        raise bad_parameter("seconds", seconds)
    await server.advance(seconds)
    return web.json_response({"now": wire_time(server.world.clock.now())})


async def _add_fault(server: SimulatorServer, request: web.Request) -> web.StreamResponse:
    server.faults.add(fault_from(await _order(request)))
    return web.json_response(server.faults.as_json())


async def _clear_faults(server: SimulatorServer, request: web.Request) -> web.StreamResponse:
    server.faults.clear()
    return web.Response(status=204)


async def _limits(server: SimulatorServer, request: web.Request) -> web.StreamResponse:
    server.world.limits.configure(await _order(request))
    return web.json_response(server.world.limits.limits)


async def _inbound_fax(server: SimulatorServer, request: web.Request) -> web.StreamResponse:
    message = control.receive_fax(server, await _order(request))
    await server.renderer.settled(message)
    return web.json_response(message.json(server.base_url))


async def _storm(server: SimulatorServer, request: web.Request) -> web.StreamResponse:
    server.storm = Storm.from_order(await _order(request))
    return web.json_response(server.storm.as_json())


async def _calm(server: SimulatorServer, request: web.Request) -> web.StreamResponse:
    server.storm = None
    return web.Response(status=204)


async def _inbound_call(server: SimulatorServer, request: web.Request) -> web.StreamResponse:
    return web.json_response({"id": control.receive_call(server, await _order(request))})


async def _log_delay(server: SimulatorServer, request: web.Request) -> web.StreamResponse:
    server.world.log_delay_s = control.seconds_of(await _order(request), "seconds")
    return web.Response(status=204)


async def _forget_tokens(server: SimulatorServer, request: web.Request) -> web.StreamResponse:
    control.forget_sync_tokens(server)
    return web.Response(status=204)


async def _stored_faxes(server: SimulatorServer, request: web.Request) -> web.StreamResponse:
    return web.json_response([fax.as_json() for fax in control.stored_faxes(server)])


async def _sign_in(server: SimulatorServer, request: web.Request) -> web.StreamResponse:
    server.world.sign_in.configure(await _order(request))
    return web.Response(status=204)


async def _presence(server: SimulatorServer, request: web.Request) -> web.StreamResponse:
    control.order_presence(server, await _order(request))
    return web.Response(status=204)


async def _requests(server: SimulatorServer, request: web.Request) -> web.StreamResponse:
    return web.json_response([r.as_json() for r in server.requests])


async def _reset(server: SimulatorServer, request: web.Request) -> web.StreamResponse:
    await server.reset()
    return web.Response(status=204)


COMMANDS = (
    ControlCommand(method="GET", path="/simulator/", description="this page", handler=_page),
    ControlCommand(
        method="GET",
        path="/simulator/state",
        description="the clock, the people with their credentials, calls, faxes, faults, limits",
        handler=_state,
    ),
    ControlCommand(
        method="POST",
        path="/simulator/advance",
        description='{"seconds": 10}: jump ahead',
        handler=_advance,
    ),
    ControlCommand(
        method="POST",
        path="/simulator/faults",
        description='{"kind": "status", "path": "/fax", "method": "POST", "status": 503, "times": 1}',
        handler=_add_fault,
    ),
    ControlCommand(
        method="DELETE", path="/simulator/faults", description="no more faults", handler=_clear_faults
    ),
    ControlCommand(
        method="POST",
        path="/simulator/limits",
        description='{"Heavy": 2, "window_s": 60, "penalty_s": 60}',
        handler=_limits,
    ),
    ControlCommand(
        method="POST",
        path="/simulator/inbound-fax",
        description='{"to": "+18885550109", "from": "+16505550142", "pages": 2, "text": "…"}',
        handler=_inbound_fax,
    ),
    ControlCommand(
        method="POST",
        path="/simulator/storm",
        description='{"seed": 7, "share": 0.2, "kinds": ["status"], "path": ""}: bad weather',
        handler=_storm,
    ),
    ControlCommand(method="DELETE", path="/simulator/storm", description="calm again", handler=_calm),
    ControlCommand(
        method="POST",
        path="/simulator/inbound-call",
        description='{"from": "+16505550143", "outcome": "missed|answered|voicemail", "talk_s": 40,'
        ' "rings_s": 0, "name": "", "queue": "200", "to": "+18885550100"}: somebody calls; with rings_s it'
        " takes its time",
        handler=_inbound_call,
    ),
    ControlCommand(
        method="POST",
        path="/simulator/call-log-delay",
        description='{"seconds": 2}: how long after a call its record is written',
        handler=_log_delay,
    ),
    ControlCommand(
        method="POST",
        path="/simulator/forget-sync-tokens",
        description="the next ISync of messages is answered with MSG-333, of calls with CLG-104",
        handler=_forget_tokens,
    ),
    ControlCommand(
        method="GET",
        path="/simulator/stored-faxes",
        description="each outbound message: recipients, SHA-256 of the documents, note",
        handler=_stored_faxes,
    ),
    ControlCommand(
        method="POST",
        path="/simulator/sign-in",
        description='{"revoked": true, "denies": true, "repeats_refresh": false, "missing_scopes": ["Faxes"],'
        ' "missing_features": ["RingOut"]}: rules for signing in and for what the account may do',
        handler=_sign_in,
    ),
    ControlCommand(
        method="POST",
        path="/simulator/presence",
        description='{"dndStatus": "TakeDepartmentCallsOnly", "is_moved": true}: what the first user set in'
        " the old user interface, and whether the accounts are on the new call handling",
        handler=_presence,
    ),
    ControlCommand(
        method="GET", path="/simulator/requests", description="what was asked so far", handler=_requests
    ),
    ControlCommand(method="POST", path="/simulator/reset", description="an empty day", handler=_reset),
)


def add_routes(app: web.Application, server: SimulatorServer) -> None:
    """Put the control API on the application."""
    app.router.add_routes([web.route(c.method, c.path, partial(c.handler, server)) for c in COMMANDS])
