"""Does the user take calls, of which queues, and which of their calls are going on now.

Spec: readUserPresenceStatus and readExtensionCallQueuePresence (Light), updateUserPresenceStatus and
updateExtensionCallQueuePresence (Medium). Blocking, on a lane's thread. Raises NotAllowed where the user may
not see or change it. Read next: services/account/presence.py, services/calls/calls.py (which follows many
calls with one look).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rcdesk.api.rest import features, reading
from rcdesk.api.session import ApiSession
from rcdesk.api.transport import read_json
from rcdesk.core.account.presence import Dnd, QueueStatus
from rcdesk.core.cancel import CancelToken
from rcdesk.core.errors import NotAllowed, Rejected

PATH = f"{reading.EXTENSION}/presence"
QUEUES_PATH = f"{reading.EXTENSION}/call-queue-presence"
_MOVED = "NewCallHandlingAndForwarding"


def is_moved(session: ApiSession, token: CancelToken) -> bool:
    """True when the account is on the new call handling, where do not disturb is said in other words.

    Spec: readExtensionFeatures (Medium). What cannot be asked is not there yet.
    """
    try:
        found = features.read(session, [_MOVED], token).get(_MOVED)
    except (NotAllowed, Rejected):
        return False
    return found is not None and ("isNewBackendAvailable", "true") in found.params


def read(session: ApiSession, token: CancelToken, *, is_moved: bool = False) -> Dnd:
    """Which calls the user takes; UNKNOWN for a word the desk does not know."""
    return _dnd(reading.get(session, PATH, token), is_moved=is_moved)


def set_dnd(session: ApiSession, dnd: Dnd, token: CancelToken, *, is_moved: bool = False) -> Dnd:
    """Change which calls the user takes; returns what holds now.

    UNKNOWN and QUEUES_ONLY cannot be set (ValueError).
    """
    if dnd is Dnd.UNKNOWN or dnd.settable is not dnd:
        raise ValueError(f"{dnd} cannot be set")
    body: dict[str, Any] = {"dndStatus": dnd.value}
    if is_moved:
        personal = Dnd.TAKE_ALL if dnd.is_disturbable else Dnd.TAKE_NONE
        body = {"dndStatusPersonal": personal.value, "acceptCallQueueCalls": dnd.takes_queue_calls}
    answer = read_json(session.request("PUT", PATH, group="Medium", token=token, json=body))
    return _dnd(answer, is_moved=is_moved)


def active_calls(session: ApiSession, token: CancelToken) -> Mapping[str, str]:
    """The calls going on: telephonySessionId (a ring-out's id) → telephonyStatus.

    The words are those of the spec: Ringing while the user's own phone rings, CallConnected once they have
    answered it (the other side may still ring), OnHold, ParkedCall, NoCall. A call in several parts is listed
    with the word of its last part.
    """
    body = reading.get(session, PATH, token, params={"detailedTelephonyState": "true"})
    return {
        reading.text(call, "telephonySessionId"): reading.text(call, "telephonyStatus")
        for call in reading.records(body, "activeCalls", key="telephonySessionId")
    }


def _dnd(body: Mapping[str, Any], *, is_moved: bool = False) -> Dnd:
    """On a moved account do not disturb is no calls at all, those of queues neither.

    Who is in no queue need not be told whether they take calls of one: only a clear no is one.
    """
    word = reading.text(body, "dndStatusPersonal") if is_moved else ""
    try:
        dnd = Dnd(word or reading.text(body, "dndStatus"))
    except ValueError:
        return Dnd.UNKNOWN
    is_without_queues = bool(word) and dnd is Dnd.TAKE_ALL and body.get("acceptCallQueueCalls") is False
    return Dnd.NO_QUEUES if is_without_queues else dnd


def read_queues(session: ApiSession, token: CancelToken) -> tuple[QueueStatus, ...]:
    """The user's queues in the service's order; empty for a member of none."""
    return _queues(reading.get(session, QUEUES_PATH, token))


def set_queue(session: ApiSession, queue_id: str, is_on: bool, token: CancelToken) -> tuple[QueueStatus, ...]:
    """Take a queue's calls or not; returns the queues the service speaks of in its answer."""
    body = {"records": [{"callQueue": {"id": queue_id}, "acceptCalls": is_on}]}
    return _queues(read_json(session.request("PUT", QUEUES_PATH, group="Medium", token=token, json=body)))


def _queues(body: Mapping[str, Any]) -> tuple[QueueStatus, ...]:
    found = ((r, reading.child(r, "callQueue")) for r in reading.records(body, key=""))
    return tuple(
        QueueStatus(
            id=reading.text(queue, "id"),
            name=reading.text(queue, "name") or reading.text(queue, "extensionNumber"),
            is_on=record.get("acceptCalls") is True,
            can_change=queue.get("editableMemberStatus") is not False,
        )
        for record, queue in found
        if reading.text(queue, "id")
    )
