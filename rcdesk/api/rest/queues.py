"""The call queues the user is a member of, and whether they take the queue's calls.

Spec: readExtensionCallQueuePresence (Light), updateExtensionCallQueuePresence (Medium). Blocking, on a lane's
thread. Raises NotAllowed where the user may not see or change it. Read next: presence.py,
services/account/presence.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rcdesk.api.rest import reading
from rcdesk.api.session import ApiSession
from rcdesk.api.transport import read_json
from rcdesk.core.account.presence import QueueStatus
from rcdesk.core.cancel import CancelToken

PATH = f"{reading.EXTENSION}/call-queue-presence"


def read(session: ApiSession, token: CancelToken) -> tuple[QueueStatus, ...]:
    """The user's queues in the service's order; empty for a member of none."""
    return _queues(reading.get(session, PATH, token))


def set(session: ApiSession, queue_id: str, is_on: bool, token: CancelToken) -> tuple[QueueStatus, ...]:
    """Take a queue's calls or not; returns the queues the service speaks of in its answer."""
    body = {"records": [{"callQueue": {"id": queue_id}, "acceptCalls": is_on}]}
    return _queues(read_json(session.request("PUT", PATH, group="Medium", token=token, json=body)))


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
