"""Starting a call from anywhere in the window: which phone rings first, what is shown, what is missing.

Dialer, recents, quick dial, tray and people all call through here, so that a number is called the same way
from each of them: as it was asked for now, else as remembered for this number, else as chosen for all calls.
Pure but for the desk it asks. GUI thread. Read next: dialer.py, bridge/calls/call_desk.py.
"""

from __future__ import annotations

from functools import partial

from msgspec import Struct
from PySide6.QtCore import QCoreApplication

from rcdesk.bridge.account.session_desk import SessionState
from rcdesk.bridge.desk import Desk
from rcdesk.core.account.account import Account, ForwardingNumber
from rcdesk.core.account.capability import Capability
from rcdesk.core.calls.call import CallRequest
from rcdesk.core.numbers.phone_number import PhoneNumber, pretty
from rcdesk.core.people.people import DialChoice
from rcdesk.ui.kit.lacks import why_not

_tr = partial(QCoreApplication.translate, "placing")

HOME = "US"
"""Whose numbers are meant while nobody is signed in."""


class Way(Struct, frozen=True, kw_only=True):
    """How a number would be called: the phone that rings first (None: there is none), what they see, press 1.

    show_as is E.164, "" lets the service decide; show_as_label says which of the account's numbers it is.
    is_remembered: at least one of the three is kept for this number.
    """

    phone: ForwardingNumber | None
    show_as: str
    show_as_label: str
    ask_to_press_1: bool
    is_remembered: bool = False


def region_of(desk: Desk) -> str:
    """The country whose numbers may be written without their country code."""
    account = desk.session.account
    return account.home_country if account is not None else HOME


def phones_of(desk: Desk) -> tuple[ForwardingNumber, ...]:
    """The phones that may ring first: the account's, then the user's own other one."""
    account = desk.session.account
    if account is None:
        return ()
    custom = desk.preferences.value.custom_ring_number
    known = {phone.phone_number for phone in account.ringable}
    if not custom or custom in known:
        return account.ringable
    other = ForwardingNumber(id=custom, phone_number=custom, label=_tr("Other phone"))
    return (*account.ringable, other)


def way_for(desk: Desk, number: str) -> Way:
    """How this number is called: as remembered for it, else as chosen for all; "" is no number yet."""
    kept = desk.people.choice_of(number) if number else DialChoice()
    general = desk.preferences.value
    phones = phones_of(desk)
    wanted = (kept.ring_me_on, general.ring_me_on)
    phone = next((p for id in wanted for p in phones if id and p.id == id), next(iter(phones), None))
    show_as, show_as_label = _shown(desk.session.account, (kept.show_as, general.show_as))
    asks = general.ask_to_press_1 if kept.ask_to_press_1 is None else kept.ask_to_press_1
    return Way(
        phone=phone,
        show_as=show_as,
        show_as_label=show_as_label,
        ask_to_press_1=asks,
        is_remembered=kept != DialChoice(),
    )


def place(
    desk: Desk, number: PhoneNumber, name: str = "", way: Way | None = None, *, is_sure: bool = False
) -> str:
    """Start the call; "" when it started, else one sentence on why not and what to do.

    While a sign-in is on its way the call waits for that, and is seen.
    is_sure: also to a number that nobody is known to have, see may_not_exist().
    """
    way = way or way_for(desk, number.e164)
    is_coming = desk.session.state is SessionState.SIGNING_IN
    if is_coming and desk.session.account is None:
        return _tr("Your numbers are still being read. Press Enter again in a moment.")
    if not (desk.session.is_signed_in or is_coming):
        return _tr("Sign in first: then your numbers are known and this call can be made.")
    if lack := why_not(desk.session, Capability.CALL):
        return lack
    if way.phone is None:
        return _tr("None of your phones can ring first. Add one in your RingCentral settings.")
    if way.phone.phone_number == number.e164:
        return _tr("This is the phone that rings first. Choose another phone, or call another number.")
    if not is_sure and may_not_exist(desk, number):
        return doubt_words(number)
    desk.calls.place(
        CallRequest(
            to_number=number.e164,
            extension=number.extension,
            from_number=way.phone.phone_number,
            from_label=way.phone.label,
            from_kind=way.phone.kind,
            show_as=way.show_as,
            show_as_label=way.show_as_label,
            ask_to_press_1=way.ask_to_press_1,
            to_name=name,
        )
    )
    return ""


def may_not_exist(desk: Desk, number: PhoneNumber) -> bool:
    """True for a number that nobody is known to have, unless it has answered already."""
    return not number.is_valid and not desk.history.has_talked(number.e164)


def doubt_words(number: PhoneNumber) -> str:
    """The question about such a number."""
    words = _tr("As far as is known, nobody has {0}. Press Call once more to call it anyway.")
    return words.replace("{0}", number.national)


def _shown(account: Account | None, wanted: tuple[str, ...]) -> tuple[str, str]:
    """(E.164, label) of the first wanted number that may be shown, else the caller ID, else the first."""
    if account is None or not account.showable:
        return "", ""
    numbers = {number.phone_number: number for number in account.showable}
    first = account.showable[0].phone_number
    e164 = next(n for n in (*wanted, account.ring_out_caller_id, first) if n in numbers)
    shown = pretty(e164, account.home_country)
    return e164, f"{numbers[e164].label} {shown}".strip()
