"""What other starts ask, answered by the program with the window: calls placed, followed, cancelled.

GUI thread. Each order is told its answer line by line, the last one with an exit status;
core/orders/call_report.py makes the lines. Orders that come while the sign-in is on its way wait for it. A
link is shown in the number field, or dialled when the user has chosen so. Faxes are handed to fax_orders.py.
Read next: instance.py, call_desk.py, core/orders/asked_call.py.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, assert_never

from msgspec import Struct, field
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from rcdesk.bridge.account.profiles_desk import ProfilesDesk
from rcdesk.bridge.account.session_desk import SessionDesk, SessionState
from rcdesk.bridge.fax_orders import FaxOrders
from rcdesk.bridge.runtime.instance import OrderHeard
from rcdesk.bridge.runtime.timers import single_shot
from rcdesk.core.account.account import Account
from rcdesk.core.account.capability import Capability
from rcdesk.core.account.preferences import Preferences
from rcdesk.core.calls.call import Call, CallRequest, CallState
from rcdesk.core.clock import Clock, SystemClock
from rcdesk.core.errors import NeedsYes, UserError
from rcdesk.core.numbers.phone_number import parse
from rcdesk.core.orders.asked_call import call_request, pick_call
from rcdesk.core.orders.call_report import call_json, exit_status, numbers_json
from rcdesk.core.orders.order import (
    GIVE_YES,
    CallOrder,
    CancelOrder,
    ExitStatus,
    FollowFaxesOrder,
    FollowOrder,
    LinkOrder,
    NumbersOrder,
    ProfileOrder,
    SendOrder,
    StatusOrder,
    WhoOrder,
    number_of,
)
from rcdesk.core.orders.who_report import who_json
from rcdesk.core.people.people import DialChoice

if TYPE_CHECKING:
    from rcdesk.bridge.calls.call_desk import CallDesk

Tell: TypeAlias = Callable[[dict[str, Any]], bool]

RESULT_MS = 8_000
"""How long an answer waits for the call log when nobody saw how the call ended."""

SIGNED_OUT = "Nobody is signed in. Sign in in the window of rcdesk, then ask again."
TOO_LATE = "They have answered, so the call cannot be cancelled any more. Hang up your phone to end it."
NOT_HERE = "The window of rcdesk cannot do this. Do it in the window itself."
NOT_FOLLOWED = (
    "The window has signed out, so how this call ends is unknown. It goes on by itself: hang up to end it."
)
NOT_CANCELLED = "The call could not be cancelled and goes on. See rcdesk status."


class Choices(Protocol):
    """What is needed of bridge/people/people_desk.py."""

    def choice_of(self, number: str) -> DialChoice: ...


class KeptPreferences(Protocol):
    """What is needed of bridge/account/preferences.py."""

    @property
    def value(self) -> Preferences: ...


class _Until(Enum):
    TAKEN = auto()
    ENDED = auto()
    CANCELLED = auto()


class _CallWatcher(Struct, eq=False):
    """Who waits for news of a call, and until when. said: what it was told last."""

    call_id: str
    until: _Until
    tell: Tell
    said: tuple[object, ...] = ()
    patience: QTimer | None = field(default=None)


class OrderDesk(QObject):
    """take() each order.

    Signals: dial_asked(str): show this text in the number field; called(): a link was dialled.
    """

    dial_asked = Signal(str)
    called = Signal()

    def __init__(
        self,
        session: SessionDesk,
        calls: CallDesk,
        choices: Choices,
        preferences: KeptPreferences,
        *,
        faxes: FaxOrders | None = None,
        profiles: ProfilesDesk | None = None,
        has_talked: Callable[[str], bool] = lambda number: False,
        clock: Clock | None = None,
    ) -> None:
        """has_talked(E.164): this number has answered lately, so it exists."""
        super().__init__()
        self._has_talked = has_talked
        self._session = session
        self._calls = calls
        self._choices = choices
        self._preferences = preferences
        self._faxes = faxes
        self._profiles = profiles
        self._clock: Clock = clock or SystemClock()
        self._waiting: list[tuple[Callable[[], None], Callable[[], bool]]] = []
        self._watchers: list[_CallWatcher] = []
        calls.call_changed.connect(self._call_changed)
        session.state_changed.connect(self._session_changed)
        session.account_changed.connect(self._session_changed)

    @Slot(object)
    def take(self, heard: OrderHeard) -> None:
        """Do what another start asks, and tell it what becomes of that."""
        order, tell, is_there = heard.order, heard.tell, heard.is_there
        match order:
            case CallOrder():
                self._when_signed_in(lambda: self._place(order, tell), is_there)
            case StatusOrder():
                self._when_signed_in(lambda: self._tell_live(tell))
            case FollowOrder():
                self._when_signed_in(lambda: self._follow(order.call_id, tell))
            case CancelOrder():
                self._when_signed_in(lambda: self._cancel(order.call_id, tell), is_there)
            case NumbersOrder():
                self._when_signed_in(lambda: self._tell_numbers(tell))
            case LinkOrder():
                self.open_link(order.text)
                tell({"status": int(ExitStatus.DONE)})
            case SendOrder():
                self._when_signed_in(lambda: self._send(order, tell), is_there)
            case FollowFaxesOrder():
                self._when_signed_in(lambda: self._follow_faxes(order, tell))
            case WhoOrder():
                self._when_signed_in(lambda: self._tell_who(tell))
            case ProfileOrder():
                self._use_profile(order, tell)
            case _:
                assert_never(order)

    @Slot(str)
    def open_link(self, text: str) -> None:
        """Show a tel: or callto: link in the number field, or call it when that was chosen."""
        number = number_of(text)
        if self._preferences.value.dials_links_at_once:
            self._when_signed_in(lambda: self._dial_link(number))
        else:
            self.dial_asked.emit(number)

    def _when_signed_in(self, act: Callable[[], None], is_wanted: Callable[[], bool] = lambda: True) -> None:
        """Now, unless a sign-in is on its way: then after it, whether or not it worked.

        is_wanted is asked then: nobody is called for who has pressed Ctrl+C meanwhile.
        """
        if self._session.state is SessionState.SIGNING_IN:
            self._waiting.append((act, is_wanted))
        else:
            act()

    @Slot()
    def _session_changed(self) -> None:
        known = {call.id for call in self._calls.calls}
        for watcher in [w for w in self._watchers if w.call_id not in known]:
            self._end(watcher, _refusal(NOT_FOLLOWED, ExitStatus.UNKNOWN))
        if self._session.state is SessionState.SIGNING_IN:
            return
        waiting, self._waiting = self._waiting, []
        for act, is_wanted in waiting:
            if is_wanted():
                act()

    def _account(self) -> Account | None:
        return self._session.account if self._session.is_signed_in else None

    def _request(self, order: CallOrder, account: Account) -> CallRequest:
        choice = self._choices.choice_of(parse(order.number, account.home_country).e164)
        return call_request(order, account, self._preferences.value, choice, has_talked=self._has_talked)

    def _dial_link(self, text: str) -> None:
        """What cannot be called is shown in the number field, which says why."""
        account = self._account()
        try:
            request = None if account is None else self._request(CallOrder(number=text), account)
        except UserError:
            request = None
        if request is None:
            self.dial_asked.emit(text)
            return
        # A link clicked twice is one call.
        if not any(c.state.can_cancel and c.request.to_number == request.to_number for c in self._live()):
            self._calls.place(request)
        self.called.emit()

    def _place(self, order: CallOrder, tell: Tell) -> None:
        account = self._account()
        if account is None:
            tell(_refusal(SIGNED_OUT, ExitStatus.SIGNED_OUT))
            return
        try:
            request = self._request(order, account)
        except NeedsYes as exc:
            tell(_refusal(f"{exc} {GIVE_YES}", ExitStatus.NEEDS_YOU))
            return
        except UserError as exc:
            tell(_refusal(str(exc), ExitStatus.WRONG))
            return
        call_id = self._calls.place(request)
        self._watch(call_id, _Until.ENDED if order.is_wait else _Until.TAKEN, tell)

    def _follow(self, call_id: str, tell: Tell) -> None:
        if not self._watch(call_id, _Until.ENDED, tell):
            tell(_refusal("The window does not know this call.", ExitStatus.UNKNOWN))

    def _cancel(self, call_id: str, tell: Tell) -> None:
        live = self._live()
        if not live:
            tell(_refusal("No call is going on.", ExitStatus.TOO_LATE))
            return
        try:
            call = pick_call(live, call_id)
        except UserError as exc:
            tell(_refusal(str(exc), ExitStatus.WRONG))
            return
        self._calls.cancel(call.id)
        self._watch(call.id, _Until.CANCELLED, tell)

    def _send(self, order: SendOrder, tell: Tell) -> None:
        account = self._account()
        if account is None:
            tell(_refusal(SIGNED_OUT, ExitStatus.SIGNED_OUT))
        elif self._faxes is None:
            tell(_refusal(NOT_HERE, ExitStatus.TROUBLE))
        else:
            can_follow = account.can(Capability.FAX_FOLLOW)
            self._faxes.send(order, tell, can_follow=can_follow)

    def _follow_faxes(self, order: FollowFaxesOrder, tell: Tell) -> None:
        if self._faxes is None:
            tell(_refusal(NOT_HERE, ExitStatus.TROUBLE))
        else:
            account = self._account()
            self._faxes.follow(order, tell, can_follow=not account or account.can(Capability.FAX_FOLLOW))

    def _tell_who(self, tell: Tell) -> None:
        account, profile = self._account(), self._session.profile
        if account is None or profile is None:
            tell(_refusal(SIGNED_OUT, ExitStatus.SIGNED_OUT))
            return
        tell({"who": who_json(account, profile), "status": int(ExitStatus.DONE)})

    def _use_profile(self, order: ProfileOrder, tell: Tell) -> None:
        """Sign out of this profile, or save it and go on with the sign-in the keyring has for it."""
        profile, current = order.profile, self._session.profile
        is_same = current is not None and current.key == profile.key
        if self._profiles is None:
            tell(_refusal(NOT_HERE, ExitStatus.TROUBLE))
            return
        if order.is_out:
            if is_same:
                self._sign_out(tell)
            else:
                tell({"status": int(ExitStatus.SIGNED_OUT)})
            return
        profile = self._profiles.put(profile)
        self._profiles.activate(profile.id)
        self._session.resume(profile, is_news=True)
        self._waiting.append((lambda: self._tell_who(tell), lambda: True))

    def _sign_out(self, tell: Tell) -> None:
        """Told when it is over, with what could not be done."""

        def over(sentence: str) -> None:
            self._session.left.disconnect(over)
            told = {"status": int(ExitStatus.DONE)}
            tell({**told, "note": sentence} if sentence else told)

        self._session.left.connect(over)
        self._session.sign_out()

    def _tell_live(self, tell: Tell) -> None:
        if self._account() is None:
            tell(_refusal(SIGNED_OUT, ExitStatus.SIGNED_OUT))
            return
        told = [call_json(call, self._clock.monotonic()) for call in self._live()]
        tell({"calls": told, "status": int(ExitStatus.DONE)})

    def _tell_numbers(self, tell: Tell) -> None:
        account = self._account()
        if account is None:
            tell(_refusal(SIGNED_OUT, ExitStatus.SIGNED_OUT))
            return
        tell({**numbers_json(account, self._preferences.value), "status": int(ExitStatus.DONE)})

    def _live(self) -> list[Call]:
        return [call for call in self._calls.calls if not call.state.is_final]

    def _watch(self, call_id: str, until: _Until, tell: Tell) -> bool:
        """Tell news of a call from its present state on; False when there is no such call."""
        call = next((call for call in self._calls.calls if call.id == call_id), None)
        if call is None:
            return False
        watcher = _CallWatcher(call_id, until, tell)
        self._watchers.append(watcher)
        self._news(watcher, call)
        return True

    @Slot(object)
    def _call_changed(self, call: Call) -> None:
        for watcher in [w for w in self._watchers if w.call_id == call.id]:
            self._news(watcher, call)

    def _news(self, watcher: _CallWatcher, call: Call) -> None:
        """Tell a watcher what is new to it, and let it go when there is nothing more to wait for."""
        told: dict[str, Any] = {"call": call_json(call, self._clock.monotonic())}
        if call.state.is_final:
            is_open = watcher.until is not _Until.CANCELLED or call.state is CallState.CANCELLED
            if call.needs_result and watcher.patience is None and is_open:
                self._be_patient(watcher)
            elif not call.needs_result or watcher.patience is None:
                self._end(watcher, {**told, "status": int(_final_status(watcher, call))})
            return
        if watcher.until is _Until.CANCELLED and not call.is_cancelling:
            words = TOO_LATE if call.state is CallState.TALKING else NOT_CANCELLED
            self._end(watcher, {**told, **_refusal(words, ExitStatus.TOO_LATE)})
        elif watcher.until is _Until.TAKEN and call.state is not CallState.DIALLING:
            self._end(watcher, {**told, "status": int(ExitStatus.DONE)})
        elif watcher.until is _Until.ENDED:
            said = (call.state, call.is_cancelling, call.is_unreachable)
            if said != watcher.said:
                watcher.said = said
                if not watcher.tell(told):
                    self._let_go(watcher)

    def _be_patient(self, watcher: _CallWatcher) -> None:
        """The call log may still say how it ended."""
        timer = single_shot(self, self._conclude)
        timer.start(RESULT_MS)
        watcher.patience = timer

    @Slot()
    def _conclude(self) -> None:
        calls = {call.id: call for call in self._calls.calls}
        for watcher in [w for w in self._watchers if w.patience is not None and not w.patience.isActive()]:
            call = calls.get(watcher.call_id)
            if call is None:
                self._end(watcher, _refusal("The result of this call is unknown.", ExitStatus.UNKNOWN))
            else:
                told = call_json(call, self._clock.monotonic())
                self._end(watcher, {"call": told, "status": int(_final_status(watcher, call))})

    def _end(self, watcher: _CallWatcher, told: dict[str, Any]) -> None:
        self._let_go(watcher)
        watcher.tell(told)

    def _let_go(self, watcher: _CallWatcher) -> None:
        if watcher in self._watchers:
            self._watchers.remove(watcher)
        if watcher.patience is not None:
            watcher.patience.stop()
            watcher.patience.deleteLater()
            watcher.patience = None


def _final_status(watcher: _CallWatcher, call: Call) -> ExitStatus:
    if watcher.until is _Until.CANCELLED:
        return ExitStatus.DONE if call.state is CallState.CANCELLED else ExitStatus.TOO_LATE
    return exit_status(call)


def _refusal(sentence: str, status: ExitStatus) -> dict[str, Any]:
    return {"error": sentence, "status": int(status)}
