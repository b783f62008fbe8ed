"""News that RingCentral pushes: they only say where to look, the truth still comes by sync.

Order is not promised and some are lost; after every CONNECTED one look at everything is due. Pure; frozen
values cross threads. Read next: api/events/stream.py.
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

EVERY_MAIL = frozenset({"Fax", "SMS", "VoiceMail"})
"""The kinds of messages there may be news of."""


class NewsKind(Enum):
    """What happened."""

    CONNECTED = "connected"
    LOST = "lost"
    MESSAGES = "messages"
    PRESENCE = "presence"
    CALL = "call"


class News(Struct, frozen=True, kw_only=True):
    """One piece of news.

    CONNECTED: the socket is up; is_recovered when nothing was missed but for what did not fit into a hundred;
    refused: filters that were not granted. LOST: it is down, ask by timers.

    MESSAGES: mail holds the kinds that changed (Fax, SMS, VoiceMail), new_ids the new ones. PRESENCE: of
    extension_id; telephony is the service's word for it ("" when it did not say), dnd its words for whether
    calls are taken. CALL: call_id is the
    telephonySessionId, code the status of the user's party (Setup, Proceeding, Answered, Disconnected, …),
    is_missed when nobody answered one that came in. extension_id is "" for what concerns nobody.
    """

    kind: NewsKind
    extension_id: str = ""
    is_recovered: bool = False
    refused: tuple[str, ...] = ()
    mail: frozenset[str] = frozenset()
    new_ids: tuple[str, ...] = ()
    telephony: str = ""
    dnd: tuple[str, ...] = ()
    call_id: str = ""
    code: str = ""
    direction: str = ""
    number: str = ""
    name: str = ""
    is_missed: bool = False
