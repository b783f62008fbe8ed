"""Event filters: what may be subscribed to, by whom, and which events pass.

A filter is the address of a resource, the user's own (`~`), a colleague's or the whole account's. Values
only. Read next: `events/events`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from rcdesk.simulator.accounts import Subscriber

API = "/restapi/v1.0/account"
_ADDRESS = re.compile(rf"{API}/(?P<account>[^/]+)(?:/extension/(?P<extension>[^/]+))?/(?P<what>[a-z/-]+)")
_OWN = {
    "message-store": "ReadMessages",
    "message-store/instant": "ReadMessages",
    "voicemail": "ReadMessages",
    "fax": "ReadMessages",
    "presence": "ReadPresence",
    "presence/dnd": "ReadAccounts",
    "telephony/sessions": "CallControl",
}
_ACCOUNT = {"presence": "ReadPresence", "telephony/sessions": "CallControl"}
OF_ADMINISTRATORS = frozenset({"presence", "presence/dnd", "telephony/sessions"})
"""What an administrator may hear of other extensions: their messages are theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilter:
    """One filter: its text as asked for, the kind of event, whose ("" for all of the account), its query."""

    text: str
    what: str
    extension_id: str
    query: Mapping[str, str] = field(default_factory=dict)
    permission: str = ""

    def event(self, account_id: int, extension_id: str) -> str:
        """The name of an event that it lets through: real ids in the place of `~`."""
        middle = f"/extension/{extension_id}" if self.extension_id else ""
        mark = "?" if "?" in self.text else ""
        return f"{API}/{account_id}{middle}/{self.what}{mark}{self.text.partition('?')[2]}"

    def is_for(self, what: str, extension_id: str) -> bool:
        """Whether it lets through this kind of event of an extension."""
        return self.what == what and self.extension_id in ("", extension_id)


def read_filter(text: str, who: Subscriber) -> EventFilter | None:
    """The filter a text means; None for one that the service does not know."""
    parts = urlsplit(text)
    found = _ADDRESS.fullmatch(parts.path)
    if found is None or found["account"] not in ("~", str(who.account_id)):
        return None
    extension, what = found["extension"], found["what"]
    known = _OWN if extension is not None else _ACCOUNT
    if what not in known:
        return None
    own = str(who.extension_id)
    extension_id = "" if extension is None else own if extension == "~" else extension
    if extension_id not in ("", own) and what not in OF_ADMINISTRATORS:
        return None
    return EventFilter(
        text=text,
        what=what,
        extension_id=extension_id,
        query=dict(parse_qsl(parts.query)),
        permission=known[what],
    )
