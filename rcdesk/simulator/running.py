"""A simulator running inside this process, for tests and the embedded demo.

`RunningSimulator.start()` gives the simulator one daemon thread with an event loop of its own and returns
when it listens; every method may be called from any other thread and hands its work to that loop. aiohttp
is imported on that thread, not before. Read next: `server`.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

from rcdesk.simulator.faults import STORM_KINDS, Storm, fault_from
from rcdesk.simulator.recording import RecordedRequest, SentText, StoredFax

if TYPE_CHECKING:
    from rcdesk.simulator.server import SimulatorServer

T = TypeVar("T")
CALL_TIMEOUT_S = 120.0


class RunningSimulator:
    """A simulator on 127.0.0.1, usable as a context manager."""

    def __init__(self, clock: dict[str, Any], port: int, has_samples: bool) -> None:
        """Use `start`. clock: how a WorldClock is made."""
        self._clock = clock
        self._port = port
        self._has_samples = has_samples
        self._ready: Future[None] = Future()
        self._server: SimulatorServer | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._finish: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="rcdesk-simulator", daemon=True)

    @classmethod
    def start(
        cls,
        port: int = 0,
        clock: Literal["real", "manual"] = "real",
        speed: float = 1.0,
        *,
        samples: bool = False,
        is_client_fast: bool = False,
    ) -> Self:
        """Start and wait until it listens. Raises OSError when the port is taken.

        `speed` is simulated seconds per real second; a manual clock moves by `advance` only. With `samples`
        a few faxes and calls have come in already. `is_client_fast`: the clients' clocks run at this speed
        too, so that waits they are told of are not made shorter for them.
        """
        how = {"is_manual": clock == "manual", "speed": speed, "is_client_fast": is_client_fast}
        simulator = cls(how, port, samples)
        simulator._thread.start()
        simulator._ready.result(CALL_TIMEOUT_S)
        return simulator

    def stop(self) -> None:
        """Close every connection and end the thread; a second call does nothing."""
        if self._loop is not None and self._finish is not None and self._thread.is_alive():
            try:
                self._loop.call_soon_threadsafe(self._finish.set)
            except RuntimeError:
                return  # the loop has closed in the meantime
        self._thread.join(CALL_TIMEOUT_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def credentials(self) -> dict[str, str]:
        """base_url, client_id, client_secret, jwt, username, extension, password of the first user."""
        return self._running.credentials

    @property
    def second_credentials(self) -> dict[str, str]:
        """The same for the user of the other account, who lives in Great Britain and keeps faxes as TIFF."""
        who = self._running.world.subscribers[1]
        own = {"jwt": who.jwt, "username": who.username, "extension": who.extension, "password": who.password}
        return {**self.credentials, **own}

    @property
    def base_url(self) -> str:
        """`http://127.0.0.1:port`, no slash at the end."""
        return self._running.base_url

    @property
    def client_id(self) -> str:
        return self.credentials["client_id"]

    @property
    def client_secret(self) -> str:
        return self.credentials["client_secret"]

    @property
    def jwt(self) -> str:
        return self.credentials["jwt"]

    @property
    def username(self) -> str:
        return self.credentials["username"]

    @property
    def extension(self) -> str:
        return self.credentials["extension"]

    @property
    def password(self) -> str:
        return self.credentials["password"]

    @property
    def requests(self) -> list[RecordedRequest]:
        """Every request so far (control requests left out), oldest first."""
        return self._do(lambda server: list(server.requests))

    def advance(self, seconds: float) -> None:
        """Move the simulated clock ahead; accepted faxes are drawn first."""
        self._call(self._running.advance(seconds))

    def fault(
        self,
        kind: str,
        *,
        path: str = "",
        method: str | None = None,
        status: int = 503,
        seconds: float | None = None,
        bytes_per_second: float | None = None,
        after_bytes: int = 32_768,
        times: int = 1,
    ) -> None:
        """Order a fault for the next `times` requests that match; kinds are in `faults.KINDS`."""
        order = {
            "kind": kind,
            "path": path,
            "method": method,
            "status": status,
            "seconds": seconds,
            "bytes_per_second": bytes_per_second,
            "after_bytes": after_bytes,
            "times": times,
        }
        self._do(lambda server: server.faults.add(fault_from(order)))

    def clear_faults(self) -> None:
        self._do(lambda server: server.faults.clear())

    def storm(
        self, seed: int, share: float = 0.2, kinds: Sequence[str] = STORM_KINDS, path: str = ""
    ) -> None:
        """From now on each request meets, with probability `share`, one of `kinds`; see `faults.Storm`.

        `path` is a part of the paths it strikes, or a pattern; "" is all but the sign-in.
        """
        storm = Storm(seed=seed, share=share, kinds=kinds, path=path)
        self._do(lambda server: setattr(server, "storm", storm))

    def calm(self) -> None:
        """End the storm; ordered faults stay."""
        self._do(lambda server: setattr(server, "storm", None))

    @property
    def injected(self) -> dict[str, int]:
        """How many requests met a fault so far, by kind."""
        return self._do(lambda server: dict(server.injected))

    @property
    def requests_by_group(self) -> dict[str, int]:
        """How many requests came so far, refused and faulty ones included, by rate-limit group."""
        return self._do(lambda server: dict(server.world.limits.counts))

    @property
    def heavy_requests(self) -> int:
        """How many requests of the group Heavy came so far."""
        return self.requests_by_group.get("Heavy", 0)

    @property
    def requests_in_penalty(self) -> int:
        """How many requests came although a 429 had told the client to wait longer."""
        return self._do(lambda server: server.world.limits.requests_in_penalty)

    def stored_faxes(self) -> list[StoredFax]:
        """Every outbound message the service holds, deleted ones included, oldest first."""
        from rcdesk.simulator.control import stored_faxes

        return self._do(stored_faxes)

    def forget_sync_tokens(self) -> None:
        """Know no sync token any more: the next ISync is answered with MSG-333, of calls with CLG-104."""
        from rcdesk.simulator.control import forget_sync_tokens

        self._do(forget_sync_tokens)

    def set_sync_overlap(self, seconds: float) -> None:
        """Let an ISync of messages repeat what changed so long before its token, as the service does (5)."""
        self._do(lambda server: setattr(server.world.messages, "overlap_s", seconds))

    def set_limits(self, **limits: float) -> None:
        """Requests per window by group (Light, Medium, Heavy, Auth), and `window_s`, `penalty_s`."""
        self._do(lambda server: server.world.limits.configure(dict(limits)))

    def sign_in_rules(self, **rules: bool | Sequence[str]) -> None:
        """`revoked`, `denies`, `repeats_refresh`, `missing_scopes`, `missing_features`: see SignInBackend."""
        self._do(lambda server: server.world.sign_in.configure(rules))

    @property
    def refreshes(self) -> int:
        """How many times a refresh token was traded in; repeated answers are not counted."""
        return self._do(lambda server: server.world.sign_in.refreshes)

    def inbound_fax(
        self, *, to: str | None = None, sender: str | None = None, pages: int = 1, text: str = ""
    ) -> int:
        """Deliver a fax to a number of either account and return its message id."""

        async def receive() -> int:
            from rcdesk.simulator.control import receive_fax

            order = {"to": to, "from": sender, "pages": pages, "text": text}
            message = receive_fax(self._running, order)
            await self._running.renderer.settled(message)
            return message.id

        return self._call(receive())

    def inbound_call(
        self,
        sender: str,
        *,
        outcome: Literal["missed", "answered", "voicemail"] = "missed",
        talk_s: float = 0.0,
        rings_s: float = 0.0,
        name: str = "",
        queue: str = "",
        to: str | None = None,
    ) -> str:
        """Somebody calls the first user (or the number `to`) and the call is over, in the log, at once.

        sender: E.164, a short extension of the company, or "" when withheld. With `rings_s` it rings so many
        simulated seconds first, presence shows it, and the log has it a while after its end. `queue` (id or
        extension): the call comes through it. Do-not-disturb makes it a voicemail; a queue the user does not
        take calls of offers nothing, in which case "" is returned, else the telephonySessionId.
        """
        from rcdesk.simulator.control import receive_call

        order = {"from": sender, "outcome": outcome, "talk_s": talk_s, "rings_s": rings_s}
        more = {"name": name, "queue": queue, "to": to}
        return self._do(lambda server: receive_call(server, {**order, **more}))

    def inbound_text(
        self,
        text: str = "",
        *,
        sender: str = "+16505550143",
        to: str | None = None,
        others: Sequence[str] = (),
        files: Sequence[tuple[str, str, bytes]] = (),
    ) -> int:
        """Somebody texts a number of either account (Mara's direct one); returns the message id.

        others: the rest of a group. files: name, media type and content of each. STOP and START are obeyed.
        """

        def receive(server: SimulatorServer) -> int:
            from rcdesk.simulator.control import receive_text
            from rcdesk.simulator.messages import StoredFile

            server.world.clock.settle()
            order = {"text": text, "from": sender, "to": to, "others": list(others)}
            stored = [
                StoredFile(name=name, media_type=kind, content=content) for name, kind, content in files
            ]
            return receive_text(server, order, stored).id

        return self._do(receive)

    def inbound_voicemail(
        self,
        sender: str = "+16505550143",
        *,
        seconds: float = 12.0,
        transcript: str = "",
        after_s: float = 0.0,
        status: str = "Completed",
        is_private: bool = False,
        sound: Literal["wav", "mp3"] = "wav",
        name: str = "",
        to: str | None = None,
    ) -> int:
        """Somebody calls and leaves a voicemail; returns the message id. The call is in the log as well.

        transcript comes after_s simulated seconds, with that status; until then it is InProgress, and
        NotAvailable for ever when there is none.
        """
        from rcdesk.simulator.control import receive_voicemail

        order = {"from": sender, "seconds": seconds, "transcript": transcript, "after_s": after_s, "to": to}
        more = {"status": status, "private": is_private, "sound": sound, "name": name}
        return self._do(lambda server: receive_voicemail(server, {**order, **more}).id)

    def record_call(
        self,
        session_id: str = "",
        *,
        kind: Literal["OnDemand", "Automatic"] = "OnDemand",
        ready_after_s: float = 0.0,
        sound: Literal["wav", "mp3"] = "wav",
        seconds: float = 0.0,
    ) -> str:
        """A call of the first user's log was recorded, the latest unless its session is named; its id.

        Until ready_after_s its sound is answered with 404. seconds: how long, as the call when 0.
        """
        from rcdesk.simulator.control import record_call

        order = {"id": session_id, "kind": kind, "ready_after_s": ready_after_s}
        return self._do(lambda server: record_call(server, {**order, "sound": sound, "seconds": seconds}))

    def set_registered(self, is_registered: bool) -> None:
        """Whether numbers are registered for texting; if not, every text fails."""
        self._do(lambda server: setattr(server.world.texts, "is_registered", is_registered))

    def drop_sockets(self, how: str = "abort") -> int:
        """Lose the event sockets, in one of the ways of events/sockets (DROPS); how many there were."""
        from rcdesk.simulator.control import drop_sockets

        return self._do(lambda server: drop_sockets(server, {"how": how}))

    @property
    def open_sockets(self) -> int:
        """How many event sockets are open."""
        return self._do(lambda server: server.sockets.count)

    @property
    def subscriptions(self) -> list[tuple[str, ...]]:
        """The filters of every subscription there is."""

        def look(server: SimulatorServer) -> list[tuple[str, ...]]:
            found = [link.subscription for link in server.events.links.values()]
            return [tuple(f.text for f in one.filters) for one in found if one is not None]

        return self._do(look)

    def single_use_tokens(self, is_wanted: bool = True) -> None:
        """Let a wstoken open one socket only."""
        self._do(lambda server: setattr(server.events, "is_single_use", is_wanted))

    def colleague_presence(self, extension_id: str, **words: str) -> None:
        """A colleague's presence changed: telephonyStatus, presenceStatus, userStatus, dndStatus."""
        from rcdesk.simulator.control import colleague_presence

        self._do(lambda server: colleague_presence(server, {"extension": extension_id, **words}))

    def stored_texts(self) -> list[SentText]:
        """Every text that went out, deleted ones included, oldest first."""
        from rcdesk.simulator.control import stored_texts

        return self._do(stored_texts)

    def set_presence(self, *, dnd_status: str | None = None, is_moved: bool | None = None) -> None:
        """What the first user set in the old user interface; whether accounts are on the new handling."""
        from rcdesk.simulator.control import order_presence

        order = {"dndStatus": dnd_status, "is_moved": is_moved}
        wanted = {name: value for name, value in order.items() if value is not None}
        self._do(lambda server: order_presence(server, wanted))

    def set_call_log_delay(self, seconds: float) -> None:
        """How many simulated seconds after its end a call's record is written (2 unless set)."""
        self._do(lambda server: setattr(server.world, "log_delay_s", seconds))

    def state(self) -> dict[str, Any]:
        from rcdesk.simulator.control import state_json

        return self._do(state_json)

    def reset(self) -> None:
        """An empty day: same people and secrets, nothing signed in, called or faxed."""
        self._call(self._running.reset())

    @property
    def _running(self) -> SimulatorServer:
        assert self._server is not None, "the simulator has not started"
        return self._server

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        """Run `work` on the simulator's loop and wait for it; who listens hears what it changed."""
        if self._loop is None or not self._thread.is_alive():
            work.close()
            raise RuntimeError("the simulator is not running")

        async def run() -> T:
            done = await work
            self._running.events.look()
            return done

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(CALL_TIMEOUT_S)

    def _do(self, work: Callable[[SimulatorServer], T]) -> T:
        """Run `work` on the simulator's thread and wait for it."""

        async def run() -> T:
            return work(self._running)

        return self._call(run())

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as exc:
            if self._ready.done():
                raise
            self._ready.set_exception(exc)

    async def _serve(self) -> None:
        from rcdesk.simulator.clock import WorldClock
        from rcdesk.simulator.server import SimulatorServer

        self._loop = asyncio.get_running_loop()
        self._finish = asyncio.Event()
        self._server = SimulatorServer(WorldClock(**self._clock))
        await self._server.start(self._port)
        if self._has_samples:
            from rcdesk.simulator.samples import add_samples

            add_samples(self._server)
        self._ready.set_result(None)
        try:
            await self._finish.wait()
        finally:
            await self._server.stop()
