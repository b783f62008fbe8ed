"""Who takes which calls: do-not-disturb, and the call queues with their members' own switch.

Mara is a member of two queues and may switch both; Owen of one, whose manager decides. Values and a small
desk, no HTTP. Lives on the simulator's event loop thread. Read next: `routes_presence`, `inbound`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rcdesk.simulator.accounts import Subscriber
from rcdesk.simulator.checks import flag, shape, text, word
from rcdesk.simulator.contacts import colleagues_of
from rcdesk.simulator.refusal import ErrorAnswer, bad_parameter, not_found

DND = ("TakeAllCalls", "DoNotAcceptDepartmentCalls", "TakeDepartmentCallsOnly", "DoNotAcceptAnyCalls")
SETTABLE = ("TakeAllCalls", "DoNotAcceptDepartmentCalls", "DoNotAcceptAnyCalls")
"""The rest of DND can be set by the old user interface only."""

_PERSONAL = ("TakeAllCalls", "DoNotAcceptDepartmentCalls")
_DEPARTMENT = ("TakeAllCalls", "TakeDepartmentCallsOnly")
_KEPT = ("userStatus", "callerIdVisibility", "message", "allowSeeMyPresence", "ringOnMonitoredCall")
REQUEST = shape(
    dndStatus=word(*SETTABLE),
    userStatus=word("Offline", "Busy", "Available"),
    dndStatusPersonal=word("TakeAllCalls", "DoNotAcceptAnyCalls"),
    callerIdVisibility=word("All", "None", "PermittedUsers"),
    message=text(0, 75),
    allowSeeMyPresence=flag,
    ringOnMonitoredCall=flag,
    pickUpCallsOnHold=flag,
    acceptCallQueueCalls=flag,
)
"""PresenceInfoRequest, without the words that cannot be set."""

_DEFAULT: dict[str, Any] = {
    "dndStatus": "TakeAllCalls",
    "userStatus": "Available",
    "allowSeeMyPresence": True,
    "ringOnMonitoredCall": False,
    "pickUpCallsOnHold": False,
}


@dataclass(frozen=True, slots=True)
class Queue:
    """A call queue. members are extension ids; only an editable one lets them switch themselves."""

    id: str
    account_id: int
    name: str
    extension: str
    members: tuple[int, ...]
    is_editable: bool = True


_CLINIC, _SOLICITORS = 400131426008, 400231426008
QUEUES = (
    Queue("400131427103", _CLINIC, "Referrals", "200", (400131427008, 400131427101)),
    Queue("400131427104", _CLINIC, "Front desk", "201", (400131427008, 400131427101, 400131427102)),
    Queue("400231427103", _SOLICITORS, "New clients", "300", (400231427008,), is_editable=False),
)


def extensions_of(who: Subscriber) -> frozenset[str]:
    """The short extensions of the user's company: people and queues."""
    queues = (queue.extension for queue in QUEUES if queue.account_id == who.account_id)
    return frozenset([*(colleague.extension for colleague in colleagues_of(who)), *queues])


class PresenceBackend:
    """What every user has chosen."""

    def __init__(self) -> None:
        self.is_moved = False
        self._chosen: dict[int, dict[str, Any]] = {}
        self._off: set[tuple[int, str]] = set()

    def of(self, who: Subscriber) -> dict[str, Any]:
        """The chosen fields of PresenceInfoResponse."""
        state = {**_DEFAULT, **self._chosen.get(who.extension_id, {})}
        takes_own, takes_queues = state["dndStatus"] in _PERSONAL, state["dndStatus"] in _DEPARTMENT
        personal = "TakeAllCalls" if takes_own else "DoNotAcceptAnyCalls"
        return {**state, "dndStatusPersonal": personal, "acceptCallQueueCalls": takes_queues}

    def choose(self, who: Subscriber, wanted: dict[str, Any]) -> None:
        """Take over the fields of a PresenceInfoRequest.

        On a moved account dndStatus means nothing any more. Do not disturb is no calls at all, those of
        queues neither; taking calls again leaves those of queues as they were said last.
        """
        state = self.of(who)
        kept = self._chosen.setdefault(who.extension_id, {})
        kept.update({name: wanted[name] for name in (*_KEPT, "pickUpCallsOnHold") if name in wanted})
        if "dndStatus" in wanted and not self.is_moved:
            kept["dndStatus"] = wanted["dndStatus"]
            return
        takes_own = wanted.get("dndStatusPersonal", state["dndStatusPersonal"]) == "TakeAllCalls"
        takes_queues = wanted.get("acceptCallQueueCalls", state["acceptCallQueueCalls"])
        if not takes_own:
            is_as_ordered = state["dndStatus"] == "TakeDepartmentCallsOnly" and takes_queues
            kept["dndStatus"] = state["dndStatus"] if is_as_ordered else "DoNotAcceptAnyCalls"
        else:
            kept["dndStatus"] = "TakeAllCalls" if takes_queues else "DoNotAcceptDepartmentCalls"

    def order(self, who: Subscriber, status: str) -> None:
        """What the old user interface could set, which is any word."""
        if status not in DND:
            raise bad_parameter("dndStatus", status)
        self._chosen.setdefault(who.extension_id, {})["dndStatus"] = status

    def queues(self, who: Subscriber) -> list[Queue]:
        return [queue for queue in QUEUES if who.extension_id in queue.members]

    def takes_queue(self, who: Subscriber, queue: Queue) -> bool:
        """The member's own switch."""
        return (who.extension_id, queue.id) not in self._off

    def switch(self, who: Subscriber, queue_id: str, is_on: bool) -> Queue:
        """Take a queue's calls or not; CMN-102 for another's queue, CMN-408 where the manager decides."""
        queue = next((queue for queue in self.queues(who) if queue.id == queue_id), None)
        if queue is None:
            raise not_found("callQueue.id", queue_id)
        if not queue.is_editable:
            raise ErrorAnswer(403, "CMN-408", "In order to call this API endpoint, user needs permission")
        if is_on:
            self._off.discard((who.extension_id, queue_id))
        else:
            self._off.add((who.extension_id, queue_id))
        return queue

    def rings(self, who: Subscriber, queue: Queue | None) -> bool:
        """Whether a call to the user, or to a queue they are in, makes their phones ring."""
        dnd = self.of(who)["dndStatus"]
        if queue is None:
            return dnd in _PERSONAL
        return dnd in _DEPARTMENT and self.takes_queue(who, queue)
