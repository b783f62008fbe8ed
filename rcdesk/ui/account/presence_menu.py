"""Presence in words and as menu entries: taking calls, do not disturb, queues, each also for a while.

The side bar's foot and the tray show the same sentences and offer the same choices, so both get them here.
Pure but for the desk whose methods the entries call. GUI thread. Read next: core/account/presence.py,
bridge/account/presence_desk.py, kit/value_menu.py.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import assert_never

from PySide6.QtCore import QCoreApplication

from rcdesk.bridge.account.presence_desk import PresenceDesk
from rcdesk.core.account.account import Account
from rcdesk.core.account.capability import Capability
from rcdesk.core.account.presence import MORNING, Dnd, Presence, QueueStatus
from rcdesk.core.spoken_time import wall_clock
from rcdesk.ui.kit.moments import soon
from rcdesk.ui.kit.value_menu import MenuEntry, line, section

_tr = partial(QCoreApplication.translate, "presence")

LACK_LETTERS = 30
"""A menu's row does not wrap by itself."""


def presence_words(presence: Presence | None, now: datetime) -> tuple[str, str]:
    """(words, colour token of the dot); ("", "") while nothing is known."""
    if presence is None:
        return "", ""
    until = presence.until
    match presence.dnd:
        case Dnd.TAKE_ALL:
            words, token = _tr("Taking calls"), "good"
        case Dnd.NO_QUEUES:
            words, token = _tr("Taking calls, none of queues"), "good"
        case Dnd.QUEUES_ONLY:
            words, token = _tr("Only calls of queues"), "wait"
        case Dnd.TAKE_NONE:
            words, token = _tr("Do not disturb"), "bad"
        case Dnd.UNKNOWN:
            return _tr("Presence unknown"), "ink3"
        case _:
            assert_never(presence.dnd)
    if until is None:
        return words, token
    return _tr("{0} until {1}").format(words, soon(until, now)), token


def presence_entries(desk: PresenceDesk, now: datetime, lack: str = "") -> tuple[MenuEntry, ...]:
    """Everything that can be chosen, for a menu of its own; lack is why nothing can, "" when it can."""
    presence = desk.presence
    if lack:
        return lack_entries(lack)
    if presence is None:
        words = desk.reason or _tr("Whether you take calls is not known yet.")
        return (MenuEntry(key="presence-unknown", words=words, is_enabled=False),)
    takes = presence.dnd.is_disturbable
    return (
        _take_calls(desk, takes),
        section("dnd-title", _tr("DO NOT DISTURB")),
        *_dnd(desk, takes, presence.until, now),
        *_queue_part(desk, presence, now),
    )


def lack_entries(lack: str) -> tuple[MenuEntry, ...]:
    """Lines that say why nothing can be chosen."""
    lines = textwrap.wrap(lack, LACK_LETTERS)
    return tuple(
        MenuEntry(key=f"presence-lack-{n}", words=words, icon_name="" if n else "info", is_enabled=False)
        for n, words in enumerate(lines)
    )


def why_no_presence(account: Account | None) -> str:
    """One sentence why the account cannot say whether it takes calls; "" when it can."""
    if account is None:
        return ""
    return account.why_not(Capability.PRESENCE) or account.why_not(Capability.PRESENCE_CHANGE)


def dnd_entries(desk: PresenceDesk, now: datetime) -> tuple[MenuEntry, ...]:
    """Do not disturb alone, for a submenu."""
    presence = desk.presence
    if presence is None:
        return ()
    takes = presence.dnd.is_disturbable
    return (*_dnd(desk, takes, presence.until, now), line("dnd-line"), _take_calls(desk, takes))


def queue_entries(desk: PresenceDesk, now: datetime) -> tuple[MenuEntry, ...]:
    """Calls of the queues, for a submenu; nothing for who is in no queue."""
    presence = desk.presence
    if presence is None or not presence.queues:
        return ()
    is_on = presence.dnd.takes_queue_calls
    until = desk.queues_until
    refuse = partial(desk.set_queue_calls, False)
    return (
        MenuEntry(
            key="queues-on",
            words=_tr("Take queue calls"),
            icon_name="phone-in",
            is_on=is_on,
            act=partial(desk.set_queue_calls, True),
        ),
        MenuEntry(
            key="queues-off",
            words=_tr("No queue calls"),
            note="" if is_on or until is None else _until(until, now),
            icon_name="minus",
            is_on=not is_on,
            act=refuse,
        ),
        *_for_a_while(
            desk,
            "queues",
            _tr("None for 30 minutes"),
            _tr("None until {0}").format(wall_clock(MORNING)),
            refuse,
        ),
        line("queues-line"),
        *(_queue(desk, queue) for queue in presence.queues),
    )


def _queue(desk: PresenceDesk, queue: QueueStatus) -> MenuEntry:
    return MenuEntry(
        key=f"queue-{queue.id}",
        words=queue.name,
        note="" if queue.can_change else _tr("set by its manager"),
        icon_name="people",
        is_on=queue.is_on,
        is_enabled=queue.can_change,
        act=partial(desk.set_queue, queue.id, not queue.is_on),
    )


def _take_calls(desk: PresenceDesk, takes: bool) -> MenuEntry:
    return MenuEntry(
        key="take-calls",
        words=_tr("Take calls"),
        icon_name="phone",
        is_on=takes,
        act=partial(desk.set_dnd, True),
    )


def _dnd(desk: PresenceDesk, takes: bool, until: datetime | None, now: datetime) -> tuple[MenuEntry, ...]:
    refuse = partial(desk.set_dnd, False)
    return (
        MenuEntry(
            key="dnd-on",
            words=_tr("Do not disturb"),
            note="" if takes or until is None else _until(until, now),
            icon_name="moon",
            is_on=not takes,
            act=refuse,
        ),
        *_for_a_while(
            desk, "dnd", _tr("For 30 minutes"), _tr("Until {0}").format(wall_clock(MORNING)), refuse
        ),
    )


def _for_a_while(
    desk: PresenceDesk, key: str, for_30: str, until_9: str, refuse: Callable[[datetime], None]
) -> tuple[MenuEntry, MenuEntry]:
    """The two short refusals; refuse gets the moment when they are over, counted from the click."""
    return (
        MenuEntry(
            key=f"{key}-30", words=for_30, icon_name="hourglass", act=lambda: refuse(desk.for_a_while())
        ),
        MenuEntry(key=f"{key}-9", words=until_9, icon_name="clock", act=lambda: refuse(desk.until_morning())),
    )


def _queue_part(desk: PresenceDesk, presence: Presence, now: datetime) -> tuple[MenuEntry, ...]:
    rows = queue_entries(desk, now)
    return (section("queues-title", _tr("QUEUE CALLS")), *rows) if rows else ()


def _until(at: datetime, now: datetime) -> str:
    return _tr("until {0}").format(soon(at, now))
