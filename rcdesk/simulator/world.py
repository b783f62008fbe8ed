"""The simulated world put together: clock, people, sign-in, calls, faxes, call log, rate limits.

No HTTP here: a test can build a `World` with a manual clock and live through a call in microseconds. All
of it belongs to one thread at a time, which in a running simulator is the event loop's.

Read next: `calls`, `faxes`, `oauth`; `server` for the door the network comes in by.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from rcdesk.simulator.accounts import Subscriber, make_subscribers
from rcdesk.simulator.calllog import LogRecord, call_record, fax_record
from rcdesk.simulator.calls import CallDesk, RingOut
from rcdesk.simulator.clock import WorldClock
from rcdesk.simulator.faxes import FaxDesk
from rcdesk.simulator.limits import RateLimits
from rcdesk.simulator.messages import Message, MessageStore, Party
from rcdesk.simulator.oauth import SignInDesk

LOG_LENGTH = 5000


class World:
    """Everything the simulated service knows."""

    def __init__(self, clock: WorldClock) -> None:
        self.clock = clock
        self.subscribers: tuple[Subscriber, ...] = make_subscribers()
        self.sign_in = SignInDesk(clock, self.subscribers)
        self.limits = RateLimits(clock)
        self.log: deque[LogRecord] = deque(maxlen=LOG_LENGTH)
        self.calls = CallDesk(clock, self._call_ended)
        self.messages = MessageStore(clock)
        self.faxes = FaxDesk(
            clock, self.messages, on_finished=self._fax_finished, fax_number_of=self.fax_number_of
        )
        self.presence: dict[int, dict[str, Any]] = {}
        self._caller_ids: dict[tuple[int, str], str] = {}

    def reset(self) -> None:
        """Back to an empty day: same people and secrets, no sessions, calls, faxes or limits reached."""
        self.clock.clear()
        self.sign_in.clear()
        self.limits.reset()
        self.calls.clear()
        self.messages.clear()
        self.faxes.clear()
        self.log.clear()
        self.presence.clear()
        self._caller_ids.clear()

    def caller_id(self, owner: Subscriber, feature: str) -> str:
        """The number shown for a feature (RingOut, FaxNumber), E.164."""
        default = owner.fax_number if feature == "FaxNumber" else owner.main_number
        return self._caller_ids.get((owner.extension_id, feature), default)

    def set_caller_id(self, owner: Subscriber, feature: str, number: str) -> None:
        """Choose the number shown for a feature."""
        self._caller_ids[owner.extension_id, feature] = number

    def fax_number_of(self, owner: Subscriber) -> str:
        """The number the user's faxes go out with."""
        return self.caller_id(owner, "FaxNumber")

    def _call_ended(self, call: RingOut) -> None:
        self.log.appendleft(call_record(call))

    def _fax_finished(self, message: Message, party: Party) -> None:
        self.log.appendleft(fax_record(message, party, self.clock.now()))
