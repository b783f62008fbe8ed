"""Does the user take calls, and which of their calls are going on now.

Spec: readUserPresenceStatus (Light), updateUserPresenceStatus (Medium). Blocking, on a lane's thread. Raises
NotAllowed where the user may not see or change presence. Read next: queues.py, services/presence.py,
services/calls.py (which follows many calls with one look).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rcdesk.api.rest import reading
from rcdesk.api.session import ApiSession
from rcdesk.api.transport import read_json
from rcdesk.core.cancel import CancelToken
from rcdesk.core.presence import Dnd

PATH = f"{reading.EXTENSION}/presence"


def read(session: ApiSession, token: CancelToken) -> Dnd:
    """Which calls the user takes; UNKNOWN for a word the desk does not know."""
    return _dnd(reading.get(session, PATH, token))


def set_dnd(session: ApiSession, dnd: Dnd, token: CancelToken) -> Dnd:
    """Change which calls the user takes; returns what holds now. UNKNOWN cannot be set (ValueError)."""
    if dnd is Dnd.UNKNOWN:
        raise ValueError("an unknown status cannot be set")
    body = {"dndStatus": dnd.value}
    return _dnd(read_json(session.request("PUT", PATH, group="Medium", token=token, json=body)))


def active_calls(session: ApiSession, token: CancelToken) -> Mapping[str, str]:
    """The calls going on: telephonySessionId (a ring-out's id) → telephonyStatus.

    The words are those of the spec: Ringing while the user's own phone rings, CallConnected once they have
    answered it (the other side may still ring), OnHold, ParkedCall, NoCall. A call in several parts is listed
    with the word of its last part.
    """
    body = reading.get(session, PATH, token, params={"detailedTelephonyState": "true"})
    return {
        reading.text(call, "telephonySessionId"): reading.text(call, "telephonyStatus")
        for call in reading.children(body, "activeCalls")
        if reading.text(call, "telephonySessionId")
    }


def _dnd(body: Mapping[str, Any]) -> Dnd:
    try:
        return Dnd(reading.text(body, "dndStatus"))
    except ValueError:
        return Dnd.UNKNOWN
