"""The control API under `/simulator/`, which the real service does not have: time, faults, storms, limits,
inbound faxes and calls.

No sign-in: the simulator listens on 127.0.0.1 only. `GET /simulator/` explains all this to a person and
lists the magic numbers. Lives on the simulator's event loop thread; read `faults` and `magic` next.
"""

from __future__ import annotations

import html
import json
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aiohttp import web

from rcdesk.simulator.clock import wire_time
from rcdesk.simulator.faults import KINDS, fault_from
from rcdesk.simulator.inbound import OUTCOMES
from rcdesk.simulator.magic import MAGIC_NUMBERS
from rcdesk.simulator.messages import Document, Message
from rcdesk.simulator.refusal import bad_parameter
from rcdesk.simulator.server import SimulatorServer
from rcdesk.simulator.stored import StoredFax, stored_fax
from rcdesk.simulator.storm import Storm

COMMANDS = (
    ("GET /simulator/", "this page"),
    ("GET /simulator/state", "the clock, the people with their credentials, calls, faxes, faults, limits"),
    ("POST /simulator/advance", '{"seconds": 10}: jump ahead'),
    (
        "POST /simulator/faults",
        '{"kind": "status", "path": "/fax", "method": "POST", "status": 503, "times": 1}',
    ),
    ("DELETE /simulator/faults", "no more faults"),
    ("POST /simulator/limits", '{"Heavy": 2, "window_s": 60, "penalty_s": 60}'),
    (
        "POST /simulator/inbound-fax",
        '{"to": "+18885550109", "from": "+16505550142", "pages": 2, "text": "…"}',
    ),
    (
        "POST /simulator/storm",
        '{"seed": 7, "share": 0.2, "kinds": ["status"], "path": ""}: bad weather',
    ),
    ("DELETE /simulator/storm", "calm again"),
    (
        "POST /simulator/inbound-call",
        '{"from": "+16505550143", "outcome": "missed|answered|voicemail", "talk_s": 40, "rings_s": 0,'
        ' "name": "", "queue": "200", "to": "+18885550100"}: somebody calls; with rings_s it takes its time',
    ),
    ("POST /simulator/call-log-delay", '{"seconds": 2}: how long after a call its record is written'),
    (
        "POST /simulator/forget-sync-tokens",
        "the next ISync of messages is answered with MSG-333, of calls with CLG-104",
    ),
    ("GET /simulator/stored-faxes", "each outbound message: recipients, SHA-256 of the documents, note"),
    (
        "POST /simulator/sign-in",
        '{"revoked": true, "denies": true, "repeats_refresh": false, "missing_scopes": ["Faxes"],'
        ' "missing_features": ["RingOut"]}: rules for signing in and for what the account may do',
    ),
    ("GET /simulator/requests", "what was asked so far"),
    ("POST /simulator/reset", "an empty day"),
)


async def _order(request: web.Request) -> dict[str, Any]:
    try:
        value = json.loads(await request.read() or b"{}")
    except ValueError as exc:
        raise bad_parameter("body") from exc
    if not isinstance(value, dict):
        raise bad_parameter("body")
    return value


def text_documents(spool: Path, texts: Sequence[str]) -> tuple[Document, ...]:
    """One text file in the spool for each page."""
    documents = []
    for text in texts:
        path = spool / f"inbound-{secrets.token_hex(8)}.txt"
        path.write_text(text, encoding="utf-8")
        size_bytes = path.stat().st_size
        documents.append(Document(path=path, name=path.name, media_type="txt", size_bytes=size_bytes))
    return tuple(documents)


def receive_fax(server: SimulatorServer, order: dict[str, Any]) -> Message:
    """An inbound fax of `{to?, from?, pages?, text?}`; to a number of either account."""
    world = server.world
    to_number = str(order.get("to") or world.subscribers[0].fax_number)
    owner = next((s for s in world.subscribers if any(x.number == to_number for x in s.lines)), None)
    pages = order.get("pages", 1)
    if owner is None:
        raise bad_parameter("to", to_number)
    if not isinstance(pages, int) or not 1 <= pages <= 200:
        raise bad_parameter("pages", pages)
    text = str(order.get("text") or "A fax received by the simulator.")
    texts = [f"{text}\n\nPage {number} of {pages}\n" for number in range(1, pages + 1)]
    message = world.faxes.receive(
        owner,
        from_number=str(order.get("from") or "+16505550142"),
        to_number=to_number,
        documents=text_documents(server.spool, texts),
    )
    server.render_room.begin(message)
    return message


