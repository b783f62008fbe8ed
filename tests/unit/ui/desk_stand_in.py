"""A desk without lanes: the signals and properties the phone page listens to, driven by the test.

Used where the page alone is looked at; the flows drive the same page over the real bridge and the simulator.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from rcdesk.bridge.account.notices import NoticeKind
from rcdesk.bridge.account.session_desk import SessionState
from rcdesk.core.account.account import Account, AccountNumber, ForwardingNumber
from rcdesk.core.account.preferences import Preferences
from rcdesk.core.calls.call import Call, CallRequest
from tests.unit.ui.call_stage import StageCallPeople, StageHistory, StageNumbers

NOW_S = 1000.0
ACCOUNT = Account(
    owner_id="1",
    name="Mara Okafor",
    company="Okafor & Lee",
    extension_number="101",
    forwarding_numbers=(
        ForwardingNumber(id="11", phone_number="+16505550101", label="Desk", kind="PhoneLine"),
        ForwardingNumber(id="12", phone_number="+14155550123", label="Mobile", kind="Mobile"),
        ForwardingNumber(id="13", phone_number="+15105550177", label="Home", kind="Home"),
        ForwardingNumber(id="14", phone_number="+15105550178", label="Outage", can_ring=False),
    ),
    numbers=(
        AccountNumber(id="21", phone_number="+18885550100", label="Main line", can_show=True),
        AccountNumber(id="22", phone_number="+16505550101", label="Direct", can_show=True),
    ),
    ring_out_caller_id="+18885550100",
)


class FixedClock:
    """A clock that stands still until the test moves it."""

    def __init__(self) -> None:
        self.now_s = NOW_S
        self.moment = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """The moment set."""
        return self.moment

    def monotonic(self) -> float:
        """The seconds set."""
        return self.now_s


class SessionStandIn(QObject):
    """Signed in when it has an account."""

    state_changed = Signal(object)
    account_changed = Signal(object)

    def __init__(self, account: Account | None) -> None:
        super().__init__()
        self.account = account
        self.state = SessionState.SIGNED_IN if account else SessionState.SIGNED_OUT

    @property
    def is_signed_in(self) -> bool:
        """As the real one, without a network."""
        return self.account is not None

    def sign_in(self, account: Account) -> None:
        """Let the account arrive."""
        self.account, self.state = account, SessionState.SIGNED_IN
        self.account_changed.emit(account)
        self.state_changed.emit(self.state)


class CallsStandIn(QObject):
    """Keeps what was asked of it."""

    call_changed = Signal(object)
    calls_changed = Signal()
    problem = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.calls: tuple[Call, ...] = ()
        self.placed: list[CallRequest] = []
        self.cancelled: list[str] = []

    def place(self, request: CallRequest) -> str:
        """Keep the request and show a call that has just begun."""
        self.placed.append(request)
        call = Call(
            id=f"c{len(self.placed)}",
            request=request,
            started_at=datetime(2026, 3, 4, 12, 0, tzinfo=UTC),
            started_s=NOW_S,
        )
        self.calls = (call, *self.calls)
        self.call_changed.emit(call)
        self.calls_changed.emit()
        return call.id

    def move(self, call_id: str, **changes: Any) -> None:
        """News about a call."""
        moved = {c.id: replace(c, **changes) if c.id == call_id else c for c in self.calls}
        self.calls = tuple(moved.values())
        self.call_changed.emit(moved[call_id])

    def cancel(self, call_id: str) -> None:
        """Keep what is wanted."""
        self.cancelled.append(call_id)

    def dismiss(self, call_id: str) -> None:
        """Take it off."""
        self.calls = tuple(c for c in self.calls if c.id != call_id)
        self.calls_changed.emit()


class PreferencesStandIn(QObject):
    """Holds the value; nothing is written."""

    changed = Signal(object)

    def __init__(self, value: Preferences) -> None:
        super().__init__()
        self.value = value

    def update(self, **changes: Any) -> None:
        """Change fields."""
        self.value = replace(self.value, **changes)
        self.changed.emit(self.value)


class NoticesStandIn:
    """Keeps what is said in passing."""

    def __init__(self) -> None:
        self.posted: list[str] = []

    def post(self, kind: NoticeKind, title: str, text: str = "") -> None:
        """Keep it."""
        self.posted.append(title)


class DeskStandIn(QObject):
    """session, calls, people, history, numbers, notices and preferences as the phone page uses them."""

    def __init__(self, account: Account | None = ACCOUNT, preferences: Preferences | None = None) -> None:
        super().__init__()
        self.session = SessionStandIn(account)
        self.calls = CallsStandIn()
        self.preferences = PreferencesStandIn(preferences or Preferences())
        self.people = StageCallPeople()
        self.history = StageHistory()
        self.numbers = StageNumbers()
        self.notices = NoticesStandIn()
