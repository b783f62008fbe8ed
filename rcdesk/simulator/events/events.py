"""What happens in the world, told to those who subscribed: messages, presence, calls.

Nothing here is told by those to whom it happens: after everything that was done (`look`) the world is
compared with what it was, which costs nothing while nobody has subscribed. Changes of messages are
gathered until then, so that many make one event. Lives on the simulator's event loop thread. Read next:
`events/links`, `events/sockets`.
"""

from __future__ import annotations

import secrets
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rcdesk.simulator.accounts import Subscriber
from rcdesk.simulator.calls.inbound import InboundCall
from rcdesk.simulator.clock import wire_time
from rcdesk.simulator.events import links
from rcdesk.simulator.events.filters import EventFilter, read_filter
from rcdesk.simulator.events.links import Link, Subscription
from rcdesk.simulator.events.told import call_event, live_calls, missed_event, presence_json
from rcdesk.simulator.messages import StoredMail
from rcdesk.simulator.refusal import ErrorAnswer, bad_parameter, not_found
from rcdesk.simulator.world import World

TOKEN_S = 600
MOST_SUBSCRIPTIONS = 30
_SPELLED = {"VoiceMail": "Voicemail"}
"""In events it is written differently from lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketToken:
    """What `wstoken` gave somebody."""

    owner: Subscriber
    client_id: str
    access_token: str
    until: datetime


class EventBackend:
    """Tokens, connections, subscriptions, and what they are told."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.base_url = ""
        self.links: dict[str, Link] = {}
        self.is_single_use = False
        self._tokens: dict[str, SocketToken] = {}
        self._mail: list[tuple[StoredMail, bool]] = []
        self._presence: dict[int, dict[str, Any]] = {}
        self._calls: dict[str, str] = {}
        self._last: dict[str, Any] = {}
        self._logged = 0
        self._sequence: Counter[str] = Counter()
        world.clock.after_action = self.look
        world.messages.on_change.append(self._note)

    def clear(self) -> None:
        """A new day: nobody listens any more, and the world's messages are others."""
        for link in self.links.values():
            link.put(links.END)
        self.links.clear()
        self._tokens.clear()
        self._mail.clear()
        self.is_single_use = False
        self._world.messages.on_change.append(self._note)
        self._forget()

    # Tokens and connections.

    def new_token(self, owner: Subscriber, client_id: str, access_token: str) -> dict[str, Any]:
        """WsTokenResponse."""
        token = f"WST{secrets.token_urlsafe(24)}"
        until = self._world.clock.now() + timedelta(seconds=TOKEN_S)
        self._tokens[token] = SocketToken(
            owner=owner, client_id=client_id, access_token=access_token, until=until
        )
        uri = f"{self.base_url.replace('http', 'ws', 1)}/ws"
        return {"uri": uri, "ws_access_token": token, "expires_in": TOKEN_S}

    def link_for(self, token: str, wsc: str) -> tuple[Link, str, list[str]]:
        """The connection behind a token: a new one, or with wsc a former one; its recovery state ("" when
        nothing was to be recovered) and the events that were missed. 401 for a token that is not good."""
        now = self._world.clock.now()
        known = self._tokens.pop(token, None)
        if known is None or now >= known.until:
            raise ErrorAnswer(401, "OAU-213", "Token not found")
        if not self.is_single_use:
            self._tokens[token] = known
        key, _, sequence = wsc.partition(".")
        link = self.links.get(key)
        if link is not None and link.owner is known.owner and self._is_recoverable(link, now):
            link.access_token, link.lost_at = known.access_token, None
            missed = link.missed_since(int(sequence)) if sequence.isdigit() else []
            return link, "Successful", missed
        link = Link(
            owner=known.owner,
            client_id=known.client_id,
            access_token=known.access_token,
            opened_at=now,
            heard_at=now,
        )
        self.links[link.key] = link
        return link, "Failed" if wsc else "", []

    def _is_recoverable(self, link: Link, now: datetime) -> bool:
        is_late = link.lost_at is not None and now >= link.lost_at + timedelta(seconds=links.RECOVERY_S)
        return not is_late and now < link.opened_at + timedelta(seconds=links.ABSOLUTE_S)

    def end(self, link: Link, code: str, message: str) -> None:
        """The service ends a connection for good: it cannot be recovered."""
        link.send("Error", {"errorCode": code, "message": message}, status=403)
        link.put(links.END)
        self.links.pop(link.key, None)

    # Subscriptions.

    def subscribe(self, link: Link, body: dict[str, Any]) -> Subscription:
        """One subscription a connection: another takes its place. SUB-508 when no filter is any."""
        filters, disabled = self._read(link, body.get("eventFilters"))
        now = self._world.clock.now()
        link.subscription = Subscription(
            id=str(uuid.uuid4()),
            owner=link.owner,
            client_id=link.client_id,
            filters=filters,
            disabled=disabled,
            created_at=now,
            until=now + timedelta(seconds=links.ABSOLUTE_S),
        )
        if len(self.subscriptions(link.owner)) == 1:
            self._forget()
        self.look()
        return link.subscription

    def change(self, link: Link, subscription_id: str, body: dict[str, Any]) -> Subscription:
        """Other filters for the connection's own subscription."""
        if link.subscription is None or link.subscription.id != subscription_id:
            raise not_found("subscriptionId", subscription_id)
        link.subscription.filters, link.subscription.disabled = self._read(link, body.get("eventFilters"))
        return link.subscription

    def subscriptions(self, owner: Subscriber) -> list[Subscription]:
        """All of the user's."""
        found = (link.subscription for link in self.links.values() if link.owner is owner)
        return [one for one in found if one is not None]

    def find(self, owner: Subscriber, subscription_id: str) -> Subscription:
        """One of the user's; CMN-102 for any other."""
        found = (one for one in self.subscriptions(owner) if one.id == subscription_id)
        one = next(found, None)
        if one is None:
            raise not_found("subscriptionId", subscription_id)
        return one

    def cancel(self, owner: Subscriber, subscription_id: str) -> None:
        """End one; the connection stays."""
        self.find(owner, subscription_id)
        for link in self.links.values():
            if link.subscription is not None and link.subscription.id == subscription_id:
                link.subscription = None

    def _read(self, link: Link, texts: object) -> tuple[list[EventFilter], list[dict[str, str]]]:
        """Filters that are granted, and those that are not, with the reason."""
        if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
            raise bad_parameter("eventFilters")
        if len(self.subscriptions(link.owner)) >= MOST_SUBSCRIPTIONS and link.subscription is None:
            raise ErrorAnswer(400, "SUB-505", "Subscriptions limit exceeded")
        granted, disabled = [], []
        for text in dict.fromkeys(texts):
            wanted = read_filter(text, link.owner)
            if wanted is None:
                reason, message = "SUB-508", "Event filter is not supported"
            elif wanted.permission not in self._world.sign_in.scopes:
                reason, message = "SUB-402", f"Application needs to have [{wanted.permission}] permission"
            else:
                granted.append(wanted)
                continue
            disabled.append({"filter": text, "reason": reason, "message": message})
        if not granted:
            raise ErrorAnswer(
                400, disabled[0]["reason"], disabled[0]["message"], parameter="eventFilters", value=texts[0]
            )
        return granted, disabled

    # What is told.

    def settle(self) -> None:
        """Let happen what is due, and tell of it."""
        self._world.clock.settle()
        self.look()

    def look(self) -> None:
        """Compare the world with what it was, and tell."""
        self._end_overdue()
        mail, self._mail = self._mail, []
        listening = {link.owner.extension_id: link.owner for link in self._listening()}
        for owner in listening.values():
            self._tell_mail(owner, [pair for pair in mail if pair[0].owner is owner])
            self._tell_presence(owner)
            self._tell_calls(owner)

    def colleague(self, extension_id: str, body: dict[str, Any]) -> None:
        """A colleague's presence changed; only administrators hear of it."""
        for link in self._listening():
            self._tell(link, "presence", extension_id, lambda wanted: {"extensionId": extension_id, **body})

    def _note(self, message: StoredMail, is_new: bool) -> None:
        if any(link.subscription is not None for link in self.links.values()):
            self._mail.append((message, is_new))

    def _listening(self) -> list[Link]:
        return [link for link in self.links.values() if link.subscription is not None]

    def _end_overdue(self) -> None:
        now = self._world.clock.now()
        for link in list(self.links.values()):
            if link.outbox is None:
                if not self._is_recoverable(link, now):
                    self.links.pop(link.key, None)
            elif now >= link.opened_at + timedelta(seconds=links.ABSOLUTE_S):
                self.end(link, "WSG-903", "Absolute session timeout")
            elif now >= link.heard_at + timedelta(seconds=links.IDLE_S):
                self.end(link, "WSG-902", "Session is idle")

    def _tell(
        self,
        link: Link,
        what: str,
        extension_id: str,
        body_for: Callable[[EventFilter], dict[str, Any] | None],
    ) -> None:
        """An event for each filter of a connection that lets it through."""
        subscription = link.subscription
        assert subscription is not None
        for wanted in subscription.filters:
            body = body_for(wanted) if wanted.is_for(what, extension_id) else None
            if body is None:
                continue
            event = {
                "uuid": str(uuid.uuid4()),
                "event": wanted.event(link.owner.account_id, extension_id),
                "timestamp": wire_time(self._world.clock.now()),
                "subscriptionId": subscription.id,
                "ownerId": str(link.owner.extension_id),
                "body": body,
            }
            link.send("ServerNotification", event)

    def _tell_all(
        self, owner: Subscriber, what: str, body_for: Callable[[EventFilter], dict[str, Any] | None]
    ) -> None:
        for link in self._listening():
            if link.owner is owner:
                self._tell(link, what, str(owner.extension_id), body_for)

    def _uri(self, owner: Subscriber) -> str:
        account = f"{self.base_url}/restapi/v1.0/account/{owner.account_id}"
        return f"{account}/extension/{owner.extension_id}"

    def _tell_mail(self, owner: Subscriber, mail: list[tuple[StoredMail, bool]]) -> None:
        if not mail:
            return
        new: dict[str, list[int]] = {}
        updated: dict[str, list[int]] = {}
        for message, is_new in mail:
            ids = (new if is_new else updated).setdefault(message.kind, [])
            if message.id not in ids and message.id not in new.get(message.kind, []):
                ids.append(message.id)
        changes = [
            {
                "type": _SPELLED.get(kind, kind),
                "newCount": len(new.get(kind, [])),
                "updatedCount": len(updated.get(kind, [])),
                "newMessageIds": new.get(kind, []),
                "updatedMessageIds": updated.get(kind, []),
            }
            for kind in dict.fromkeys([*new, *updated])
        ]
        body = {
            "accountId": owner.account_id,
            "extensionId": owner.extension_id,
            "lastUpdated": wire_time(self._world.clock.now()),
            "changes": changes,
        }

        def counted(wanted: EventFilter) -> dict[str, Any] | None:
            kind = _SPELLED.get(wanted.query.get("type", ""), wanted.query.get("type", ""))
            fit = [change for change in changes if kind in ("", change["type"])]
            return {**body, "changes": fit} if fit else None

        self._tell_all(owner, "message-store", counted)
        for message, is_new in mail:
            if is_new and message.direction == "Inbound":
                self._tell_whole(owner, message)

    def _tell_whole(self, owner: Subscriber, message: StoredMail) -> None:
        """An inbound message as it is, for the filters that want that."""
        what = {"SMS": "message-store/instant", "VoiceMail": "voicemail", "Fax": "fax"}[message.kind]
        whole = {**message.json(self._uri(owner)), "eventType": "Create"}
        whole["owner"] = {"extensionId": str(owner.extension_id), "extensionType": "User"}
        self._tell_all(owner, what, lambda wanted: whole)

    def _tell_presence(self, owner: Subscriber) -> None:
        body = presence_json(self._world, owner, self._uri(owner), is_detailed=True)
        former = self._presence.get(owner.extension_id)
        self._presence[owner.extension_id] = body
        if former is None or former == body:
            return
        self._sequence["presence"] += 1
        whole = {
            **{name: value for name, value in body.items() if name not in ("uri", "extension")},
            "extensionId": str(owner.extension_id),
            "sequence": self._sequence["presence"],
        }
        plain = {name: value for name, value in whole.items() if name != "activeCalls"}

        def detailed(wanted: EventFilter) -> dict[str, Any]:
            return whole if wanted.query.get("detailedTelephonyState") == "true" else plain

        self._tell_all(owner, "presence", detailed)
        if former["dndStatus"] != body["dndStatus"]:
            self._tell_all(owner, "presence/dnd", lambda wanted: plain)

    def _tell_calls(self, owner: Subscriber) -> None:
        now = self._world.clock.now()
        current = {call.id: (call, code) for call, code in live_calls(self._world, owner)}
        for call_id, (call, code) in current.items():
            if self._calls.get(call_id) != code:
                self._calls[call_id], self._last[call_id] = code, call
                self._tell_call(owner, call_event(call, code, self._next(call_id), now))
        for call_id in [one for one in self._last if one not in current and self._last[one].owner is owner]:
            call = self._last.pop(call_id)
            is_missed = isinstance(call, InboundCall) and call.outcome != "answered"
            self._calls[call_id] = "Disconnected"
            event = call_event(call, "Disconnected", self._next(call_id), now, is_missed=is_missed)
            self._tell_call(owner, event)
        for record in self._world.log.written_since(self._logged):
            if record.owner is owner and record.telephony_session_id not in self._calls and record.is_missed:
                # It was over the moment it came.
                self._calls[record.telephony_session_id] = "Disconnected"
                number = self._next(record.telephony_session_id)
                self._tell_call(owner, missed_event(record, number, now))
        self._logged = self._world.log.revision

    def _tell_call(self, owner: Subscriber, body: dict[str, Any]) -> None:
        def fitting(wanted: EventFilter) -> dict[str, Any] | None:
            party, query = body["parties"][0], wanted.query
            is_fit = query.get("direction") in (None, party["direction"]) and query.get("statusCode") in (
                None,
                party["status"]["code"],
            )
            is_fit = is_fit and (query.get("missedCall") != "true" or party["missedCall"])
            return body if is_fit else None

        self._tell_all(owner, "telephony/sessions", fitting)

    def _next(self, call_id: str) -> int:
        self._sequence[call_id] += 1
        return self._sequence[call_id]

    def _forget(self) -> None:
        """What the world is now is nobody's news."""
        self._presence.clear()
        self._calls.clear()
        self._last.clear()
        self._logged = self._world.log.revision
