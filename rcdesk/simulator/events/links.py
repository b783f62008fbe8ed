"""A connection to the event service as the service sees it: it outlives its socket for three minutes.

Every frame gets the next sequence number; the last hundred events are kept, so that who comes back with a
`wsc` hears what was missed. Lives on the simulator's event loop thread. Read next: `events/events`,
`events/sockets`.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import uuid
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rcdesk.simulator.accounts import Subscriber
from rcdesk.simulator.clock import wire_time
from rcdesk.simulator.events.filters import EventFilter

RECOVERY_BUFFER = 100
RECOVERY_S = 180
IDLE_S = 1800
ABSOLUTE_S = 86_400
END = None
"""In an outbox: close the socket."""


@dataclass(slots=True, kw_only=True)
class Subscription:
    """What one connection wants to hear; it ends with the connection."""

    id: str
    owner: Subscriber
    client_id: str
    filters: list[EventFilter]
    disabled: list[dict[str, str]]
    created_at: datetime
    until: datetime

    def json(self, base_url: str, now: datetime) -> dict[str, Any]:
        """SubscriptionInfo."""
        body: dict[str, Any] = {
            "uri": f"{base_url}/restapi/v1.0/subscription/{self.id}",
            "id": self.id,
            "creationTime": wire_time(self.created_at),
            "status": "Active",
            "eventFilters": [wanted.text for wanted in self.filters],
            "expirationTime": wire_time(self.until),
            "expiresIn": max(1, round((self.until - now).total_seconds())),
            "deliveryMode": {"transportType": "WebSocket"},
        }
        if self.disabled:
            body["disabledFilters"] = self.disabled
        return body


@dataclass(slots=True, kw_only=True)
class Link:
    """One connection; outbox is what its socket has still to send, None while there is no socket."""

    owner: Subscriber
    client_id: str
    access_token: str
    opened_at: datetime
    heard_at: datetime
    key: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    subscription: Subscription | None = None
    sequence: int = 0
    kept: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=RECOVERY_BUFFER))
    lost_at: datetime | None = None
    outbox: asyncio.Queue[str | None] | None = None
    is_mute: bool = False

    def send(
        self,
        kind: str,
        body: Any = None,
        *,
        status: int = 200,
        message_id: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """A frame; events are kept until the socket is there again."""
        self.sequence += 1
        meta: dict[str, Any] = {
            "type": kind,
            "messageId": message_id or str(uuid.uuid4()),
            "status": status,
            "headers": {"RCRequestId": str(uuid.uuid4()), **(headers or {})},
            "wsc": {"token": f"{self.key}.{self.sequence}", "sequence": self.sequence},
        }
        frame = json.dumps([meta] if body is None else [meta, body])
        if kind == "ServerNotification":
            self.kept.append((self.sequence, frame))
        self.put(frame)

    def put(self, frame: str | None) -> None:
        """Text for the socket, or END."""
        if self.outbox is not None and (not self.is_mute or frame is END):
            self.outbox.put_nowait(frame)

    def missed_since(self, sequence: int) -> list[str]:
        """The events that were kept after a frame."""
        return [frame for at, frame in self.kept if at > sequence]
