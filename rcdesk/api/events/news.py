"""What an event says, read without trusting it: unknown kinds and words are left out (docs/wire.md 1.10).

Pure. Read next: stream.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from rcdesk.api.rest import reading
from rcdesk.core.account.news import News, NewsKind

_MAIL = {"fax": "Fax", "sms": "SMS", "voicemail": "VoiceMail", "pager": "Pager"}
"""In events voicemail is spelled in another way than elsewhere."""


def news_of(event: Mapping[str, Any]) -> News | None:
    """Read the body of a ServerNotification; None for news of things nobody here looks at.

    The ids in its name are real where the filter had `~`, so that only its end tells the kind.
    """
    path = _path(reading.text(event, "event"))
    body = reading.child(event, "body")
    extension_id = reading.text(body, "extensionId") or _extension_in(path)
    if path.endswith("/message-store"):
        return _messages(body, extension_id)
    if path.endswith(("/message-store/instant", "/voicemail", "/fax")):
        return _whole_message(body, extension_id)
    if path.endswith(("/presence", "/presence/dnd")):
        telephony = reading.text(body, "telephonyStatus")
        return News(
            kind=NewsKind.PRESENCE, extension_id=extension_id, telephony=telephony, dnd=_dnd_words(body)
        )
    if path.endswith("/telephony/sessions"):
        return _call(body)
    return None


def _dnd_words(body: Mapping[str, Any]) -> tuple[str, ...]:
    words = ("dndStatus", "dndStatusPersonal", "acceptCallQueueCalls")
    return tuple(str(body[word]) for word in words if word in body)


def _messages(body: Mapping[str, Any], extension_id: str) -> News:
    changes = reading.children(body, "changes")
    kinds = (_MAIL.get(reading.text(change, "type").lower(), "") for change in changes)
    ids = (change.get("newMessageIds") for change in changes)
    new = [str(one) for some in ids if isinstance(some, list) for one in some if isinstance(one, int | str)]
    return News(
        kind=NewsKind.MESSAGES,
        extension_id=extension_id,
        mail=frozenset(filter(None, kinds)),
        new_ids=tuple(new),
    )


def _whole_message(body: Mapping[str, Any], extension_id: str) -> News:
    kind = _MAIL.get(reading.text(body, "type").lower(), "")
    new = reading.text(body, "id")
    owner = reading.text(reading.child(body, "owner"), "extensionId")
    return News(
        kind=NewsKind.MESSAGES,
        extension_id=owner or extension_id,
        mail=frozenset(filter(None, [kind])),
        new_ids=(new,) if new else (),
    )


def _call(body: Mapping[str, Any]) -> News | None:
    """Of several parties the one with an extension that is still there, else the last with one."""
    parties = [party for party in reading.children(body, "parties") if reading.text(party, "extensionId")]
    if not parties:
        parties = list(reading.children(body, "parties"))
    if not parties:
        return None
    there = (party for party in parties if _code(party) not in ("Disconnected", "Gone"))
    party = next(there, parties[-1])
    direction = reading.text(party, "direction")
    other = reading.child(party, "from" if direction == "Inbound" else "to")
    return News(
        kind=NewsKind.CALL,
        extension_id=reading.text(party, "extensionId"),
        call_id=reading.text(body, "telephonySessionId"),
        code=_code(party),
        direction=direction,
        number=reading.text(other, "phoneNumber") or reading.text(other, "extensionNumber"),
        name=reading.text(other, "name"),
        is_missed=party.get("missedCall") is True,
    )


def _code(party: Mapping[str, Any]) -> str:
    return reading.text(reading.child(party, "status"), "code")


def _path(event: str) -> str:
    try:
        return urlsplit(event).path
    except ValueError:
        return ""


def _extension_in(path: str) -> str:
    _, mark, rest = path.partition("/extension/")
    return rest.partition("/")[0] if mark else ""
