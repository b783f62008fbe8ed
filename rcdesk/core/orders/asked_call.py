"""From what was typed after `rcdesk call` to a call: which phone of the user rings, what is shown, to whom.

A phone is picked by its label ("mobile", "MOB"), by its kind or by its number; what cannot be meant is a
UserError that lists what can. The same rules answer a command with and without a window. Pure; any thread.
Read next: order.py, call_report.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from rcdesk.core.account.account import Account, AccountNumber, ForwardingNumber
from rcdesk.core.account.preferences import Preferences
from rcdesk.core.calls.call import Call, CallRequest
from rcdesk.core.errors import NeedsYes, UserError
from rcdesk.core.numbers.phone_number import PhoneNumber, is_given_out, parse, pretty
from rcdesk.core.orders.order import CallOrder
from rcdesk.core.people.people import DialChoice

OTHER_PHONE = "Other phone"
"""The label of the user's own phone beside the account's."""
_TYPED = "Other"

MAY_NOT_EXIST = "As far as is known, nobody has the number {0}."

T = TypeVar("T")


def phones(account: Account, preferences: Preferences) -> tuple[ForwardingNumber, ...]:
    """The phones that may ring first: the account's, then the user's own other one."""
    custom = preferences.custom_ring_number
    if not custom or any(phone.phone_number == custom for phone in account.ringable):
        return account.ringable
    return (*account.ringable, ForwardingNumber(id=custom, phone_number=custom, label=OTHER_PHONE))


def usual_phone(
    account: Account, preferences: Preferences, choice: DialChoice | None = None
) -> ForwardingNumber | None:
    """The phone that rings when none is named: as remembered for the number, as last, else the first."""
    known = phones(account, preferences)
    wanted = (choice.ring_me_on if choice else "", preferences.ring_me_on)
    found = (phone for id in wanted for phone in known if id and id in (phone.id, phone.phone_number))
    return next(found, next(iter(known), None))


def usual_show_as(account: Account, preferences: Preferences, choice: DialChoice | None = None) -> str:
    """The number shown when none is named, E.164; "" leaves it to the service."""
    known = [number.phone_number for number in account.showable]
    wanted = (choice.show_as if choice else "", preferences.show_as, account.ring_out_caller_id)
    return next((number for number in wanted if number in known), next(iter(known), ""))


def call_request(
    order: CallOrder,
    account: Account,
    preferences: Preferences,
    choice: DialChoice | None = None,
    *,
    has_talked: Callable[[str], bool] = lambda number: False,
) -> CallRequest:
    """The request this order means. Raises UserError for what cannot be called, rung or shown, NeedsYes.

    choice: how this number was called last, when that is remembered. has_talked(E.164): it was answered.
    """
    number = parse(order.number, account.home_country)
    phone = _phone(order.ring_me_on, account, preferences, choice)
    if phone.phone_number == number.e164:
        raise UserError(
            "This is the phone that rings first. Choose another with --from, or call another number."
        )
    for e164 in (number.e164, phone.phone_number if phone.kind == _TYPED else ""):
        if not order.is_sure and e164 and not is_given_out(e164) and not has_talked(e164):
            raise NeedsYes(MAY_NOT_EXIST.format(e164))
    show_as, label = _show_as(order.show_as, account, preferences, choice)
    asks = order.ask_to_press_1
    if asks is None:
        asks = choice.ask_to_press_1 if choice else None
    return CallRequest(
        to_number=number.e164,
        extension=number.extension,
        from_number=phone.phone_number,
        from_label=phone.label,
        from_kind=phone.kind,
        show_as=show_as,
        show_as_label=label,
        ask_to_press_1=preferences.ask_to_press_1 if asks is None else asks,
    )


def pick_phone(text: str, account: Account, preferences: Preferences) -> ForwardingNumber:
    """The phone meant by a label, a kind or a number. Raises UserError, which lists the labels."""
    known = phones(account, preferences)
    found = _by_label(text, known, lambda phone: phone.label) or _by_label(text, known, lambda p: p.kind)
    if len(found) == 1:
        return found[0]
    labels = _listed((phone.label, phone.phone_number) for phone in known)
    if found:
        raise UserError(f'"{text}" may be more than one of your phones. Say which: {labels}.')
    if _has_digits(text):
        number = _number(text, account)
        if number.extension or number.is_short:
            raise UserError(f"{text}: RingCentral can only ring a whole number first, without an extension.")
        e164 = number.e164
        own = ForwardingNumber(id=e164, phone_number=e164, label="", kind=_TYPED)
        return next((phone for phone in known if phone.phone_number == e164), own)
    raise UserError(f'None of your phones is called "{text}". Those that can ring are: {labels}.')


def pick_call(calls: Sequence[Call], text: str) -> Call:
    """The call whose id begins so, or for "" the only one. Raises UserError when that is not one call."""
    found = [call for call in calls if call.id.startswith(text.lower())]
    if len(found) == 1:
        return found[0]
    if not found:
        raise UserError(f'No call going on has the id "{text}". See rcdesk status.')
    ids = ", ".join(f"{short_id(call)} to {call.request.to_number}" for call in found)
    raise UserError(f"There are {len(found)} such calls. Say which by its id: {ids}.")


def short_id(call: Call) -> str:
    """As much of a call's id as a person types."""
    return call.id[:8]


def _phone(
    text: str, account: Account, preferences: Preferences, choice: DialChoice | None
) -> ForwardingNumber:
    if text.strip():
        return pick_phone(text.strip(), account, preferences)
    usual = usual_phone(account, preferences, choice)
    if usual is None:
        raise UserError("None of your phones can ring first. Add one in your RingCentral settings.")
    return usual


def _show_as(
    text: str, account: Account, preferences: Preferences, choice: DialChoice | None
) -> tuple[str, str]:
    """(E.164, label) of the number that is shown."""
    known: Sequence[AccountNumber] = account.showable
    if text.strip():
        found = _by_label(text.strip(), known, lambda number: number.label)
        if not found and _has_digits(text):
            e164 = _number(text, account).e164
            found = [number for number in known if number.phone_number == e164]
        if len(found) != 1:
            listed = _listed((number.label, number.phone_number) for number in known)
            can = f"Those that can be shown are: {listed}." if known else "Your account has none to choose."
            raise UserError(f'"{text.strip()}" cannot be shown to others. {can}')
        e164 = found[0].phone_number
    else:
        e164 = usual_show_as(account, preferences, choice)
    label = next((number.label for number in known if number.phone_number == e164), "")
    return e164, f"{label} {pretty(e164, account.home_country)}".strip() if e164 else ""


def _by_label(text: str, known: Sequence[T], label: Callable[[T], str]) -> list[T]:
    """Those labelled so; else those whose label begins so, whatever the case."""
    wanted = text.casefold()
    same = [one for one in known if label(one).casefold() == wanted]
    return same or [one for one in known if label(one).casefold().startswith(wanted)]


def _has_digits(text: str) -> bool:
    return any(char.isdigit() for char in text)


def _number(text: str, account: Account) -> PhoneNumber:
    try:
        return parse(text, account.home_country)
    except UserError as exc:
        raise UserError(f"{text.strip()}: {exc}") from exc


def _listed(known: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{label} ({number})" if label else number for label, number in known) or "none"