def forget_sync_tokens(server: SimulatorServer) -> None:
    """Every sync token given so far is void, of messages and of calls."""
    server.world.messages.forget_tokens()
    server.world.log.forget_tokens()


def _seconds(order: dict[str, Any], name: str) -> float:
    value = order.get(name) or 0
    if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
        raise bad_parameter(name, value)
    return float(value)


def receive_call(server: SimulatorServer, order: dict[str, Any]) -> str:
    """An inbound call of `{from?, to?, outcome?, talk_s?, rings_s?, name?, queue?}`; its telephonySessionId.

    "" when the queue (its id or extension) does not offer the call to the user.
    """
    world = server.world
    world.clock.settle()
    to_number = str(order.get("to") or world.subscribers[0].main_number)
    owner = next((s for s in world.subscribers if any(x.number == to_number for x in s.lines)), None)
    if owner is None:
        raise bad_parameter("to", to_number)
    outcome = order.get("outcome") or "missed"
    if outcome not in OUTCOMES:
        raise bad_parameter("outcome", outcome)
    wanted = str(order.get("queue") or "")
    queue = next((q for q in world.presence.queues(owner) if wanted in (q.id, q.extension)), None)
    if wanted and queue is None:
        raise bad_parameter("queue", wanted)
    call = world.inbound_call(
        owner,
        str(order.get("from") or ""),
        outcome=outcome,
        talk_s=_seconds(order, "talk_s"),
        rings_s=_seconds(order, "rings_s"),
        name=str(order.get("name") or ""),
        queue=queue,
    )
    return call.id if call else ""


def state_json(server: SimulatorServer) -> dict[str, Any]:
    """What `GET /simulator/state` says."""
    world = server.world
    world.clock.settle()
    people = [
        {
            "name": s.name,
            "company": s.company,
            "username": s.username,
            "extension": s.extension,
            "password": s.password,
            "jwt": s.jwt,
            "country": s.country.iso_code,
        }
        for s in world.subscribers
    ]
    return {
        "now": wire_time(world.clock.now()),
        "clock": "manual" if world.clock.is_manual else "real",
        "speed": world.clock.speed,
        "credentials": server.credentials,
        "people": people,
        "calls": [
            {
                "id": c.id,
                "from": c.from_number,
                "to": c.to_number or c.to_extension,
                "phase": c.phase.value,
                **c.status(),
            }
            for c in world.calls.all()
        ],
        "faxes": [m.json(server.base_url) for m in world.messages.all()],
        "faults": server.faults.as_json(),
        "storm": server.storm.as_json() if server.storm else None,
        "injected": dict(server.injected),
        "limits": world.limits.limits,
        "requests": len(server.requests),
        "requestsByGroup": dict(world.limits.counts),
        "requestsInPenalty": world.limits.requests_in_penalty,
    }


def stored_faxes(server: SimulatorServer) -> list[StoredFax]:
    """Every outbound message, oldest first."""
    server.world.clock.settle()
    return [stored_fax(m) for m in server.world.messages.all() if m.direction == "Outbound"]


def page_html(server: SimulatorServer) -> str:
    """The page that explains the simulator."""

    def rows(items: list[tuple[str, ...]]) -> str:
        cells = ("".join(f"<td>{html.escape(cell)}</td>" for cell in item) for item in items)
        return "".join(f"<tr>{row}</tr>" for row in cells)

    numbers = rows([(m.number, m.kind, m.outcome, m.description) for m in MAGIC_NUMBERS])
    return f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>rcdesk simulator</title>
