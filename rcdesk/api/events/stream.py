"""News as they come, for as long as somebody wants them: connect, subscribe, listen, come back.

                    ┌────────── lost: LOST, a pause that grows ◄──────────┐
    wstoken ──► socket ──► recovered? ──yes──► CONNECTED ──► news … ──────┤
                              └──no──► subscribe ─┘                       │
                                                       cancelled: closed within a second

A token for each connection is a request of the group Auth, which renewing the sign-in needs too: most of its
places stay free for that, whatever the network does. Nothing is ever subscribed to twice on one connection.
Blocking, on a lane of its own. Read next: socket.py, core/account/news.py.
"""

from __future__ import annotations

import random
import uuid
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

from rcdesk.api.events.news import news_of
from rcdesk.api.events.socket import EventSocket, Frame
from rcdesk.api.rest import reading
from rcdesk.api.session import ApiSession
from rcdesk.api.transport import read_json
from rcdesk.core.account.news import News, NewsKind
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import NotAllowed, NotSent, NoWayOut, RcdeskError, ServerTrouble, SignInNeeded

TOKEN_PATH = "/restapi/oauth/wstoken"
SUBSCRIPTION_PATH = "/restapi/v1.0/subscription"
LEFT_FREE = 3
"""Requests a minute of the group Auth that stay for signing in."""
LONGEST_PAUSE_S = 60.0
_LONGEST_WAIT_S = 120.0
_REMEMBERED = 500

OWN = (
    f"{reading.EXTENSION}/message-store",
    f"{reading.EXTENSION}/presence?detailedTelephonyState=true",
    f"{reading.EXTENSION}/telephony/sessions",
)
"""What concerns the signed-in user."""
ALL_EXTENSIONS = (
    "/restapi/v1.0/account/~/presence?detailedTelephonyState=true",
    "/restapi/v1.0/account/~/telephony/sessions",
)
"""What administrators may hear of the others besides."""


