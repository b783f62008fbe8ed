"""What the tray's menu holds now: who, type a number, favourites, recents, live calls, faxes, presence.

One function from the desk to values, so that the menu can be compared, tested and updated in place; the acts
are the Tray's methods. What only a person needs is imported with one. GUI thread. Read next:
kit/value_menu.py, tray.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QCoreApplication

from rcdesk.bridge.account.session_desk import SessionState
from rcdesk.ui.kit.value_menu import Kind, MenuEntry, line, section

if TYPE_CHECKING:
    from rcdesk.bridge.desk import Desk
    from rcdesk.core.calls.call import Call
    from rcdesk.core.calls.past_call import PastCall

_tr = partial(QCoreApplication.translate, "Tray")

FAVOURITES_SHOWN = 6
RECENTS_SHOWN = 4


class Acts(Protocol):
    """What can be done from the menu: by the Tray."""

    def open_quick_dial(self) -> None: ...

    def call(self, number: str, name: str) -> None: ...

    def send_fax(self, number: str = "") -> None: ...

    def show_page(self, name: str) -> None: ...

    def open_desk(self) -> None: ...

    def cancel(self, call_id: str) -> None: ...

    def quit(self) -> None: ...


def tray_entries(desk: Desk, acts: Acts, now: datetime, shortcuts: dict[str, str]) -> tuple[MenuEntry, ...]:
    """The whole menu. now is aware; shortcuts: the desktop-wide keys in force, by "dial" and "fax"."""
    account = desk.session.account
    head = MenuEntry(
        key="who",
        words=account.name if account is not None else "rcdesk",
        note=standing(desk, now),
        kind=Kind.HEAD,
        is_enabled=False,
    )
    rows = [head, line("who-line")]
    if account is not None:
        rows += [
            MenuEntry(
                key="dial",
                words=_tr("Type a number…"),
                note=shortcuts.get("dial", ""),
                icon_name="hash",
                act=acts.open_quick_dial,
            ),
            *_live(desk, acts),
            *_favourites(desk, acts),
            *_recents(desk, acts, now),
            line("fax-line"),
            *_faxes(desk, acts, shortcuts),
            line("presence-line"),
            *_presence(desk, now),
        ]
    open_words = _tr("Open rcdesk") if account is not None else _tr("Open rcdesk to sign in")
    return (
        *rows,
        MenuEntry(key="open", words=open_words, icon_name="window", act=acts.open_desk),
        MenuEntry(key="quit", words=_tr("Quit"), icon_name="quit", act=acts.quit),
    )


def standing(desk: Desk, now: datetime) -> str:
    """One line: presence and the phone that rings first, or why nothing goes out now."""
    match desk.session.state:
        case SessionState.SIGNED_OUT:
            return _tr("Signed out")
        case SessionState.SIGNING_IN:
            return _tr("Signing in…")
        case SessionState.NEEDS_SIGN_IN:
            return _tr("Sign in again: faxes wait until you do")
        case SessionState.OFFLINE:
            return _tr("No connection: faxes wait here")
        case SessionState.SIGNED_IN:
            pass
    from rcdesk.ui.account.presence_menu import presence_words
    from rcdesk.ui.phone.placing import way_for
    from rcdesk.ui.words import call_words

    presence, _token = presence_words(desk.presence.presence, now)
    phone = way_for(desk, "").phone
    rings = (
        _tr("ringing your {0}").format(call_words.your_phone_name(phone.kind)) if phone is not None else ""
    )
    return " · ".join(filter(None, [presence, rings]))


def is_live(call: Call) -> bool:
    """True while something can still happen to it."""
    return not call.state.is_final


def _live(desk: Desk, acts: Acts) -> Iterator[MenuEntry]:
    from rcdesk.ui.words import call_words

    calls = [call for call in desk.calls.calls if is_live(call)]
    if calls:
        yield section("live", _tr("NOW"))
    for call in calls:
        who = call.request.to_name or _pretty(desk, call.request.to_number)
        can_cancel = call.state.can_cancel and not call.is_cancelling
        shown = _tr("Cancel call to {0}").format(who) if can_cancel else who
        yield MenuEntry(
            key=f"live-{call.id}",
            words=shown,
            note=call_words.badge(call)[0],
            icon_name="phone-down" if can_cancel else "phone",
            token="bad_ink" if can_cancel else "good_ink",
            act=partial(acts.cancel, call.id) if can_cancel else partial(acts.show_page, "phone"),
        )


def _favourites(desk: Desk, acts: Acts) -> Iterator[MenuEntry]:
    favourites = desk.people.favourites[:FAVOURITES_SHOWN]
    if favourites:
        yield section("favourites", _tr("FAVOURITES"))
    for favourite in favourites:
        shown = favourite.name or _pretty(desk, favourite.number)
        if favourite.is_fax:
            act, icon, note = partial(acts.send_fax, favourite.number), "fax", _tr("fax")
        else:
            act, icon, note = partial(acts.call, favourite.number, favourite.name), "star-fill", ""
        key = f"favourite-{icon}-{favourite.number}"
        yield MenuEntry(key=key, words=shown, note=note, icon_name=icon, act=act)


def _recents(desk: Desk, acts: Acts, now: datetime) -> Iterator[MenuEntry]:
    from rcdesk.ui.kit import moments
    from rcdesk.ui.words import call_words

    recents = newest_of_each(desk.history.recents)[:RECENTS_SHOWN]
    if recents:
        yield section("recents", _tr("RECENT"))
    for call in recents:
        yield MenuEntry(
            # By the number, not the place: a row never comes to mean somebody else under the mouse.
            key=f"recent-{call.number}",
            words=call.name or _pretty(desk, call.number),
            note=moments.recent(call.at, now),
            icon_name=call_words.call_icon(call),
            token="bad_ink" if call.outcome.is_missed else "ink2",
            act=partial(acts.call, call.number, call.name),
        )


def newest_of_each(calls: tuple[PastCall, ...]) -> tuple[PastCall, ...]:
    """The newest call with each number; those who withheld theirs cannot be called."""
    found: dict[str, PastCall] = {}
    for call in calls:
        if call.number:
            found.setdefault(call.number, call)
    return tuple(found.values())


def _faxes(desk: Desk, acts: Acts, shortcuts: dict[str, str]) -> Iterator[MenuEntry]:
    counts = desk.faxes.counts
    yield MenuEntry(
        key="fax",
        words=_tr("Send a fax…"),
        note=shortcuts.get("fax", ""),
        icon_name="compose",
        act=partial(acts.send_fax, ""),
    )
    going = _tr("{0} going out").format(counts.queue) if counts.queue else ""
    asks = _tr("{0} need you").format(counts.needs_you) if counts.needs_you else ""
    yield MenuEntry(
        key="queue",
        words=_tr("Queue"),
        note=asks or going,
        icon_name="queue",
        token="wait_ink" if asks else "ink2",
        act=partial(acts.show_page, "queue"),
    )
    failed = counts.failed_unseen
    yield MenuEntry(
        key="failed",
        words=_tr("Failed"),
        note=_tr("{0} new").format(failed) if failed else "",
        icon_name="failed",
        token="bad_ink" if failed else "ink2",
        act=partial(acts.show_page, "failed"),
    )
    if counts.received_unread:
        yield MenuEntry(
            key="received",
            words=_tr("Received"),
            note=_tr("{0} unread").format(counts.received_unread),
            icon_name="inbox",
            act=partial(acts.show_page, "received"),
        )
    missed = desk.history.missed_count
    if missed:
        yield MenuEntry(
            key="missed",
            words=_tr("Missed calls"),
            note=_tr("{0} new").format(missed),
            icon_name="phone-missed",
            token="bad_ink",
            act=partial(acts.show_page, "calls"),
        )


def _presence(desk: Desk, now: datetime) -> Iterator[MenuEntry]:
    from rcdesk.core.account.presence import MORNING
    from rcdesk.core.spoken_time import wall_clock
    from rcdesk.ui.account.presence_menu import dnd_entries, lack_entries, queue_entries, why_no_presence
    from rcdesk.ui.kit import moments

    presence = desk.presence.presence
    if presence is None:
        return
    lack = why_no_presence(desk.session.account)
    choices = lack_entries(lack) if lack else dnd_entries(desk.presence, now)
    if presence.dnd.is_disturbable:
        note = _tr("30 min · until {0}").format(wall_clock(MORNING))
    elif presence.until is not None:
        note = _tr("until {0}").format(moments.soon(presence.until, now))
    else:
        note = _tr("on")
    yield MenuEntry(
        key="dnd",
        words=_tr("Do not disturb"),
        note=note,
        icon_name="moon",
        token="ink2" if presence.dnd.is_disturbable else "bad_ink",
        entries=choices,
    )
    queues = () if lack else queue_entries(desk.presence, now)
    if queues:
        is_on = presence.dnd.takes_queue_calls
        until = desk.presence.queues_until
        off = _tr("off until {0}").format(moments.soon(until, now)) if until is not None else _tr("off")
        yield MenuEntry(
            key="queues",
            words=_tr("Queue calls"),
            note=_tr("on") if is_on else off,
            icon_name="people",
            entries=queues,
        )


def _pretty(desk: Desk, number: str) -> str:
    from rcdesk.core.numbers.phone_number import pretty

    account = desk.session.account
    return pretty(number, account.home_country) if account is not None else number