<style>body{{font:15px/1.5 system-ui;margin:2rem auto;max-width:60rem;padding:0 1rem}}
table{{border-collapse:collapse;width:100%}}td{{border-bottom:1px solid #8884;padding:.25rem .6rem}}
td:first-child{{font-family:monospace;white-space:nowrap}}</style>
<h1>A simulated RingCentral</h1>
<p>Base URL <code>{html.escape(server.base_url)}</code>. Nothing here reaches a telephone.
The service's own paths begin with <code>/restapi</code>; the ones below exist only here.</p>
<h2>Control</h2><table>{rows(list(COMMANDS))}</table>
<h2>Kinds of fault</h2><table>{rows(list(KINDS.items()))}</table>
<h2>Magic numbers</h2><p>Any other number answers, or receives the fax. The company's short extensions
(102, 103, 200, 201) answer too; a call to another extension finds nobody.</p>
<table>{numbers}</table></html>"""


def add_routes(app: web.Application, server: SimulatorServer) -> None:
    """Put the control API on the application."""

    async def page(request: web.Request) -> web.StreamResponse:
        return web.Response(text=page_html(server), content_type="text/html")

    async def state(request: web.Request) -> web.StreamResponse:
        return web.json_response(state_json(server))

    async def advance(request: web.Request) -> web.StreamResponse:
        seconds = (await _order(request)).get("seconds")
        if not isinstance(seconds, int | float) or isinstance(seconds, bool) or seconds < 0:
            raise bad_parameter("seconds", seconds)
        await server.advance(seconds)
        return web.json_response({"now": wire_time(server.world.clock.now())})

    async def add_fault(request: web.Request) -> web.StreamResponse:
        server.faults.add(fault_from(await _order(request)))
        return web.json_response(server.faults.as_json())

    async def clear_faults(request: web.Request) -> web.StreamResponse:
        server.faults.clear()
        return web.Response(status=204)

    async def limits(request: web.Request) -> web.StreamResponse:
        server.world.limits.configure(await _order(request))
        return web.json_response(server.world.limits.limits)

    async def inbound(request: web.Request) -> web.StreamResponse:
        message = receive_fax(server, await _order(request))
        await server.render_room.settled(message)
        return web.json_response(message.json(server.base_url))

    async def reset(request: web.Request) -> web.StreamResponse:
        await server.reset()
        return web.Response(status=204)

    async def storm(request: web.Request) -> web.StreamResponse:
        server.storm = Storm.from_order(await _order(request))
        return web.json_response(server.storm.as_json())

    async def calm(request: web.Request) -> web.StreamResponse:
        server.storm = None
        return web.Response(status=204)

    async def inbound_call(request: web.Request) -> web.StreamResponse:
        return web.json_response({"id": receive_call(server, await _order(request))})

    async def log_delay(request: web.Request) -> web.StreamResponse:
        server.world.log_delay_s = _seconds(await _order(request), "seconds")
        return web.Response(status=204)

    async def forget(request: web.Request) -> web.StreamResponse:
        forget_sync_tokens(server)
        return web.Response(status=204)

    async def stored(request: web.Request) -> web.StreamResponse:
        return web.json_response([fax.as_json() for fax in stored_faxes(server)])

    async def sign_in(request: web.Request) -> web.StreamResponse:
        server.world.sign_in.configure(await _order(request))
        return web.Response(status=204)

    async def requests(request: web.Request) -> web.StreamResponse:
        return web.json_response([r.as_json() for r in server.requests])

    app.router.add_get("/simulator/", page)
    app.router.add_get("/simulator/state", state)
    app.router.add_post("/simulator/advance", advance)
    app.router.add_post("/simulator/faults", add_fault)
    app.router.add_delete("/simulator/faults", clear_faults)
    app.router.add_post("/simulator/limits", limits)
    app.router.add_post("/simulator/inbound-fax", inbound)
    app.router.add_post("/simulator/inbound-call", inbound_call)
    app.router.add_post("/simulator/call-log-delay", log_delay)
    app.router.add_post("/simulator/reset", reset)
    app.router.add_post("/simulator/sign-in", sign_in)
    app.router.add_get("/simulator/requests", requests)
    app.router.add_post("/simulator/storm", storm)
    app.router.add_delete("/simulator/storm", calm)
    app.router.add_post("/simulator/forget-sync-tokens", forget)
    app.router.add_get("/simulator/stored-faxes", stored)
