"""The event service's socket: frames in and out, requests over it, and ways to lose it.

Every frame is a JSON list `[meta, body?]`. Subscriptions are served here, any other request goes to the
simulator's own door. Lives on the simulator's event loop thread; imports aiohttp. Read next:
`events/events`, `routes/events`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aiohttp import ClientSession, WSMsgType, web

from rcdesk.simulator.events import links
from rcdesk.simulator.events.links import Link
from rcdesk.simulator.refusal import ErrorAnswer, bad_parameter
from rcdesk.simulator.visit import Route, Visit

if TYPE_CHECKING:
    from rcdesk.simulator.events.events import EventBackend

SUBSCRIPTION = "/restapi/v1.0/subscription"
DROPS = ("abort", "close", "mute", "absolute", "idle", "forget")
"""Ways to lose sockets: reset, closed, silent; ended for age, for silence; reset and not to be recovered."""
_TICK_S = 0.05


class Sockets:
    """Every socket that is open."""

    def __init__(self, events: EventBackend) -> None:
        self._events = events
        self._open: dict[str, tuple[web.WebSocketResponse, web.Request]] = {}

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._open)

    def drop(self, how: str) -> int:
        """Lose all of them in one of the ways of DROPS; how many there were."""
        if how not in DROPS:
            raise bad_parameter("how", how)
        for key, (_, request) in list(self._open.items()):
            link = self._events.links.get(key)
            if how in ("abort", "forget") and request.transport is not None:
                request.transport.abort()
            if link is None:
                continue
            match how:
                case "close":
                    link.put(links.END)
                case "mute":
                    link.is_mute = True
                case "absolute":
                    self._events.end(link, "WSG-903", "Absolute session timeout")
                case "idle":
                    self._events.end(link, "WSG-902", "Session is idle")
                case _:
                    pass
        if how == "forget":
            self._events.links.clear()
        return len(self._open)

    async def close(self) -> None:
        """Close all of them."""
        for socket, _ in list(self._open.values()):
            await socket.close()

    async def tick(self) -> None:
        """Let the world's time pass while somebody listens: nothing else would."""
        while True:
            await asyncio.sleep(_TICK_S)
            if self._open:
                self._events.settle()

    async def serve(self, visit: Visit) -> web.StreamResponse:
        """GET /ws?access_token=…&wsc=…: a connection as long as it lasts."""
        query = visit.request.query
        socket = web.WebSocketResponse()
        await socket.prepare(visit.request)
        try:
            link, state, missed = self._events.link_for(query.get("access_token", ""), query.get("wsc", ""))
        except ErrorAnswer as refusal:
            meta = {"type": "Error", "messageId": "", "status": refusal.status}
            await socket.send_str(json.dumps([meta, refusal.body()]))
            await socket.close()
            return socket
        former = self._open.get(link.key)
        if former is not None and former[1].transport is not None:
            former[1].transport.abort()
        link.outbox, link.is_mute = asyncio.Queue(), False
        link.heard_at = visit.world.clock.now()
        self._open[link.key] = (socket, visit.request)
        link.send("ConnectionDetails", self._details(visit, state))
        for frame in missed:
            link.put(frame)
        outbox = link.outbox
        writer = asyncio.create_task(self._write(socket, outbox))
        try:
            await self._read(visit, socket, link)
        finally:
            writer.cancel()
            if self._open.get(link.key, (None,))[0] is socket:
                del self._open[link.key]
                link.outbox, link.lost_at = None, visit.world.clock.now()
        return socket

    @staticmethod
    def _details(visit: Visit, state: str) -> dict[str, Any]:
        details: dict[str, Any] = {
            "creationTime": visit.world.clock.now().isoformat(),
            "maxConnectionsPerSession": 5,
            "recoveryBufferSize": links.RECOVERY_BUFFER,
            "recoveryTimeout": links.RECOVERY_S,
            "idleTimeout": links.IDLE_S,
            "absoluteTimeout": links.ABSOLUTE_S,
        }
        return {**details, "recoveryState": state} if state else details

    @staticmethod
    async def _write(socket: web.WebSocketResponse, outbox: asyncio.Queue[str | None]) -> None:
        with contextlib.suppress(ConnectionError):
            while (frame := await outbox.get()) is not links.END:
                await socket.send_str(frame)
            await socket.close()

    async def _read(self, visit: Visit, socket: web.WebSocketResponse, link: Link) -> None:
        async for message in socket:
            if message.type is not WSMsgType.TEXT or link.is_mute:
                continue
            link.heard_at = visit.world.clock.now()
            self._events.settle()
            try:
                frame = json.loads(message.data)
                meta = frame[0]
                body = frame[1] if len(frame) > 1 else None
                kind, message_id = meta["type"], str(meta["messageId"])
            except (ValueError, LookupError, TypeError):
                link.send("Error", {"errorCode": "WSG-901", "message": "Invalid frame"}, status=400)
                continue
            if kind == "Heartbeat":
                link.send("Heartbeat", message_id=message_id)
            elif kind == "ClientRequest":
                status, answered = await self._request(visit, link, meta, body)
                headers = {"WSG-SubscriptionId": link.subscription.id} if link.subscription else {}
                link.send("ClientRequest", answered, status=status, message_id=message_id, headers=headers)
                self._events.look()
            else:
                link.send("Error", {"errorCode": "WSG-901", "message": "Unknown type"}, status=400)

    async def _request(self, visit: Visit, link: Link, meta: Mapping[str, Any], body: Any) -> tuple[int, Any]:
        """Status and body of a request over the socket."""
        method, path = str(meta.get("method", "GET")).upper(), str(meta.get("path", ""))
        try:
            if (
                path.rstrip("/").startswith(SUBSCRIPTION)
                and method in ("POST", "PUT")
                and "renew" not in path
            ):
                return self._subscribe(visit, link, method, path.rstrip("/"), body)
            return await self._forward(visit, link, meta, body)
        except ErrorAnswer as refusal:
            return refusal.status, refusal.body()

    def _subscribe(self, visit: Visit, link: Link, method: str, path: str, body: Any) -> tuple[int, Any]:
        visit.world.limits.take(f"{link.owner.extension_id}/{link.client_id}", "Medium")
        if not isinstance(body, dict):
            raise bad_parameter("body")
        mode = body.get("deliveryMode") or {}
        if method == "POST" and (not isinstance(mode, dict) or mode.get("transportType") != "WebSocket"):
            raise bad_parameter("deliveryMode.transportType")
        if method == "POST":
            found = self._events.subscribe(link, body)
        else:
            found = self._events.change(link, path.removeprefix(f"{SUBSCRIPTION}/"), body)
        return 200, found.json(visit.base_url, visit.world.clock.now())

    async def _forward(self, visit: Visit, link: Link, meta: Mapping[str, Any], body: Any) -> tuple[int, Any]:
        path = str(meta.get("path", ""))
        if not path.startswith("/restapi/") or path.startswith("/restapi/oauth"):
            raise bad_parameter("path", path)
        headers = {"Authorization": f"Bearer {link.access_token}"}
        async with (
            ClientSession() as http,
            http.request(
                str(meta.get("method", "GET")),
                f"{self._events.base_url}{path}",
                params=meta.get("query") or None,
                json=body,
                headers=headers,
            ) as response,
        ):
            content = await response.read()
            return response.status, json.loads(content) if content else None


def routes(sockets: Sockets) -> tuple[Route, ...]:
    """The socket's own door, which is none of the REST service."""
    return (Route("GET", "/ws", "NoThrottling", sockets.serve, is_public=True),)
