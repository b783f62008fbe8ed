"""Moments in the words of the window: "Today 16:45", "Yesterday", "Tue 24 Nov 08:00", and the zone's name.

What they are made of (clock, day) is written by core/spoken_time.py. All moments are aware; local time is
shown. GUI thread. Read next: core/spoken_time.py, moment_box.py.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from PySide6.QtCore import QCoreApplication, QDateTime, QTimeZone

from rcdesk.core import spoken_time

_tr = partial(QCoreApplication.translate, "Moments")


def _now() -> datetime:
    return datetime.now(UTC)


def _days_off(at: datetime, now: datetime) -> int:
    """How many days after today that is."""
    return (at.astimezone().date() - now.astimezone().date()).days


def clock_time(at: datetime, *, has_seconds: bool = False) -> str:
    """The time of day, with the day when it is not today, with the year when it is not this one."""
    return spoken_time.moment(at, _now(), has_seconds=has_seconds)


def coming(at: datetime) -> str:
    """A moment to come: "Today 16:45", "Tomorrow 08:00", "Tue 24 Nov 08:00"."""
    now, time = _now(), spoken_time.clock(at)
    days = _days_off(at, now)
    if days == 0:
        return _tr("Today {0}").format(time)
    if days == 1:
        return _tr("Tomorrow {0}").format(time)
    return f"{spoken_time.full_day(at.astimezone().date(), now.astimezone().date())} {time}"


def until_words(at: datetime) -> str:
    """The same within a sentence: "16:45", "Tue 24 Nov 08:00"."""
    return spoken_time.clock(at) if _days_off(at, _now()) == 0 else coming(at)


def soon(at: datetime, now: datetime) -> str:
    """A moment of the next days within a sentence: 9:00, tomorrow 9:00, Mon 9:00."""
    time = spoken_time.clock(at)
    if (at - now).total_seconds() < 24 * 3600:
        return time
    if _days_off(at, now) == 1:
        return _tr("tomorrow {0}").format(time)
    return f"{spoken_time.weekday(at.astimezone().date())} {time}"


def recent(at: datetime, now: datetime) -> str:
    """A moment of the past, short: 10:42, Yesterday, Mon, or a date."""
    days = -_days_off(at, now)
    if days <= 0:
        return spoken_time.clock(at)
    if days == 1:
        return _tr("Yesterday")
    on = at.astimezone().date()
    return spoken_time.weekday(on) if days < 7 else spoken_time.day(on, now.astimezone().date())


def day_words(at: datetime) -> str:
    """A day of the past: the time of day for today, else 3 Nov, with the year when it is not this one."""
    now = _now()
    if _days_off(at, now) == 0:
        return spoken_time.clock(at)
    return spoken_time.day(at.astimezone().date(), now.astimezone().date())


def day_in_sentence(at: datetime) -> str:
    """ "today" or "on Tue 24 Nov", for the middle of a sentence."""
    now = _now()
    if _days_off(at, now) == 0:
        return _tr("today")
    return _tr("on {0}").format(spoken_time.full_day(at.astimezone().date(), now.astimezone().date()))


def zone_words(at: datetime) -> str:
    """The zone of this computer at that moment: "Central European Standard Time (UTC+01:00)"."""
    zone = QTimeZone.systemTimeZone()
    moment = QDateTime.fromSecsSinceEpoch(int(at.timestamp()))
    name = zone.displayName(moment, QTimeZone.NameType.LongName) or bytes(zone.id().data()).decode("ascii")
    offset = spoken_time.offset(at)
    return name if offset in name else f"{name} ({offset})"
