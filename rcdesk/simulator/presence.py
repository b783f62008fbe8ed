"""Who takes which calls: do-not-disturb, and the call queues with their members' own switch.

Mara is a member of two queues and may switch both; Owen of one, whose manager decides. Values and a small
desk, no HTTP. Lives on the simulator's event loop thread. Read next: `routes_presence`, `inbound`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rcdesk.simulator.accounts import Subscriber
from rcdesk.simulator.contacts import colleagues_of
from rcdesk.simulator.refusal import Refusal, bad_parameter, not_found

DND = ("TakeAllCalls", "DoNotAcceptDepartmentCalls", "TakeDepartmentCallsOnly", "DoNotAcceptAnyCalls")
_PERSONAL = ("TakeAllCalls", "DoNotAcceptDepartmentCalls")
_DEPARTMENT = ("TakeAllCalls", "TakeDepartmentCallsOnly")
_CHOICES = {
    "dndStatus": DND,
    "userStatus": ("Offline", "Busy", "Available"),
    "dndStatusPersonal": ("TakeAllCalls", "DoNotAcceptAnyCalls"),
    "callerIdVisibility": ("All", "None", "PermittedUsers"),
}
_FLAGS = ("allowSeeMyPresence", "ringOnMonitoredCall", "pickUpCallsOnHold", "acceptCallQueueCalls")
_DEFAULT: dict[str, Any] = {
    "dndStatus": "TakeAllCalls",
    "userStatus": "Available",
    "allowSeeMyPresence": True,
    "ringOnMonitoredCall": False,
    "pickUpCallsOnHold": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A call queue. members are extension ids; only an editable one lets them switch themselves."""

    id: str
    account_id: int
    name: str
    extension: str
    members: tuple[int, ...]
    is_editable: bool = True


QUEUES = (
    Queue(
        id="400131427103",
        account_id=400131426008,
        name="Referrals",
        extension="200",
        members=(400131427008, 400131427101),
    ),
    Queue(
        id="400131427104",
        account_id=400131426008,
        name="Front desk",
        extension="201",
        members=(400131427008, 400131427101, 400131427102),
    ),
    Queue(
        id="400231427103",
        account_id=400231426008,
        name="New clients",
        extension="300",
        members=(400231427008,),
        is_editable=False,
    ),
)


def extensions_of(who: Subscriber) -> frozenset[str]:
    """The short extensions of the user's company: people and queues."""
    queues = (queue.extension for queue in QUEUES if queue.account_id == who.account_id)
    return frozenset([*(colleague.extension for colleague in colleagues_of(who)), *queues])


class PresenceDesk:
    """What every user has chosen."""

    def __init__(self) -> None:
        self._chosen: dict[int, dict[str, Any]] = {}
        self._off: set[tuple[int, str]] = set()

    def of(self, who: Subscriber) -> dict[str, Any]:
        """The chosen fields of PresenceInfoResponse."""
        state = {**_DEFAULT, **self._chosen.get(who.extension_id, {})}
        takes_queue_calls = state["dndStatus"] in _DEPARTMENT
        return {**state, "acceptCallQueueCalls": takes_queue_calls}

    def choose(self, who: Subscriber, wanted: dict[str, Any]) -> None:
        """Take over the fields of PresenceInfoRequest; CMN-101 for a word the service does not know."""
        for name, words in _CHOICES.items():
            if name in wanted and wanted[name] not in words:
                raise bad_parameter(name, wanted[name])
        for name in _FLAGS:
            if name in wanted and not isinstance(wanted[name], bool):
                raise bad_parameter(name, wanted[name])
        kept = self._chosen.setdefault(who.extension_id, {})
        kept.update({name: wanted[name] for name in (*_CHOICES, *_FLAGS, "message") if name in wanted})
        takes_queue_calls = kept.pop("acceptCallQueueCalls", None)
        if takes_queue_calls is not None and "dndStatus" not in wanted:
            is_personal = self.of(who)["dndStatus"] in _PERSONAL
            kept["dndStatus"] = DND[(0 if is_personal else 2) + (0 if takes_queue_calls else 1)]

    def queues(self, who: Subscriber) -> list[Queue]:
        """The queues the user is a member of."""
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
            raise Refusal(403, "CMN-408", "In order to call this API endpoint, user needs permission")
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

    def clear(self) -> None:
        """Everybody takes everything again."""
        self._chosen.clear()
        self._off.clear()
