"""The HTTP door: every request passes faults, sign-in, limits and its handler, and is recorded.

One aiohttp application on 127.0.0.1 whose receive buffer is kept small, so that a server that reads slowly
makes the sender wait as a real network would. Lives on the simulator's event loop thread.

Read next: `visit` (what a handler sees), the `routes_…` modules (`routes/control`: the paths under
/simulator/).
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import socket
import tempfile
import uuid
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from email.utils import format_datetime
from pathlib import Path

from aiohttp import ClientConnectionError, web

from rcdesk.simulator.checks import check_query
from rcdesk.simulator.clock import WorldClock
from rcdesk.simulator.events import sockets
from rcdesk.simulator.events.events import EventBackend
from rcdesk.simulator.faults import Fault, FaultList, Storm
from rcdesk.simulator.fax.rendering import RenderBackend
from rcdesk.simulator.recording import RecordedRequest, safe_headers
from rcdesk.simulator.refusal import ErrorAnswer
from rcdesk.simulator.routes import account as routes_account
from rcdesk.simulator.routes import legacy as routes_legacy
from rcdesk.simulator.routes import rest_routes
from rcdesk.simulator.visit import Route, Visit, answer
from rcdesk.simulator.world import World

_log = logging.getLogger(__name__)
CONTROL = "/simulator"
RECORDED = 20_000
RECEIVE_BUFFER = 128 * 1024
GARBAGE = b'{"id": 17, "status": {"callSta'

ALL_ROUTES = rest_routes()
"""Every operation of the REST service that the simulator implements; the old pages are `routes_legacy`."""


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_VISIT: ContextVar[Visit] = ContextVar("visit")


class _Cut(Exception):
    """The connection is to be closed without an answer."""


class SimulatorServer:
    """A world with a door. `start` and `stop` belong to one event loop."""

    def __init__(self, clock: WorldClock) -> None:
        self.world = World(clock)
        self.faults = FaultList()
        self.storm: Storm | None = None
        self.injected: Counter[str] = Counter()
        self.requests: deque[RecordedRequest] = deque(maxlen=RECORDED)
        self.base_url = ""
        self.spool = Path(tempfile.mkdtemp(prefix="rcdesk-simulator-"))
        self.renderer = RenderBackend(self.world, self.spool)
        self.events = EventBackend(self.world)
        self.sockets = sockets.Sockets(self.events)
        self._ticking: asyncio.Task[None] | None = None
        self._runner: web.AppRunner | None = None
        self._routes: dict[object, Route] = {}

    @property
    def credentials(self) -> dict[str, str]:
        """How the first user signs in; the line that `python -m rcdesk.simulator` prints."""
        who = self.world.subscribers[0]
        return {
            "base_url": self.base_url,
            "client_id": self.world.sign_in.client_id,
            "client_secret": self.world.sign_in.client_secret,
            "jwt": who.jwt,
            "username": who.username,
            "extension": who.extension,
            "password": who.password,
        }

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1; port 0 takes a free one. Raises OSError when the port is taken."""
        from rcdesk.simulator.routes import control as routes_control

        app = web.Application(middlewares=[self._door], client_max_size=1024 * 1024)
        for route in (*ALL_ROUTES, *routes_legacy.ROUTES, *sockets.routes(self.sockets)):
            handler = self._served(route)
            self._routes[handler] = route
            app.router.add_route(route.method, route.path, handler)
        routes_control.add_routes(app, self)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5, handle_signals=False)
        await self._runner.setup()
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            listener.bind(("127.0.0.1", port))
            await web.SockSite(self._runner, listener).start()
        except OSError:
            listener.close()
            await self.stop()
            raise
        self.base_url = self.events.base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        if not self.world.clock.is_manual:
            self._ticking = asyncio.create_task(self.sockets.tick())

    async def stop(self) -> None:
        """Close the door, finish drawing, remove the spool."""
        if self._ticking is not None:
            self._ticking.cancel()
        await self.sockets.close()
        if self._runner is not None:
            await self._runner.cleanup()
        await self.renderer.close()
        shutil.rmtree(self.spool, ignore_errors=True)

    async def advance(self, seconds: float) -> None:
        """Move the world's clock ahead, with every accepted fax drawn before and after."""
        await self.renderer.settled()
        self.world.clock.advance(seconds)
        await self.renderer.settled()
        self.events.look()

    async def reset(self) -> None:
        await self.renderer.settled()
        self.world.reset()
        self.events.clear()
        self.faults.clear()
        self.storm = None
        self.injected.clear()
        self.requests.clear()

    def _served(self, route: Route) -> Handler:
        """The route's handler behind sign-in, limits and the check of whose resource it is."""

        async def serve(request: web.Request) -> web.StreamResponse:
            visit = _VISIT.get()
            if not route.is_public:
                visit.who = self.world.sign_in.check(_bearer(request)).subscriber
            visit.headers.update(self.world.limits.take(self._asker(request, route), route.group))
            if visit.who is not None:
                routes_account.check_owner(visit)
                self.world.sign_in.check_permissions(request.method, request.path)
            query = {name: request.query.getall(name) for name in request.query}
            check_query(query, route.query, route.repeatable)
            return await route.handler(visit)

        return serve

    @web.middleware
    async def _door(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith(CONTROL):
            try:
                return await handler(request)
            except ErrorAnswer as refusal:
                return answer(refusal.body(), status=refusal.status)
        visit = Visit(
            world=self.world,
            request=request,
            base_url=self._named(request),
            spool=self.spool,
            renderer=self.renderer,
            events=self.events,
        )
        _VISIT.set(visit)
        self.world.clock.settle()
        route = self._routes.get(request.match_info.handler)
        if route is not None:
            self.world.limits.arrived(self._asker(request, route), route.group)
        status = 0
        try:
            response = await self._with_fault(visit, handler)
            status = response.status
            if not response.prepared:
                # The service's clock is the world's: who compares creation times must be able to know it.
                visit.headers["Date"] = format_datetime(self.world.clock.now(), usegmt=True)
                visit.headers["RCRequestId"] = str(uuid.uuid4())
                response.headers.update(visit.headers)
            return response
        except (_Cut, ConnectionError, ClientConnectionError, web.RequestPayloadError):
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)
        finally:
            self.events.look()
            self._record(visit, status)

    def _named(self, request: web.Request) -> str:
        """The service by the name it was asked under: platform.localhost has a media.localhost beside it."""
        is_named = request.host.partition(":")[0] in ("platform.localhost", "media.localhost")
        return f"http://{request.host.replace('media.', 'platform.', 1)}" if is_named else self.base_url

    async def _with_fault(self, visit: Visit, handler: Handler) -> web.StreamResponse:
        path = visit.request.path
        fault = self.faults.take(visit.request.method, path)
        if fault is None and self.storm is not None:
            fault = self.storm.draw(path)
        if fault is None:
            return await self._handled(visit, handler)
        visit.fault = fault.kind
        self.injected[fault.kind] += 1
        match fault.kind:
            case "status":
                await visit.drain()
                return answer(_trouble(fault.status), status=fault.status)
            case "429":
                await visit.drain()
                wait_s = round(fault.seconds if fault.seconds is not None else 30)
                refusal = ErrorAnswer(429, "CMN-301", "Request rate exceeded")
                visit.headers["Retry-After"] = str(wait_s)
                route = self._routes.get(visit.request.match_info.handler)
                if route is not None:
                    self.world.limits.told(self._asker(visit.request, route), route.group, wait_s)
                return answer(refusal.body(), status=429)
            case "slow":
                visit.bytes_per_second = fault.bytes_per_second
                await asyncio.sleep(fault.seconds or 0.0)
                return await self._handled(visit, handler)
            case "expire-token":
                self.world.sign_in.expire(visit.request.headers.get("Authorization", "").partition(" ")[2])
                return await self._handled(visit, handler)
            case _:
                return await self._broken(visit, handler, fault)

    async def _broken(self, visit: Visit, handler: Handler, fault: Fault) -> web.StreamResponse:
        """The faults that end without a sound answer."""
        match fault.kind:
            case "cut-before":
                raise _Cut
            case "cut-during":
                await visit.drain(fault.after_bytes)
                raise _Cut
            case "cut-after":
                await visit.drain()
                raise _Cut
            case "garbage":
                await self._handled(visit, handler)
                return web.Response(body=GARBAGE, content_type="application/json")
            case "answer-cut":
                await self._half(visit.request, await self._handled(visit, handler))
                raise _Cut
            case "status-after":
                await self._handled(visit, handler)
                return answer(_trouble(fault.status), status=fault.status)
            case _:
                await self._handled(visit, handler)
                raise _Cut

    async def _handled(self, visit: Visit, handler: Handler) -> web.StreamResponse:
        """The handler's answer, or the service's error JSON."""
        try:
            return await handler(visit.request)
        except ErrorAnswer as refusal:
            visit.headers.update(refusal.headers)
            route = self._routes.get(visit.request.match_info.handler)
            if route is None:
                return answer(refusal.body(), status=refusal.status)
            refusal.code = route.codes.get(refusal.code, refusal.code)
            return answer(refusal.body(is_newer=route.is_newer), status=refusal.status)
        except web.HTTPException as exc:
            code = "CMN-102" if exc.status == 404 else "CMN-103"
            if "Allow" in exc.headers:
                visit.headers["Allow"] = exc.headers["Allow"]
            return answer(ErrorAnswer(exc.status, code, exc.reason).body(), status=exc.status)
        except (_Cut, ConnectionError, ClientConnectionError, web.RequestPayloadError):
            raise
        except Exception:
            # A fault of the simulator; whoever asks is told of their own odd request all the same.
            _log.exception("a request was not understood")
            return answer(ErrorAnswer(400, "CMN-101", "Bad request").body(), status=400)

    @staticmethod
    async def _half(request: web.Request, whole: web.StreamResponse) -> None:
        """Announce the whole body of an answer and send half of it."""
        if isinstance(whole, web.FileResponse):
            body = await asyncio.to_thread(whole._path.read_bytes)
        else:
            body = whole.body if isinstance(whole, web.Response) and isinstance(whole.body, bytes) else b""
        half = web.StreamResponse(status=whole.status, headers={"Content-Type": whole.content_type})
        half.content_length = len(body)
        await half.prepare(request)
        await half.write(body[: len(body) // 2])

    def _asker(self, request: web.Request, route: Route) -> str:
        """Whose limits a request counts against: user and app, or just the app before the sign-in."""
        if route.is_public:
            return f"public/{request.headers.get('Authorization', '')}"
        session = self.world.sign_in.session_of(_bearer(request))
        return "nobody" if session is None else f"{session.subscriber.extension_id}/{session.client_id}"

    def _record(self, visit: Visit, status: int) -> None:
        request = visit.request
        # The old pages take credentials in the address too; those are not kept.
        has_secret = any(name.lower() == "password" for name in request.query)
        self.requests.append(
            RecordedRequest(
                method=request.method,
                path=request.path,
                query={} if has_secret else dict(request.query),
                query_string="" if has_secret else request.query_string,
                headers=safe_headers(dict(request.headers)),
                media_type=request.content_type if request.body_exists else "",
                json=visit.recorded_json,
                body_size=(request.content_length or visit.body_size) if status else visit.body_size,
                status=status,
                received_at=self.world.clock.now(),
                file_names=tuple(visit.file_names),
                fault=visit.fault,
            )
        )


def _bearer(request: web.Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def _trouble(status: int) -> dict[str, object]:
    if status >= 500:
        return ErrorAnswer(status, "CMN-211" if status == 503 else "CMN-203", "Service is unavailable").body()
    if status == 401:
        return ErrorAnswer(status, "OAU-213", "Token not found").body()
    if status == 403:
        return ErrorAnswer(status, "CMN-401", "The app has no permission for this").body()
    # 404 is no word about a parameter: CMN-101 would void a sync token.
    return ErrorAnswer(status, "CMN-102" if status == 404 else "CMN-101", "The request was refused").body()