class EventStream:
    """One user's news.

    heartbeat_s: after so long a silence the service is asked whether it is there; answer_s is how long it
    may take to answer anything. first_pause_s is the shortest time between two connections.
    """

    def __init__(
        self,
        session: ApiSession,
        filters: Sequence[str] = OWN,
        *,
        heartbeat_s: float = 45.0,
        answer_s: float = 15.0,
        first_pause_s: float = 1.0,
    ) -> None:
        self._session = session
        self._filters = tuple(filters)
        self._heartbeat_s = heartbeat_s
        self._answer_s = answer_s
        self._first_pause_s = first_pause_s
        self._clock = session.transport.clock
        self._wsc = ""
        self._sequence = 0
        self._subscription_id = ""
        self._refused: tuple[str, ...] = ()
        self._seen: deque[str] = deque(maxlen=_REMEMBERED)

    def listen(self, token: CancelToken) -> Iterator[News]:
        """The news, until cancelled (raises Cancelled; also closing the iterator hangs up).

        Raises SignInNeeded, and NotAllowed when app or user may not have news at all: poll then. Whatever
        else goes wrong is LOST, and tried again.
        """
        pause_s = self._first_pause_s
        while True:
            is_up = False
            try:
                for news in self._connection(token):
                    is_up = True
                    yield news
            except (SignInNeeded, NotAllowed):
                raise
            except NoWayOut:
                pause_s = LONGEST_PAUSE_S
            except (NotSent, ServerTrouble):
                pass
            except RcdeskError as exc:
                token.check()
                pause_s = max(pause_s, getattr(exc, "retry_after_s", 0.0))
            if is_up:
                # How often that may be is the gate's business.
                pause_s = self._first_pause_s
                yield News(kind=NewsKind.LOST)
            token.sleep(pause_s * random.uniform(0.8, 1.2))
            pause_s = min(LONGEST_PAUSE_S, pause_s * 2)

    def _connection(self, token: CancelToken) -> Iterator[News]:
        """The news of one connection; ends by an error."""
        socket = self._open(token)
        try:
            opening = self._expect(socket, "ConnectionDetails")
            is_recovered = bool(self._wsc) and reading.text(opening.body, "recoveryState") == "Successful"
            # What a former connection counted says nothing about this one.
            self._sequence = 0
            self._keep(opening)
            waiting: list[Frame] = []
            if not is_recovered or not self._subscription_id:
                waiting = self._subscribe(socket)
            yield News(kind=NewsKind.CONNECTED, is_recovered=is_recovered, refused=self._refused)
            for frame in waiting:
                yield from self._told(frame)
            yield from self._listen(socket)
        finally:
            socket.close()

    def _open(self, token: CancelToken) -> EventSocket:
        answer = read_json(
            self._session.request(
                "POST",
                TOKEN_PATH,
                group="Auth",
                token=token,
                keep_free=LEFT_FREE,
                max_wait_s=_LONGEST_WAIT_S,
            )
        )
        query = {"access_token": reading.text(answer, "ws_access_token")}
        if self._wsc:
            query["wsc"] = self._wsc
        return EventSocket(
            reading.text(answer, "uri"),
            query,
            token,
            self._session.transport,
        )

    def _expect(self, socket: EventSocket, kind: str) -> Frame:
        """The first frame. Raises ServerTrouble for another, NotSent when none comes."""
        frame = socket.receive(self._clock.monotonic() + self._answer_s)
        if frame is None:
            raise NotSent("RingCentral's news are silent.")
        if frame.kind != kind:
            self._give_up()
            raise ServerTrouble("RingCentral refused the connection for news.", status=frame.status)
        return frame

    def _subscribe(self, socket: EventSocket) -> list[Frame]:
        """Say what is wanted; returns what came in between. Raises NotAllowed when nothing is granted."""
        message_id = str(uuid.uuid4())
        self._subscription_id = ""
        socket.send(
            {
                "type": "ClientRequest",
                "messageId": message_id,
                "method": "POST",
                "path": SUBSCRIPTION_PATH,
            },
            {"eventFilters": list(self._filters), "deliveryMode": {"transportType": "WebSocket"}},
        )
        between: list[Frame] = []
        until_s = self._clock.monotonic() + self._answer_s
        while True:
            frame = socket.receive(until_s)
            if frame is None:
                raise NotSent("RingCentral did not answer what news are wanted.")
            self._keep(frame)
            if frame.message_id != message_id:
                between.append(frame)
                continue
            if frame.status in (400, 403):
                words = "RingCentral does not give news to this app or user."
                raise NotAllowed(words, status=frame.status, code=reading.text(frame.body, "errorCode"))
            if frame.status != 200:
                raise ServerTrouble("RingCentral took no subscription.", status=frame.status)
            self._subscription_id = reading.text(frame.body, "id")
            disabled = reading.children(frame.body, "disabledFilters")
            self._refused = tuple(reading.text(item, "filter") for item in disabled)
            return between

    def _listen(self, socket: EventSocket) -> Iterator[News]:
        while True:
            frame = socket.receive(self._clock.monotonic() + self._heartbeat_s)
            if frame is None:
                socket.send({"type": "Heartbeat", "messageId": str(uuid.uuid4())})
                frame = socket.receive(self._clock.monotonic() + self._answer_s)
            if frame is None:
                raise NotSent("RingCentral's news are silent.")
            self._keep(frame)
            yield from self._told(frame)

    def _told(self, frame: Frame) -> Iterator[News]:
        if frame.kind == "Error":
            # The service ends this connection: for its age, for its silence, for the sign-in.
            self._give_up()
            raise ServerTrouble("RingCentral ended the connection for news.", status=frame.status)
        if frame.kind != "ServerNotification":
            return
        event_id = reading.text(frame.body, "uuid")
        if event_id and event_id in self._seen:
            return
        self._seen.append(event_id)
        if (news := news_of(frame.body)) is not None:
            yield news

    def _keep(self, frame: Frame) -> None:
        """Any frame may carry what to come back with; the latest counts."""
        if frame.wsc and (frame.sequence >= self._sequence or not self._wsc):
            self._wsc, self._sequence = frame.wsc, frame.sequence

    def _give_up(self) -> None:
        """This connection cannot be recovered."""
        self._wsc, self._sequence, self._subscription_id = "", 0, ""


def filters_of(extension_ids: Sequence[str]) -> tuple[str, ...]:
    """Presence and calls of other extensions by id, for administrators of small accounts."""
    base = "/restapi/v1.0/account/~/extension"
    kinds: Sequence[Any] = ("presence?detailedTelephonyState=true", "telephony/sessions")
    return tuple(f"{base}/{extension_id}/{kind}" for extension_id in extension_ids for kind in kinds)
